"""What a probe finds out of servers of all kinds, and that it leaves nothing behind."""

import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "server"))
from misbehaving import misbehaving

from bcfsync.net import Http, Seams
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.probing.card import SCHEMA, BadCard, Card, read, written
from bcfsync.sides.rest.probing.findings import Finding, Findings
from bcfsync.sides.rest.probing.judging import proven
from bcfsync.sides.rest.probing.probe import Manners, Probed, probe
from bcfsync.sides.rest.probing.scratch import TITLE
from bcfsync.sides.rest.routes import Routes
from bcfsync.sides.rest.side import RestSide

ROOT = "https://server"


class Probing:
    """A server of its own, to probe more than once."""

    def __init__(self, client, version: str) -> None:
        base = f"{ROOT}/bcf/{version}"
        self.http = Http(base, "token-a", Seams(client._transport, lambda _: None))
        self.routes = Routes(base, "demo")
        self.version = version
        self.kept: list[frozenset[str]] = []

    def probe(self, *, active: bool = True, known: frozenset[str] = frozenset()) -> Probed:
        manners = Manners(active, known, self.kept.append, lambda: None)
        return probe(self.http, self.routes, self.version, manners)

    def titles(self) -> list[str]:
        return [item["title"] for item in self.http.get(self.routes.topics).data]


def probed(folder: Path, version: str, *faults: str) -> Probed:
    with misbehaving(folder, *faults, base_url=ROOT) as client:
        return Probing(client, version).probe()


@pytest.mark.parametrize(
    ("version", "fault", "expected"),
    [
        ("3.0", "", {"client_guid.topic": "yes", "repeated_guid.topic": "409", "put": "replace", "filter": "works"}),
        ("3.0", "", {"kept.viewpoint.lines": "yes", "kept.viewpoint.snapshot": "yes", "delete.viewpoint": "yes"}),
        ("2.1", "", {"client_guid.topic": "no", "delete.viewpoint": "no", "dates.viewpoint_deleted": "absent"}),
        ("2.1", "guid-honoured", {"client_guid.topic": "yes", "client_guid.comment": "yes"}),
        ("3.0", "guid-ignored", {"client_guid.topic": "no", "client_guid.viewpoint": "no"}),
        ("3.0", "guid-rejected", {"client_guid.topic": "rejected", "client_guid.comment": "rejected"}),
        ("3.0", "guid-taken", {"repeated_guid.topic": "400"}),
        ("3.0", "guid-overwrites", {"repeated_guid.topic": "overwritten"}),
        ("3.0", "etag-none", {"etag.topics": "none", "etag.topic": "none", "if_match": "unknown"}),
        ("3.0", "etag-weak", {"etag.topics": "weak", "etag.comments": "weak", "if_match": "unknown"}),
        ("3.0", "", {"etag.topics": "strong", "if_match": "enforced"}),
        ("3.0", "if-match-ignored", {"if_match": "ignored"}),
        ("3.0", "put-merge", {"put": "merge"}),
        ("3.0", "put-reset", {"put": "reset"}),
        ("3.0", "no-bump", {"dates.comment_added": "no", "modified_date_covers_children": "no"}),
        ("3.0", "paging-ignored", {"paging.top": "ignored", "paging.skip": "ignored"}),
        ("3.0", "page-default:1", {"paging.default": "1"}),
        ("3.0", "page-cap:1", {"paging.cap": "1"}),
        ("3.0", "filter-ignored", {"filter": "ignored", "orderby": "works"}),
        ("3.0", "orderby-camel", {"orderby.name": "$orderBy"}),
        ("3.0", "events-named-events", {"events": "yes", "events.key": "events"}),
        ("3.0", "events-empty", {"events": "yes", "events.there": "no"}),
        ("3.0", "without:events", {"events": "no"}),
        ("3.0", "without:files", {"dates.files": "absent", "etag.files": "absent"}),
        ("3.0", "drop:viewpoints.lines", {"kept.viewpoint.lines": "no"}),
        ("3.0", "", {"client_author_date": "no", "guid_case": "kept", "null_policy": "left out", "full_topic": "no"}),
        ("3.0", "client-stamps", {"client_author_date": "yes"}),
        ("3.0", "reject:topics.creation_author", {"client_author_date": "rejected", "client_guid.topic": "yes"}),
        ("3.0", "authors-missing", {"client_author_date": "unknown"}),
        ("3.0", "upper-guids", {"guid_case": "raised", "client_guid.topic": "yes", "delete.topic": "yes"}),
        ("3.0", "guid-ignored", {"guid_case": "unknown", "client_guid.document_reference": "no"}),
        ("3.0", "", {"client_guid.document_reference": "yes", "delete.document_reference": "no"}),
        ("3.0", "", {"client_guid.document": "unknown", "routes.documents": "yes", "routes.snippet": "yes"}),
        ("3.0", "without:documents", {"routes.documents": "no"}),
        ("3.0", "without:snippet", {"routes.snippet": "no", "dates.snippet": "absent"}),
        ("3.0", "without:related_topics", {"routes.related_topics": "no", "dates.relation_lost": "absent"}),
        ("3.0", "without:document_references", {"routes.document_references": "no"}),
        ("3.0", "without:files", {"routes.files": "no", "dates.files_emptied": "absent"}),
        ("3.0", "", {"routes.bitmaps": "yes", "routes.comments_replies": "no"}),
        ("2.1", "", {"routes.comments_replies": "yes", "versions.others": "1.0 2.0 3.0"}),
        ("3.0", "bitmaps-banned", {"routes.bitmaps": "no", "client_guid.viewpoint": "yes"}),
        ("3.0", "drop:viewpoints.bitmaps", {"routes.bitmaps": "no"}),
        ("3.0", "", {"components": "subresource", "component_wrap": "yes", "snapshot_read": "subresource"}),
        ("3.0", "components-unwrapped", {"component_wrap": "no", "kept.viewpoint.components.selection": "yes"}),
        ("3.0", "components-inline:all", {"components": "both"}),
        ("3.0", "without:components", {"components": "unknown", "kept.viewpoint.components.selection": "no"}),
        ("3.0", "drop:viewpoints.snapshot", {"snapshot_read": "no", "snapshot_write": "no"}),
        ("3.0", "", {"snapshot_write": "base64", "viewpoint_mutable": "no"}),
        ("3.0", "viewpoint-mutable", {"viewpoint_mutable": "yes"}),
    ],
)  # fmt: skip
def test_a_probe_finds(tmp_path: Path, version: str, fault: str, expected: dict[str, str]) -> None:
    found = probed(tmp_path, version, *([fault] if fault else []))
    assert {name: found.findings.value(name) for name in expected} == expected
    assert not found.left


def test_nothing_is_left_and_every_guid_was_on_record(tmp_path: Path) -> None:
    with misbehaving(tmp_path, base_url=ROOT) as client:
        probing = Probing(client, "3.0")
        probing.probe()
        assert TITLE not in probing.titles()
        assert max(map(len, probing.kept)) >= 2
        assert probing.kept[-1] == frozenset()


def test_a_passive_probe_writes_nothing(tmp_path: Path) -> None:
    with misbehaving(tmp_path, base_url=ROOT) as client:
        probing = Probing(client, "3.0")
        found = probing.probe(active=False)
        assert probing.kept == []
        assert found.findings.value("client_guid.topic") == "unknown"
        assert found.facts == {}


def test_what_cannot_be_deleted_stays_on_record_and_is_in_no_listing(tmp_path: Path) -> None:
    with misbehaving(tmp_path, "without:topics.DELETE", base_url=ROOT) as client:
        probing = Probing(client, "3.0")
        found = probing.probe()
        assert len(found.left) == 2
        assert probing.titles().count(TITLE) == 2
        told = {facts.ROOT: probing.http.root, facts.SCRATCH: ",".join(sorted(found.left))}
        side = RestSide(probing.http, "demo", told)
        assert TITLE not in [topic.title for topic in side.listing().topics.values()]
        assert facts.UNDELETABLE not in found.facts or "topic" in found.facts[facts.UNDELETABLE]


def test_a_topic_of_an_interrupted_probe_is_removed_and_a_namesake_is_not(tmp_path: Path) -> None:
    with misbehaving(tmp_path, base_url=ROOT) as client:
        probing = Probing(client, "3.0")
        body = {"title": TITLE, "description": "Somebody's own words", "topic_type": "Issue", "topic_status": "Open"}
        other = probing.http.send("POST", probing.routes.topics, body).data["guid"]
        probing.probe(known=frozenset({other}))
        assert probing.titles().count(TITLE) == 1


def test_a_topic_that_was_there_is_left_alone_whatever_guid_the_server_says_it_gave(tmp_path: Path) -> None:
    with misbehaving(tmp_path, base_url=ROOT) as client:
        probing = Probing(client, "3.0")
        real = probing.http.send("POST", probing.routes.topics, {"title": "Somebody's"}).data["guid"]
        answer = client._transport.handle_request

        def lying(request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and request.url.path.endswith("/topics"):
                return httpx.Response(201, json={"guid": real, "title": TITLE})
            return answer(request)

        client._transport.handle_request = lying
        found = probing.probe()
        assert probing.titles() == ["Somebody's"]
        for below in ("comments", "viewpoints"):
            assert probing.http.get(f"{probing.routes.topic(real)}/{below}").data == []
        assert found.findings.value("create.topic") != "yes"


def test_unknown_proves_nothing() -> None:
    assert proven(Findings(), "3.0") == {}


def test_a_card_comes_back_as_it_was_written() -> None:
    card = Card(
        "https://s/bcf/3.0",
        "3.0",
        "a@b",
        "2026-01-01",
        active=True,
        findings=(Finding("put", "merge", "PUT"),),
        facts=(("put", "merge"),),
    )
    assert read(written(card).encode(), ours=True) == card


def test_a_card_from_elsewhere_is_hearsay_without_facts() -> None:
    card = Card(
        "https://s/bcf/3.0", "3.0", "a@b", "2026-01-01", active=True, facts=(("dates_tell", "yes"),), scratch=("g",)
    )
    heard = read(written(card).encode())
    assert heard.hearsay
    assert (heard.facts, heard.scratch, heard.user) == ((), (), "")
    assert "a@b" not in written(card, handed_round=True)


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"\xff", b"[" * 100_000, b'{"type": "capability_card", "schema": 99, "findings": []}',
        b'{"type": "capability_card", "schema": 1, "findings": [{"name": "\\u001b[2J", "value": "yes"}]}',
        b'{"type": "capability_card", "schema": 1, "findings": [], "base": 7}', b" " * 1_000_001,
    ],
)  # fmt: skip
def test_a_hostile_card_is_refused(text: bytes) -> None:
    assert SCHEMA == 1
    with pytest.raises(BadCard):
        read(text)
