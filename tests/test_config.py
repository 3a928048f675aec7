"""bcfsync.toml: what it may say, and what one line says where it cannot be used."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bcfsync import config
from bcfsync.config.reading import FILE, NoConfig, load, parse
from bcfsync.config.tables import BadConfig
from bcfsync.config.tokens import TokenCommandFailed, token_for
from bcfsync.config.values import Mode, Remote
from bcfsync.plan.policy import Deletes, Place, Prefer

REMOTE = '[remote.catenda]\nurl = "https://bcf.example.com"\n'
PAIR = REMOTE + '[pair.tower]\nfolder = "issues"\nremote = "catenda"\nproject = "4711"\n'
WHOLE = """
[remote.catenda]
url = "https://bcf.example.com/bcf/3.0/"
token_command = "pass show 'bcf token'"

[pair.tower-a]
folder = "issues"
include = ["**/*.bcf", "mep/*.bcfzip"]
exclude = ["old/*"]
remote = "catenda"
project = "4711"
mode = "pull"
deletes = "mirror"
file_version = "2.1"
writes_to = "new/inbox.bcf"
conflicts = { "*" = "newest", topic_status = "server" }
poll = 30

[[pair.tower-a.place]]
label = "MEP"
archive = "mep.bcf"
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "issues" / "new").mkdir(parents=True)
    return tmp_path


def test_every_key_arrives_as_a_value(here):
    found = parse(WHOLE, here / FILE)
    pair = found.pairs["tower-a"]
    assert pair.remote is found.remotes["catenda"]
    assert pair.remote == Remote("catenda", "https://bcf.example.com/bcf/3.0", ("pass", "show", "bcf token"))
    assert (pair.folder, pair.project) == (here / "issues", "4711")
    assert (pair.include, pair.exclude) == (("**/*.bcf", "mep/*.bcfzip"), ("old/*",))
    assert (pair.mode, pair.deletes, pair.file_version) == (Mode.PULL, Deletes.MIRROR, "2.1")
    assert (pair.writes_to, pair.poll) == ("new/inbox.bcf", 30.0)
    assert pair.conflicts == {"*": Prefer.NEWEST, "topic_status": Prefer.SERVER}
    assert pair.places == (Place("mep.bcf", label="MEP"),)


def test_a_pair_of_four_lines_is_careful(here):
    pair = parse(PAIR, here / FILE).pairs["tower"]
    assert (pair.mode, pair.deletes, pair.conflicts, pair.file_version) == (Mode.TWO_WAY, Deletes.NEVER, {}, None)
    assert (pair.writes_to, pair.poll, pair.places) == ("inbox.bcf", 60.0, ())


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("[remote.catenda\n", "line 1", "correct"),
        ("a = " + "[" * 20000, "not TOML", "correct"),
        ("x = 1\n", "x: unknown key", "remote, pair"),
        ("[pairs.tower]\n", "pairs: unknown key", 'did you mean "pair"?'),
        ("remote = 3\n", "remote: must be a table, not a number", "[remote]"),
        ("[remote]\ncatenda = 3\n", "remote.catenda: must be a table", "[remote.catenda]"),
        ('[remote."a b"]\nurl = "https://h"\n', "remote.a b: a server's name", "another name"),
        ("[remote.catenda]\n", "remote.catenda: url is missing", "url ="),
        ("[remote.catenda]\nurl = 3\n", "remote.catenda.url: must be a text", "quotes"),
        ('[remote.catenda]\nurl = " "\n', "remote.catenda.url: must not be empty", "fill it in"),
        ('[remote.catenda]\nurl = "ftp://h"\n', "remote.catenda.url: ftp://h: not a web address", "https"),
        ('[remote.catenda]\nurl = "nonsense"\n', "remote.catenda.url: nonsense: not a web address", "https"),
        ('[remote.catenda]\nurl = "http://h"\n', "remote.catenda.url: http://h: http would send", "https"),
        ('[remote.catenda]\nurl = "https://[::1"\n', "remote.catenda.url: this is not a web address", "https"),
        ('[remote.catenda]\nuri = "https://h"\n', "remote.catenda.uri: unknown key", 'did you mean "url"?'),
        ('[remote.a-b]\nurl = "https://h"\n[remote.A_B]\nurl = "https://i"\n', "remote.A_B: its token", "rename"),
        (REMOTE + "token_command = 3\n", "remote.catenda.token_command: must be a text", "quotes"),
        (REMOTE + "token_command = []\n", "remote.catenda.token_command: must not be empty", "remove"),
        (REMOTE + 'token_command = "a \'b"\n', "remote.catenda.token_command: No closing", "quotes"),
        (PAIR + "foldr = 1\n", "pair.tower.foldr: unknown key", 'did you mean "folder"?'),
        (PAIR + "map = 3\n", "pair.tower.map: must be a table, not a number", "[pair.tower.map]"),
        (PAIR + "[pair.tower.map.statsu]\nOffen = 'Open'\n", "pair.tower.map.statsu: unknown key", '"status"'),
        (PAIR + "[pair.tower.map]\nstatus = 'Open'\n", "map.status: must be a table, not a text", "map.status]"),
        (PAIR + "[pair.tower.map.status]\nOffen = 1\n", "map.status.Offen: must be a text", "in quotes"),
        (PAIR + "[pair.tower.map.status]\nOffen = ''\n", "map.status.Offen: must not be empty", ""),
        (PAIR + "[pair.tower.map.status]\n'' = 'Open'\n", "a word must not be empty", "remove the line"),
        (PAIR + "unknown = 'keep'\n", 'pair.tower.unknown: "keep" is none of hold, send', ""),
        (PAIR + "attribution = 'title'\n", 'pair.tower.attribution: "title" is none of none, text', ""),
        (PAIR + "attributed_by = 'anna@example.com'\n", "pair.tower.attributed_by: must be a list of texts", "write"),
        (PAIR.replace('"issues"', '"nowhere"'), "pair.tower.folder: there is no folder", "mount it"),
        (PAIR.replace('"issues"', '"a\\u0000b"'), "pair.tower.folder: holds characters", "anew"),
        (PAIR.replace('"issues"', '"~nobody-of-this-name/x"'), "pair.tower.folder: ", "correct the path"),
        (PAIR.replace('remote = "catenda"', 'remote = "katenda"'), 'no server "katenda"', 'did you mean "catenda"?'),
        (PAIR.replace(REMOTE, ""), 'pair.tower.remote: there is no server "catenda"', "[remote.catenda]"),
        (PAIR.replace('project = "4711"\n', ""), "pair.tower: project is missing", "project ="),
        (PAIR + 'mode = "both"\n', 'pair.tower.mode: "both" is none of two-way, pull, push', "known here"),
        (PAIR + 'mode = "pul"\n', 'pair.tower.mode: "pul" is none of', 'did you mean "pull"?'),
        (
            PAIR + "deletes = true\n",
            "pair.tower.deletes: must be one of never, ask, mirror, not true or false",
            "never",
        ),
        (PAIR + "file_version = 2.1\n", "pair.tower.file_version: must be one of 2.0, 2.1, 3.0, not a number", "2.0"),
        (PAIR + 'file_version = "2.2"\n', 'pair.tower.file_version: "2.2" is none of', "did you mean"),
        (PAIR + 'writes_to = "../x.bcf"\n', "pair.tower.writes_to", "relative to the folder"),
        (PAIR + 'writes_to = "/x.bcf"\n', "pair.tower.writes_to", "relative to the folder"),
        (PAIR + 'writes_to = "x.zip"\n', 'pair.tower.writes_to: "x.zip" is not the name of an archive', ".bcfzip"),
        (PAIR + 'writes_to = ".x.bcf"\n', "pair.tower.writes_to", "widen include"),
        (PAIR + 'writes_to = "nowhere/x.bcf"\n', "pair.tower.writes_to: there is no folder", "make it"),
        (PAIR + 'include = ["mep/*"]\n', "pair.tower.writes_to", "widen include"),
        (PAIR + 'exclude = ["in*"]\n', "pair.tower.writes_to", "widen include"),
        (PAIR + 'include = "*.bcf"\n', "pair.tower.include: must be a list of texts, not a text", '["…"]'),
        (PAIR + "include = [3]\n", "pair.tower.include: must be a text in quotes, not a number", "quotes"),
        (PAIR + 'exclude = ["/tmp/*"]\n', "pair.tower.exclude: ", "relative to the folder"),
        (PAIR + 'conflicts = "mine"\n', 'pair.tower.conflicts: "mine" is none of', "known here"),
        (PAIR + "conflicts = 1\n", "pair.tower.conflicts: must be a text or a table", "manual"),
        (PAIR + 'conflicts = { status = "server" }\n', "conflicts.status: unknown key", 'did you mean "topic_status"?'),
        (PAIR + "conflicts = { title = 1 }\n", "conflicts.title: must be one of", "manual"),
        (PAIR + 'poll = "60"\n', "pair.tower.poll: must be a number, not a text", "poll = 60"),
        (PAIR + "poll = nan\n", "pair.tower.poll: must be from 1 to 86400", "poll = 60"),
        (PAIR + "poll = true\n", "pair.tower.poll: must be a number", "poll = 60"),
        (PAIR + "place = 3\n", "pair.tower.place: must be a list of tables", "[[pair.tower.place]]"),
        (PAIR + '[pair.tower.place]\nlabel = "x"\n', "pair.tower.place: must be a list of tables", "two brackets"),
        (PAIR + '[[pair.tower.place]]\nlabel = "x"\n', "pair.tower.place.1: archive is missing", "archive ="),
        (PAIR + '[[pair.tower.place]]\narchive = "x.bcf"\n', "pair.tower.place.1: takes every topic", "label"),
        (PAIR + '[[pair.tower.place]]\nlabl = "x"\n', "pair.tower.place.1.labl: unknown key", '"label"'),
        (PAIR + '[[pair.tower.place]]\narchive = "."\nlabel = "x"\n', "pair.tower.place.1.archive", ".bcf"),
        (PAIR + PAIR.replace(REMOTE, "").replace("tower", "two"), 'pair.two: is "tower" once more', "remove"),
        (
            PAIR + PAIR.replace(REMOTE, "").replace("tower", "two").replace("4711", "1"),
            'pair.two.writes_to: "inbox.bcf" is the inbox of "tower"',
            "inbox-catenda.bcf",
        ),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused_with_file_key_and_what_to_do(here, text, where, hint):
    with pytest.raises(BadConfig) as refused:
        parse(text, here / FILE)
    said = str(refused.value)
    assert said.startswith(f"{here / FILE}: ")
    assert where in said
    assert "\n" not in said
    assert hint in refused.value.hint
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        'token = "s3cret"\n' + REMOTE,
        REMOTE + 'token = "s3cret"\n',
        PAIR + 'password = "s3cret"\n',
        '[remote.catenda]\nurl = "https://s3cret@bcf.example.com"\n',
        '[remote.catenda]\nurl = "https://me:s3cret@bcf.example.com"\n',
        '[remote.catenda]\nurl = "https://bcf.example.com?access_token=s3cret"\n',
        '[remote.catenda]\nurl = "https://me:s3cret@"\n',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(here, text):
    with pytest.raises(BadConfig) as refused:
        parse(text, here / FILE)
    said = f"{refused.value} {refused.value.hint}"
    assert "s3cret" not in said
    assert "BCFSYNC_TOKEN" in said


def test_two_pairs_may_share_a_folder(here):
    other = '[remote.b]\nurl = "https://b.example.com"\n[pair.b]\nfolder = "issues"\nremote = "b"\nproject = "1"\n'
    found = parse(PAIR + other + 'writes_to = "from-b.bcf"\n', here / FILE)
    assert list(found.pairs) == ["tower", "b"]


def test_a_byte_order_mark_is_no_error(here):
    (here / FILE).write_bytes(b"\xef\xbb\xbf" + PAIR.encode())
    assert list(load(here / FILE, here).pairs) == ["tower"]


def test_the_file_is_found_from_a_folder_below(here):
    (here / FILE).write_text(PAIR)
    below = here / "issues" / "mep"
    below.mkdir()
    assert load(None, below).path == here / FILE


def test_the_nearest_file_counts(here):
    (here / FILE).write_text(PAIR)
    (here / "issues" / FILE).write_text(PAIR.replace('"issues"', '"."').replace("tower", "inner"))
    assert list(load(None, here / "issues").pairs) == ["inner"]


def test_a_folder_with_the_file_in_it_may_be_named(here):
    (here / FILE).write_text(PAIR)
    assert load(here, Path("/")).path == here / FILE


def test_without_a_file_the_hint_says_how_to_make_one(tmp_path):
    with pytest.raises(NoConfig) as refused:
        load(tmp_path / "none.toml", tmp_path)
    assert "bcfsync init" in refused.value.hint


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * (1024 * 1024 + 1)], ids=["no text", "too large"])
def test_a_file_that_is_no_configuration_is_refused(here, content):
    (here / FILE).write_bytes(content)
    with pytest.raises(BadConfig):
        load(None, here)


# -- nonsense --------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.sampled_from(['""', '"x"', '"issues"', '"catenda"', '"https://h"', '"a\\u0000"', "1", "-1.5", "nan", "inf",
                     "true", "1979-05-27", "07:32:00", '"manual"', '"x.bcf"', '"2.1"', '"../x.bcf"',
                     '"\\u202e"', "[]", "{}"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    | st.lists(inner, max_size=3).map(lambda items: f"{{{', '.join(f'k{at} = {i}' for at, i in enumerate(items))}}}"),
    max_leaves=4,
)  # fmt: skip
NAMES = st.sampled_from(
    ["remote", "pair", "tower", "catenda", "url", "folder", "project", "include", "exclude", "mode", "deletes",
     "file_version", "writes_to", "conflicts", "poll", "place", "archive", "label", "token", "map", "token_command",
     '"*"', '"ü"', '"\\u0007"', '""']
)  # fmt: skip
KEYS = st.lists(NAMES, min_size=1, max_size=4).map(".".join)
LINES = st.one_of(
    st.builds("{} = {}".format, KEYS, VALUES),
    KEYS.map("[{}]".format),
    KEYS.map("[[{}]]".format),
    st.sampled_from(PAIR.splitlines()),
    st.text(max_size=20),
)


@settings(max_examples=600, deadline=None)
@given(text=st.one_of(st.lists(LINES, max_size=12).map("\n".join), st.text()))
def test_nonsense_is_refused_and_never_a_defect(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    (folder / "issues" / "new").mkdir(exist_ok=True, parents=True)
    try:
        parse(text, folder / FILE)
    except BadConfig as refused:
        assert "\n" not in str(refused).replace(text, "")  # noqa: PT017


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_one_odd_line_in_a_good_file_is_refused_or_makes_sense(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    (folder / "issues" / "new").mkdir(exist_ok=True, parents=True)
    lines = WHOLE.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    name = lines[at].partition("=")[0].strip()
    lines[at] = f"{name or 'x'} = {data.draw(VALUES)}" if "=" in lines[at] else data.draw(LINES)
    try:
        found = parse("\n".join(lines), folder / FILE)
    except BadConfig as refused:
        assert str(refused).startswith(str(folder / FILE))  # noqa: PT017
    else:
        assert all(pair.remote.url.startswith("https://") for pair in found.pairs.values())


# -- tokens ----------------------------------------------------------------------------------------------------

A, B = Remote("site-a", "https://a.example.com"), Remote("site-b", "https://b.example.com")


def test_a_servers_own_variable_counts_first(monkeypatch):
    monkeypatch.setenv("BCFSYNC_TOKEN", "general")
    monkeypatch.setenv("BCFSYNC_TOKEN_SITE_A", "special")
    assert token_for(A, [A]) == "special"


def test_the_general_token_goes_to_the_only_server(monkeypatch):
    monkeypatch.setenv("BCFSYNC_TOKEN", "general")
    assert token_for(A, [A]) == "general"


def test_the_general_token_goes_to_no_server_where_there_are_two(monkeypatch):
    monkeypatch.setenv("BCFSYNC_TOKEN", "general")
    assert token_for(A, [A, B]) is None


def test_two_entries_of_one_host_share_the_general_token(monkeypatch):
    monkeypatch.setenv("BCFSYNC_TOKEN", "general")
    assert token_for(A, [A, Remote("old", f"{A.url}/bcf/2.1")]) == "general"


def command(code: str) -> Remote:
    return Remote("a", A.url, (sys.executable, "-c", code))


def test_a_command_prints_the_token(monkeypatch):
    monkeypatch.delenv("BCFSYNC_TOKEN", raising=False)
    assert token_for(command("print('from-command'); print('more')"), [A]) == "from-command"


@pytest.mark.parametrize(
    ("remote", "said"),
    [
        (command("import sys; print('s3cret'); sys.exit(3)"), "code 3"),
        (command("pass"), "printed nothing"),
        (command("import time; print('s3cret', flush=True); time.sleep(60)"), "within 1 seconds"),
        (Remote("a", A.url, ("no-such-program-here",)), "no-such-program-here cannot be run"),
        (Remote("a", A.url, ("a\0b",)), "cannot be run"),
    ],
)
def test_a_command_that_fails_asks_for_a_login_and_repeats_nothing(monkeypatch, remote, said):
    monkeypatch.delenv("BCFSYNC_TOKEN", raising=False)
    with pytest.raises(TokenCommandFailed, match=said) as failed:
        token_for(remote, [remote], seconds=1.0)
    assert failed.value.exit_code == 4
    assert "s3cret" not in str(failed.value)


# -- where the state lies --------------------------------------------------------------------------------------


def test_a_pairs_state_is_its_own_and_the_api_version_makes_no_difference(monkeypatch, tmp_path):
    monkeypatch.setenv("BCFSYNC_STATE", str(tmp_path))
    one = config.pair_state("https://h/bcf/2.1", "p", "a" * 32)
    assert one == config.pair_state("https://h", "p", "a" * 32)
    others = {config.pair_state("https://h", "q", "a" * 32), config.pair_state("https://h", "p", "b" * 32)}
    assert one not in others
    assert len(others) == 2
    assert tmp_path in one.parents


def test_the_pace_of_a_server_can_be_set(tmp_path):
    (tmp_path / "issues").mkdir()
    lines = "requests_per_second = 2.5\nmost_in_flight = 3\n"
    remote = parse(REMOTE + lines, tmp_path / FILE).remotes["catenda"]
    assert (remote.requests_per_second, remote.most_in_flight) == (2.5, 3)
    remote = parse(REMOTE, tmp_path / FILE).remotes["catenda"]
    assert (remote.requests_per_second, remote.most_in_flight) == (None, None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("requests_per_second = 0", "must be from 0.5 to 1000"),
        ("requests_per_second = nan", "must be from 0.5 to 1000"),
        ('requests_per_second = "5"', "must be a number, not a text"),
        ("requests_per_second = true", "must be a number"),
        ("most_in_flight = 0", "must be from 1 to 16"),
        ("most_in_flight = 17", "must be from 1 to 16"),
        ("most_in_flight = 2.5", "must be a whole number"),
        ("most_in_flights = 2", 'did you mean "most_in_flight"'),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused_in_one_line(tmp_path, line, said):
    with pytest.raises(BadConfig) as error:
        parse(f"{REMOTE}{line}\n", tmp_path / FILE)
    told = f"{error.value} {error.value.hint}"
    assert said in told
    assert f"remote.catenda.{line.split()[0]}" in told
    assert "\n" not in told
