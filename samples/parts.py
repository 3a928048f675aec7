"""The vocabulary the story is told in: archives, topics, comments, views, cameras, and names that never change.

Owns: plain values, independent of the package, so that the samples stay a witness of their own.
"""

import math
import uuid
from dataclasses import dataclass, field

Vector = tuple[float, float, float]

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/harbour-school/block-b")
_IFC_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"


def guid(name: str) -> str:
    """The guid of the thing of this name, in lower case, the same in every run."""
    return str(uuid.uuid5(_NAMESPACE, name))


def ifc_guid(name: str) -> str:
    """The IFC guid of a building element: 128 bits in 22 digits of base 64, as IFC compresses them."""
    number = uuid.uuid5(_NAMESPACE, name).int
    return "".join(_IFC_DIGITS[number >> shift & 63] for shift in range(126, -1, -6))


@dataclass(frozen=True, slots=True)
class Camera:
    """A perspective camera where it has an angle (vertical, degrees), an orthogonal one where it has a scale."""

    eye: Vector
    direction: Vector
    up: Vector
    angle: float | None = None
    scale: float | None = None


def looking(eye: Vector, target: Vector, *, angle: float | None = None, scale: float | None = None) -> Camera:
    """A camera that stands at ``eye``, looks at ``target`` and keeps its head upright."""
    x, y, z = unit(minus(target, eye))
    flat = math.hypot(x, y)
    up = (-x * z / flat, -y * z / flat, flat) if flat > 1e-9 else (0.0, 1.0, 0.0)
    return Camera(eye, rounded((x, y, z)), rounded(up), angle, scale)


def minus(a: Vector, b: Vector) -> Vector:
    """The way from b to a."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def dot(a: Vector, b: Vector) -> float:
    """Inner product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Outer product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def unit(a: Vector) -> Vector:
    """The same direction with length 1."""
    length = math.sqrt(dot(a, a))
    return (a[0] / length, a[1] / length, a[2] / length)


def rounded(a: Vector) -> Vector:
    """Six digits are enough for a direction; minus zero is zero."""
    return (round(a[0], 6) + 0.0, round(a[1], 6) + 0.0, round(a[2], 6) + 0.0)


@dataclass(frozen=True, slots=True)
class Element:
    """A building element as a viewpoint names it; ``flags`` are the attributes a 2.0 list gives it."""

    ifc: str | None = None
    system: str | None = None
    tool_id: str | None = None
    flags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture placed in the model: the format of its bytes is told by the ending of its file name."""

    file: str
    data: bytes
    location: Vector
    normal: Vector
    up: Vector
    height: float


@dataclass(frozen=True, slots=True)
class View:
    """A viewpoint. Without a camera it has no .bcfv file and is nothing but a snapshot.

    ``listed`` is the flat list of 2.0; the other versions have selection, colours and visibility instead.
    """

    name: str
    camera: Camera | None = None
    snapshot: bytes | None = None
    file: str = "viewpoint.bcfv"
    snapshot_file: str = "snapshot.png"
    index: int | None = None
    lines: tuple[tuple[Vector, Vector], ...] = ()
    planes: tuple[tuple[Vector, Vector], ...] = ()
    bitmaps: tuple[Picture, ...] = ()
    listed: tuple[Element, ...] = ()
    selection: tuple[Element, ...] = ()
    colours: tuple[tuple[str, tuple[Element, ...]], ...] = ()
    shown_by_default: bool | None = None
    exceptions: tuple[Element, ...] = ()
    hints: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment; the last three members exist in 2.0 only."""

    name: str
    date: str
    author: str
    text: str = ""
    view: str | None = None
    modified: tuple[str, str] | None = None
    status: str = "Unknown"
    verbal_status: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model a topic is about; with ``data`` it lies in the archive, where ``reference`` leads from the topic."""

    filename: str
    date: str
    reference: str
    project: str | None = None
    storey: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """Machine-readable data of a topic; without ``data`` it is external."""

    kind: str
    reference: str
    schema: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A topic's reference to a document: a web address, a path (2.x) or a document of the project by name (3.0)."""

    description: str | None
    url: str | None = None
    path: str | None = None
    document: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A topic with its thread and its views. All names of things are unique, their guids come from them."""

    name: str
    title: str
    kind: str | None = None
    status: str | None = None
    created: tuple[str, str] | None = None
    modified: tuple[str, str] | None = None
    priority: str | None = None
    index: int | None = None
    labels: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    due: str | None = None
    assigned_to: str | None = None
    stage: str | None = None
    description: str | None = None
    server_id: str | None = None
    snippet: Snippet | None = None
    files: tuple[ModelFile, ...] = ()
    documents: tuple[Link, ...] = ()
    related: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    views: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the project (3.0)."""

    name: str
    filename: str
    data: bytes
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A whole archive: ``lists`` are the value lists by the names of ``hand_built.LISTS``, ``more`` further entries."""

    path: str
    version: str
    issues: tuple[Issue, ...]
    project: tuple[str, str] | None = None
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    papers: tuple[Paper, ...] = ()
    more: dict[str, bytes] = field(default_factory=dict)
    capital_guids: bool = False
