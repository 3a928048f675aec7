"""Whether a topic's date tells of all that happens below it: proven only where every kind of change was seen to."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "server"))
from misbehaving import ThroughWire
from reference_server import TOKENS, TickingClock
from test_rest_probing import ROOT, Probing

from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore
from bcfsync.server.store.topics import Topics
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.probing.findings import ABSENT, NO, UNKNOWN, YES, Findings
from bcfsync.sides.rest.probing.judging import _MOVED, dates_cover, proven
from bcfsync.sides.rest.probing.probe import Probed

BELOW = re.compile(r".*/topics/(?P<topic>[^/]+)/(?P<rest>.+)")
Deaf = Callable[[str, str, bytes], bool]


class Dating(ThroughWire):
    """Moves a topic's date for every write below it, but for those it is deaf to."""

    def __init__(self, app, store: ServerStore, deaf: Deaf) -> None:
        super().__init__(app)
        self.store = store
        self.deaf = deaf
        self.forbidden: Callable[[str, str], bool] = lambda *_: False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        if self.forbidden(request.method, request.url.path):
            return httpx.Response(403, json={"message": "not yours"}, request=request)
        response = super().handle_request(request)
        found = BELOW.fullmatch(request.url.path)
        written = request.method != "GET" and response.status_code < 300
        if found and written and not self.deaf(request.method, found["rest"], body):
            self.store.topics.touch("demo", found["topic"], "somebody")
        return response


@contextmanager
def dating(folder: Path, version: str, deaf: Deaf, *faults: str) -> Iterator[Probing]:
    mischief = chosen((), ("no-bump", *faults), 0)
    with ServerStore(folder, clock=TickingClock()) as store:
        app = create_app(store, tokens=TOKENS, mischief=mischief)
        with httpx.Client(transport=Dating(app, store, deaf), base_url=ROOT) as client:
            probing = Probing(client, version)
            probing.wire = client._transport
            yield probing


def probed(folder: Path, deaf: Deaf, *faults: str, version: str = "3.0") -> Probed:
    with dating(folder, version, deaf, *faults) as probing:
        return probing.probe()


def test_dates_tell_where_every_write_below_a_topic_moves_its_date(tmp_path: Path) -> None:
    found = probed(tmp_path, lambda *_: False, "versions:3.0")
    assert found.findings.value("modified_date_covers_children") == "yes"
    assert found.facts[facts.DATES_TELL] == facts.YES


@pytest.mark.parametrize(
    ("kind", "method", "rest", "body"),
    [
        ("comment_added", "POST", "comments", b""),
        ("comment_edited", "PUT", "comments/.+", b""),
        ("comment_deleted", "DELETE", "comments/.+", b""),
        ("viewpoint_added", "POST", "viewpoints", b""),
        ("viewpoint_deleted", "DELETE", "viewpoints/.+", b""),
        ("snippet", "PUT", "snippet", b""),
        ("files", "PUT", "files", b"bcfsync-probe.ifc"),
        ("files_emptied", "PUT", "files", b"[]"),
        ("related_topics", "PUT", "related_topics", b"related_topic_guid"),
        ("related_topics_emptied", "PUT", "related_topics", b"[]"),
        ("document_references", "POST", "document_references", b""),
        ("document_reference_edited", "PUT", "document_references/.+", b""),
    ],
)
def test_one_kind_of_change_without_a_date_is_enough_to_prove_nothing(
    tmp_path: Path, kind: str, method: str, rest: str, body: bytes
) -> None:
    def deaf(asked: str, path: str, sent: bytes) -> bool:
        return asked == method and re.fullmatch(rest, path) is not None and body in sent

    found = probed(tmp_path, deaf, "versions:3.0")
    assert [it.name for it in found.findings if it.name.startswith("dates.") and it.value == NO] == [f"dates.{kind}"]
    assert found.findings.value("modified_date_covers_children") == "no"
    assert facts.DATES_TELL not in found.facts


@pytest.mark.parametrize(("dated", "value"), [(True, "yes"), (False, "no")])
def test_a_relation_that_goes_with_its_topic_has_to_move_the_date_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, dated: bool, value: str
) -> None:
    delete = Topics.delete

    def unrelating(self: Topics, project: str, guid: str) -> None:
        delete(self, project, guid)
        for (other,) in self._database.rows("SELECT guid_key FROM topic WHERE related_topics LIKE ?", f"%{guid}%"):
            self.set_related(project, other, [])
            if dated:
                self.touch(project, other, "somebody")

    monkeypatch.setattr(Topics, "delete", unrelating)
    found = probed(tmp_path, lambda *_: False, "versions:3.0")
    assert found.findings.value("dates.relation_lost") == value
    assert (facts.DATES_TELL in found.facts) == dated


def test_what_could_not_be_tried_is_not_proven(tmp_path: Path) -> None:
    """Comments can be read, and changing them is forbidden to us, not to others."""
    with dating(tmp_path, "3.0", lambda *_: False, "versions:3.0") as probing:
        probing.wire.forbidden = lambda method, path: method == "PUT" and "/comments/" in path
        found = probing.probe()
    assert found.findings.value("dates.comment_edited") == UNKNOWN
    assert facts.DATES_TELL not in found.facts


def test_dates_of_2_1_prove_nothing_where_viewpoints_can_be_deleted_by_3_0(tmp_path: Path) -> None:
    both = probed(tmp_path / "both", lambda *_: False, "versions:2.1,3.0", version="2.1")
    alone = probed(tmp_path / "alone", lambda *_: False, "versions:2.1", version="2.1")
    assert both.findings.value("dates.viewpoint_deleted") == ABSENT
    assert (facts.DATES_TELL in both.facts, facts.DATES_TELL in alone.facts) == (False, True)


@pytest.mark.parametrize("name", _MOVED)
@pytest.mark.parametrize(("value", "verdict"), [(NO, NO), (UNKNOWN, UNKNOWN)])
def test_every_kind_of_change_counts(name: str, value: str, verdict: str) -> None:
    findings = Findings()
    for kind in _MOVED:
        findings.note(f"dates.{kind}", YES)
    assert dates_cover(findings) == YES
    findings.note(f"dates.{name}", value)
    assert dates_cover(findings) == verdict
    assert facts.DATES_TELL not in proven(findings, "3.0")
