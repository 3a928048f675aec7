"""Archives for measuring: N topics with three comments and two viewpoints of forty components each.

Owns: their text, written out here and not by the package, so that what is measured is not what makes the measure.
The same arguments give the same bytes. Components come from a pool, as those of one building do: topics share them.
"""

import random
import uuid
import zipfile
from pathlib import Path

COMMENTS, VIEWPOINTS, COMPONENTS = 3, 2, 40
ELEMENTS_OF_THE_BUILDING = 20_000
SNAPSHOT_BYTES = 100_000
_STAMP = (2025, 3, 3, 8, 0, 0)
_IFC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"
_PEOPLE = [f"{name}@example.com" for name in ("anna.berg", "bo.lind", "chen.wei", "dara.okafor", "eva.novak")]
_TYPES, _STATUSES, _LABELS = ("Clash", "Request", "Error"), ("Open", "In Progress", "Closed"), ("Architecture", "MEP")
_WORDS = ["duct", "beam", "wall", "slab", "pipe", "opening", "level", "grid", "door", "shaft", "moved", "above", "fire"]
Pool = list[tuple[str, str]]
"""The elements of the building: IFC guid, and number in the authoring tool."""

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def build(path: Path, topics: int, *, snapshots: bool) -> Path:
    """An archive of BCF 2.1 with this many topics, with or without a snapshot of 100 KB in each viewpoint."""
    chance = random.Random(topics)  # noqa: S311 - the same archive every time
    pool = [
        ("".join(chance.choices(_IFC, k=22)), str(chance.randrange(100_000, 999_999)))
        for _ in range(ELEMENTS_OF_THE_BUILDING)
    ]
    picture = (
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes((0, 0, 4, 0, 0, 0, 3, 0)) + chance.randbytes(SNAPSHOT_BYTES)
    )
    with zipfile.ZipFile(path, "w") as archive:
        _add(archive, "bcf.version", f'{_XML}<Version VersionId="2.1"><DetailedVersion>2.1</DetailedVersion></Version>')
        _add(archive, "project.bcfp", f"{_XML}{_project(chance)}")
        for at in range(topics):
            _add_topic(archive, at, chance, pool, picture if snapshots else None)
    return path


def _add(archive: zipfile.ZipFile, name: str, data: str | bytes, kind: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = kind
    archive.writestr(info, data)


def _add_topic(archive: zipfile.ZipFile, at: int, chance: random.Random, pool: Pool, picture: bytes | None) -> None:
    folder, views = _guid(chance), [_guid(chance) for _ in range(VIEWPOINTS)]
    _add(archive, f"{folder}/markup.bcf", _markup(folder, at, views, chance, snapshots=picture is not None))
    for number, view in enumerate(views):
        _add(archive, f"{folder}/viewpoint-{number}.bcfv", _visinfo(view, number, chance, pool))
        if picture is not None:
            # exporters deflate pictures in vain; stored, they make the same archive in a tenth of the time
            _add(archive, f"{folder}/snapshot-{number}.png", picture, zipfile.ZIP_STORED)


def _project(chance: random.Random) -> str:
    return (
        f'<ProjectExtension><Project ProjectId="{_guid(chance)}"><Name>Measured</Name></Project>'
        "<ExtensionSchema/></ProjectExtension>"
    )


def _markup(guid: str, at: int, views: list[str], chance: random.Random, *, snapshots: bool) -> str:
    born = f"<CreationDate>{_date(at)}</CreationDate>\n    <CreationAuthor>{chance.choice(_PEOPLE)}</CreationAuthor>"
    listed = "\n".join(_listed(view, number, snapshots=snapshots) for number, view in enumerate(views))
    said = "\n".join(_comment(at + number, views, chance) for number in range(COMMENTS))
    return f"""{_XML}<Markup>
  <Header>
    <File IfcProject="0a$Xq1w9T9cB4m2d6Yp3_K" isExternal="true">
      <Filename>structure.ifc</Filename>
      <Date>2025-02-01T08:00:00Z</Date>
    </File>
  </Header>
  <Topic Guid="{guid}" TopicType="{chance.choice(_TYPES)}" TopicStatus="{chance.choice(_STATUSES)}">
    <Title>{_sentence(chance, 5)} {at}</Title>
    <Priority>Normal</Priority>
    <Index>{at}</Index>
    <Labels>{chance.choice(_LABELS)}</Labels>
    {born}
    <ModifiedDate>{_date(at + 3)}</ModifiedDate>
    <ModifiedAuthor>{chance.choice(_PEOPLE)}</ModifiedAuthor>
    <AssignedTo>{chance.choice(_PEOPLE)}</AssignedTo>
    <Description>{_sentence(chance, 25)}</Description>
  </Topic>
{said}
{listed}
</Markup>
"""


def _listed(view: str, number: int, *, snapshots: bool) -> str:
    picture = f"\n    <Snapshot>snapshot-{number}.png</Snapshot>" if snapshots else ""
    return f"""  <Viewpoints Guid="{view}">
    <Viewpoint>viewpoint-{number}.bcfv</Viewpoint>{picture}
    <Index>{number}</Index>
  </Viewpoints>"""


def _comment(at: int, views: list[str], chance: random.Random) -> str:
    return f"""  <Comment Guid="{_guid(chance)}">
    <Date>{_date(at)}</Date>
    <Author>{chance.choice(_PEOPLE)}</Author>
    <Comment>{_sentence(chance, 15)}</Comment>
    <Viewpoint Guid="{chance.choice(views)}"/>
  </Comment>"""


def _visinfo(guid: str, number: int, chance: random.Random, pool: Pool) -> str:
    """Half the published components name their authoring system, half are a guid alone: one viewpoint of each kind."""
    chosen = [_component(*element, named=number == 0) for element in chance.sample(pool, COMPONENTS)]
    camera = "".join(
        f"    <{name}>{_point(chance)}</{name}>\n" for name in ("CameraViewPoint", "CameraDirection", "CameraUpVector")
    )
    return f"""{_XML}<VisualizationInfo Guid="{guid}">
  <Components>
    <ViewSetupHints SpacesVisible="false" SpaceBoundariesVisible="false" OpeningsVisible="false"/>
    <Selection>{"".join(chosen[:20])}
    </Selection>
    <Visibility DefaultVisibility="true">
      <Exceptions>{"".join(chosen[20:30])}
      </Exceptions>
    </Visibility>
    <Coloring>
      <Color Color="FF8000">{"".join(chosen[30:])}
      </Color>
    </Coloring>
  </Components>
  <PerspectiveCamera>
{camera}    <FieldOfView>60</FieldOfView>
  </PerspectiveCamera>
</VisualizationInfo>
"""


def _component(guid: str, tool_id: str, *, named: bool) -> str:
    if not named:
        return f'\n      <Component IfcGuid="{guid}"/>'
    return f"""
      <Component IfcGuid="{guid}">
        <OriginatingSystem>Autodesk Revit 2024 (ENU)</OriginatingSystem>
        <AuthoringToolId>{tool_id}</AuthoringToolId>
      </Component>"""


def _point(chance: random.Random) -> str:
    return "".join(f"<{axis}>{chance.uniform(-50, 50):.6f}</{axis}>" for axis in "XYZ")


def _guid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _date(at: int) -> str:
    return f"2025-{1 + at % 12:02}-{1 + at % 28:02}T{at % 24:02}:{at % 60:02}:00Z"


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize()
