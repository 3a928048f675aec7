"""Documents and snippets: bytes as they are.

Owns: uploads. Sees: creating, net, bcfapi. Source: BCF-API 2.1, Binary file uploads; Foundation API 1.0, the same.
"""

from dataclasses import replace
from urllib.parse import quote

from bcfsync.changes import Change, Outcome, Side, Status
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import BimSnippet, Blob, Document
from bcfsync.net import Answer, Refused
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.creating import Creating


class Uploader:
    """Uploads to one project; ``source`` is where bytes come from."""

    def __init__(self, ways: Ways, source: Side) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.source = source

    def document(self, change: Change, document: Document) -> Outcome:
        """Upload a document of the project."""
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
        return self.creating.outcome(change, answer, self.codec.decode_document)

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
        try:
            with self.http.open(self.routes.document(guid)) as theirs, self.source.open(blob) as ours:
                return theirs.read() == ours.read()
        except Refused:
            return False

    def snippet(self, change: Change, snippet: BimSnippet) -> Outcome:
        """Upload the bytes of a snippet, whose members are the topic's."""
        if snippet.blob is None:
            return Outcome(change.step, Status.HELD, message="its bytes are not in the archive")
        with self.source.open(snippet.blob) as stream:
            self.http.send_bytes("PUT", self.routes.part(change.topic, "snippet"), stream, {})
        return Outcome(change.step, Status.DONE, change.topic, snippet)
