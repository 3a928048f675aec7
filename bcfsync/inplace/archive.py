"""What becomes of an archive's entries when its model changes.

Owns: (archive, model before, model after) → Changes. Sees: archive, bcfxml, and the editors of this package.
"""

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from bcfsync import findings as f
from bcfsync.archive.reading import Archive
from bcfsync.archive.rewriting import Changes
from bcfsync.bcfxml import layout
from bcfsync.bcfxml.lookup import Lookup
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.inplace.entries import CannotEdit, Entries
from bcfsync.inplace.proof import Unprovable
from bcfsync.inplace.roots import edit_roots
from bcfsync.inplace.topic import TopicEditor, markup_of
from bcfsync.inplace.users import Users, entries_of
from bcfsync.inplace.writers import WRITERS
from bcfsync.model import Bcf, Document, Topic

LOSSY = frozenset({f.UNKNOWN_XML, f.MENDED_XML, f.BROKEN_XML, f.DOCTYPE, f.WRONG_ROOT, f.DAMAGED, f.ODD_GUID})
"""What was read of a document with such a finding is not all it says."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """The changes of an archive's entries; ``refused`` are topics left as they are, by guid key, with the reason."""

    changes: Changes
    refused: dict[str, str] = field(default_factory=dict)


def rewriting(
    archive: Archive, findings: Iterable[Finding], before: Bcf, after: Bcf, fit: Callable[[Bcf], Bcf]
) -> Rewriting:
    """Tell which entries change, so that the archive says ``after`` and keeps whatever ``before`` does not know of.

    Args:
        archive: open, in the state ``before`` was read from.
        findings: what was odd about it.
        before: the model as it was read.
        after: the model as it shall be, of the same version; blobs of the archive keep their locators.
        fit: fills in what the version demands (``versions.fitted``).
    """
    rewriter = _Rewriter(archive, tuple(findings), before, after, fit)
    rewriter.topics()
    rewriter.documents()
    rewriter.extras()
    rewriter.roots()
    return Rewriting(rewriter.entries.changes(), rewriter.refused)


class _Rewriter:
    def __init__(
        self, archive: Archive, findings: tuple[Finding, ...], before: Bcf, after: Bcf, fit: Callable[[Bcf], Bcf]
    ) -> None:
        self.before, self.after, self.fitted = before, after, fit(after)
        self.fitted_before = fit(before)
        self.writer = WRITERS[before.version]
        self.lookup = Lookup(archive, archive.path.name)
        self.lookup.root = self.lookup.top() or ""
        self.users = Users(before, self.lookup)
        self.entries = Entries(archive, Users(after, self.lookup).entries())
        self.refused: dict[str, str] = {}
        self.lossy = {finding.entry for finding in findings if finding.rule in LOSSY}
        self.twins = _twins(findings, before)
        self.taken = {posixpath.dirname(extra.path).lower() for extra in before.extras if _is_markup(extra.path)}

    def topics(self) -> None:
        old = {guid_key(topic.guid): topic for topic in self.before.topics}
        fit_before = {guid_key(topic.guid): topic for topic in self.fitted_before.topics}
        for topic, fitted in zip(self.after.topics, self.fitted.topics, strict=True):
            key = guid_key(topic.guid)
            held = old.pop(key, None)
            if held is None:
                self._create(key, fitted)
            elif held != topic and key in self.twins:
                self.refused[key] = f"the archive holds topic {topic.guid} twice; merge makes it one"
            elif held != topic:
                editor = TopicEditor(self.writer, self.lookup, self.entries, self.users, self.lossy)
                try:
                    editor.edit((held, fit_before[key]), (topic, fitted), (self.before, self.after))
                except Unprovable as error:
                    self.refused[key] = str(error)
        for key, gone in old.items():
            if key in self.twins:
                raise CannotEdit(f"the archive holds topic {gone.guid} twice; merge makes it one")
            self.entries.remove([markup_of(gone, self.lookup), *self._own(gone)])

    def _own(self, topic: Topic) -> Iterable[str]:
        """The files of a topic that lie in its folder; what lies elsewhere, such as a model, is the project's."""
        folder = layout.folder_of(topic) if topic.folder is None else topic.folder
        return (name for name in entries_of(topic, self.lookup) if not folder or name.startswith(f"{folder}/"))

    def _create(self, key: str, topic: Topic) -> None:
        folder = layout.folder_of(topic)
        if self._inside(folder).lower() in self.taken:
            self.refused[key] = "the archive holds a topic of this guid that cannot be read"
            return
        # leftovers of that folder keep their names
        topic = replace(topic, folder=self._inside(folder))
        for name, payload in self.writer.topic(topic, self.fitted):
            self.entries.add(self._inside(name), payload)

    def documents(self) -> None:
        old = {guid_key(item.guid): item for item in self.before.documents}
        for document in self.after.documents:
            held = old.pop(guid_key(document.guid), None)
            if document.blob is None or (held and held.blob == document.blob):
                continue
            if held and held.blob:
                if self.users.share(held.blob.locator):
                    raise CannotEdit(f"{held.blob.locator} is used by something else, too")
                self.entries.replace(held.blob.locator, document.blob)
            else:
                self.entries.add(self._inside(self._place(document)), document.blob)
        self.entries.remove(item.blob.locator for item in old.values() if item.blob)

    def _place(self, document: Document) -> str:
        if self.before.version == "3.0":
            return f"documents/{guid_key(document.guid)}"
        return layout.document_path(document)

    def extras(self) -> None:
        old = {extra.path: extra for extra in self.before.extras}
        for extra in self.after.extras:
            held = old.pop(extra.path, None)
            if held is None:
                self.entries.add(extra.path, extra.blob)
            elif held.blob != extra.blob:
                self.entries.replace(extra.path, extra.blob)
        self.entries.remove(old)

    def roots(self) -> None:
        try:
            edit_roots(self.writer, self.lookup, self.entries, (self.before, self.after), self.lossy)
        except Unprovable as error:
            raise CannotEdit(str(error)) from error

    def _inside(self, name: str) -> str:
        return posixpath.join(self.lookup.root, name)


def _twins(findings: Iterable[Finding], bcf: Bcf) -> set[str]:
    """The guids that a second, equal topic has, too: only the first one is in the model."""
    folders = {topic.folder for topic in bcf.topics}
    found = (item for item in findings if item.rule is f.DUPLICATE_TOPIC)
    return {guid_key(item.detail) for item in found if posixpath.dirname(item.entry) not in folders}


def _is_markup(path: str) -> bool:
    return posixpath.basename(path).lower() == "markup.bcf"
