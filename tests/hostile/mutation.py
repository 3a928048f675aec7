"""Archives made slightly, or badly, wrong: bytes of the zip, its entries, and the XML in them.

Owns: bytes of an archive and chance → bytes of another. Every choice comes from the given ``random.Random``: the same
seed gives the same archive.
"""

# ruff: noqa: E501, RUF001 - rows of a table, look-alike letters, and chance that must be repeatable

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress

from lxml import etree

Entry = tuple[str, bytes]
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_XML = re.compile(r"\.(bcf|bcfv|bcfp|xml|xsd|version|extensions)$", re.IGNORECASE)
_GUID = "0f3e4d5c-0000-4000-8000-00000000000a"

NASTY_TEXTS = (
    "", " ", "\n\t ", "x", "NaN", "INF", "-INF", "1e400", "-0", "-0.0", "1e-400", "0x10", "1_000", "١٢٣", "1" + "0" * 400,
    "2147483648", "-2147483649", "true", "TRUE", "yes", "0", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00",
    "9999999-01-01T00:00:00Z", "9999-12-31T24:00:00Z", "9999-12-31T23:59:59-14:00", "0002-01-01T00:00:00+14:00",
    "2025-02-30T00:00:00Z", "2025-01-01T24:00:00", "2025-01-01T23:59:60Z", "2025-01-01T00:00:00+99:99",
    "2025-01-01T00:00:00+24:00", "2025-01-01T00:00:00.123456789012345Z", "2025-01-01", "２０２５-01-01T00:00:00Z",
    "../../evil", "..", ".", "/", "/evil", "C:\\evil", "CON", "NUL.txt", "markup.bcf", "./markup.bcf", "../bcf.version",
    "a/../b", "a\\b", "name:stream", "trailing. ", "x" * 300, "é" * 200, "http://127.0.0.1:9/x", "file:///etc/passwd",
    _GUID, _GUID.upper(), "{" + _GUID + "}", "urn:uuid:" + _GUID, _GUID.replace("-", ""), _GUID[:-1], "0" * 22,
    "\u202eevil", "\ufeffbom", "a\u2028b", "emoji \U0001f600", "]]>", "<b>&amp;</b>", "--", "?>", "a\rb\r\nc", "%s%n{0}",
    "FF0000", "#ff00ff80", "red", "3.0", "2.0", "9.9", "\x85", "\u0130", "ß", "ſ", "K",
)  # fmt: skip
NAMES = (
    "bcf.version", "project.bcfp", "extensions.xml", "extensions.xsd", "documents.xml", "markup.bcf", "viewpoint.bcfv",
    "snapshot.png", "../markup.bcf", "/markup.bcf", "C:/markup.bcf", "C:markup.bcf", "CON", "con.txt", "NUL", "LPT1/markup.bcf",
    "a\0b", "a\\markup.bcf", "./x/markup.bcf", "x//markup.bcf", "x/", "x/markup.bcf/", "Markup.BCF", "__MACOSX/._x",
    "." , "..", "x/.", "trailing./markup.bcf", "x \t/markup.bcf", "é/markup.bcf", "x" * 250, "a/" * 60 + "markup.bcf",
    "Documents/" + _GUID + "/plan.pdf", "documents/" + _GUID, _GUID + "/markup.bcf", _GUID + "/viewpoint.bcfv",
)  # fmt: skip
INSTRUCTIONS = (
    "synthetic Title", "synthetic Guid Date Author CreationDate TopicType TopicStatus Status VerbalStatus Index",
    "synthetic ViewSetupHints Visibility Components Header File", "synthetic", "kept", "kept {}", "kept []", "kept {", "kept null",
    "kept " + "[" * 2000, 'kept {"Path": "../../evil"}', 'kept {"Path": "CON"}', 'kept {"Path": 7}', 'kept {"Path": "markup.bcf"}',
    'kept {"Path": "bcf.version"}', 'kept {"DueDate": "9999999", "Stage": 1, "ReferenceLinks": [1, null, "x"]}',
    'kept {"DueDate": "2025-01-01T00:00:00", "Stage": " ", "ReferenceLinks": ["", " ", "a"], "ServerAssignedId": "s"}',
    'kept {"Index": 1e400, "Viewpoint": {}, "Status": [], "ReplyToComment": "../../evil"}', 'kept {"Index": -99999999999}',
    'kept {"Status": "Error", "VerbalStatus": "\\ud800", "ReplyToComment": "x", "Date": "x"}', 'kept {"Status": "\\u0000"}',
    'kept {"Flat": [[null, null, null, null, null, null]], "ViewSetupHints": [null, true, 3]}',
    'kept {"Flat": [["x", "y", "z", true, false, "nocolour"]], "NoVisibility": true, "NoViewSetupHints": true}',
    'kept {"OrthogonalCamera": {"CameraViewPoint": [1, 2, NaN], "CameraDirection": [1e308, 1, 1], "CameraUpVector": [1]}}',
    'kept {"OrthogonalCamera": {"CameraViewPoint": [0, 0, 0], "CameraDirection": [0, 0, 0], "CameraUpVector": [0, 0, 0], "ViewToWorldScale": 0}}',
    'kept {"PerspectiveAspectRatio": -1, "OrthogonalAspectRatio": 1e299, "DefaultVisibility": false}',
    'kept {"Stages": {"Stage": [1, null, "", " ", "x"]}}', 'kept {"Stages": []}', "remarks", "remarks {}", "remark x", "\u20ac",
    'kept {"PerspectiveAspectRatio": ' + "9" * 400 + "}", 'kept {"Stage": "\\ufffe\\u0001"}',
    'kept {"DefaultVisibility": true, "ViewSetupHints": [true, true, true]}',
)  # fmt: skip


# --- packing ----------------------------------------------------------------------------------------------------------


def entries_of(data: bytes) -> list[Entry]:
    """Names and bytes of every entry that can be read; none where there is no zip."""
    found: list[Entry] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                try:
                    found.append((info.orig_filename, archive.read(info)))
                except Exception:  # noqa: BLE001 - damaged already: what is left is mutated on
                    continue
    except Exception:  # noqa: BLE001
        return []
    return found


def packed(entries: list[Entry], *, deflated: bool = False) -> bytes:
    """A zip of these entries, whatever their names."""
    body, directory = io.BytesIO(), io.BytesIO()
    for name, data in entries:
        raw = name.encode("utf-8", "replace")[:65535]
        flags = 0 if raw.isascii() else 0x800
        stream = data
        if deflated:
            packer = zlib.compressobj(1, zlib.DEFLATED, -15)
            stream = packer.compress(data) + packer.flush()
        common = struct.pack(
            "<5H3I2H", 20, flags, 8 if deflated else 0, 0, 33, zlib.crc32(data), len(stream), len(data), len(raw), 0
        )
        directory.write(b"PK\1\2\x14\0" + common + struct.pack("<3H2I", 0, 0, 0, 0, body.tell()) + raw)
        body.write(b"PK\3\4" + common + raw + stream)
    start, length = body.tell(), directory.tell()
    count = min(len(entries), 65535)
    end = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, count, count, length, start, 0)
    return body.getvalue() + directory.getvalue() + end


def lightened(data: bytes, most: int = 60_000) -> bytes:
    """The archive with pictures cut to their headers, so that a case costs milliseconds; without the largest XML."""
    kept = []
    for name, content in entries_of(data):
        if not _XML.search(name):
            kept.append((name, content[:96]))
        elif len(content) <= most:
            kept.append((name, content))
    return packed(kept)


# --- the levels -------------------------------------------------------------------------------------------------------


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The archive with one to four things wrong with it."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        level = chance.choices((_bytes, _entries, _documents), weights=(2, 3, 9))[0]
        data = level(data, chance)
    return data


def _bytes(data: bytes, chance: random.Random) -> bytes:
    """Flips, cuts, and repeats, most of them where the directory is."""
    if not data:
        return data
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = _place(found, chance)
        kind = chance.randrange(6)
        if kind == 0:
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            found[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\1\0\0\0"))
        elif kind == 2:
            found[at : at + 2] = struct.pack("<H", chance.choice((0, 1, 8, 9, 12, 14, 99, 0x801, 0x41, 65535)))
        elif kind == 3:
            del found[at : at + chance.choice((1, 4, 30, len(found)))]
        elif kind == 4:
            found[at:at] = chance.choice(
                (b"\0", b"PK\5\6", b"PK\3\4", b"PK\1\2", b"PK\6\6", b"PK\6\7", chance.randbytes(8))
            )
        else:
            found[at:at] = found[at : at + chance.randrange(1, 64)]
        if not found:
            break
    return bytes(found)


def _place(found: bytearray, chance: random.Random) -> int:
    marks = [
        at for mark in (b"PK\1\2", b"PK\3\4", b"PK\5\6") if (at := found.find(mark, chance.randrange(len(found)))) >= 0
    ]
    if marks and chance.random() < 0.8:
        return min(chance.choice(marks) + chance.randrange(46), len(found) - 1)
    return chance.randrange(len(found))


def _entries(data: bytes, chance: random.Random) -> bytes:
    """Entries dropped, doubled, renamed, swapped, emptied, turned into others."""
    entries = entries_of(data)
    if not entries:
        return data
    at, other = chance.randrange(len(entries)), chance.randrange(len(entries))
    name, content = entries[at]
    kind = chance.randrange(9)
    if kind == 0:
        del entries[at]
    elif kind == 1:
        entries.insert(other, entries[at])
    elif kind == 2:
        folder = name.rpartition("/")[0]
        entries[at] = (chance.choice((chance.choice(NAMES), f"{folder}/{chance.choice(NAMES)}", name.upper())), content)
    elif kind == 3:
        entries[at], entries[other] = (name, entries[other][1]), (entries[other][0], content)
    elif kind == 4:
        entries[at] = (
            name,
            chance.choice((b"", b"\0", b"<", content[: len(content) // 2], content * 2, content[::-1])),
        )
    elif kind == 5:
        entries[at] = (name + "/", content)
    elif kind == 6:
        entries = [((f"x/{one}" if chance.random() < 0.9 else one), what) for one, what in entries]
    elif kind == 7:
        entries[at] = (name.replace("/", "\\"), content)
    else:
        entries.append((f"{name.rpartition('/')[0]}/{chance.choice(NAMES)}", entries[other][1]))
    return packed(entries, deflated=chance.random() < 0.3)


def _documents(data: bytes, chance: random.Random) -> bytes:
    """One document of the archive, wrong inside."""
    entries = entries_of(data)
    documents = [at for at, (name, _) in enumerate(entries) if _XML.search(name)]
    if not documents:
        return data
    at = chance.choice(documents)
    name, content = entries[at]
    for _ in range(chance.choice((1, 1, 2, 5))):
        content = _document(content, chance)
    entries[at] = (name, content)
    return packed(entries, deflated=chance.random() < 0.2)


def _document(content: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.1:
        return chance.choice(_TEXTUAL)(content, chance)
    try:
        root = etree.fromstring(content, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return chance.choice(_TEXTUAL)(content, chance)
    elements = [item for item in root.iter() if isinstance(item.tag, str)]
    # lxml refuses what no document can hold: NUL, entities that nobody declares
    with suppress(ValueError, TypeError, SyntaxError):
        chance.choice(_STRUCTURAL)(elements, chance)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


# --- in a document ----------------------------------------------------------------------------------------------------

Elements = list[etree._Element]


def _delete(elements: Elements, chance: random.Random) -> None:
    one = chance.choice(elements)
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _double(elements: Elements, chance: random.Random) -> None:
    one = chance.choice(elements)
    parent = one.getparent()
    if parent is not None and len(elements) < 3000:
        copy = etree.fromstring(etree.tostring(one, with_tail=False), _PARSER)
        parent.insert(chance.randrange(len(parent) + 1), copy)


def _move(elements: Elements, chance: random.Random) -> None:
    one, target = chance.choice(elements), chance.choice(elements)
    if one.getparent() is not None and one is not target and one not in target.iterancestors():
        target.insert(chance.randrange(len(target) + 1), one)


def _rename(elements: Elements, chance: random.Random) -> None:
    chance.choice(elements).tag = chance.choice(
        (
            chance.choice(elements).tag,
            "Unknown",
            "{urn:x}Topic",
            "{urn:x}" + etree.QName(chance.choice(elements)).localname,
        )
    )


def _retext(elements: Elements, chance: random.Random) -> None:
    leaves = [item for item in elements if not len(item)] or elements
    chance.choice(leaves if chance.random() < 0.8 else elements).text = chance.choice(NASTY_TEXTS)


def _reword(elements: Elements, chance: random.Random) -> None:
    """The text of one leaf, or attribute, in another's place: guids, names and references get crossed."""
    said = [item.text for item in elements if item.text and item.text.strip()]
    said += [value for item in elements for value in item.attrib.values()]
    if not said:
        return
    words = chance.choice(said)
    one = chance.choice(elements)
    if one.attrib and chance.random() < 0.5:
        one.set(chance.choice(list(one.attrib)), words)
    else:
        one.text = words


def _reattribute(elements: Elements, chance: random.Random) -> None:
    with_some = [item for item in elements if item.attrib] or elements
    one = chance.choice(with_some)
    names = [*one.attrib, "Guid", "guid", "isExternal", "IsExternal", "TopicType", "{urn:x}Guid"]
    one.set(chance.choice(names), chance.choice(NASTY_TEXTS))


def _unattribute(elements: Elements, chance: random.Random) -> None:
    one = chance.choice([item for item in elements if item.attrib] or elements)
    if one.attrib:
        del one.attrib[chance.choice(list(one.attrib))]


def _instruct(elements: Elements, chance: random.Random) -> None:
    """Our own marks, which somebody forged."""
    chance.choice(elements).insert(0, etree.ProcessingInstruction("bcfsync", chance.choice(INSTRUCTIONS)))


def _comment(elements: Elements, chance: random.Random) -> None:
    one = chance.choice(elements)
    one.insert(chance.randrange(len(one) + 1), etree.Comment(" who knows "))


def _tail(elements: Elements, chance: random.Random) -> None:
    if (one := chance.choice(elements)).getparent() is not None:
        one.tail = chance.choice(NASTY_TEXTS)


_STRUCTURAL: tuple[Callable[[Elements, random.Random], None], ...] = (
    _delete, _delete, _double, _double, _move, _move, _rename, _retext, _retext, _retext, _reword, _reword, _reattribute,
    _reattribute, _unattribute, _instruct, _instruct, _comment, _tail,
)  # fmt: skip


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _flip(content: bytes, chance: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(chance.choice((1, 3))):
        if found:
            found[chance.randrange(len(found))] = chance.choice((0, 1, 0x3C, 0x26, 0x22, 0x80, 0xFF, 0x85, 0x3E))
    return bytes(found)


def _encode(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    kind = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "utf-32", "cp037", "utf-7"))
    return text.encode(kind, "replace")


def _declare(content: bytes, chance: random.Random) -> bytes:
    start = chance.choice((
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b'<?xml version="1.1"?>', b'<?xml version="1.0" encoding="utf-16"?>', b"\0", b"\n \n",
        b'<?xml version="1.0" encoding="EBCDIC-CP-US"?>', b'<?xml version="1.0" encoding="x-none"?>', b"<!-- --><?bcfsync kept {}?>",
        b"<?xml-stylesheet href='file:///etc/passwd'?>", b"\xef\xbb\xbf\xef\xbb\xbf",
    ))  # fmt: skip
    body = content.partition(b"?>")[2] if content.startswith(b"<?xml") else content
    return start + body


def _insert(content: bytes, chance: random.Random) -> bytes:
    spots = [found.end() for found in re.finditer(rb">", content)] or [0]
    at = chance.choice(spots)
    piece = chance.choice((
        b"&#0;", b"&#xFFFE;", b"&#x1F;", b"&unknown;", b"<![CDATA[ <x> ]]>", b"\x0b", b"&#xD800;", b"&amp;amp;", b"]]>", b"<",
        b"<?bcfsync synthetic Title?>", b'<?bcfsync kept {"Path": "../x"}?>', b"<x xmlns='urn:y'/>", b"\xff", b"\xed\xa0\x80",
    ))  # fmt: skip
    return content[:at] + piece + content[at:]


_TEXTUAL: tuple[Callable[[bytes, random.Random], bytes], ...] = (_cut, _flip, _encode, _declare, _insert, _insert)
