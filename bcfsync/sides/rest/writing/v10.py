"""What is written otherwise to a server of BCF-API 1.0: a topic's one link, and lists that are put as a whole.

Owns: PUT and POST of whole lists, and what of a list is ours. Sees: topics, lists, reading, bcfapi. Rules: the text
says PUT in the headings and POST in the examples, so PUT is tried first; document references have no requests of their
own, their list goes whole, with all that others have put there as it was read.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bcfsync.canonical import guid_keys
from bcfsync.changes import Change, Outcome, Related, Status, Verb
from bcfsync.guids import guid_key
from bcfsync.model import DocumentReference, Topic
from bcfsync.net import Answer, Refused
from bcfsync.sides.rest.guarded import Guarded
from bcfsync.sides.rest.reading.v10 import TopicPartsV10
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.comparing import unkept
from bcfsync.sides.rest.writing.lists import ListWriter
from bcfsync.sides.rest.writing.topics import TopicWriter

NOT_OFFERED = frozenset({404, 405, 501})
_MOVED = "the list was changed on the server meanwhile"


def put_or_posted(put: Callable[[], Answer], post: Callable[[], Answer]) -> Answer:
    """The answer to a PUT, or to a POST of the same where the server has no PUT there.

    Raises:
        Refused, ServerTrouble, LoginNeeded: (subclasses) it takes neither.
    """
    try:
        return put()
    except Refused as error:
        if error.status not in NOT_OFFERED:
            raise
    return post()


class TopicWriterV10(TopicWriter):
    """Writes topics of one project."""

    def update(self, change: Change, topic: Topic) -> Outcome:
        """Change members of a topic; of several links the first is its one."""
        if "reference_links" in change.fields:
            change = replace(change, fields=(*change.fields, "reference_link"))
        return super().update(change, topic)


class ListWriterV10(ListWriter):
    """Writes the lists of topics of one project."""

    def __init__(self, ways: Ways) -> None:
        super().__init__(ways)
        self.reading = TopicPartsV10(ways)
        self.guarded = Guarded(ways.http, ways.learned)

    def related(self, change: Change, related: Related) -> Outcome:
        """Replace the list of relations, by POST where the server has no PUT."""
        try:
            return super().related(change, related)
        except Refused as error:
            if error.status not in NOT_OFFERED:
                raise
        url = self.routes.part(change.topic, "related_topics")
        answer = self.http.send("POST", url, self.codec.encode_related(related.guids))
        data = answer.data if answer.data is not None else self.http.get(url).data
        held = Related(self.codec.decode_related(data))
        return Outcome(change.step, Status.DONE, change.topic, held, unkept=unkept(related, held, ("*",)))

    def reference(self, change: Change, reference: DocumentReference) -> Outcome:
        """Make or change one document reference: the list goes with it, and all else as it is."""
        url = self.routes.part(change.topic, "document_references")
        fresh = self.guarded.read(url)
        items = fresh.data if isinstance(fresh.data, list) else []
        before = [self.reading.reference(item) for item in items]
        body = self._with(items, before, change, reference)
        if body is None:
            return Outcome(change.step, Status.STALE, change.guid, message=_MOVED)
        answer = put_or_posted(
            lambda: self.guarded.put(url, body, fresh),
            lambda: self.http.send("POST", url, body, key=self.ways.new_key()),
        )
        data = answer.data if isinstance(answer.data, list) else self.http.get(url).data
        after = [self.reading.reference(item) for item in data or ()]
        held = _found(change, before, after)
        if held is None:
            return Outcome(change.step, Status.UNANSWERED, message="the server does not say which guid it gave")
        return Outcome(change.step, Status.DONE, held.guid, held, unkept=unkept(reference, held, change.fields))

    def _with(
        self, items: list[Any], before: list[DocumentReference], change: Change, reference: DocumentReference
    ) -> list[Any] | None:
        """The list with a reference put in; None where the one that changes is not there."""
        if change.verb is Verb.CREATE:
            return [*items, self.codec.reference_put(reference)]
        guid = guid_key(change.guid)
        if guid not in guid_keys(item.guid for item in before):
            return None
        new = {
            "guid": change.guid,
            "referenced_document": self._target(reference),
            "description": reference.description,
        }
        pairs = zip(items, before, strict=True)
        return [{**item, **new, "guid": old.guid} if guid_key(old.guid) == guid else item for item, old in pairs]

    def _target(self, reference: DocumentReference) -> str | None:
        if reference.document_guid:
            return self.routes.document(reference.document_guid)
        return reference.url or reference.path


def _found(change: Change, before: list[DocumentReference], after: list[DocumentReference]) -> DocumentReference | None:
    """The reference that was made, which is the one that is new, or changed."""
    if change.verb is Verb.CREATE:
        known = guid_keys(item.guid for item in before)
        found = [item for item in after if guid_key(item.guid) not in known]
        return found[-1] if found else None
    return next((item for item in after if guid_key(item.guid) == guid_key(change.guid)), None)
