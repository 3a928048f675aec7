"""Whatever is thrown at a writing route: a 4xx with the error body, and nothing changed."""

import itertools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from furniture import Furniture
from hypothesis import HealthCheck, Phase, given, settings
from replies import ERRORS, Asker, Wrong
from serving import in_process, live
from strikes import UNKNOWN, strikes
from targets import Target, json_targets, places
from texts import V21, V30, Text

CASES = 400
"""Of each text, where no other number is given: with it the suite stays within its share of CI."""

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Stage:
    """A project that nobody else writes to, with everything that can be read of it."""

    furniture: Furniture
    targets: list[Target]
    places: list[str]

    def tag(self) -> str:
        """What moves at any change in any project, as the tests of tags make sure of."""
        f = self.furniture
        return "".join(f.asker.client.head(f.url(path)).headers["ETag"] for path in ("B/projects", "P/extensions"))

    def dump(self) -> dict[str, bytes]:
        return {url: self.furniture.asker.get(url).content for url in self.places}


@pytest.fixture(scope="module")
def stages(request, tmp_path_factory):
    """The stage of each text; of our own servers each has one to itself."""
    url, token = (request.config.getoption(f"--conformance-{name}") for name in ("url", "token"))
    with ExitStack() as open_places:

        @cache
        def stage(text: Text) -> Stage:
            place = contextmanager(live)(url, token) if url else contextmanager(in_process)(_folder(tmp_path_factory))
            furniture = open_places.enter_context(place).furniture(text)
            readable = places(furniture)
            return Stage(furniture, json_targets(furniture), readable)

        yield stage


def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "data"


@pytest.fixture
def stage(stages, text):
    return stages(text)


def struck(stage: Stage, method: str, url: str, **request: object) -> None:
    """A request that must be refused, without a trace.

    Raises:
        Wrong: It is not.
    """
    before = stage.tag()
    stage.furniture.asker.ask(method, url, ERRORS, **request)
    if stage.tag() != before:
        raise Wrong(f"{method} {url}: it was refused, and something is different")


@pytest.mark.slow
def test_a_spoiled_request_is_refused_and_changes_nothing(request, stage):
    number = request.config.getoption("--conformance-cases") or CASES
    before = stage.dump()

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=not request.config.getoption("--conformance-cases"),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(strikes(stage.targets))
    def strike(struck_with):
        struck(stage, struck_with.method, struck_with.url, content=struck_with.content, headers=JSON)

    strike()
    assert stage.dump() == before


def test_every_body_that_is_spoiled_is_taken_unspoiled(stages, text, place):
    """Else a refusal would say nothing about what was spoiled."""
    f = place.furniture(text)
    for target in json_targets(f):
        f.asker.ask(target.method, target.url, {*f.created, *f.put}, json=target.body)


@pytest.mark.parametrize("tag", ["no-quotes", '"', '"a" "b"', "W/", "*, *", '"open'])
def test_an_if_match_that_is_none_lets_nothing_pass(stage, tag):
    for target in stage.targets:
        if target.method in {"PUT", "PATCH"}:
            struck(stage, target.method, target.url, json=target.body, headers={"If-Match": tag})


METHODS = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
PLACES = ("P/topics/{}", "T/comments/{}", "V/bitmaps/{}", "P/documents/{}", "B/projects/{}", "T/{}", "P/{}", "B/{}")


@pytest.mark.parametrize(
    "part", [UNKNOWN, "%00", "%FF", "%2E%2E", "..%2F..%2Fetc", "%C3%28", "x" * 8000, "%F0%9F%9A%A7", "a;b", "%", "%zz"]
)
def test_an_absurd_path_is_not_there(stage, part):
    f = stage.furniture
    before = stage.tag()
    for path, method in itertools.product(PLACES, METHODS):
        prefix, _, rest = path.partition("/")
        # who asks which methods there are is answered wherever a route's form matches
        expect = {*ERRORS, 200, 204} if method == "OPTIONS" else ERRORS
        body = {"json": {}} if method in {"PUT", "POST", "PATCH"} else {}
        f.asker.ask(method, f"{f.url(prefix)}/{rest.format(part)}", expect, **body)
    assert stage.tag() == before


def test_an_absurd_guid_for_a_document_is_refused(stages):
    stage = stages(V30)
    for guid in ("none", "%00", "x" * 5000, "..%2f..", "%ff"):
        struck(stage, "POST", f"{stage.furniture.url('P/documents')}?guid={guid}", content=b"x")


@pytest.mark.parametrize("deletable", ["T", "T/comments/{c}"])
def test_what_is_not_there_cannot_be_deleted(stages, deletable):
    for text in (V21, V30):
        stage = stages(text)
        url = stage.furniture.url(deletable)
        for other in (UNKNOWN, "%00", "", "%2e"):
            struck(stage, "DELETE", f"{url.rpartition('/')[0]}/{other}")


DOUBTFUL = [
    {"title": "\u0000"},
    {"title": "a\u0000b"},
    {"title": "x" * 2_000_000},
    {"title": "\U0010ffff\ufffe\u202e"},
    {"title": " "},
    {"title": "A", "description": "\r\n" * 100_000},
    {"title": "A", "labels": ["x"] * 20_000},
    {"title": "A", "labels": ["", " ", "'", '"']},
    {"title": "A", "index": 2**31},
    {"title": "A", "index": 2**63},
    {"title": "A", "index": -(2**63)},
    {"title": "A", "index": 1.0},
    {"title": "A", "due_date": "0001-01-01T00:00:00+23:59"},
    {"title": "A", "due_date": "9999-12-31T23:59:59-23:59"},
    {"title": "A", "due_date": "2031-02-03T04:05:06.123456789012345678Z"},
    {"title": "A", "reference_links": ["javascript:alert(1)"] * 1000},
    {"title": "A", "x" * 100_000: "y"},
    {"title": "A", **{f"x{i}": i for i in range(20_000)}},
]


@pytest.mark.parametrize("body", DOUBTFUL, ids=[str(body)[:40] for body in DOUBTFUL])
def test_what_may_be_taken_or_refused_leaves_everything_readable(place, text, body):
    """No text says which; what is taken is there afterwards, and the lists it is in can still be read."""
    f = place.furniture(text)
    url = f.url("P/topics")
    reply = f.asker.ask("POST", url, {*f.created, *ERRORS}, "topic", json=body)
    if reply.is_success:
        made = f"{url}/{f.created_guid(reply)}"
        f.asker.get(made, "topic")
    for collection in ("P/topics", *(() if text.is_1_0 else ("P/topics/events",))):
        name = "[topic]" if collection == "P/topics" else "[topic_event]"
        f.asker.get(f.url(collection), name)
    place.tidy(most=0)


@pytest.mark.parametrize("text", [V21, V30], ids=["2.1", "3.0"])
def test_a_service_for_everybody_refuses_nonsense_too(place, text):
    asker: Asker = place.furniture(text).asker
    where = asker.get(text.auth, "auth").json()["oauth2_dynamic_client_reg_url"]
    for content in (b"", b"[]", b"{", b"\xff", b"null", b'{"client_name": NaN}', b"[" * 100_000):
        asker.ask("POST", where, ERRORS, content=content, headers=JSON)
