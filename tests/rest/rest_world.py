"""What tests of the server's side share: things to send, and how."""

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from bcfsync.changes import Change, Entity, Kind, Outcome, Status, Verb
from bcfsync.guids import guid_key
from bcfsync.model import Blob, PerspectiveCamera, Point, Topic
from bcfsync.sides.rest.side import RestSide

ROOT = "https://server.test"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
CAMERA = PerspectiveCamera(Point(0, 0, 0), Point(1, 0, 0), Point(0, 0, 1), 60.0, 1.5)


class Bytes:
    """The side bytes come from: a locator is its own content."""

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        yield io.BytesIO(blob.locator.encode("latin-1"))


def blob(data: bytes) -> Blob:
    return Blob(data.decode("latin-1"), len(data))


def fresh() -> str:
    return str(uuid.uuid4())


def done(side: RestSide, verb: Verb, kind: Kind, value: Entity, guid: str, topic: str = "", **more: Any) -> Outcome:
    (outcome,) = side.apply([Change(0, verb, kind, guid, topic, value, **more)], Bytes())
    return outcome


def created(side: RestSide, kind: Kind, value: Any, topic: str = "") -> Outcome:
    outcome = done(side, Verb.CREATE, kind, value, value.guid, topic)
    assert outcome.status is Status.DONE, outcome
    return outcome


def new_topic(side: RestSide, **members: Any) -> str:
    outcome = created(side, Kind.TOPIC, Topic(fresh(), "A", topic_type="Issue", topic_status="Open", **members))
    return outcome.guid


def loaded(side: RestSide, topic: str) -> Topic:
    side.listing()
    return side.load([guid_key(topic)]).topics[guid_key(topic)]


def deleted(side: RestSide, kind: Kind, value: Any, topic: str = "", **more: Any) -> Outcome:
    return done(side, Verb.DELETE, kind, value, value.guid, topic, **{"expected": value, **more})
