"""Writing to a project: one request a change, and what its answer means.

Owns: changes → requests → outcomes. Sees: routes, net, bcfapi. Rules: PUT replaces the whole object, so its body is
the server's own fresh object with our members put in, under If-Match where the server heeds it; a guid that is taken
means "look again"; a guid taken elsewhere means "take another".
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bcfsync.bcfapi.codec import Codec
from bcfsync.canonical import comment_content, file_key, guid_keys, topic_content
from bcfsync.changes import Change, Entity, Files, Kind, Outcome, Related, Side, Status, Verb
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import BimSnippet, Blob, Comment, Document, DocumentReference, Topic, Viewpoint
from bcfsync.net import Answer, Http, Refused
from bcfsync.sides.rest.facts import Facts
from bcfsync.sides.rest.guarded import MOVED, Guarded
from bcfsync.sides.rest.reading import NO_TEXT, readable
from bcfsync.sides.rest.routes import Routes

_SERVER_OWNED = frozenset({
    "guid", "server_assigned_id", "creation_date", "creation_author", "modified_date", "modified_author",
    "authorization", "date", "author", "topic_guid",
})  # fmt: skip
_NOT_OFFERED = frozenset({404, 405, 501})
Body = Callable[[str], dict[str, Any]]
Decode = Callable[[object], Any]


@dataclass(frozen=True, slots=True)
class Ways:
    """How to speak to a project: ``new_key`` gives every POST a name of its own."""

    http: Http
    routes: Routes
    codec: Codec
    learned: Facts
    new_key: Callable[[], str]


class ProjectWriter:
    """Writes to one project of one server; ``source`` is where bytes come from."""

    def __init__(self, ways: Ways, source: Side, *, sends_guids: bool) -> None:
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.new_key = ways.new_key
        self.guarded = Guarded(ways.http, ways.learned)
        self.source = source
        self.sends_guids = sends_guids

    def write(self, change: Change) -> Outcome:
        """Carry out one change.

        Raises:
            ServerTrouble, LoginNeeded: (subclasses) the rest of the plan has no chance either.
        """
        try:
            return self._dispatch(change)
        except Refused as error:
            if error.status in MOVED and change.verb is Verb.UPDATE:
                return Outcome(change.step, Status.STALE, change.guid, message=str(error))
            if error.status in _NOT_OFFERED and change.kind not in {Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT}:
                return Outcome(change.step, Status.HELD, change.guid, message=f"the server does not take it: {error}")
            return Outcome(change.step, Status.FAILED, change.guid, message=str(error))

    def _dispatch(self, change: Change) -> Outcome:  # noqa: PLR0911 - one line a kind
        match change.value:
            case Topic() as topic:
                return (
                    self._create_topic(change, topic)
                    if change.verb is Verb.CREATE
                    else self._update_topic(change, topic)
                )
            case Comment() as comment:
                return (
                    self._create_comment(change, comment)
                    if change.verb is Verb.CREATE
                    else self._update_comment(change, comment)
                )
            case Viewpoint() as view:
                return self._create_viewpoint(change, view)
            case DocumentReference() as reference:
                return self._reference(change, reference)
            case Document() as document:
                return self._create_document(change, document)
            case BimSnippet() as snippet:
                return self._snippet(change, snippet)
            case Files() as files:
                return self._files(change, files)
            case Related() as related:
                return self._related(change, related)
            case _:
                return Outcome(change.step, Status.HELD, message="servers keep their own project and lists")

    # -- creating ----------------------------------------------------------------------------------------------

    def _created(self, change: Change, url: str, body: Body, decode: Decode) -> Outcome:
        """POST, with the guid where the server takes one; a guid that is taken is looked at again."""
        try:
            answer = self._post(url, body(change.guid))
        except Refused as error:
            if error.status != 409:
                raise
            if self._exists(change, url):
                return Outcome(change.step, Status.STALE, change.guid, message="its guid is there already")
            # copied archives repeat guids in other topics and projects: take another, the identity map knows both
            fresh = derived_guid("taken", guid_key(change.topic), guid_key(change.guid))
            answer = self._post(url, body(fresh))
        return self._outcome(change, answer, decode)

    def _post(self, url: str, body: dict[str, Any]) -> Answer:
        return self.http.send("POST", url, body, key=self.new_key())

    def _exists(self, change: Change, url: str) -> bool:
        """Whether the guid is taken by the very thing that was to be made; document references are listed only."""
        if change.kind is Kind.REFERENCE:
            listed = self.http.get(url).data
            found = map(self.codec.decode_reference, listed if isinstance(listed, list) else ())
            return guid_key(change.guid) in guid_keys(item.guid for item in found)
        try:
            self.http.get(f"{url}/{quote(change.guid, safe='')}")
        except Refused as error:
            if error.status in {404, 410}:
                return False
            raise
        return True

    def _outcome(self, change: Change, answer: Answer, decode: Decode) -> Outcome:
        data = answer.data
        if data is None and answer.location:
            data = self.http.get(answer.location).data
        if data is None:
            return Outcome(change.step, Status.UNANSWERED, message="the server does not say which guid it gave")
        value = decode(data)
        return Outcome(change.step, Status.DONE, value.guid, value)

    def _create_topic(self, change: Change, topic: Topic) -> Outcome:
        return self._created(
            change,
            self.routes.topics,
            lambda guid: self.codec.topic_body(replace(topic, guid=guid), guid=self.sends_guids),
            self.codec.decode_topic,
        )

    def _create_comment(self, change: Change, comment: Comment) -> Outcome:
        return self._created(
            change,
            self.routes.part(change.topic, "comments"),
            lambda guid: self._comment_body(replace(comment, guid=guid), guid=self.sends_guids),
            lambda data: readable(self.codec.decode_comment(data)),
        )

    def _comment_body(self, comment: Comment, *, guid: bool) -> dict[str, Any]:
        body = self.codec.comment_body(comment, guid=guid)
        if not comment.comment.strip() and not comment.viewpoint_guid and self.sends_guids:
            body["comment"] = NO_TEXT
        return body

    def _create_viewpoint(self, change: Change, view: Viewpoint) -> Outcome:
        outcome = self._created(
            change,
            self.routes.part(change.topic, "viewpoints"),
            lambda guid: self.codec.viewpoint_body(
                self._sendable(replace(view, guid=guid)), self._base64, guid=self.sends_guids
            ),
            self.codec.decode_viewpoint,
        )
        both = view.perspective_camera and view.orthogonal_camera
        if outcome.status is Status.DONE:
            # the answer holds neither components nor bytes: what was sent is what the server has
            kept = replace(view, guid=outcome.guid)
            note = (
                "the server takes one camera; the orthogonal one stays in the file" if both and self.sends_guids else ""
            )
            return replace(outcome, value=kept, message=note)
        return outcome

    def _sendable(self, view: Viewpoint) -> Viewpoint:
        """Without pictures that are named but not there."""
        snapshot = view.snapshot if view.snapshot and view.snapshot.blob else None
        return replace(view, snapshot=snapshot, bitmaps=tuple(item for item in view.bitmaps if item.blob))

    def _base64(self, blob: Blob) -> str:
        with self.source.open(blob) as stream:
            return base64.b64encode(stream.read()).decode("ascii")

    def _create_document(self, change: Change, document: Document) -> Outcome:
        if document.blob is None:
            return Outcome(change.step, Status.HELD, message="its bytes are not in the archive")
        try:
            answer = self._upload(document, change.guid)
        except Refused as error:
            if error.status != 409:
                raise
            if self._holds(change.guid, document.blob):
                return Outcome(change.step, Status.DONE, change.guid, replace(document, guid=change.guid), adopted=True)
            answer = self._upload(document, derived_guid("taken", guid_key(change.guid), document.blob.sha256 or ""))
        return self._outcome(change, answer, self.codec.decode_document)

    def _upload(self, document: Document, guid: str) -> Answer:
        query = f"?guid={quote(guid, safe='')}" if self.sends_guids else ""
        plain = document.filename.encode("ascii", "replace").decode()
        plain = "".join("_" if character in '"\\?' else character for character in plain)
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.filename, safe='')}"
        headers = {"Content-Disposition": disposition, "Idempotency-Key": f'"{self.new_key()}"'}
        assert document.blob is not None  # noqa: S101 - the caller has looked
        with self.source.open(document.blob) as stream:
            return self.http.send_bytes("POST", self.routes.documents + query, stream, headers)

    def _holds(self, guid: str, blob: Blob) -> bool:
        """Whether the server's document of this guid has the same bytes as ours."""
        try:
            with self.http.open(self.routes.document(guid)) as theirs, self.source.open(blob) as ours:
                return theirs.read() == ours.read()
        except Refused:
            return False

    # -- changing ----------------------------------------------------------------------------------------------

    def _update_topic(self, change: Change, topic: Topic) -> Outcome:
        url = self.routes.topic(change.guid)
        fresh = self.guarded.read(url)
        now = self.codec.decode_topic(fresh.data)
        if isinstance(change.expected, Topic) and topic_content(now) != topic_content(change.expected):
            return Outcome(change.step, Status.STALE, change.guid, message="it was changed on the server meanwhile")
        members = self.codec.topic_fields(topic)
        body = {**_own_members(fresh.data), **{name: members[name] for name in change.fields if name in members}}
        answer = self.guarded.put(url, body, fresh)
        held = self.codec.decode_topic(answer.data if answer.data is not None else self.http.get(url).data)
        return Outcome(change.step, Status.DONE, change.guid, held)

    def _update_comment(self, change: Change, comment: Comment) -> Outcome:
        url = self.routes.child(change.topic, "comments", change.guid)
        fresh = self.guarded.read(url)
        now = readable(self.codec.decode_comment(fresh.data))
        if isinstance(change.expected, Comment) and comment_content(now) != comment_content(change.expected):
            return Outcome(change.step, Status.STALE, change.guid, message="it was changed on the server meanwhile")
        members = self._comment_body(comment, guid=False)
        # only what changed: a reply link the file does not know stays the server's
        kept = {name: value for name, value in _own_members(fresh.data).items() if name not in change.fields}
        body = {**kept, **{name: members[name] for name in change.fields if name in members}}
        answer = self.guarded.put(url, body, fresh)
        data = answer.data if answer.data is not None else self.http.get(url).data
        return Outcome(change.step, Status.DONE, change.guid, readable(self.codec.decode_comment(data)))

    def _reference(self, change: Change, reference: DocumentReference) -> Outcome:
        url = self.routes.part(change.topic, "document_references")
        if change.verb is Verb.CREATE:
            return self._created(
                change,
                url,
                lambda guid: self.codec.reference_body(replace(reference, guid=guid), guid=self.sends_guids),
                self.codec.decode_reference,
            )
        one = self.routes.child(change.topic, "document_references", change.guid)
        answer = self.http.send("PUT", one, self.codec.reference_put(replace(reference, guid=change.guid)))
        value = (
            self.codec.decode_reference(answer.data)
            if answer.data is not None
            else replace(reference, guid=change.guid)
        )
        return Outcome(change.step, Status.DONE, change.guid, value)

    def _snippet(self, change: Change, snippet: BimSnippet) -> Outcome:
        if snippet.blob is None:
            return Outcome(change.step, Status.HELD, message="its bytes are not in the archive")
        with self.source.open(snippet.blob) as stream:
            self.http.send_bytes("PUT", self.routes.part(change.topic, "snippet"), stream, {})
        return Outcome(change.step, Status.DONE, change.topic, snippet)

    def _files(self, change: Change, files: Files) -> Outcome:
        url = self.routes.part(change.topic, "files")
        fresh = self.guarded.read(url)
        now = {file_key(item) for item in self.codec.decode_files(fresh.data)}
        if isinstance(change.expected, Files) and now != {file_key(item) for item in change.expected.files}:
            return Outcome(
                change.step, Status.STALE, change.guid, message="the list was changed on the server meanwhile"
            )
        answer = self.guarded.put(url, self.codec.encode_files(files.files), fresh)
        held: Entity = Files(self.codec.decode_files(answer.data)) if answer.data is not None else files
        return Outcome(change.step, Status.DONE, change.topic, held)

    def _related(self, change: Change, related: Related) -> Outcome:
        url = self.routes.part(change.topic, "related_topics")
        fresh = self.guarded.read(url)
        now = guid_keys(self.codec.decode_related(fresh.data))
        if isinstance(change.expected, Related) and now != guid_keys(change.expected.guids):
            return Outcome(
                change.step, Status.STALE, change.guid, message="the list was changed on the server meanwhile"
            )
        answer = self.guarded.put(url, self.codec.encode_related(related.guids), fresh)
        held: Entity = Related(self.codec.decode_related(answer.data)) if answer.data is not None else related
        return Outcome(change.step, Status.DONE, change.topic, held)


def _own_members(data: object) -> dict[str, Any]:
    """What a client sends back of a server's object: everything but what the server owns, unknown members too."""
    return {name: value for name, value in data.items() if name not in _SERVER_OWNED} if isinstance(data, dict) else {}
