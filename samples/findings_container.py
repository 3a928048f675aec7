"""Samples that raise one finding each: the container (F1xx) and XML (F2xx).

Owns: archives as small as the finding allows. Sees: quirk_words, quirk_zip.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from quirk_words import CAMERA, HEAD, files, issue, t, v, version, viewed, visinfo
from quirk_zip import BZIP2, STORED, Entry, Files, dotnet, packed


@dataclass(frozen=True, slots=True)
class Raises:
    """An archive that raises the finding of this number; ``habit`` says in the file's name what was done."""

    number: str
    habit: str
    data: bytes
    ending: str = ".bcf"

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"{self.number}-{self.habit}{self.ending}"


_BESIDE = (
    f'<Comment Guid="{v("F108 comment")}"><Date>2025-04-01T00:00:00Z</Date><Author>sofia.costa@example.com</Author>'
    "<Comment>Beside the topic, where 2.1 has it.</Comment></Comment>"
)


def plain(
    number: str, after: str = "", rest: str = "", *, bcf: str = "2.1", **more: str | bytes
) -> dict[str, str | bytes]:
    """The entries of an archive with nothing but a small topic that mentions the number."""
    header = "<Header><File/></Header>" if bcf == "2.0" else ""
    return files(number, issue(f"Raises {number}", after), rest, number=bcf, header=header, **more)  # type: ignore[arg-type]


def changed(number: str, old: str, new: str, entries: Files | None = None) -> dict[str, str | bytes]:
    """The same with words of its markup replaced."""
    found = dict(plain(number) if entries is None else entries)
    path = f"{t(number)}/markup.bcf"
    text = str(found[path])
    assert old in text, (number, old)
    return found | {path: text.replace(old, new)}


def raw(entries: Files) -> list[Entry]:
    """The entries one by one, to be packed in an odd way."""
    return [Entry(name, data.encode() if isinstance(data, str) else data) for name, data in entries.items()]


def _packed(number: str, *more: Entry) -> bytes:
    return packed([*raw(plain(number)), *more])


def _wrong_checksum() -> bytes:
    data = dotnet(viewed("F114", issue("Raises F114")))
    at = data.rindex(b"PK\1\2", 0, data.rindex(b"snapshot.png"))
    return data[: at + 16] + bytes([data[at + 16] ^ 0xFF]) + data[at + 17 :]


def _overlapping() -> bytes:
    """An archive in which one entry's data are another entry's header and data."""
    inner = packed([Entry("inside.txt", b"twice told", method=STORED)])
    start = inner.index(b"PK\1\2")
    data = packed([*raw(plain("F117")), Entry("outside.bin", inner[:start], method=STORED)])
    directory = data.index(b"PK\1\2")
    record = inner[start : inner.index(b"PK\5\6")]
    record = record[:42] + struct.pack("<I", data.index(inner[:start])) + record[46:]
    end = data.index(b"PK\5\6")
    count = struct.unpack_from("<H", data, end + 10)[0] + 1
    closing = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, end - directory + len(record), directory, 0)
    return data[:end] + record + closing


def _without(number: str, name: str, bcf: str = "2.1") -> dict[str, str | bytes]:
    return {entry: data for entry, data in plain(number, bcf=bcf).items() if entry != name}


def _in_folder(number: str) -> dict[str, str | bytes]:
    return {f"export/{name}": data for name, data in plain(number).items()}


def _named(rename: Callable[[str], str], entries: Files) -> bytes:
    return dotnet({rename(name): data for name, data in entries.items()})


CONTAINER: Iterable[Raises] = (
    Raises("F100", "cut-off", dotnet(plain("F100"))[:-60]),
    Raises("F101", "backslashes", _named(lambda name: name.replace("/", "\\"), plain("F101"))),
    Raises("F102", "climbs-out", dotnet(plain("F102") | {"../outside.txt": "outside"})),
    Raises("F103", "two-entries-of-one-name", _packed("F103", Entry("bcf.version", version("2.1").encode()))),
    Raises("F104", "zipped-folder", dotnet(_in_folder("F104"))),
    Raises("F105", "finder-litter", dotnet(plain("F105") | {".DS_Store": b"\0\0\0\1Bud1"})),
    Raises("F106", "no-version", dotnet(_without("F106", "bcf.version"))),
    Raises("F107", "version-9.9", dotnet(plain("F107") | {"bcf.version": version("9.9")})),
    Raises("F108", "says-3.0-is-2.1", dotnet(plain("F108", rest=_BESIDE, bcf="3.0"))),
    Raises(
        "F109",
        "folder-without-markup",
        dotnet(plain("F109") | {f"{v('F109')}/viewpoint.bcfv": visinfo(CAMERA, v("F109"))}),
    ),
    Raises("F110", "no-topic", dotnet({"bcf.version": version("2.1")})),
    Raises("F111", "no-extensions", dotnet(_without("F111", "extensions.xml", "3.0"))),
    Raises(
        "F112",
        "letter-case",
        _named(lambda name: name.replace("snapshot.png", "Snapshot.PNG"), viewed("F112", issue("Raises F112"))),
    ),
    Raises(
        "F113",
        "bcf.extensions",
        _named(lambda name: name.replace("extensions.xml", "bcf.extensions"), plain("F113", bcf="3.0")),
    ),
    Raises("F114", "wrong-checksum", _wrong_checksum()),
    Raises(
        "F115", "encrypted-document", _packed("F115", Entry("secret.txt", bytes(range(40)), flags=1, method=STORED))
    ),
    Raises("F116", "packed-by-bzip2", _packed("F116", Entry("notes.txt", b"squeezed", method=BZIP2))),
    Raises("F117", "entries-overlap", _overlapping()),
    Raises("F118", "bytes-before-it", b"MZ this was a program once\n" + dotnet(plain("F118"))),
    Raises("F119", "name-in-code-page-437", _packed("F119", Entry("Übersicht.txt".encode("cp437"), b"overview"))),
    Raises("F120", "names-differ-in-case", dotnet(plain("F120") | {"notes.txt": "one", "Notes.txt": "two"})),
    Raises("F121", "unreferenced-file", dotnet(plain("F121") | {"notes.txt": "nobody asks for me"})),
    Raises("F122", "2.1-as-bcfzip", dotnet(plain("F122")), ".bcfzip"),
)

XML: Iterable[Raises] = (
    Raises("F201", "markup-cut-off", dotnet(changed("F201", "</Topic></Markup>", "</Top"))),
    Raises("F202", "blank-line-before-declaration", dotnet(changed("F202", HEAD, f"\n{HEAD}"))),
    Raises("F203", "doctype", dotnet(changed("F203", "<Markup>", "<!DOCTYPE Markup>\n<Markup>"))),
    Raises("F204", "wrong-root", dotnet(plain("F204") | {"project.bcfp": f"{HEAD}<Projekt/>"})),
    Raises("F205", "namespace", dotnet(changed("F205", "<Markup>", '<Markup xmlns="urn:example:bcf">'))),
    Raises("F206", "unknown-element", dotnet(plain("F206", "<Costs>200</Costs>"))),
    Raises(
        "F207",
        "elements-out-of-order",
        dotnet(plain("F207", "<Stage>Design</Stage><AssignedTo>a@example.com</AssignedTo>")),
    ),
    Raises("F208", "stage-as-attribute", dotnet(changed("F208", "<Topic ", '<Topic Stage="Design" '))),
)
