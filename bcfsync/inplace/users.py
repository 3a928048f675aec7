"""Who uses which entry of an archive: topics may share pictures, viewpoint files and models.

Owns: the count. Sees: model, lookup.
"""

from collections import Counter
from collections.abc import Iterator

from bcfsync.bcfxml import layout
from bcfsync.bcfxml.lookup import Lookup
from bcfsync.model import Bcf, Blob, Topic


class Users:
    """How many parts of a model lead to each entry of its archive."""

    def __init__(self, bcf: Bcf, lookup: Lookup) -> None:
        self._counts = Counter(entry for topic in bcf.topics for entry in entries_of(topic, lookup))
        self._counts.update(item.blob.locator for item in bcf.documents if item.blob)
        self._counts.update(extra.blob.locator for extra in bcf.extras)

    def entries(self) -> frozenset[str]:
        """Everything that something leads to."""
        return frozenset(self._counts)

    def share(self, entry: str) -> bool:
        """Whether more than one part leads there: other bytes would then be somebody else's, too."""
        return self._counts[entry] > 1


def entries_of(topic: Topic, lookup: Lookup) -> Iterator[str]:
    """The viewpoint files and the bytes of a topic."""
    folder = layout.folder_of(topic) if topic.folder is None else topic.folder  # "" is the root
    for view in topic.viewpoints:
        found = lookup.resolve(folder, view.reference) if view.reference else None
        if found:
            yield found
    yield from (blob.locator for blob in blobs_of(topic))


def blobs_of(topic: Topic) -> list[Blob]:
    """All bytes a topic refers to."""
    found: list[Blob | None] = [*internal(topic).values()]
    for view in topic.viewpoints:
        found += [view.snapshot.blob if view.snapshot else None, *(bitmap.blob for bitmap in view.bitmaps)]
    return [blob for blob in found if blob is not None]


def internal(topic: Topic) -> dict[str, Blob]:
    """Snippet and model files inside the archive, by their references."""
    snippet = topic.bim_snippet
    found = {snippet.reference: snippet.blob} if snippet and snippet.blob and not snippet.is_external else {}
    return found | {file.reference: file.blob for file in topic.files if file.blob and file.reference}
