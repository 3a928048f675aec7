"""The canonical model: one shape for every BCF version, in the API's names and 3.0's nesting.

Owns: the values that travel between all floors. Behaves not at all: codecs fill it, pure functions compare it.
Units: metres, degrees, UTC. Absent and blank are both None, except a title and a comment's text, which may be "".
Every list keeps the order of its document. Ids stay as spelled; compare them by ``guids.guid_key``.
``synthetic`` names the members a codec had to invent; the way back drops them again.
``spelling`` names, as the file did, what an element held without saying anything by it: a blank ``Description``, a list
without items; ``-IsExternal`` is a flag left to its default. It makes no difference between values: a writer of the
same version spells the same way again, nobody else looks at it.
"""

from dataclasses import dataclass, field

from bcfsync.dates import Timestamp


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that live on a side and are fetched when needed: a snapshot, bitmap, snippet, document, foreign entry.

    ``locator`` means something to the side that made it. ``sha256`` is known only once somebody has read it.
    """

    locator: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A place or a direction: x, y, z in metres, or without unit."""

    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True)
class PerspectiveCamera:
    """A perspective view; ``field_of_view`` in degrees."""

    camera_view_point: Point
    camera_direction: Point
    camera_up_vector: Point
    field_of_view: float
    aspect_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class OrthogonalCamera:
    """A parallel view; ``view_to_world_scale`` is the visible height in metres."""

    camera_view_point: Point
    camera_direction: Point
    camera_up_vector: Point
    view_to_world_scale: float
    aspect_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a viewpoint; both ends equal make a point."""

    start_point: Point
    end_point: Point


@dataclass(frozen=True, slots=True)
class ClippingPlane:
    """A section plane; ``direction`` points to what is removed (3.0)."""

    location: Point
    direction: Point


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A picture placed in the model; ``height`` in metres, ``bitmap_type`` is png or jpg.

    ``guid`` exists on servers only, ``reference`` in files only.
    """

    bitmap_type: str
    location: Point
    normal: Point
    up: Point
    height: float
    guid: str | None = None
    reference: str | None = None
    blob: Blob | None = None


_AS_USUAL: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, init=False)
class Component:
    """A building element, by IFC guid (22 characters, case matters) or by its authoring tool's id."""

    ifc_guid: str | None = None
    originating_system: str | None = None
    authoring_tool_id: str | None = None
    spelling: frozenset[str] = field(default=_AS_USUAL, compare=False)

    # a model holds a hundred thousand of these, and setting the slots themselves takes half the time
    def __init__(
        self,
        ifc_guid: str | None = None,
        originating_system: str | None = None,
        authoring_tool_id: str | None = None,
        spelling: frozenset[str] = _AS_USUAL,
    ) -> None:
        set_guid, set_system, set_tool_id, set_spelling = _COMPONENT
        set_guid(self, ifc_guid)
        set_system(self, originating_system)
        set_tool_id(self, authoring_tool_id)
        set_spelling(self, spelling)


_COMPONENT = tuple(getattr(Component, name).__set__ for name in Component.__slots__)


@dataclass(frozen=True, slots=True)
class FlatComponent:
    """A component as BCF-XML 2.0 lists it; each flag may be absent, which is not the same as false."""

    component: Component
    selected: bool | None = None
    visible: bool | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Coloring:
    """Components of one colour: RRGGBB or AARRGGBB, upper case, no ``#``."""

    color: str | None
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class ViewSetupHints:
    """What kinds of element a view shows; None is "not said"."""

    spaces_visible: bool | None = None
    space_boundaries_visible: bool | None = None
    openings_visible: bool | None = None


@dataclass(frozen=True, slots=True)
class Visibility:
    """Visible or not by default, and the exceptions from it."""

    default_visibility: bool | None = None
    exceptions: tuple[Component, ...] = ()
    view_setup_hints: ViewSetupHints | None = None
    spelling: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Components:
    """Selection, colouring and visibility of a viewpoint; ``flat`` is the list a 2.0 file had."""

    selection: tuple[Component, ...] = ()
    coloring: tuple[Coloring, ...] = ()
    visibility: Visibility | None = None
    flat: tuple[FlatComponent, ...] = ()
    spelling: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The picture of a viewpoint; ``snapshot_type`` is png or jpg, ``reference`` its file name in an archive.

    Without a blob the archive names a picture that it does not hold.
    """

    snapshot_type: str
    reference: str | None = None
    blob: Blob | None = None


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A viewpoint; immutable on servers from API 2.1 on.

    2.x files may carry both cameras. ``alias`` is another guid the .bcfv file gave itself; ``reference`` is the
    name of that file.
    """

    guid: str
    index: int | None = None
    perspective_camera: PerspectiveCamera | None = None
    orthogonal_camera: OrthogonalCamera | None = None
    lines: tuple[Line, ...] = ()
    clipping_planes: tuple[ClippingPlane, ...] = ()
    bitmaps: tuple[Bitmap, ...] = ()
    snapshot: Snapshot | None = None
    components: Components | None = None
    alias: str | None = None
    reference: str | None = None
    spelling: frozenset[str] = field(default=frozenset(), compare=False)
    synthetic: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; ``status`` and ``verbal_status`` exist in 2.0 files, the reply link in 2.0 files and API 2.1."""

    guid: str
    comment: str = ""
    date: Timestamp | None = None
    author: str | None = None
    viewpoint_guid: str | None = None
    modified_date: Timestamp | None = None
    modified_author: str | None = None
    reply_to_comment_guid: str | None = None
    status: str | None = None
    verbal_status: str | None = None
    synthetic: frozenset[str] = frozenset()
    spelling: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class BimSnippet:
    """A piece of machine-readable data that belongs to a topic."""

    snippet_type: str
    is_external: bool
    reference: str
    reference_schema: str
    blob: Blob | None = None
    spelling: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class HeaderFile:
    """A model file a topic is about; ``is_external`` exists in files only."""

    ifc_project: str | None = None
    ifc_spatial_structure_element: str | None = None
    filename: str | None = None
    date: Timestamp | None = None
    reference: str | None = None
    is_external: bool = True
    blob: Blob | None = None
    spelling: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """A topic's link to a document of the project or to a web address; ``path`` is what a 2.x file wrote."""

    guid: str
    document_guid: str | None = None
    url: str | None = None
    description: str | None = None
    path: str | None = None
    synthetic: frozenset[str] = frozenset()
    spelling: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the project; ``path`` is its place in the archive it was read from."""

    guid: str
    filename: str
    description: str | None = None
    path: str | None = None
    blob: Blob | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """An issue with its thread and its views; ``folder`` is its folder in the archive it was read from."""

    guid: str
    title: str = ""
    topic_type: str | None = None
    topic_status: str | None = None
    priority: str | None = None
    index: int | None = None
    labels: tuple[str, ...] = ()
    reference_links: tuple[str, ...] = ()
    creation_date: Timestamp | None = None
    creation_author: str | None = None
    modified_date: Timestamp | None = None
    modified_author: str | None = None
    due_date: Timestamp | None = None
    assigned_to: str | None = None
    stage: str | None = None
    description: str | None = None
    bim_snippet: BimSnippet | None = None
    server_assigned_id: str | None = None
    files: tuple[HeaderFile, ...] = ()
    document_references: tuple[DocumentReference, ...] = ()
    related_topics: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    viewpoints: tuple[Viewpoint, ...] = ()
    folder: str | None = None
    synthetic: frozenset[str] = frozenset()
    spelling: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """The project; on servers the id is any string."""

    project_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Extensions:
    """The project's value lists; None is "no statement", an empty list is "none allowed"."""

    topic_type: tuple[str, ...] | None = None
    topic_status: tuple[str, ...] | None = None
    priority: tuple[str, ...] | None = None
    topic_label: tuple[str, ...] | None = None
    users: tuple[str, ...] | None = None
    snippet_type: tuple[str, ...] | None = None
    stage: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """An archive entry the standard does not know, or nothing refers to; carried through untouched."""

    path: str
    blob: Blob


@dataclass(frozen=True, slots=True)
class Spelling:
    """How an archive's root documents spelled what means the same in any words.

    ``names`` tells, as elsewhere, what they held without saying anything by it: ``ProjectExtension`` is a project.bcfp,
    ``DocumentInfo`` a documents.xml that said nothing.
    """

    detailed_version: str | None = None
    extension_schema: str | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bcf:
    """A whole archive, or a whole project of a server; ``spelling`` is None where it was read from no file."""

    version: str
    project: Project | None = None
    extensions: Extensions | None = None
    documents: tuple[Document, ...] = ()
    topics: tuple[Topic, ...] = ()
    extras: tuple[Extra, ...] = ()
    spelling: Spelling | None = field(default=None, compare=False)
