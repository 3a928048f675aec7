"""What a topic has in lists: model files, relations, document references.

Owns: lists below a topic. Sees: creating, guarded, bcfapi.
"""

from dataclasses import replace

from bcfsync.canonical import file_key, guid_keys
from bcfsync.changes import Change, Entity, Files, Outcome, Related, Status, Verb
from bcfsync.model import DocumentReference
from bcfsync.sides.rest.guarded import Guarded
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.creating import Creating


class ListWriter:
    """Writes the lists of topics of one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.guarded = Guarded(ways.http, ways.learned)

    def reference(self, change: Change, reference: DocumentReference) -> Outcome:
        """Make or change one document reference."""
        url = self.routes.part(change.topic, "document_references")
        if change.verb is Verb.CREATE:
            return self.creating.created(
                change,
                url,
                lambda guid: self.codec.reference_body(replace(reference, guid=guid), guid=self.ways.sends_guids),
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

    def files(self, change: Change, files: Files) -> Outcome:
        """Replace the list of model files, if it still is what the plan saw."""
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

    def related(self, change: Change, related: Related) -> Outcome:
        """Replace the list of relations, if it still is what the plan saw."""
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
