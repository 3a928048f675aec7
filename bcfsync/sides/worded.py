"""A server as the files would tell it: its values in their words, its comments with whoever said them.

Owns: what is translated on the way there and back. Sees: changes, wording, attribution. Rules: docs/values.md. Planner
and record see the words of the files only; the server sees its own.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import IO, Any, Protocol

from bcfsync.canonical import topic_content
from bcfsync.changes import Bodies, Capabilities, Change, Entity, Key, Kind, Listing, Outcome, Prepared, Side, Verb
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Blob, Comment, Extensions, Topic
from bcfsync.plan import attribution
from bcfsync.plan.attribution import Attributed
from bcfsync.plan.policy import Attribution, Policy
from bcfsync.plan.wording import LISTS, offered
from bcfsync.sides.remembered import afresh


class Acquaintance(Protocol):
    """What the files say, and what is on record of them, of what the server holds; ids are the server's keys."""

    def anew(self) -> None:
        """Look again next time: something may have been written."""

    def topics(self, key: str) -> Sequence[Topic]:
        """A topic as the archive holds it now, and as both held it when they agreed."""

    def comment(self, topic: str, key: str) -> Comment | None:
        """A comment as the archive held it when both agreed."""

    @property
    def is_worded(self) -> bool:
        """Whether there may be words on record that stand for others."""

    def held(self) -> Iterable[Topic]:
        """All topics of the archive."""


class Worded:
    """A server for one pass, told in the words of the archive that takes part."""

    def __init__(self, side: Side, policy: Policy, known: Acquaintance) -> None:
        self._side = side
        self._wording = policy.wording
        self._attributes = policy.attribution is Attribution.TEXT
        self._attributed_by = policy.attributed_by
        self._known = known
        self._topics: dict[str, Topic] = {}
        self._alike: dict[str, Topic] = {}
        self._lists: Extensions | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Those of the server."""
        return self._side.capabilities

    def listing(self) -> Listing:
        """All topics; where ids are the server's own, told so that the archive's topics are recognised."""
        self._known.anew()
        listing = self._side.listing()
        if not self._wording.rows or self.capabilities.client_guid:
            return listing
        self._lists = self._side.load(()).project.extensions
        same = {topic_content(self._wording.topic_sent(item, self._lists)): item for item in self._known.held()}
        self._alike = {key: same[item.content] for key, item in listing.topics.items() if item.content in same}
        recognised = {
            key: replace(listing.topics[key], content=topic_content(item)) for key, item in self._alike.items()
        }
        return replace(listing, topics={**listing.topics, **recognised})

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:
        """Whole topics, in the words of the archive."""
        bodies = self._side.load(keys, known)
        self._lists = bodies.project.extensions
        self._topics |= bodies.topics
        return replace(bodies, topics={key: self._read(topic) for key, topic in bodies.topics.items()})

    def open(self, blob: Blob) -> AbstractContextManager[IO[bytes]]:
        """Bytes have no words."""
        return self._side.open(blob)

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """In the words of the archive, as it came."""
        return self._side.detailed(topic, views)

    def moved(self, tag: str | None) -> bool:
        """What the server says."""
        return self._side.moved(tag)

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """What the server says."""
        return self._side.gone(keys)

    def lacks(self, key: Key) -> bool:
        """What the server says."""
        return self._side.lacks(key)

    def forget(self) -> None:
        """Time has passed."""
        afresh(self._side)

    def apply(self, changes: Iterable[Change | None], source: Side) -> Iterator[Outcome | Prepared]:
        """Send the changes in the server's words; what it answers is told in those of the archive."""
        asked: dict[int, Change] = {}

        def sent() -> Iterator[Change | None]:
            for change in changes:
                if change is not None:
                    asked[change.step] = change
                yield change and self._sent(change)

        for said in self._side.apply(sent(), source):
            if isinstance(said, Outcome) and said.value is not None and said.step in asked:
                change = asked.pop(said.step)
                yield replace(said, value=self._answered(change, said.value))
            else:
                yield said

    # -- what comes --------------------------------------------------------------------------------------------

    def _read(self, topic: Topic, asked: Topic | None = None) -> Topic:
        """A topic in the words of the archive, its comments with whoever said them."""
        told = topic
        if self._wording.rows or self._known.is_worded:
            key = guid_key(topic.guid)
            alike = [asked or self._alike.get(key)]
            known = (*(item for item in alike if item), *self._known.topics(key))
            told = self._wording.topic_read(topic, self._lists, known)
        comments = tuple(self._comment_read(item, topic.guid) for item in topic.comments)
        moved = any(one is not other for one, other in zip(comments, topic.comments, strict=True))
        return replace(told, comments=comments) if moved else told

    def _comment_read(self, comment: Comment, topic: str, asked: Comment | None = None) -> Comment:
        found = self._line(comment, topic, asked)
        if found is None:
            return comment
        later = comment.date and comment.modified_date and comment.modified_date.instant > comment.date.instant
        edited = later or (comment.modified_author and comment.modified_author != comment.author)
        unedited: dict[str, Any] = {} if edited else {"modified_date": None, "modified_author": None}
        author, date = found.author or comment.author, found.date or comment.date
        return replace(attribution.as_sent(comment, author, date), comment=found.text, **unedited)

    def _line(self, comment: Comment, topic: str, asked: Comment | None = None) -> Attributed | None:
        """What the line of a comment says, if bcfsync wrote it: as our user or one that is named, or as is on record.

        A server that takes authors may have been sent lines before that was known: they say what it says itself.
        """
        found = attribution.read(comment.comment)
        if found is None:
            return None
        stamps = self.capabilities.stamps
        ours = self.capabilities.user in {None, comment.author} or comment.author in self._attributed_by
        if ours and not stamps:
            return found
        recorded = self._known.comment(guid_key(topic), guid_key(comment.guid))
        sayings = (item for item in (comment if stamps else None, asked, recorded) if item is not None)
        known = {(item.author or None, item.date) for item in sayings if item.author or item.date}
        return found if (found.author, found.date) in known else None

    def _answered(self, change: Change, value: Entity) -> Entity:
        match value:
            case Topic():
                asked = change.value if isinstance(change.value, Topic) else None
                return self._read(value, asked)
            case Comment():
                asked_of = change.value if isinstance(change.value, Comment) else None
                return self._comment_read(value, change.topic, asked_of)
            case BimSnippet() if isinstance(change.value, BimSnippet):
                return replace(value, snippet_type=self._snippet_read(value, change.value))
            case _:
                return value

    def _snippet_read(self, value: BimSnippet, asked: BimSnippet) -> str:
        names, known = offered(self._lists, "bim_snippet"), (asked.snippet_type,)
        return self._wording.read("bim_snippet", value.snippet_type, names, known)

    # -- what goes ---------------------------------------------------------------------------------------------

    def _sent(self, change: Change) -> Change:
        match change.kind:
            case Kind.TOPIC:
                return self._topic_change(change)
            case Kind.COMMENT:
                return self._comment_change(change)
            case Kind.SNIPPET if isinstance(change.value, BimSnippet):
                kind = change.value.snippet_type
                name = self._wording.sent("bim_snippet", kind, offered(self._lists, "bim_snippet")) if kind else kind
                return replace(change, value=replace(change.value, snippet_type=name))
            case _:
                return change

    def _topic_change(self, change: Change) -> Change:
        there = self._topics.get(guid_key(change.guid))
        if not isinstance(change.value, Topic):
            return change
        if change.verb is Verb.CREATE:
            below = tuple(self._comment_made(item) if isinstance(item, Comment) else item for item in change.below)
            return replace(change, value=self._wording.topic_sent(change.value, self._lists), below=below)
        if there is None:
            return self._reworded(change)
        if change.verb is Verb.DELETE:
            return replace(change, value=there, expected=there if change.expected is not None else None)
        expected = there if change.expected is not None else None
        return replace(change, value=self._edited(change, change.value, there), expected=expected)

    def _edited(self, change: Change, value: Topic, there: Topic) -> Topic:
        """An edited topic: what was edited in the server's words, everything else as the server has it."""
        sent = self._wording.topic_sent(value, self._lists)
        members = {name: getattr(sent if name in change.fields else there, name) for name in LISTS}
        if "labels" in change.fields:
            # a label of the server's own goes back as it was, whatever it is called in the archive
            own = {word: label for label in there.labels for word in self._words(replace(there, labels=(label,)))}
            labels = ((own.get(word) or self._label(word)) for word in value.labels)
            members["labels"] = tuple(dict.fromkeys(labels))
        return replace(value, **members)

    def _words(self, there: Topic) -> tuple[str, ...]:
        return self._wording.topic_read(there, self._lists, self._known.topics(guid_key(there.guid))).labels

    def _label(self, word: str) -> str:
        return self._wording.sent("labels", word, offered(self._lists, "labels"))

    def _reworded(self, change: Change) -> Change:
        """A change of a topic that was not read in this pass."""
        members: dict[str, Any] = {}
        for name in ("value", "expected"):
            value = getattr(change, name)
            members[name] = self._wording.topic_sent(value, self._lists) if isinstance(value, Topic) else value
        return replace(change, **members)

    # -- comments ----------------------------------------------------------------------------------------------

    def _comment_change(self, change: Change) -> Change:
        if not isinstance(change.value, Comment):
            return change
        if change.verb is Verb.CREATE:
            return replace(change, value=self._comment_made(change.value))
        there = self._comment_there(change)
        if there is None:
            return change
        if change.verb is Verb.DELETE:
            return replace(change, value=there, expected=there if change.expected is not None else None)
        text = self._text(change, change.value, there)
        expected = there if change.expected is not None else None
        # whose it is there stays as it is there
        whose = {name: getattr(there, name) for name in ("author", "date", "modified_author", "modified_date")}
        return replace(change, value=replace(change.value, comment=text, **whose), expected=expected)

    def _comment_there(self, change: Change) -> Comment | None:
        """The comment as the server told it."""
        topic = self._topics.get(guid_key(change.topic))
        key = guid_key(change.guid)
        return next((item for item in topic.comments if guid_key(item.guid) == key), None) if topic else None

    def _comment_made(self, comment: Comment) -> Comment:
        """A new comment with its line; a text that looks as if it had one needs one, to come back as it is."""
        if self.capabilities.stamps or not (self._attributes or attribution.read(comment.comment)):
            return comment
        line = attribution.line_of(comment)
        return replace(comment, comment=attribution.written(line, comment.comment)) if line else comment

    def _text(self, change: Change, value: Comment, there: Comment) -> str:
        """The new text of a comment with the line it has, or lost on the server."""
        if "comment" not in change.fields:
            return there.comment
        line = ""
        if self._line(there, change.topic):
            line = attribution.first_line(there.comment)
        elif self._attributes and not self.capabilities.stamps:
            original = self._known.comment(guid_key(change.topic), guid_key(change.guid))
            if original is not None and (original.author, original.date) != (there.author, there.date):
                line = attribution.line_of(original)
        if not line and attribution.read(value.comment) and there.author == self.capabilities.user:
            line = attribution.line_of(there)
        return attribution.written(line, value.comment) if line else value.comment
