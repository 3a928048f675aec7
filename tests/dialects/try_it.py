import sys, tempfile, pathlib, time

sys.path[:0] = [str(pathlib.Path(__file__).parent)]
from field_server import field_server
from journey import journey

for name in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        t = time.time()
        ds = [] if name.startswith("-") else [x for x in name.split("@")[0].split("+") if x]
        path = name.split("@")[1] if "@" in name else ""
        with field_server(d / "server", ds) as s:
            j = journey(d, s, path=path)
        print(
            name,
            "rc",
            j.first.code,
            j.again.code,
            j.back.code,
            "writes",
            len(j.writes),
            "asked",
            j.asked,
            "lost",
            sum(map(len, j.lost.values())),
            "diff",
            len(j.different),
            f"{time.time() - t:.1f}s",
        )
        for run in (j.first, j.again, j.back):
            if run.code:
                print("   ", run.err.strip().splitlines()[-3:])
        for line in j.writes[:4]:
            print("   w", line)
        for line in j.different[:8]:
            print("   d", line[:260])
