"""What the twins of quirks and habits are told in: XML as text, two tiny pictures, and the expectation beside each.

Owns: text pieces of markups and viewpoints of every version. Sees: parts (guids only), quirk_zip. No XML library and
none of the package's writers have a hand in it: an odd file must stay as odd as it was made.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from parts import guid

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SAID = 'TopicType="Clash" TopicStatus="Open"'
BORN = "<CreationDate>2025-03-17T08:30:00Z</CreationDate><CreationAuthor>sofia.costa@example.com</CreationAuthor>"
AUTHOR = "jörg.müller@example.org"
_FIELDS = {"t.": "topics.0.", "c.": "topics.0.comments.0.", "v.": "topics.0.viewpoints.0."}


@dataclass(frozen=True, slots=True)
class Sample:
    """One odd archive: what it is a twin of, how it is made, and what must come out of it.

    ``counts`` are topics, comments and viewpoints; ``findings`` the reader's numbers, sorted; ``fields`` paths into
    the model with the values they must have (``t.``, ``c.`` and ``v.`` are the first topic, comment and viewpoint);
    ``validate`` numbers that validation adds; ``rewritten`` fields that are different once it is written again;
    ``for_bimcollab`` entries it must have when converted for that product; ``same_as`` another sample of equal content;
    ``error`` words of the refusal instead of all that.
    """

    name: str
    twin_of: tuple[str, ...]
    how: str
    out: str
    data: bytes
    version: str = "2.1"
    counts: tuple[int, int, int] = (1, 0, 0)
    findings: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    validate: tuple[str, ...] = ()
    rewritten: Mapping[str, object] = field(default_factory=dict)
    for_bimcollab: tuple[str, ...] = ()
    same_as: str = ""
    error: str = ""

    def expected(self) -> dict[str, object]:
        """The expectation as JSON has it."""
        first: dict[str, object] = {"twin_of": list(self.twin_of), "must_come_out": self.out}
        if self.error:
            return first | {"error": self.error}
        found = first | {"bcf_version": self.version, "findings": sorted(self.findings)}
        found |= dict(zip(("topics", "comments", "viewpoints"), self.counts, strict=True))
        found["fields"] = {_whole(path): value for path, value in self.fields.items()}
        if self.validate:
            found["validate_adds"] = list(self.validate)
        if self.rewritten:
            found["fields_when_rewritten"] = {_whole(path): value for path, value in self.rewritten.items()}
        if self.for_bimcollab:
            found["entries_for_bimcollab"] = list(self.for_bimcollab)
        return found | ({"same_as": self.same_as} if self.same_as else {})


def _whole(path: str) -> str:
    short = path[:2]
    return _FIELDS[short] + path[2:] if short in _FIELDS else path


# -- guids ---------------------------------------------------------------------------------------------------------


def t(name: str) -> str:
    """The topic's guid of a sample."""
    return guid(f"{name}/topic")


def c(name: str) -> str:
    """Its comment's guid."""
    return guid(f"{name}/comment")


def v(name: str) -> str:
    """Its viewpoint's guid."""
    return guid(f"{name}/view")


# -- documents -----------------------------------------------------------------------------------------------------


def version(number: str, detailed: str = "") -> str:
    """bcf.version."""
    inner = f"<DetailedVersion>{detailed}</DetailedVersion>" if detailed else ""
    return f'{HEAD}<Version VersionId="{number}">{inner}</Version>'


def issue(title: str, after: str = "", before: str = "") -> str:
    """The content of a Topic with everything it must have; ``after`` follows the author, ``before`` the title."""
    return f"<Title>{title}</Title>{before}{BORN}{after}"


def markup(name: str, topic: str, rest: str = "", *, said: str = SAID, header: str = "") -> str:
    """A markup.bcf; ``rest`` stands behind the topic, where 2.x has comments and viewpoints."""
    return f'{HEAD}<Markup>{header}<Topic Guid="{t(name)}" {said}>{topic}</Topic>{rest}</Markup>'


def files(
    name: str,
    topic: str,
    rest: str = "",
    *,
    number: str = "2.1",
    said: str = SAID,
    header: str = "",
    **more: str | bytes,
) -> dict[str, str | bytes]:
    """The entries of an archive with one topic; of ``more``, ``viewpoint_bcfv`` is viewpoint.bcfv in its folder."""
    found: dict[str, str | bytes] = {"bcf.version": version(number, "" if number == "3.0" else number)}
    if number == "3.0":
        found["extensions.xml"] = f"{HEAD}<Extensions/>"
    found[f"{t(name)}/markup.bcf"] = markup(name, topic, rest, said=said, header=header)
    return found | {f"{t(name)}/{file.replace('_', '.')}": data for file, data in more.items()}


def viewed(
    name: str, topic: str, rest: str = "", *, content: str = "", number: str = "2.1", header: str = ""
) -> dict[str, str | bytes]:
    """An archive of 2.0 or 2.1 whose topic has a viewpoint of this content with a snapshot; 2.0 wants a header."""
    visible = visinfo(content or CAMERA, "" if number == "2.0" else v(name))
    return files(
        name,
        topic,
        rest + view(v(name)),
        number=number,
        header=header or ("<Header><File/></Header>" if number == "2.0" else ""),
        viewpoint_bcfv=visible,
        snapshot_png=png(),
    )


def viewed_30(name: str, topic: str, comments: str = "", content: str = "") -> dict[str, str | bytes]:
    """The same in 3.0."""
    inner = topic + (f"<Comments>{comments}</Comments>" if comments else "")
    inner += f"<Viewpoints>{view_30(v(name))}</Viewpoints>"
    return files(name, inner, number="3.0", viewpoint_bcfv=visinfo(content or CAMERA_30, v(name)), snapshot_png=png())


def comment(name: str, text: str, *, view: str = "", key: str = "comment", date: str = "2025-03-18T07:05:00Z") -> str:
    """A comment of 2.1 and 3.0."""
    seen = f'<Viewpoint Guid="{view}"/>' if view else ""
    said = f"<Date>{date}</Date><Author>{AUTHOR}</Author><Comment>{text}</Comment>"
    return f'<Comment Guid="{guid(f"{name}/{key}")}">{said}{seen}</Comment>'


def comment_20(name: str, text: str, *, status: str = "<Status>Unknown</Status>", back: bool = True) -> str:
    """A comment of 2.0."""
    link = f'<Topic Guid="{t(name)}"/>' if back else ""
    said = f"<Date>2025-03-18T07:05:00Z</Date><Author>{AUTHOR}</Author><Comment>{text}</Comment>"
    return f'<Comment Guid="{c(name)}">{status}{said}{link}</Comment>'


def view(guid_: str, file: str = "viewpoint.bcfv", snapshot: str = "snapshot.png", index: str = "") -> str:
    """An entry of the viewpoint list of 2.x; an empty name leaves the element out."""
    return f'<Viewpoints Guid="{guid_}">{_named(file, snapshot, index)}</Viewpoints>'


def view_30(guid_: str, file: str = "viewpoint.bcfv", snapshot: str = "snapshot.png", index: str = "") -> str:
    """An entry of the viewpoint list of 3.0."""
    return f'<ViewPoint Guid="{guid_}">{_named(file, snapshot, index)}</ViewPoint>'


def _named(file: str, snapshot: str, index: str) -> str:
    pairs = (("Viewpoint", file), ("Snapshot", snapshot), ("Index", index))
    return "".join(f"<{name}>{text}</{name}>" for name, text in pairs if text)


def visinfo(content: str, guid_: str = "") -> str:
    """A viewpoint file; 2.0 has no guid in it."""
    said = f' Guid="{guid_}"' if guid_ else ""
    return f"{HEAD}<VisualizationInfo{said}>{content}</VisualizationInfo>"


def point(name: str, x: str, y: str, z: str) -> str:
    """A point or a direction, with numbers as text."""
    return f"<{name}><X>{x}</X><Y>{y}</Y><Z>{z}</Z></{name}>"


def camera(angle: str = "60", ratio: str = "") -> str:
    """A perspective camera."""
    place = point("CameraViewPoint", "4.5", "-6.25", "1.7") + point("CameraDirection", "0", "1", "0")
    seen = f"<FieldOfView>{angle}</FieldOfView>" + (f"<AspectRatio>{ratio}</AspectRatio>" if ratio else "")
    return f"<PerspectiveCamera>{place}{point('CameraUpVector', '0', '0', '1')}{seen}</PerspectiveCamera>"


ORTHOGONAL = (
    "<OrthogonalCamera>"
    + point("CameraViewPoint", "4.5", "2", "30")
    + point("CameraDirection", "0", "0", "-1")
    + point("CameraUpVector", "0", "1", "0")
    + "<ViewToWorldScale>12.5</ViewToWorldScale></OrthogonalCamera>"
)
CAMERA, CAMERA_30 = camera(), camera(ratio="1.5")


# -- pictures ------------------------------------------------------------------------------------------------------


def png(width: int = 4, height: int = 3, grey: int = 160) -> bytes:
    """A picture of one shade of grey."""
    rows = (b"\0" + bytes([grey]) * width) * height
    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg() -> bytes:
    """A JPEG of 8 by 8 pixels, all of one middle grey: one block, whose two codes are a bit each."""
    segments = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" + b"\1" * 64),
        (0xC0, b"\x08\0\x08\0\x08\1\1\x11\0"),
        (0xC4, b"\0\1" + bytes(15) + b"\0"),
        (0xC4, b"\x10\1" + bytes(15) + b"\0"),
        (0xDA, b"\1\1\0\0\x3f\0"),
    )
    told = b"".join(bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    return b"\xff\xd8" + told + b"\x3f\xff\xd9"
