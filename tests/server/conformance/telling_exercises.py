"""Rows of what the server tells by itself: events, and what the one who asks may do.

Owns: those exercises. Sees: the shared ones. Governed by: BCF-API 2.1 and 3.0, "Topic events services", "Comment events
services", "Authorization"; Foundation API 1.0.
"""

from typing import Any

from exercises import Exercise, write
from furniture import Furniture
from likeness import differences
from replies import Asker, Wrong, decoded
from request_bodies import Body


def topic_events(f: Furniture) -> None:
    """Creation with its initial values, then each change, in order; long values are cut."""
    url = f.url("T/events")
    first = _types(f.asker, url, "[topic_event]")
    initial = {"topic_created", "description_updated", "due_date_updated", "assigned_to_updated", "label_added"}
    initial |= {"status_updated", "type_updated", "priority_updated"}
    if not initial <= set(first):
        raise Wrong(f"GET {url}: of the creation, {sorted(initial - set(first))} are missing")
    write(f, "PUT", f.topic, {"title": "Long " * 100, "description": "Long " * 1000}, "topic")
    write(f, "PUT", f.topic, {"title": "Short"}, "topic")
    later = _types(f.asker, url, "[topic_event]")
    expected = {"title_updated", "description_updated", "description_removed", "due_date_removed", "label_removed"}
    expected |= {"assigned_to_removed", "priority_removed"}
    if later[: len(first)] != first or not expected <= set(later[len(first) :]):
        raise Wrong(f"GET {url}: after {first} came {later[len(first) :]}, expected {sorted(expected)}")
    everywhere = decoded(f.asker.get(f.url("P/topics/events"), "[topic_event]"))
    own = decoded(f.asker.get(url, "[topic_event]"))
    if [event for event in everywhere if event["topic_guid"] == f.url("{t}")] != own:
        raise Wrong(f"GET {url}: not the events of this topic among all")


def comment_events(f: Furniture) -> None:
    """Creation and each change."""
    f.url("{c}")
    url = f"{f.comment}/events"
    write(f, "PUT", f.comment, {"comment": "Long " * 1000, "viewpoint_guid": f.url("{v}")}, "comment")
    write(f, "PUT", f.comment, {"comment": "Short"}, "comment")
    found = _types(f.asker, url, "[comment_event]")
    expected = {"comment_created", "comment_text_updated", "viewpoint_updated", "viewpoint_removed"}
    if found[0] != "comment_created" or not expected <= set(found):
        raise Wrong(f"GET {url}: {found}, expected {sorted(expected)}")
    everywhere = decoded(f.asker.get(f.url("P/topics/comments/events"), "[comment_event]"))
    own = decoded(f.asker.get(url, "[comment_event]"))
    if [event for event in everywhere if event["comment_guid"] == f.url("{c}")] != own:
        raise Wrong(f"GET {url}: not the events of this comment among all")


def authorized(path: str, answer: str) -> Exercise:
    """``includeAuthorization=true`` asks for the member; the same resource without it is otherwise the same."""

    def exercise(f: Furniture) -> None:
        url = f.furnish(path)
        plain = decoded(f.asker.get(url, answer))
        told = decoded(f.asker.read(f"{url}?includeAuthorization=true", answer))
        for one, other in zip(_many(told), _many(plain), strict=True):
            if "authorization" not in one:
                raise Wrong(f"GET {url}?includeAuthorization=true: no authorization in {str(one)[:200]}")
            if found := differences({name: other[name] for name in other if name != "authorization"}, one):
                raise Wrong(f"GET {url}?includeAuthorization=true: differs from the plain one: {found}")
        if decoded(f.asker.get(f"{url}?includeAuthorization=false", answer)) != plain:
            raise Wrong(f"GET {url}?includeAuthorization=false: differs from the plain one")

    return exercise


def _many(value: Any) -> list[Body]:
    return value if isinstance(value, list) else [value]


def _types(asker: Asker, url: str, answer: str) -> list[str]:
    events = decoded(asker.get(url, answer))
    assert isinstance(events, list)
    dates = [event["date"] for event in events]
    if dates != sorted(dates):
        raise Wrong(f"GET {url}: not in the order of date")
    return [action["type"] for event in events for action in event.get("actions", event.get("events"))]
