"""Zips nobody should have made: bombs, forged names, forged sizes. Built here, so that no bomb lies in the repository.

Owns: name → the bytes of a hostile archive. Sources: PKWARE appnote 4.3; D. Fifield, A better zip bomb (2019).
"""

# ruff: noqa: E501 - rows of a table

import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

TOPIC = "11111111-1111-4111-8111-111111111111"
MARKUP = (
    f'<Markup><Topic Guid="{TOPIC}" TopicType="Clash" TopicStatus="Open"><Title>T</Title>'
    "<CreationDate>2025-01-01T10:00:00Z</CreationDate><CreationAuthor>a@example.com</CreationAuthor></Topic></Markup>"
).encode()
VERSION = b'<Version VersionId="2.1"/>'
STORED, DEFLATED, DEFLATE64, LZMA, XZ, AES = 0, 8, 9, 14, 95, 99
ENCRYPTED, DESCRIPTOR, UTF8 = 0x1, 0x8, 0x800
LINK = 0o120777 << 16
MIB = 1 << 20
PLACES: dict[bytes, bytes] = {}
"""What ``{port}`` and ``{secret}`` in a document stand for, filled in when it is packed."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One entry, each of its fields as somebody may have forged it; None is what it should be."""

    name: str | bytes
    data: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    extra: bytes = b""
    local_name: bytes | None = None
    attributes: int = 0
    stream: bytes | None = None
    """What stands in the file, where that is not the packed data."""
    descriptor_sizes: bool = True


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zipped(entries: Iterable[Raw], *, comment: bytes = b"", before: bytes = b"", after: bytes = b"") -> bytes:
    """The archive, with a zip64 end where it has too many entries."""
    body, directory, count = [], [], 0
    at = 0
    for entry in entries:
        local, central = _one(entry, at)
        body.append(local)
        directory.append(central)
        at += len(local)
        count += 1
    listed = b"".join(directory)
    end = b""
    if count > 65534:
        end = b"PK\6\6" + struct.pack("<Q2H2I4Q", 44, 45, 45, 0, 0, count, count, len(listed), at)
        end += b"PK\6\7" + struct.pack("<IQI", 0, at + len(listed), 1)
    most = min(count, 65535)
    end += b"PK\5\6" + struct.pack("<4H2IH", 0, 0, most, most, len(listed), at, len(comment)) + comment
    return b"".join([before, *body, listed, end, after])


def _one(entry: Raw, at: int) -> tuple[bytes, bytes]:
    name = entry.name.encode() if isinstance(entry.name, str) else entry.name
    data, stream = entry.data, entry.stream
    for word, place in PLACES.items():
        data = data.replace(word, place)
    if stream is None:
        stream = deflated(data) if entry.method == DEFLATED else data
    crc = zlib.crc32(data) if entry.crc is None else entry.crc
    size = len(data) if entry.size is None else entry.size
    packed = len(stream) if entry.packed_size is None else entry.packed_size
    common = struct.pack("<5H", 20, entry.flags, entry.method, 0, 33)
    sizes = struct.pack("<3I", crc, packed & 0xFFFFFFFF, size & 0xFFFFFFFF)
    own = name if entry.local_name is None else entry.local_name
    streamed = bool(entry.flags & DESCRIPTOR)
    local = b"PK\3\4" + common + (bytes(12) if streamed else sizes) + struct.pack("<2H", len(own), 0) + own + stream
    if streamed and entry.descriptor_sizes:
        local += b"PK\7\x08" + sizes
    offset = at if entry.offset is None else entry.offset
    central = b"PK\1\2\x14\3" + common + sizes
    central += struct.pack("<5H2I", len(name), len(entry.extra), 0, 0, 0, entry.attributes, offset & 0xFFFFFFFF)
    return local, central + name + entry.extra


def good(*more: Raw, markup: bytes = MARKUP, version: bytes = VERSION) -> list[Raw]:
    """A small archive, and what else is in it."""
    return [Raw("bcf.version", version), Raw(f"{TOPIC}/markup.bcf", markup), *more]


def zeros(mebibytes: int) -> tuple[bytes, int]:
    """A deflated stream of that many MiB of zeros, and its checksum; made of one block said over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    crc, piece = 0, bytes(MIB)
    for _ in range(mebibytes):
        crc = zlib.crc32(piece, crc)
    return first + block * (mebibytes - 1) + packer.flush(), crc


def _bomb(name: str, **forged: int) -> bytes:
    stream, crc = zeros(1024)
    return zipped(good(Raw(name, stream=stream, crc=crc, **({"size": 1024 * MIB} | forged))))


def _many_bombs() -> bytes:
    stream, crc = zeros(15)
    return zipped(good(*(Raw(f"{TOPIC}/{at}.png", stream=stream, crc=crc, size=15 * MIB) for at in range(600))))


def _nested() -> bytes:
    stream, crc = zeros(15)
    inner = zipped([Raw(f"{at}.bin", stream=stream, crc=crc, size=15 * MIB) for at in range(16)])
    for _ in range(3):
        inner = zipped([Raw(f"{at}.zip", inner) for at in range(8)])
    return zipped(good(Raw("models/inner.zip", inner), Raw("inner.bcf", inner, method=STORED)))


def _overlapping() -> bytes:
    """Three hundred names for one stream."""
    stream, crc = zeros(10)
    entries = good(Raw(f"{TOPIC}/0.png", stream=stream, crc=crc, size=10 * MIB))
    at = len(zipped(entries[:2])) - len(zipped([])) - sum(46 + len(str(entry.name)) for entry in entries[:2])
    others = [
        Raw(f"{TOPIC}/{n}.png", stream=b"", crc=crc, size=10 * MIB, packed_size=len(stream), offset=at)
        for n in range(1, 300)
    ]
    return zipped([*entries, *others])


def _quoted() -> bytes:
    """Each entry's stream holds the headers of the next: all end in one kernel."""
    stream, crc = zeros(10)
    kernel = zipped([Raw("k.png", stream=stream, crc=crc, size=10 * MIB)])[: 35 + len(stream)]
    return zipped(
        good(Raw("a.png", stream=kernel, crc=crc, size=10 * MIB, offset=0), Raw("b.png", stream=b"", offset=40))
    )


def _thousands() -> bytes:
    return zipped(good(*(Raw(f"x/{at}.txt", b"x", method=STORED) for at in range(70_000))))


def _topics() -> bytes:
    folders = (f"00000000-0000-4000-8000-{at:012x}" for at in range(3_000))
    return zipped(good(*(Raw(f"{name}/markup.bcf", MARKUP.replace(TOPIC.encode(), name.encode())) for name in folders)))


def _cut(tenth: int) -> Callable[[], bytes]:
    def cut() -> bytes:
        data = zipped(good(Raw(f"{TOPIC}/plan.pdf", bytes(range(256)) * 8)))
        return data[: len(data) * tenth // 10]

    return cut


def _named(name: str | bytes, data: bytes = MARKUP, **forged: int) -> Callable[[], bytes]:
    return lambda: zipped(good(Raw(name, data, **forged)))


def _with(**forged: object) -> Callable[[], bytes]:
    """The markup itself forged."""

    def made() -> bytes:
        fields: dict[str, object] = {"name": f"{TOPIC}/markup.bcf", "data": MARKUP, **forged}
        return zipped([Raw("bcf.version", VERSION), Raw(**fields)])  # type: ignore[arg-type]

    return made


NAMES: dict[str, str | bytes] = {
    "climbs": "../../evil/markup.bcf", "climbs-inside": f"{TOPIC}/../../../evil.png", "climbs-by-backslash": "..\\..\\evil\\markup.bcf",
    "absolute": "/tmp/evil/markup.bcf", "drive": "C:/evil/markup.bcf", "drive-relative": "C:evil.png", "unc": "\\\\host\\share\\markup.bcf",
    "device-con": "CON", "device-nul": "NUL/markup.bcf", "device-lpt1": "LPT1.txt", "device-aux": f"{TOPIC}/aux.png",
    "stream": f"{TOPIC}/markup.bcf:hidden", "nul": b"evil\0.png", "nul-only": b"\0", "trailing-dot": "evil./markup.bcf",
    "trailing-blank": "evil /markup.bcf", "backslashes": "22222222-2222-4222-8222-222222222222\\markup.bcf", "empty": "", "dot": ".",
    "dots": "..", "slash": "/", "slashes": "///markup.bcf", "control": "a\x1b[31m\r\n/markup.bcf", "right-to-left": "\u202efcb.pukram",
    "not-utf-8": b"\xff\xfe\xfd/markup.bcf", "long": "x" * 5_000 + "/markup.bcf", "deep": "a/" * 2_000 + "markup.bcf",
    "half-a-pair": b"\xed\xa0\x80.png", "home": "~/evil", "percent": "%2e%2e/evil", "wildcards": '*?<>|".png',
}  # fmt: skip


def zips() -> dict[str, Callable[[], bytes]]:
    """All of them, by name."""
    found: dict[str, Callable[[], bytes]] = {f"cut-at-{tenth}-tenths": _cut(tenth) for tenth in range(11)}
    found |= {f"name-{name}": _named(said) for name, said in NAMES.items()}
    found |= {
        f"name-{name}-says-utf-8": _named(said, flags=UTF8) for name, said in NAMES.items() if isinstance(said, bytes)
    }
    return found | {
        "bomb-flat-markup": lambda: _bomb("22222222-2222-4222-8222-222222222222/markup.bcf"),
        "bomb-flat-picture": lambda: _bomb(f"{TOPIC}/snapshot.png"),
        "bomb-that-claims-100-bytes": lambda: _bomb("x/markup.bcf", size=100),
        "bomb-that-claims-a-picture-of-100-bytes": lambda: _bomb(f"{TOPIC}/a.png", size=100),
        "bomb-of-many": _many_bombs, "bomb-nested": _nested, "bomb-overlapping": _overlapping, "bomb-quoted": _quoted,
        "seventy-thousand-entries": _thousands, "three-thousand-topics": _topics,
        "two-of-one-name": lambda: zipped(good(Raw(f"{TOPIC}/markup.bcf", MARKUP.replace(b">T<", b">Other<")))),
        "two-versions": lambda: zipped([Raw("bcf.version", VERSION.replace(b"2.1", b"3.0")), *good()]),
        "names-differ-in-case": lambda: zipped(good(Raw(f"{TOPIC}/MARKUP.BCF", MARKUP), Raw("BCF.VERSION", VERSION))),
        "folder-as-file": lambda: zipped(good(Raw(TOPIC, b"I am a file"))),
        "file-as-folder": lambda: zipped(good(Raw(f"{TOPIC}/markup.bcf/", MARKUP), Raw(f"{TOPIC}/markup.bcf/x", MARKUP))),
        "folder-with-content": lambda: zipped(good(Raw(f"{TOPIC}/", MARKUP * 100))),
        "symbolic-link": lambda: zipped(good(Raw(f"{TOPIC}/link.png", b"../../../secret.txt", attributes=LINK))),
        "symbolic-link-as-markup": lambda: zipped(good(Raw("x/markup.bcf", b"../../../secret.txt", attributes=LINK))),
        "encrypted": _with(flags=ENCRYPTED), "encrypted-strongly": _with(flags=ENCRYPTED | 0x40),
        "encrypted-by-aes": _with(method=AES, flags=ENCRYPTED), "patched": _with(flags=0x20),
        "deflate64": _with(method=DEFLATE64), "lzma": _with(method=LZMA), "xz": _with(method=XZ), "method-77": _with(method=77),
        "lzma-of-nothing": _with(method=LZMA, stream=b""), "bzip2-of-nonsense": _with(method=12),
        "wrong-checksum": _with(crc=1), "descriptor": _with(flags=DESCRIPTOR),
        "descriptor-without-sizes": _with(flags=DESCRIPTOR, descriptor_sizes=False),
        "sizes-nowhere": _with(flags=DESCRIPTOR, size=0, packed_size=0),
        "size-too-small": _with(size=10), "size-too-large": _with(size=100_000), "size-of-4-gb": _with(size=0xFFFFFFFF),
        "packed-size-too-small": _with(packed_size=10), "packed-size-too-large": _with(packed_size=100_000),
        "packed-size-of-4-gb": _with(packed_size=0xFFFFFFFF), "offset-outside": _with(offset=0x7FFFFFFF),
        "offset-of-4-gb": _with(offset=0xFFFFFFFF), "offset-of-another": _with(offset=0),
        "zip64-sizes": _with(size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, len(MARKUP))),
        "zip64-sizes-absurd": _with(size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, 1 << 62)),
        "zip64-offset-negative": _with(offset=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, (1 << 64) - 8)),
        "zip64-cut-off": _with(size=0xFFFFFFFF, extra=b"\1\0\x08\0\0"),
        "zip64-end-elsewhere": lambda: _zip64_end(zipped(good()), 1 << 40), "zip64-on-two-disks": lambda: _zip64_end(zipped(good()), 0, 2),
        "another-name-in-its-own-header": _with(local_name=b"../../evil"), "own-name-is-not-utf-8": _with(local_name=b"\xff\xfe", flags=UTF8),
        "comment-with-a-zip-in-it": lambda: zipped(good(), comment=zipped([Raw("evil", b"x")])),
        "comment-longer-than-it-is": lambda: zipped(good())[:-2] + b"\xff\xff",
        "comment-that-ends-the-directory": lambda: zipped(good(), comment=b"PK\5\6" + bytes(18)),
        "bytes-before": lambda: zipped(good(), before=b"MZ" + bytes(100)), "bytes-after": lambda: zipped(good(), after=bytes(100)),
        "another-zip-before": lambda: zipped([Raw("evil", b"x")]) + zipped(good()),
        "another-zip-after": lambda: zipped(good()) + zipped([Raw("evil", b"x")]),
        "a-page-before": lambda: zipped(good(), before=b"<html>" + bytes(50)), "empty-archive": lambda: zipped([]),
        "no-bcf": lambda: zipped([Raw("word/document.xml", b"<w/>")]), "only-a-version": lambda: zipped([Raw("bcf.version", VERSION)]),
        "nothing": lambda: b"", "zeros": lambda: bytes(10_000), "text": lambda: b"not a zip",
    }  # fmt: skip


def _zip64_end(data: bytes, place: int, disks: int = 1) -> bytes:
    """The archive with a locator of a zip64 end that lies."""
    at = data.rindex(b"PK\5\6")
    return data[:at] + b"PK\6\7" + struct.pack("<IQI", 0, place, disks) + data[at:]
