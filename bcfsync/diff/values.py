"""What a comparison finds, as values: before is A, after is B.

Owns: the shape of a difference. Sees: model. All of them are false where there is nothing to tell.
"""

from dataclasses import dataclass, fields
from typing import Generic, TypeVar

from bcfsync.model import (
    BimSnippet,
    Bitmap,
    ClippingPlane,
    Comment,
    Component,
    Document,
    DocumentReference,
    Extra,
    HeaderFile,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Topic,
    Viewpoint,
)

T = TypeVar("T")
C = TypeVar("C")
Camera = PerspectiveCamera | OrthogonalCamera


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One member with another value, both as written; None is "not said"."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ListChange:
    """One member that is a set of words: those only A has, those only B has."""

    name: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swap(Generic[T]):
    """Things without an identity of their own: those only A has, those only B has."""

    removed: tuple[T, ...] = ()
    added: tuple[T, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)


@dataclass(frozen=True, slots=True)
class Parts(Generic[T, C]):
    """Things with an identity: those only A has, those only B has, and those that changed."""

    removed: tuple[T, ...] = ()
    added: tuple[T, ...] = ()
    changed: tuple[C, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.removed or self.added or self.changed)


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """One thing with other members, or with other bytes."""

    before: T
    after: T
    fields: tuple[FieldChange, ...] = ()
    content: bool = False

    def __bool__(self) -> bool:
        return bool(self.fields or self.content)


@dataclass(frozen=True, slots=True)
class CameraChange:
    """A camera that came, went, moved or turned; what lies within the tolerance is None.

    Attributes:
        moved: metres between the two places.
        turned: degrees between the two directions.
        tilted: degrees between the two up vectors.
        field_of_view: both angles in degrees.
        view_to_world_scale: both heights in metres.
        aspect_ratio: both ratios; one that is not said is no change.
    """

    before: Camera | None
    after: Camera | None
    moved: float | None = None
    turned: float | None = None
    tilted: float | None = None
    field_of_view: tuple[float, float] | None = None
    view_to_world_scale: tuple[float, float] | None = None
    aspect_ratio: tuple[float, float] | None = None

    def __bool__(self) -> bool:
        measured = (getattr(self, item.name) for item in fields(self)[2:])
        return type(self.before) is not type(self.after) or any(value is not None for value in measured)


@dataclass(frozen=True, slots=True)
class ColorChange:
    """A component in another colour; None is "not coloured"."""

    component: Component
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ComponentsChange:
    """What a viewpoint selects, colours and shows otherwise; ``fields`` hold the default visibility and the hints."""

    selection: Swap[Component] = Swap()
    exceptions: Swap[Component] = Swap()
    coloring: tuple[ColorChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.selection or self.exceptions or self.coloring or self.fields)


@dataclass(frozen=True, slots=True)
class ViewpointChange:
    """A viewpoint that shows something else."""

    before: Viewpoint
    after: Viewpoint
    cameras: tuple[CameraChange, ...] = ()
    components: ComponentsChange = ComponentsChange()
    lines: Swap[Line] = Swap()
    clipping_planes: Swap[ClippingPlane] = Swap()
    bitmaps: Swap[Bitmap] = Swap()
    snapshot: bool = False

    def __bool__(self) -> bool:
        return any(getattr(self, item.name) for item in fields(self)[2:])


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A topic that says something else, or whose thread, views or papers do."""

    before: Topic
    after: Topic
    fields: tuple[FieldChange, ...] = ()
    lists: tuple[ListChange, ...] = ()
    bim_snippet: Changed[BimSnippet | None] | None = None
    files: Parts[HeaderFile, Changed[HeaderFile]] = Parts()
    document_references: Parts[DocumentReference, Changed[DocumentReference]] = Parts()
    comments: Parts[Comment, Changed[Comment]] = Parts()
    viewpoints: Parts[Viewpoint, ViewpointChange] = Parts()

    def __bool__(self) -> bool:
        return any(getattr(self, item.name) for item in fields(self)[2:])


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is different between two archives; false where they are equal."""

    project: tuple[FieldChange, ...] = ()
    extensions: tuple[ListChange, ...] = ()
    topics: Parts[Topic, TopicChange] = Parts()
    documents: Parts[Document, Changed[Document]] = Parts()
    extras: Parts[Extra, Changed[Extra]] = Parts()

    def __bool__(self) -> bool:
        return any(getattr(self, item.name) for item in fields(self))
