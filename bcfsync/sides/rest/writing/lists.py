"""What a topic has in lists: model files, relations, document references.

Owns: lists below a topic. Sees: creating, changing, bcfapi.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bcfsync.canonical import file_key, guid_keys
from bcfsync.changes import Change, Entity, Files, Outcome, Related, Status, Unkept, Verb
from bcfsync.guids import guid_key
from bcfsync.model import DocumentReference
from bcfsync.net import Answer, Refused
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.changing import OTHER, Changing, Moved, held_back
from bcfsync.sides.rest.writing.comparing import unkept, words
from bcfsync.sides.rest.writing.creating import Creating
from bcfsync.sides.rest.writing.keeping import Decode, understood

_LIST_CHANGED = "the list was changed on the server meanwhile"
_NONE = frozenset({404, 410})
_TARGETS = frozenset({"url", "document_guid"})


class ListWriter:
    """Writes the lists of topics of one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.changing = Changing(ways)

    def reference(self, change: Change, reference: DocumentReference) -> Outcome:
        """Make or change one document reference."""
        url = self.routes.part(change.topic, "document_references")
        if change.verb is not Verb.CREATE:
            return self._changed_reference(change, reference, url)
        body = self._reference_body(reference, change.guid)
        if not _TARGETS & self._left(body):
            where = "web address" if "url" in body or reference.document_guid is None else "document"
            return held_back(
                change, f"the server takes no reference to a {where}", words(reference.url or reference.path)
            )
        return self.creating.created(
            change, url, lambda guid: self._reference_body(reference, guid), self.codec.decode_reference
        )

    def _reference_body(self, reference: DocumentReference, guid: str) -> dict[str, Any]:
        return self.codec.reference_body(replace(reference, guid=guid), guid=self.ways.sends_guids)

    def _left(self, body: Collection[str]) -> frozenset[str]:
        """The members of a body that the server is not known to refuse."""
        return frozenset(body) - self.creating.refusals.known("document_reference")

    def _changed_reference(self, change: Change, reference: DocumentReference, url: str) -> Outcome:
        """PUT, if the list still shows what the plan saw: no reference can be read by itself."""
        whole = replace(reference, guid=change.guid)
        one = self.routes.child(change.topic, "document_references", change.guid)
        decode = self.codec.decode_reference
        if isinstance(change.expected, DocumentReference):
            there = self.creating.looking.one(change.kind, url, change.guid, lambda item: str(decode(item).guid))
            now = understood(there, decode)
            if now is not None and _said(now) != _said(change.expected):
                return Outcome(change.step, Status.STALE, change.guid, message=OTHER)
        answer = self.creating.refusals.sent(
            str(change.kind), self.codec.reference_put(whole), lambda body: self.http.send("PUT", one, body)
        )
        data = answer.data
        if understood(data, decode) is None:
            data = self.creating.looking.one(change.kind, url, change.guid, lambda item: str(decode(item).guid))
        value = understood(data, decode) or whole
        return Outcome(change.step, Status.DONE, change.guid, value, unkept=unkept(whole, value, change.fields))

    def files(self, change: Change, files: Files) -> Outcome:
        """Replace the list of model files, if it still is what the plan saw."""
        url = self.routes.part(change.topic, "files")
        fresh = self._now(url)
        now = {file_key(item) for item in self.codec.decode_files(fresh.data)}
        if isinstance(change.expected, Files) and now != {file_key(item) for item in change.expected.files}:
            return Outcome(change.step, Status.STALE, change.guid, message=_LIST_CHANGED)
        return self._replaced(change, url, self.codec.encode_files(files.files), fresh, self._decode_files)

    def related(self, change: Change, related: Related) -> Outcome:
        """Replace the list of relations, if it still is what the plan saw."""
        url = self.routes.part(change.topic, "related_topics")
        fresh = self._now(url)
        now = guid_keys(self.codec.decode_related(fresh.data))
        if isinstance(change.expected, Related) and now != guid_keys(change.expected.guids):
            return Outcome(change.step, Status.STALE, change.guid, message=_LIST_CHANGED)
        return self._replaced(change, url, self.codec.encode_related(related.guids), fresh, self._decode_related)

    def _now(self, url: str) -> Answer:
        """The list as it is; some servers say 404 for none, so whether there is no such list, the PUT shows."""
        try:
            return self.changing.guarded.read(url)
        except Refused as error:
            if error.status not in _NONE:
                raise
            return Answer([], None)

    def _replaced(self, change: Change, url: str, body: Any, fresh: Answer, decode: Decode) -> Outcome:  # noqa: ANN401 - JSON
        # a list is one value: all of it counts
        whole = replace(change, fields=(str(change.kind),))
        try:
            answer = self.changing.put(whole, url, body, decode, fresh)
        except Moved:
            return Outcome(change.step, Status.STALE, change.guid, message=_LIST_CHANGED)
        held, lost = self._held(change.value, answer, decode)
        if lost:
            held, lost = self._held(change.value, self.http.get(url), decode)
        return Outcome(change.step, Status.DONE, change.topic, held, unkept=lost)

    def _held(self, sent: Entity, answer: Answer, decode: Decode) -> tuple[Entity, tuple[Unkept, ...]]:
        held: Entity = understood(answer.data if answer.data is not None else [], decode) or decode([])
        return held, unkept(sent, held, ("*",))

    def _decode_files(self, data: object) -> Files:
        return Files(self.codec.decode_files(data))

    def _decode_related(self, data: object) -> Related:
        return Related(self.codec.decode_related(data))


def _said(reference: DocumentReference) -> tuple[str, ...]:
    """What a reference says on the server; the path of a document is its place in an archive."""
    leads = guid_key(reference.document_guid) if reference.document_guid else reference.url or reference.path
    return leads or "", reference.description or ""
