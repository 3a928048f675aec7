"""Documents and snippets: bytes as they are.

Owns: uploads. Sees: creating, net, bcfapi. Source: BCF-API 2.1, Binary file uploads; Foundation API 1.0, the same.
Rules: the bytes of a snippet go only where there were none, or over those that were read; servers give them no tag that
could see to it, so they are looked at right before.
"""

import hashlib
from collections.abc import MutableMapping
from dataclasses import replace
from urllib.parse import quote

from bcfsync.changes import Change, Outcome, Side, Status, Unkept
from bcfsync.errors import ServerTrouble
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import BimSnippet, Blob, Document
from bcfsync.net import Answer, NotJson, Refused, Unanswered
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.reading.answers import not_an_error
from bcfsync.sides.rest.reading.missing import MISSING
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.changing import OTHER, held_back
from bcfsync.sides.rest.writing.comparing import words
from bcfsync.sides.rest.writing.creating import TOO_LARGE, Creating

_SIZE = "the server takes no document of this size"


class Uploader:
    """Uploads to one project; ``source`` is where bytes come from."""

    def __init__(self, ways: Ways, source: Side, seen: MutableMapping[str, str | None] | None = None) -> None:
        """Nothing is asked yet.

        Args:
            ways: how to speak to the project.
            source: where bytes come from.
            seen: the digests of snippets as they were read last, by the key of the topic.
        """
        self.ways = ways
        self._seen = {} if seen is None else seen
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.source = source

    def document(self, change: Change, document: Document) -> Outcome:
        """Upload a document of the project."""
        if document.blob is None:
            return Outcome(change.step, Status.HELD, message="its bytes are not in the archive")
        cap = int(self.ways.learned.get(facts.BODY, 0))
        if cap and (document.blob.size or 0) >= cap:
            return held_back(change, f"{_SIZE}: it took less than {cap:,} bytes", document.filename)
        try:
            answer = self._sent(change, document)
        except Refused as error:
            if error.status == TOO_LARGE:
                return self._too_large(change, document, error)
            if error.status != 409:
                raise
            if self._holds(change.guid, document.blob):
                return Outcome(change.step, Status.DONE, change.guid, replace(document, guid=change.guid), adopted=True)
            answer = self._upload(document, derived_guid("taken", guid_key(change.guid), document.blob.sha256 or ""))
        return self.creating.outcome(change, answer, self.codec.decode_document, self.routes.documents)

    def _too_large(self, change: Change, document: Document, error: Refused) -> Outcome:
        """A document stays as it is: it cannot be made smaller as a picture can."""
        size, cap = document.blob.size if document.blob else None, self.ways.learned.get(facts.BODY)
        if size:
            self.ways.learned[facts.BODY] = str(min(size, int(cap)) if cap else size)
        return held_back(change, f"{_SIZE}: {error}", document.filename)

    def _sent(self, change: Change, document: Document) -> Answer:
        """An upload whose answer was lost is there under our guid, with the same bytes, or nobody knows."""
        assert document.blob is not None  # noqa: S101 - the caller has looked
        try:
            return self._upload(document, change.guid)
        except (Unanswered, NotJson):
            if not (self.ways.sends_guids and self._holds(change.guid, document.blob)):
                raise
        return Answer({"guid": change.guid, "filename": document.filename}, None)

    def _upload(self, document: Document, guid: str) -> Answer:
        query = f"?guid={quote(guid, safe='')}" if self.ways.sends_guids else ""
        plain = document.filename.encode("ascii", "replace").decode()
        plain = "".join("_" if character in '"\\?' else character for character in plain)
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.filename, safe='')}"
        headers = {"Content-Disposition": disposition, "Idempotency-Key": f'"{self.ways.new_key()}"'}
        assert document.blob is not None  # noqa: S101 - the caller has looked
        with self.source.open(document.blob) as stream:
            return self.http.send_bytes("POST", self.routes.documents + query, stream, headers)

    def _holds(self, guid: str, blob: Blob) -> bool:
        """Whether the server's document of this guid has the same bytes as ours."""
        return self._same_bytes(self.routes.document(guid), blob)

    def _same_bytes(self, url: str, blob: Blob) -> bool:
        try:
            with self.http.open(url) as theirs, self.source.open(blob) as ours:
                return theirs.read() == ours.read()
        except (Refused, ServerTrouble):
            return False

    def snippet(self, change: Change, snippet: BimSnippet) -> Outcome:
        """Upload the bytes of a snippet, whose members are the topic's, and see that they are there."""
        if snippet.blob is None:
            return Outcome(change.step, Status.HELD, message="its bytes are not in the archive")
        url = self.routes.part(change.topic, "snippet")
        now, ours = self._digest_at(url), self._own_digest(snippet.blob)
        if now == ours:
            return Outcome(change.step, Status.DONE, change.topic, snippet)
        if now is not None and now != self._seen.get(guid_key(change.topic)):
            facts.is_there(self.ways.learned, str(change.kind))  # it is read before the next try
            return Outcome(change.step, Status.STALE, change.topic, message=OTHER)
        lost: ServerTrouble | None = None
        try:
            with self.source.open(snippet.blob) as stream:
                self.http.send_bytes("PUT", url, stream, {})
        except (Unanswered, NotJson) as error:
            lost = error
        kept = self._same_bytes(url, snippet.blob)
        if lost is not None and not kept:
            raise lost
        self._seen[guid_key(change.topic)] = ours if kept else None
        gone = () if kept else (Unkept(Unkept.WHOLE, words(snippet)),)
        return Outcome(change.step, Status.DONE, change.topic, snippet, unkept=gone)

    def _digest_at(self, url: str) -> str | None:
        """What the server has there now; None for nothing."""
        try:
            with self.http.open(url) as stream:
                data = not_an_error(url, stream.read())
        except Refused as error:
            if error.status not in MISSING:
                raise
            return None
        return hashlib.sha256(data).hexdigest() if data else None

    def _own_digest(self, blob: Blob) -> str:
        with self.source.open(blob) as stream:
            return hashlib.sha256(stream.read()).hexdigest()
