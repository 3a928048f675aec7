"""A server with five topics of two people, for questions about parts of collections.

Owns: the topics, and how a query is written. Governed by: nothing outside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from furniture import Furniture
from replies import decoded
from request_bodies import Body
from serving import Place
from texts import V30, Text

BEN = {"Authorization": "Bearer token-b"}
INDEXES = (3, 1, 2, 5, 4)

Fits = Callable[[Body], bool]


@dataclass(frozen=True)
class Library:
    """A server with five topics, made through 3.0 by two people, and comments of both on the first."""

    place: Place
    topic_guid: str
    comment_guid: str
    words: dict[str, list[str]]

    def read(self, text: Text, path: str, name: str, query: str = "") -> list[Body]:
        """What a collection answers; the query is written as people write it."""
        url = f"{self.at(text).url(path)}{'?' if query else ''}{_encoded(query)}"
        found = decoded(self.at(text).asker.get(url, name))
        assert isinstance(found, list)
        return found

    def refuses(self, text: Text, path: str, query: str) -> None:
        self.at(text).asker.ask("GET", f"{self.at(text).url(path)}?{_encoded(query)}", 400)

    def at(self, text: Text) -> Furniture:
        furniture = self.place.furniture(text)
        furniture.know("topic", f"{furniture.project}/topics/{self.topic_guid}")
        furniture.know("comment", f"{furniture.topic}/comments/{self.comment_guid}")
        return furniture


def filled(place: Place) -> Library:
    f = place.furniture(V30)
    words = decoded(f.asker.get(f.url("P/extensions"), "extensions"))
    topics = [f.url("P/topics") + f"/{_post(f, 'P/topics', _topic(words, i), i)}" for i in range(5)]
    f.asker.ask("PUT", topics[1], 200, "topic", json=_topic(words, 1) | {"title": "Changed"}, headers=BEN)
    f.know("topic", topics[0])
    comments = [_post(f, "T/comments", {"comment": f"Comment {i}"}, i) for i in range(4)]
    return Library(place, topics[0].rpartition("/")[2], comments[0], words)


def _post(f: Furniture, path: str, body: Body, number: int) -> str:
    headers = BEN if number % 2 else {}
    return f.created_guid(f.asker.ask("POST", f.url(path), 201, json=body, headers=headers))


def _topic(words: dict[str, list[str]], i: int) -> Body:
    def one(name: str) -> str | None:
        values = words[name]
        return values[i % min(2, len(values))] if values else None

    return {
        "title": f"Topic {i}",
        "topic_type": one("topic_type"),
        "topic_status": one("topic_status"),
        "priority": one("priority"),
        "stage": one("stage"),
        "assigned_to": one("users"),
        "labels": words["topic_label"][: i % 3],
        "index": INDEXES[i],
    }


def _encoded(query: str) -> str:
    return "&".join(
        "=".join(quote(part, safe="$(),:/'*-%") for part in option.split("=", 1)) for option in query.split("&")
    )
