"""A topic that changes in an archive: its markup and viewpoints edited node by node, its files exchanged singly.

Owns: (topic before, topic after) → entries. Sees: bcfxml, the writers. What a reader finds under its old name stays
there; new files take names that are free.
"""

import posixpath
import re
from dataclasses import dataclass, replace

from lxml import etree

from bcfsync.bcfxml import layout
from bcfsync.bcfxml.elements import to_bytes
from bcfsync.bcfxml.layout import ViewpointNames
from bcfsync.bcfxml.lookup import Lookup
from bcfsync.bcfxml.markup import read_markup
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.parsing import parse
from bcfsync.guids import guid_key, written_guid
from bcfsync.inplace.entries import Entries
from bcfsync.inplace.proof import Unprovable, edited_markup, edited_visinfo
from bcfsync.inplace.users import Users, blobs_of, internal
from bcfsync.inplace.writers import Writer
from bcfsync.model import Bcf, Bitmap, Blob, Snapshot, Topic, Viewpoint

Fitted = tuple[Topic, Topic]
"""A topic as it is, and with what its version demands filled in."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A topic as written before and after, as it would be written alone, its files' names, and its archives."""

    old: Topic
    new: Topic
    whole: Topic
    names: tuple[tuple[ViewpointNames, ...], tuple[ViewpointNames, ...]]
    archives: tuple[Bcf, Bcf]


class TopicEditor:
    """The editor of one topic.

    ``users`` tells what topics share; ``lossy`` are entries of which the model does not hold everything.
    """

    def __init__(self, writer: Writer, lookup: Lookup, entries: Entries, users: Users, lossy: set[str]) -> None:
        self._writer = writer
        self._lookup = lookup
        self._entries = entries
        self._users = users
        self._lossy = lossy
        self._folder = ""

    def edit(self, before: Fitted, after: Fitted, archives: tuple[Bcf, Bcf]) -> None:
        """Bring the change into the entries.

        Raises:
            Unprovable: nothing was brought in.
        """
        held, topic = before[0], after[0]
        self._folder = layout.folder_of(held) if held.folder is None else held.folder  # "" is the root
        entry = markup_of(held, self._lookup)
        document = self._lookup.entries.read(entry)
        # a file that bears our marks says what was filled in; any other does not, and shall not because of an edit
        old, new = (before[1], after[1]) if b"<?bcfsync" in document else (held, _fitted_where_new(held, *after))
        names = _names(held), self._new_names(held, topic)
        change = _Change(old, new, after[1], names, archives)
        self._refuse_what_others_use(held, topic)
        edited = {entry: self._markup(entry, document, change), **self._views(change)}
        for name, data in edited.items():
            if data is not None:
                self._entries.replace(name, data)
        self._added_views(held, after[1], names[1])
        self._payloads(held, topic)
        self._removed(held, topic)

    # -- documents ---------------------------------------------------------------------------------------------

    def _markup(self, entry: str, document: bytes, change: "_Change") -> bytes | None:
        """The edited markup; None where nothing in it changes."""
        names, archives = change.names, change.archives
        before = self._writer.markup(*_as_declared(entry, document, change), archives[0])
        after = self._writer.markup(change.new, names[1], archives[1])
        if etree.tostring(before) == etree.tostring(after):
            return None
        whole = self._writer.markup(change.whole, names[1], archives[1])
        return self._proven(entry, edited_markup(document, before, after), whole)

    def _views(self, change: "_Change") -> dict[str, bytes]:
        """The edited .bcfv documents of viewpoints that are there and change."""
        held = {
            guid_key(view.guid): (view, given)
            for view, given in zip(change.old.viewpoints, change.names[0], strict=True)
        }
        found: dict[str, bytes] = {}
        for view, given in zip(change.new.viewpoints, change.names[1], strict=True):
            was, had = held.get(guid_key(view.guid), (None, None))
            entry = self._lookup.resolve(self._folder, had.viewpoint) if had and had.viewpoint else None
            if was is None or had is None or entry is None or given.viewpoint != had.viewpoint:
                continue
            before, after = self._writer.visinfo(was, had), self._writer.visinfo(view, given)
            if etree.tostring(before) != etree.tostring(after):
                made = edited_visinfo(self._lookup.entries.read(entry), before, after)
                found[entry] = self._proven(entry, made, after)
        return found

    def _proven(self, entry: str, made: bytes | None, whole: etree._Element) -> bytes:
        if made is not None:
            return made
        if entry in self._lossy or _says_more(self._lookup.entries.read(entry)):
            raise Unprovable(f"{entry} holds parts that bcfsync does not know and would lose")
        return to_bytes(whole)

    def _refuse_what_others_use(self, held: Topic, topic: Topic) -> None:
        """A snippet or a model keeps its reference: other bytes under it would be other topics', too.

        Raises:
            Unprovable: somebody else leads to them.
        """
        old = internal(held)
        for reference, blob in internal(topic).items():
            was = old.get(reference)
            if was is not None and was.locator != blob.locator and self._users.share(was.locator):
                raise Unprovable(
                    f"{was.locator} is used by something else, too: refer to the new bytes by another name"
                )

    # -- names -------------------------------------------------------------------------------------------------

    def _new_names(self, held: Topic, topic: Topic) -> tuple[ViewpointNames, ...]:
        old = {guid_key(view.guid): view for view in held.viewpoints}
        # a name that leads nowhere is taken, too: a new file under it would become somebody else's
        given = {name.lower() for names in _names(held) for name in _all_of(names)}
        return tuple(self._named(view, old.get(guid_key(view.guid)), given) for view in topic.viewpoints)

    def _named(self, view: Viewpoint, was: Viewpoint | None, given: set[str]) -> ViewpointNames:
        guid = written_guid(view.guid)
        file = was.reference if was else None
        if was and file and _shows(was) != _shows(view) and self._is_shared(file):
            file = None  # another topic shows the same file, and shall go on showing it
        if not file and layout.has_content(view):
            file = self._free(
                given, "viewpoint.bcfv" if self._writer.version != "3.0" else f"{guid}.bcfv", f"{guid}.bcfv"
            )
        snapshot = self._snapshot_name(view.snapshot, was.snapshot if was else None, guid, given)
        old = {bitmap.reference: bitmap for bitmap in was.bitmaps} if was else {}
        bitmaps = tuple(
            item.reference or "" if old.get(item.reference) == item else self._bitmap_name(item, guid, at, given)
            for at, item in enumerate(view.bitmaps)
        )
        return ViewpointNames(file, snapshot, bitmaps)

    def _snapshot_name(self, new: Snapshot | None, was: Snapshot | None, guid: str, given: set[str]) -> str | None:
        if new is None:
            return None
        if was and was.reference and (was == new or self._takes_the_place(new, was)):
            return was.reference
        first = [f"snapshot.{new.snapshot_type}"] if self._writer.version != "3.0" else []
        return self._free(given, *first, f"{guid}.{new.snapshot_type}")

    def _takes_the_place(self, new: Snapshot, was: Snapshot) -> bool:
        """Whether another picture can stand under the old one's name: the ending fits, and nobody else shows it."""
        named = (was.reference or "").lower()
        return layout.fits(named, new.snapshot_type) and not (was.blob and self._users.share(was.blob.locator))

    def _is_shared(self, reference: str) -> bool:
        found = self._lookup.resolve(self._folder, reference)
        return found is not None and self._users.share(found)

    def _bitmap_name(self, bitmap: Bitmap, guid: str, at: int, given: set[str]) -> str:
        fallback = f"bitmap-{guid}-{at}.{bitmap.bitmap_type}"
        wanted = layout.safe_name(bitmap.reference or "", fallback)
        return wanted if bitmap.blob is None else self._free(given, wanted, fallback)

    def _free(self, given: set[str], *wanted: str) -> str:
        """A name no file of the folder has; each is given once."""
        names = [name for name in wanted if name.lower() not in given] or [wanted[-1]]
        name = self._entries.free(self._folder, names)
        given.add(name.lower())
        return name

    # -- files -------------------------------------------------------------------------------------------------

    def _added_views(self, held: Topic, topic: Topic, names: tuple[ViewpointNames, ...]) -> None:
        old = {guid_key(view.guid): view for view in held.viewpoints}
        for view, given in zip(topic.viewpoints, names, strict=True):
            was = old.get(guid_key(view.guid))
            there = was is not None and given.viewpoint == was.reference
            missing = not there or self._lookup.resolve(self._folder, given.viewpoint or "") is None
            if given.viewpoint and missing and layout.has_content(view):
                self._entries.add(self._path(given.viewpoint), to_bytes(self._writer.visinfo(view, given)))
            if view.snapshot and given.snapshot:
                had = was.snapshot.blob if was and was.snapshot and was.snapshot.reference == given.snapshot else None
                self._payload(given.snapshot, view.snapshot.blob, had)
            for bitmap, name in zip(view.bitmaps, given.bitmaps, strict=True):
                same = [item.blob for item in was.bitmaps if item.reference == name] if was else []
                self._payload(name, bitmap.blob, next(iter(same), None))

    def _payloads(self, held: Topic, topic: Topic) -> None:
        old, new = internal(held), internal(topic)
        for reference, blob in new.items():
            self._payload(reference, blob, old.get(reference))

    def _payload(self, reference: str, blob: Blob | None, was: Blob | None) -> None:
        """Bytes under the name a document gives them."""
        if blob is None or (was is not None and was.locator == blob.locator):
            return
        if was is not None:
            self._entries.replace(was.locator, blob)
        else:
            self._entries.add(layout.inside(self._folder, reference), blob)

    def _removed(self, held: Topic, topic: Topic) -> None:
        """What nothing of the new archive leads to any more."""
        kept = {guid_key(view.guid) for view in topic.viewpoints}
        gone = [view for view in held.viewpoints if guid_key(view.guid) not in kept and view.reference]
        files = (self._lookup.resolve(self._folder, view.reference or "") for view in gone)
        self._entries.remove(name for name in files if name)
        self._entries.remove(blob.locator for blob in blobs_of(held))

    def _path(self, name: str) -> str:
        return layout.inside(self._folder, name)


_OWN = re.compile(rb"<\?(?:xml|bcfsync)\s")


def _says_more(document: bytes) -> bool:
    """Whether a document holds comments, or instructions of others, which no model has a place for."""
    return b"<!--" in document or document.count(b"<?") > len(_OWN.findall(document))


def _shows(view: Viewpoint) -> Viewpoint:
    """What is in a viewpoint's file."""
    return replace(view, snapshot=None, index=None, reference=None)


def _meant(topic: Topic) -> frozenset[str]:
    """The viewpoints comments are about."""
    return frozenset(guid_key(item.viewpoint_guid) for item in topic.comments if item.viewpoint_guid)


def markup_of(topic: Topic, lookup: Lookup) -> str:
    """The entry a topic's markup was read from: the one in its folder, in whatever letter case."""
    folder = layout.folder_of(topic) if topic.folder is None else topic.folder  # "" is the root
    found = (entry for entry in lookup.folder(folder) if entry.rpartition("/")[2].lower() == "markup.bcf")
    return next(found, posixpath.join(folder, "markup.bcf"))


def _as_declared(entry: str, document: bytes, change: _Change) -> tuple[Topic, tuple[ViewpointNames, ...]]:
    """The old topic as its markup has it: a viewpoint that only its file declared must be named beside a new one."""
    old, names = change.old, change.names[0]
    views, meant = ({guid_key(view.guid) for view in change.old.viewpoints}, _meant(change.new))
    if views == {guid_key(view.guid) for view in change.new.viewpoints} and _meant(old) <= meant:
        return old, names
    root = parse(document, entry)[0]
    stub = read_markup(Node(root, entry, []), "") if root is not None else None
    declared = {guid_key(view.guid) for view in stub.viewpoints} if stub else views
    kept = [pair for pair in zip(old.viewpoints, names, strict=True) if guid_key(pair[0].guid) in declared]
    return replace(old, viewpoints=tuple(view for view, _ in kept)), tuple(name for _, name in kept)


def _all_of(names: ViewpointNames) -> list[str]:
    return [name for name in (names.viewpoint, names.snapshot, *names.bitmaps) if name]


def _names(topic: Topic) -> tuple[ViewpointNames, ...]:
    """The names the files of a topic have in the archive."""
    return tuple(
        ViewpointNames(
            view.reference,
            view.snapshot.reference if view.snapshot else None,
            tuple(bitmap.reference or "" for bitmap in view.bitmaps),
        )
        for view in topic.viewpoints
    )


_DEMANDED = ("title", "topic_type", "topic_status", "creation_date", "creation_author")


def _fitted_where_new(held: Topic, topic: Topic, fitted: Topic) -> Topic:
    """The topic with what its version demands where something is new, changed, or taken away, there only."""
    demanded = {name: getattr(fitted, name) for name in _DEMANDED if getattr(held, name) and not getattr(topic, name)}
    topic = replace(topic, **demanded, synthetic=fitted.synthetic) if demanded else topic
    comments = {guid_key(item.guid): item for item in held.comments}
    views = {guid_key(item.guid): item for item in held.viewpoints}
    return replace(
        topic,
        comments=tuple(
            item if comments.get(guid_key(item.guid)) == item else made
            for item, made in zip(topic.comments, fitted.comments, strict=True)
        ),
        viewpoints=tuple(
            item if views.get(guid_key(item.guid)) == item else made
            for item, made in zip(topic.viewpoints, fitted.viewpoints, strict=True)
        ),
    )
