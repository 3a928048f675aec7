"""A project with one of everything, made through the text under test, and the URLs in it.

Owns: what has to be there before a route can be asked. Sees: the bodies, the judged client. Governed by: the paths of
BCF-API 1.0, 2.1 and 3.0.
"""

import re
import uuid
from collections.abc import Callable

import httpx
import request_bodies as bodies
from reference_server import png
from replies import Asker, Wrong, decoded, location
from request_bodies import Body, Words
from texts import LATE, TAG, Text

WRITTEN = (200, 201, 302)
"""The success of a write of 1.0, whose text lists 302 and whose examples show bodies."""


class Furniture:
    """Makes what a URL names, once, when it is first asked for.

    The words of a path: ``B`` base, ``P`` project, ``T`` topic, ``V`` viewpoint, ``{c}`` comment, ``{b}`` bitmap,
    ``{r}`` document reference, ``{d}`` document.
    """

    def __init__(self, asker: Asker, project_id: str) -> None:
        self.asker = asker
        self.text: Text = asker.text
        self.project = f"{self.text.base}/projects/{project_id}"
        self._made: dict[str, str] = {}
        self._words: Words | None = None

    def url(self, path: str) -> str:
        """The URL of a path of the table, with everything it names made before."""
        makers: dict[str, Callable[[], str]] = {
            "B": lambda: self.text.base,
            "P": lambda: self.project,
            "T": lambda: self.topic,
            "V": lambda: self.viewpoint,
            "{t}": lambda: self.topic.rpartition("/")[2],
            "{c}": lambda: self.comment.rpartition("/")[2],
            "{v}": lambda: self.viewpoint.rpartition("/")[2],
            "{b}": lambda: self.bitmap.rpartition("/")[2],
            "{r}": lambda: self.reference.rpartition("/")[2],
            "{d}": lambda: self.document.rpartition("/")[2],
        }
        return re.sub(r"^[BPTV](?=/|$)|\{[tcvbrd]\}", lambda found: makers[found[0]](), path)

    @property
    def words(self) -> Words:
        """What the project's extensions allow."""
        if self._words is None:
            found = _object(self.asker.get(f"{self.project}/extensions", "extensions"))

            def first(*names: str) -> str | None:
                lists = (found.get(name) for name in names)
                return next((value for values in lists if isinstance(values, list) for value in values if value), None)

            self._words = Words(
                topic_type=first("topic_type"),
                topic_status=first("topic_status"),
                label=first("topic_label"),
                priority=first("priority"),
                user=first("users", "user_id_type"),
                stage=first("stage"),
                snippet_type=first("snippet_type"),
            )
        return self._words

    def create(self, path: str, body: object, answer: str) -> str:
        """POST and what it made: its URL."""
        reply = self.asker.ask("POST", path, self.created, answer, json=body)
        return f"{path}/{self.created_guid(reply)}"

    @staticmethod
    def created_guid(reply: httpx.Response) -> str:
        """The guid of what a POST made: in the body, or where the answer points."""
        if reply.content and reply.status_code in {200, 201}:
            return str(_object(reply).get("guid") or _object(reply)["project_id"])
        if "Location" not in reply.headers:
            raise Wrong(f"{reply.request.method} {reply.request.url.path}: neither a body nor a Location")
        return location(reply).rpartition("/")[2]

    @property
    def topic(self) -> str:
        return self._once("topic", self.new_topic)

    def new_topic(self, title: str = "Wände fehlen ☂", **other: object) -> str:
        body = {**bodies.topic(self.text, self.words, title), **other}
        return self.create(f"{self.project}/topics", body, "topic")

    @property
    def comment(self) -> str:
        return self._once("comment", self.new_comment)

    @property
    def first_comment(self) -> str:
        """The guid of a comment that others can reply to."""
        return self._once("first comment", self.new_comment).rpartition("/")[2]

    def new_comment(self, **other: object) -> str:
        body = {**bodies.comment(self.text, self.words), **other}
        return self.create(f"{self.topic}/comments", body, "comment")

    @property
    def viewpoint(self) -> str:
        return self._once("viewpoint", self.new_viewpoint)

    def new_viewpoint(self) -> str:
        url = self.create(f"{self.topic}/viewpoints", bodies.viewpoint(self.text), "viewpoint")
        if self.text.is_1_0:
            self.asker.ask("PUT", f"{url}/{image_of(self.text)}", 201, content=png(), headers=bodies.BINARY)
            self.asker.ask("PUT", f"{url}/components", WRITTEN, json=bodies.components_of_1_0())
        return url

    @property
    def bitmap(self) -> str:
        """The first bitmap of the viewpoint; the tag of 1.0 has no URL for it."""
        if self.text is TAG:
            return f"{self.viewpoint}/bitmaps/{uuid.uuid4()}"
        return self._once("bitmap", self._find_bitmap)

    def _find_bitmap(self) -> str:
        found = bitmaps(self.text, _object(self.asker.get(self.viewpoint, "viewpoint")))
        if not found:
            raise Wrong(f"GET {self.viewpoint}: its bitmap is not in it")
        url = f"{self.viewpoint}/bitmaps/{found[0]['guid']}"
        if self.text is LATE:
            self.asker.ask("PUT", url, 201, content=png(), headers=bodies.BINARY)
        return url

    @property
    def reference(self) -> str:
        return self._once("reference", self._new_reference)

    def _new_reference(self) -> str:
        path = f"{self.topic}/document_references"
        if not self.text.is_1_0:
            return self.create(path, bodies.reference(self.text), "reference")
        self.asker.ask("PUT", path, WRITTEN, json=[bodies.reference(self.text)])
        found = decoded(self.asker.get(path, "[reference]"))
        assert isinstance(found, list)
        if not found:
            raise Wrong(f"PUT {path}: the reference is not there afterwards")
        return f"{path}/{found[0]['guid']}"

    @property
    def document(self) -> str:
        return self._once("document", self._new_document)

    def _new_document(self) -> str:
        path = f"{self.project}/documents"
        headers = bodies.named("plan.pdf")
        reply = self.asker.ask("POST", path, self.created, "document", content=b"%PDF", headers=headers)
        return f"{path}/{self.created_guid(reply)}"

    def furnish(self, path: str) -> str:
        """The URL of a path, with something in what it lists."""
        url = self.url(path)
        for part, make in self._contents().items():
            if part in path:
                make()
        return url

    def _contents(self) -> dict[str, Callable[[], object]]:
        return {
            "topics": lambda: self.topic,
            "comments": lambda: self.comment,
            "viewpoints": lambda: self.viewpoint,
            "V": lambda: self.bitmap,
            "document_references": lambda: self.reference,
            "documents": lambda: self.document,
            "files": lambda: self.asker.ask("PUT", f"{self.topic}/files", self.put, json=bodies.files(self.text)),
            "snippet": self._put_snippet,
            "related_topics": self._relate,
        }

    def _put_snippet(self) -> None:
        url = f"{self.topic}/snippet"
        self.asker.ask("PUT", url, self.put_binary, content=bodies.IFC, headers=bodies.BINARY)

    def _relate(self) -> None:
        related = [{"related_topic_guid": self.new_topic("Related").rpartition("/")[2]}]
        self.asker.ask("PUT", f"{self.topic}/related_topics", self.put, json=related)

    @property
    def created(self) -> tuple[int, ...]:
        """The success of a POST."""
        return WRITTEN if self.text.is_1_0 else (201,)

    @property
    def put(self) -> tuple[int, ...]:
        """The success of a PUT."""
        return WRITTEN if self.text.is_1_0 else (200,)

    @property
    def put_binary(self) -> tuple[int, ...]:
        """The success of a PUT of bytes; which one it is, no text says of a snippet."""
        return (200, 201, 204, 302) if self.text.is_1_0 else (200, 201, 204)

    def know(self, name: str, url: str) -> None:
        """Take something that is there already: ``topic``, ``comment`` …"""
        self._made[name] = url

    def _once(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]


def image_of(text: Text) -> str:
    """The last part of the URL of a viewpoint's image."""
    return "bitmap" if text is TAG else "snapshot"


def bitmaps(text: Text, viewpoint: Body) -> list[Body]:
    """The bitmaps in a viewpoint as the text has them."""
    if text is TAG:
        found = viewpoint.get("bitmap")
    elif text is LATE:
        found = (viewpoint.get("bitmaps") or {}).get("bitmap")
    else:
        found = viewpoint.get("bitmaps")
    if not found:
        return []
    return found if isinstance(found, list) else [found]


def _object(reply: httpx.Response) -> Body:
    value = decoded(reply)
    assert isinstance(value, dict), reply.text
    return value
