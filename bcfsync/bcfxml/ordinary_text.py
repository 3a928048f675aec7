"""The most ordinary viewpoint files, read from their text: where it matches to the last character, no tree is needed.

Owns: the text of a .bcfv as every product writes most of them → model.Viewpoint. Sees: ordinary, model.
One camera, and components in the order of 2.1 or 3.0; nothing blank, no comment, no reference, no other spelling of
anything. All else raises Odd, and the readers of trees take it. Four of five documents of an archive are viewpoints,
and this costs half of what making their trees does.
"""

import math
import re

from bcfsync.bcfxml.ordinary import Odd
from bcfsync.model import (
    Coloring,
    Component,
    Components,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

LARGEST = 1 << 18
"""Longer documents are none of the many small ones this is for."""

_FLAGS = {"true": True, "1": True, "false": False, "0": False}

# W white space, T a text that is neither blank nor holds anything XML has a rule for, N what may be a number
_W = r"[ \t\r\n]*+"
_T = r"[^<>&\s\x00-\x1f\x7f-\x9f\ufffe\uffff][^<>&\x00-\x1f\x7f-\x9f\ufffe\uffff]*+"
_N = r"([-+.0-9eE]{1,40})"
_FLAG = "(true|false|1|0)"
_SPACES = (
    r'(?:\s+xmlns:xsi="http://www\.w3\.org/2001/XMLSchema-instance")?+'
    r'(?:\s+xmlns:xsd="http://www\.w3\.org/2001/XMLSchema")?+'
)
_POINT = rf"{_W}<X>{_N}</X>{_W}<Y>{_N}</Y>{_W}<Z>{_N}</Z>{_W}"


def _camera(name: str, size: str) -> str:
    """A camera; the group of its name is followed by those of its numbers."""
    parts = ("CameraViewPoint", "CameraDirection", "CameraUpVector")
    points = "".join(f"<{part}>{_POINT}</{part}>{_W}" for part in parts)
    ratio = f"(?:<AspectRatio>{_N}</AspectRatio>{_W})?+"
    return f"(?P<{name}><{name}>){_W}{points}<{size}>{_N}</{size}>{_W}{ratio}</{name}>{_W}"


def _hints(group: str) -> str:
    """Hints; the group of this name is followed by the other two flags."""
    return (
        f'<ViewSetupHints SpacesVisible="(?P<{group}>true|false|1|0)" SpaceBoundariesVisible="{_FLAG}"'
        f' OpeningsVisible="{_FLAG}"{_W}/>{_W}'
    )


_PARTS = f"(?:<OriginatingSystem>{_T}</OriginatingSystem>{_W})?+(?:<AuthoringToolId>{_T}</AuthoringToolId>{_W})?+"
_COMPONENT = rf'<Component IfcGuid="[0-9A-Za-z_$]{{22}}"{_W}(?:/>|>{_W}{_PARTS}</Component>){_W}'
_LIST = f"(?:{_COMPONENT})++"
_COLOR = (
    f'<Color Color="(?:[0-9A-F]{{8}}|[0-9A-F]{{6}})">{_W}(?:<Components>{_W}{_LIST}</Components>{_W}|{_LIST})'
    f"</Color>{_W}"
)
_VISIBILITY = (
    f'<Visibility DefaultVisibility="(?P<default>true|false|1|0)"{_W}(?:/>|>{_W}(?:{_hints("inner")})?+'
    f"(?:<Exceptions>{_W}(?P<exceptions>{_LIST})</Exceptions>{_W})?+</Visibility>){_W}"
)
_COMPONENTS = (
    f"(?P<components><Components>){_W}(?:{_hints('outer')})?+"
    f"(?:<Selection>{_W}(?P<selection>{_LIST})</Selection>{_W})?+(?:{_VISIBILITY})?+"
    f"(?:<Coloring>{_W}(?P<coloring>(?:{_COLOR})++)</Coloring>{_W})?+</Components>{_W}"
)
_DOCUMENT = re.compile(
    rf'\ufeff?(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="(?:yes|no)")?{_W}\?>)?{_W}'
    rf'<VisualizationInfo(?P<spaces>{_SPACES})(?: Guid="(?P<guid>[0-9a-fA-F-]{{36}})")?+(?P<more>{_SPACES}){_W}>{_W}'
    f"(?:{_COMPONENTS})?+"
    f"(?:{_camera('OrthogonalCamera', 'ViewToWorldScale')}|{_camera('PerspectiveCamera', 'FieldOfView')})"
    f"</VisualizationInfo>{_W}"
)
_EACH = re.compile(
    r'IfcGuid="(.{22})"[^<]*+(?:<OriginatingSystem>([^<]*)</OriginatingSystem>[^<]*+)?'
    r"(?:<AuthoringToolId>([^<]*)<)?"
)
_EACH_GUID = re.compile(r'IfcGuid="(.{22})"')
_AT = _DOCUMENT.groupindex


def viewpoint(document: bytes, guid: str) -> Viewpoint:
    """The viewpoint of a document that gives itself the guid the markup gives it.

    Raises:
        Odd: there is anything this reader does not know to the last character.
    """
    if len(document) > LARGEST:
        raise Odd
    try:
        found = _DOCUMENT.fullmatch(document.decode("utf-8"))
    except UnicodeDecodeError:
        raise Odd from None
    if found is None or (found["guid"] or guid) != guid or (found["spaces"] and found["more"]):
        raise Odd
    values = found.groups()
    one, other = found["PerspectiveCamera"], found["OrthogonalCamera"]
    return Viewpoint(
        guid,
        perspective_camera=PerspectiveCamera(*_view(values, "PerspectiveCamera")) if one else None,
        orthogonal_camera=OrthogonalCamera(*_view(values, "OrthogonalCamera")) if other else None,
        components=_components(found, values) if found["components"] else None,
    )


_Values = tuple[str | None, ...]


def _view(values: _Values, name: str) -> tuple[Point, Point, Point, float, float | None]:
    at = _AT[name]
    try:
        numbers = [None if text is None else float(text) for text in values[at : at + 11]]
    except ValueError:
        raise Odd from None
    if not all(number is None or math.isfinite(number) for number in numbers):
        raise Odd
    x, y, z, dx, dy, dz, ux, uy, uz, size, ratio = numbers
    return Point(x, y, z), Point(dx, dy, dz), Point(ux, uy, uz), size, ratio  # type: ignore[arg-type,return-value]


def _components(found: re.Match[str], values: _Values) -> Components:
    selection, shown, coloring = found["selection"], found["default"], found["coloring"]
    outer, inner = found["outer"], found["inner"]
    if (outer and (inner or shown is None)) or not (selection or shown or coloring):
        raise Odd
    visibility = None
    if shown:
        hints = _flags(values, "outer" if outer else "inner") if outer or inner else None
        exceptions = found["exceptions"]
        visibility = Visibility(_FLAGS[shown], _listed(exceptions) if exceptions else (), hints)
    return Components(
        _listed(selection) if selection else (),
        tuple(_colored(text) for text in coloring.split("</Color>")[:-1]) if coloring else (),
        visibility,
    )


def _flags(values: _Values, group: str) -> ViewSetupHints:
    at = _AT[group] - 1
    return ViewSetupHints(*(_FLAGS[text] for text in values[at : at + 3] if text))


def _colored(text: str) -> Coloring:
    """A group, from its start tag on."""
    before, _, rest = text.partition('">')
    return Coloring(before.rpartition('"')[2], _listed(rest))


def _listed(text: str) -> tuple[Component, ...]:
    if "</" not in text:
        return tuple(map(Component, _EACH_GUID.findall(text)))
    return tuple([Component(guid, system or None, tool or None) for guid, system, tool in _EACH.findall(text)])
