"""The tag of a collection moves with everything below it, and with nothing else."""

from collections.abc import Callable

import pytest
import request_bodies as bodies
from furniture import Furniture
from texts import TEXTS, V21, V30, Text

Change = Callable[[Furniture], object]


def _put_topic(f: Furniture) -> None:
    f.asker.ask("PUT", f.topic, f.put, json=bodies.topic(f.text, f.words, "Changed"))


def _put_comment(f: Furniture) -> None:
    f.asker.ask("PUT", f.comment, f.put, json=bodies.comment(f.text, f.words, "Changed"))


def _put_files(f: Furniture) -> None:
    f.asker.ask("PUT", f"{f.topic}/files", f.put, json=[{"reference": "changed"}])


def _put_related(f: Furniture) -> None:
    f.asker.ask("PUT", f"{f.topic}/related_topics", f.put, json=[])


def _put_snippet(f: Furniture) -> None:
    f.asker.ask("PUT", f"{f.topic}/snippet", f.put_binary, content=b"changed", headers=bodies.BINARY)


def _put_project(f: Furniture) -> None:
    name = f.asker.get(f.project, "project").json()["name"]
    f.asker.ask("PUT", f.project, f.put, json={"name": f"{name}."})


def _post_document(f: Furniture) -> None:
    f.asker.ask("POST", f"{f.project}/documents", f.created, content=b"x", headers=bodies.named("x.pdf"))


def _post_reference(f: Furniture) -> None:
    f.asker.ask("POST", f"{f.topic}/document_references", 201, json=bodies.reference(f.text))


def _put_reference(f: Furniture) -> None:
    guid = {"guid": f.url("{r}")} if f.text is V21 else {}
    f.asker.ask("PUT", f.reference, 200, json={"url": "https://example.com/changed", **guid})


def _put_references(f: Furniture) -> None:
    f.asker.ask("PUT", f"{f.topic}/document_references", f.put, json=[bodies.reference(f.text)])


def _delete(path: str) -> Change:
    return lambda f: f.asker.ask("DELETE", f.url(path), 200)


TOPIC: dict[str, Change] = {
    "POST topic": lambda f: f.new_topic("Another"),
    "PUT topic": _put_topic,
    "DELETE topic": _delete("T"),
}
COMMENTS: dict[str, Change] = {
    "POST comment": lambda f: f.new_comment(),
    "PUT comment": _put_comment,
    "DELETE comment": _delete("T/comments/{c}"),
}
VIEWPOINTS: dict[str, Change] = {"POST viewpoint": lambda f: f.new_viewpoint(), "DELETE viewpoint": _delete("V")}
REFERENCES: dict[str, Change] = {
    "POST reference": _post_reference,
    "PUT reference": _put_reference,
    "PUT references": _put_references,
}
PARTS: dict[str, Change] = {
    "PUT files": _put_files,
    "PUT related topics": _put_related,
    "PUT snippet": _put_snippet,
}
DOCUMENTS: dict[str, Change] = {"POST document": _post_document}
BELOW_A_TOPIC = {**COMMENTS, **VIEWPOINTS, **REFERENCES, **PARTS}

BELOW: dict[str, dict[str, Change]] = {
    "B/projects": {"PUT project": _put_project, **TOPIC, **BELOW_A_TOPIC, **DOCUMENTS},
    "P/topics": {**TOPIC, **BELOW_A_TOPIC},
    "T/comments": COMMENTS,
    "T/viewpoints": VIEWPOINTS,
    "T/files": {"PUT files": _put_files},
    "T/related_topics": {"PUT related topics": _put_related},
    "T/document_references": REFERENCES,
    "P/documents": DOCUMENTS,
    "P/topics/events": {"POST topic": TOPIC["POST topic"], "PUT topic": _put_topic},
    "T/events": {"PUT topic": _put_topic},
    "P/topics/comments/events": {"POST comment": COMMENTS["POST comment"], "PUT comment": _put_comment},
    "T/comments/{c}/events": {"PUT comment": _put_comment},
}
_ONLY_NEW = {"DELETE topic", "DELETE comment", "POST reference", "PUT reference"}


def _exists(text: Text, collection: str, change: str) -> bool:
    if text.is_1_0 and (collection.endswith("events") or change in _ONLY_NEW):
        return False
    if change == "DELETE viewpoint":
        return text is V30
    return change != "PUT references" or text.is_1_0


CASES = [
    (text, collection, change)
    for text in TEXTS
    for collection, changes in BELOW.items()
    for change in changes
    if _exists(text, collection, change)
]


@pytest.mark.parametrize(
    ("text", "collection", "change"), CASES, ids=[f"{text.name}: {where} at {change}" for text, where, change in CASES]
)
def test_the_tag_of_a_collection_moves_at_a_change_below_it(place, text, collection, change):
    f = place.furniture(text)
    url = _furnished(f, collection)
    before = f.asker.get(url).headers["ETag"]
    f.asker.ask("GET", url, 304, headers={"If-None-Match": before})
    BELOW[collection][change](f)
    after = f.asker.get(url, headers={"If-None-Match": before}).headers["ETag"]
    assert after != before
    f.asker.ask("GET", url, 304, headers={"If-None-Match": after})


@pytest.mark.parametrize("collection", ["T/comments", "T/viewpoints", "T/files", "T/document_references"])
def test_the_tag_of_a_collection_stands_still_at_a_change_beside_it(place, text, collection):
    f = place.furniture(text)
    url = _furnished(f, collection)
    before = f.asker.get(url).headers["ETag"]
    f.new_topic("Elsewhere")
    f.asker.ask("GET", url, 304, headers={"If-None-Match": before})


def test_the_tag_of_a_collection_belongs_to_its_query(place, text):
    f = place.furniture(text)
    f.new_topic("One")
    f.new_topic("Two")
    url = f.url("P/topics")
    query = "?page_size=1" if text is TEXTS[0] else "?$top=1"
    tag = f.asker.get(url, "[topic]").headers["ETag"]
    assert f.asker.get(url + query, "[topic]", headers={"If-None-Match": tag}).headers["ETag"] != tag


def _furnished(f: Furniture, collection: str) -> str:
    """The collection, and beside it everything that a change needs."""
    f.url("P/{t}{c}{v}{r}")
    for part in ("files", "related_topics", "snippet"):
        f.furnish(f"T/{part}")
    return f.url(collection)
