"""Deleting on a server: only what still is what the plan saw, and never what may be more.

Owns: DELETE, and what its answers mean. Sees: routes, guarded, bcfapi. Source: BCF-API 2.1 (branch) and 3.0: topics
and comments in both, viewpoints in 3.0 only, document references and documents in none. What is not there (404, 410)
is deleted. A server without If-Match may change something between our look and our DELETE; no client can help that.
"""

from collections.abc import Mapping

from bcfsync.advance import said_whole
from bcfsync.bcfapi.dialects import GENERIC, Dialect
from bcfsync.canonical import comment_content
from bcfsync.changes import Change, Kind, Outcome, Status, key_of
from bcfsync.errors import ServerTrouble
from bcfsync.model import Comment, Topic
from bcfsync.net import Answer, NotJson, Refused, Unanswered
from bcfsync.sides.rest.facts import UNDELETABLE, Facts
from bcfsync.sides.rest.guarded import Guarded
from bcfsync.sides.rest.reading.answers import NO_TEXT, readable
from bcfsync.sides.rest.reading.project import ProjectReader
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.bodies import own_members

GONE = frozenset({404, 410})
"""Answers that say that something is not there."""

NOT_OFFERED = frozenset({405, 501})
"""Answers that say that a server does not do such a thing at all."""

_OFFERED: Mapping[str, frozenset[Kind]] = {
    "1.0": frozenset(),
    "2.1": frozenset({Kind.TOPIC, Kind.COMMENT}),
    "3.0": frozenset({Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT}),
}


def deletable(version: str, learned: Facts, dialect: Dialect = GENERIC) -> frozenset[Kind]:
    """What a server of this version and dialect deletes, as far as is known."""
    refused = {*learned.get(UNDELETABLE, "").split(","), *dialect.undeletable}
    offered = _OFFERED[version] | {Kind(name) for name in dialect.also_deletes}
    return frozenset(kind for kind in offered if str(kind) not in refused)


_MORE = 2
"""So often a DELETE goes again whose answer was lost, and that did nothing."""


class ProjectDeleter:
    """Deletes in one project of one server."""

    def __init__(self, ways: Ways, reader: ProjectReader) -> None:
        self.reader = reader
        self.routes = ways.routes
        self.codec = ways.codec
        self.version = ways.version
        self.learned = ways.learned
        self.dialect = ways.dialect
        self.guarded = Guarded(ways.http, ways.learned)

    def delete(self, change: Change) -> Outcome:
        """Delete what a change names, if it still is as expected.

        Raises:
            ServerTrouble, LoginNeeded: (subclasses) the rest of the plan has no chance either.
        """
        if change.kind not in deletable(self.version, self.learned, self.dialect):
            return self._held(change, f"servers of BCF-API {self.version} do not delete a {_word(change.kind)}")
        url = self._url(change)
        try:
            fresh = self.guarded.read(url)
            if fresh.data is None:  # seen: 204 for what is not there
                return Outcome(change.step, Status.DONE, change.guid, adopted=True)
            if self._is_other(change, fresh):
                return Outcome(change.step, Status.STALE, change.guid, message="it was changed on the server")
            takes_more = change.kind is Kind.COMMENT and self.dialect.comment_takes_viewpoint
            return (self._deleted_alone if takes_more else self._deleted)(change, url, fresh)
        except Refused as error:
            if error.status in GONE:
                return Outcome(change.step, Status.DONE, change.guid, adopted=True)
            return self._refused(change, error)

    def _deleted(self, change: Change, url: str, fresh: Answer) -> Outcome:
        """DELETE; where the answer is lost, one look tells whether it went, and it goes again only as it was seen."""
        for more in reversed(range(_MORE + 1)):
            try:
                self.guarded.delete(url, fresh)
            except (Unanswered, NotJson) as error:
                lost = error
            else:
                return Outcome(change.step, Status.DONE, change.guid)
            try:
                fresh = self.guarded.read(url)
                if fresh.data is None:
                    return Outcome(change.step, Status.DONE, change.guid)
                other = self._is_other(change, fresh)
            except Refused as error:
                if error.status in GONE:
                    return Outcome(change.step, Status.DONE, change.guid)
                raise
            except ServerTrouble:
                raise lost from None
            if other:
                return Outcome(change.step, Status.STALE, change.guid, message="it was changed on the server")
            if not more:
                raise lost
        raise AssertionError

    def _deleted_alone(self, change: Change, url: str, fresh: Answer) -> Outcome:
        """DELETE a comment, and not its viewpoint."""
        fresh = self._detached(url, fresh)
        if self.codec.decode_comment(fresh.data).viewpoint_guid:
            return self._held(change, "the server would delete its viewpoint with it")
        return self._deleted(change, url, fresh)

    def _detached(self, url: str, fresh: Answer) -> Answer:
        """The comment without its viewpoint, which would go with it (BIMData) though nobody deleted that."""
        if not self.codec.decode_comment(fresh.data).viewpoint_guid:
            return fresh
        body = own_members(fresh.data)
        body |= {"comment": body.get("comment") or NO_TEXT, "viewpoint_guid": None}
        self.guarded.put(url, body, fresh)
        return self.guarded.read(url)

    def _url(self, change: Change) -> str:
        if change.kind is Kind.TOPIC:
            return self.routes.topic(change.guid)
        return self.routes.child(change.topic, f"{change.kind}s", change.guid)

    def _is_other(self, change: Change, fresh: Answer) -> bool:
        """Whether it is no longer what the plan saw; viewpoints never change."""
        match change.expected:
            case Topic() as expected:
                now = self.codec.decode_topic(fresh.data)
                # with a topic all below it goes, and not every server dates a topic anew for a comment (BIMcollab)
                known = frozenset(key_of(Kind.VIEWPOINT, now.guid, view.guid) for view in expected.viewpoints)
                # what cannot be read whole may be anything
                found = self.reader.whole([now], known)
                return [said_whole(whole) for whole in found] != [said_whole(expected)]
            case Comment() as expected:
                return comment_content(readable(self.codec.decode_comment(fresh.data))) != comment_content(expected)
            case _:
                return False

    def _refused(self, change: Change, error: Refused) -> Outcome:
        if error.status == 412:
            return Outcome(change.step, Status.STALE, change.guid, message=str(error))
        if error.status in NOT_OFFERED:
            known = [name for name in self.learned.get(UNDELETABLE, "").split(",") if name]
            self.learned[UNDELETABLE] = ",".join(sorted({*known, str(change.kind)}))
            return self._held(change, f"the server does not delete a {_word(change.kind)}: {error}")
        if error.status == 409 and change.kind is Kind.VIEWPOINT:
            return self._held(change, f"a comment on the server points to it: {error}")
        if error.status in {403, 409}:
            return self._held(change, f"the server does not let us delete it: {error}")
        return Outcome(change.step, Status.FAILED, change.guid, message=str(error))

    def _held(self, change: Change, reason: str) -> Outcome:
        return Outcome(change.step, Status.HELD, change.guid, message=reason)


def _word(kind: Kind) -> str:
    return str(kind).replace("_", " ")
