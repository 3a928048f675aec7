"""Questions to a server whose answers tell one habit from another."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from reference_server import camera, full_viewpoint, png, vector

GUID = "63E78882-7C6A-4BF7-8982-FC478AFB9C97"
LINES = "  one \r\n two\t\nthree\n"


@dataclass
class Box:
    """A server and what one does with it, in one version."""

    client: httpx.Client
    version: str = "3.0"

    @property
    def project(self) -> str:
        return f"/bcf/{self.version}/projects/demo"

    @property
    def topics(self) -> str:
        return f"{self.project}/topics"

    def ask(self, method: str, url: str, **more: Any) -> httpx.Response | None:
        """The answer, or None where the connection ended."""
        with suppress(httpx.RemoteProtocolError):
            return self.client.request(method, url, **more)
        return None

    def status(self, method: str, url: str, **more: Any) -> int | None:
        answer = self.ask(method, url, **more)
        return None if answer is None else answer.status_code

    def topic(self, **members: Any) -> str:
        made = self.client.post(self.topics, json={"title": "A", **members})
        return f"{self.topics}/{made.json()['guid']}"

    def comment(self, topic: str, **members: Any) -> str:
        return (
            f"{topic}/comments/{self.client.post(f'{topic}/comments', json={'comment': 'a', **members}).json()['guid']}"
        )

    def viewpoint(self, topic: str, **members: Any) -> str:
        body = {"perspective_camera": camera(), **members}
        return f"{topic}/viewpoints/{self.client.post(f'{topic}/viewpoints', json=body).json()['guid']}"

    def get(self, url: str, **options: Any) -> Any:
        return self.client.get(url, params=options or None).json()

    def many(self, count: int) -> list[str]:
        return [self.topic(title=f"T{at}").rpartition("/")[2] for at in range(count)]

    def listed(self, query: str = "") -> list[str]:
        return [topic["title"] for topic in self.client.get(f"{self.topics}?{query}").json()]


PICTURE = {"snapshot_type": "png", "snapshot_data": base64.b64encode(png()).decode()}


def ends(box: Box, *, method: str = "POST", count: int = 4) -> list[int | None]:
    if method == "GET":
        return [box.status("GET", box.topics) for _ in range(count)]
    return [box.status("POST", box.topics, json={"title": "A"}) for _ in range(count)]


def lost(box: Box) -> Any:
    told = ends(box)
    return told, len(box.get(box.topics))


def half(box: Box) -> Any:
    box.topic()
    return [box.status("GET", box.topics) for _ in range(2)]


def waits(url: str) -> Callable[[Box], bool]:
    def probe(box: Box) -> bool:
        began = time.perf_counter()
        box.client.get(url.replace("TOPICS", box.topics))
        return time.perf_counter() - began > 0.05

    return probe


def size_of_list(box: Box) -> Any:
    with box.client.stream("GET", box.topics) as answer:
        return sum(len(piece) for piece in answer.iter_raw()) > 200_000


def skew(box: Box) -> Any:
    answer = box.client.get(box.topic())
    told = parsedate_to_datetime(answer.headers["Date"]) if "Date" in answer.headers else None
    is_late = told is not None and told.timestamp() > time.time() + 3000
    made = datetime.fromisoformat(answer.json()["creation_date"])
    return is_late, made.timestamp() > time.time() + 3000


def too_many(box: Box) -> Any:
    answers = [box.client.get(box.topics) for _ in range(2)]
    return [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers]


def statuses_and_type(box: Box) -> Any:
    answer = box.client.get(box.topics)
    return answer.status_code, answer.headers["Content-Type"].partition(";")[0]


def writes_nothing(box: Box) -> Any:
    first = box.client.post(box.topics, json={"title": "A"})
    return first.headers["Content-Type"].partition(";")[0], len(box.get(box.topics))


def upload(size: int) -> Callable[[Box], int]:
    def probe(box: Box) -> int:
        return box.client.post(box.topics, json={"title": "A" * size}).status_code

    return probe


def shares(box: Box) -> Any:
    """Which statuses there are, and whether a topic's is always the same, however its guid is spelled."""
    guids = box.many(12)
    seen = [[box.status("GET", f"{box.topics}/{spelled}") for spelled in (guid, guid, guid.upper())] for guid in guids]
    return sorted({statuses[0] for statuses in seen}), all(len(set(statuses)) == 1 for statuses in seen)


def redirect(url: str) -> Callable[[Box], Any]:
    def probe(box: Box) -> Any:
        answer = box.client.get(url.replace("TOPICS", box.topics))
        return answer.status_code, answer.headers.get("Location")

    return probe


def picture_elsewhere(box: Box) -> Any:
    shown = box.client.get(f"{box.viewpoint(box.topic(), snapshot=PICTURE)}/snapshot")
    if shown.status_code != 302:
        return shown.status_code
    there = shown.headers["Location"]
    bare = {"Authorization": ""}
    return (
        there.partition("/bcf")[0],
        box.client.get(there).status_code,
        box.client.get(there, headers=bare).content == png(),
        box.client.get(there.replace("signature=", "signature=0"), headers=bare).status_code,
    )


def other_case(box: Box) -> Any:
    guid = box.topic(guid=GUID).rpartition("/")[2]
    return [box.status("GET", f"{box.topics}/{spelled}") for spelled in (guid, guid.lower(), guid.upper())]


def content_types(box: Box) -> Any:
    body = json.dumps({"title": "A"}).encode()
    return [
        box.status("POST", box.topics, content=body, headers={} if kind is None else {"Content-Type": kind})
        for kind in (None, "text/plain", "application/json; charset=utf-8")
    ]


def without_token(box: Box) -> int:
    return box.client.get(box.topics, headers={"Authorization": ""}).status_code


def routes(*asked: str) -> Callable[[Box], Any]:
    def probe(box: Box) -> Any:
        topic = box.topic()
        comment = box.comment(topic)
        named = {"TOPIC": topic, "COMMENT": comment, "PROJECT": box.project}
        found = []
        for text in asked:
            method, url = text.split()
            for name, value in named.items():
                url = url.replace(name, value)
            body = {"json": {"title": "B", "comment": "b"}} if method in {"PUT", "POST"} else {}
            found.append(box.status(method, url, **body))
        return found

    return probe


def error(box: Box) -> Any:
    answer = box.client.post(box.topics, json={"title": 5})
    is_json = "json" in answer.headers.get("Content-Type", "")
    return answer.status_code, sorted(answer.json()) if is_json else answer.headers.get("Content-Type")


def missing(box: Box) -> Any:
    answer = box.client.get(f"{box.topics}/{GUID}")
    return answer.status_code, bool(answer.content)


def deleted(box: Box) -> Any:
    topic, _ = box.topic(), box.topic(title="B")
    first = box.client.delete(topic).status_code
    lists = [sorted(box.listed()), sorted(box.listed())]
    return first, box.client.get(topic).status_code, box.client.delete(topic).status_code, lists


def tag(box: Box) -> Any:
    topic = box.topic()
    told = box.client.get(topic).headers.get("ETag", "")
    again = [
        box.client.get(topic, headers={"If-None-Match": held}).status_code
        for held in (told, f'"other", {told}', "*", told.removeprefix("W/"))
    ]
    return told[:2] == "W/", told.endswith('-gzip"'), bool(told), again if told else None


def tag_of_another(box: Box) -> tuple[bool, int]:
    """Whether a topic's tag outlasts a write to another topic, and what a write with it gets then."""
    topic, other = box.topic(), box.topic()
    before = box.client.get(topic).headers["ETag"]
    box.client.put(other, json={"title": "B"})
    same = box.client.get(topic).headers["ETag"] == before
    return same, box.client.put(topic, json={"title": "C"}, headers={"If-Match": before}).status_code


def if_match(box: Box) -> int:
    return box.client.put(box.topic(), json={"title": "B"}, headers={"If-Match": '"other"'}).status_code


def created(box: Box) -> Any:
    answer = box.client.post(box.topics, json={"title": "A"})
    where = answer.headers.get("Location", "")
    return answer.status_code, bool(answer.content), bool(where) and box.client.get(where).json()["title"] == "A"


def replaced(box: Box) -> Any:
    """Create and change, each followed to where the answer points."""
    made = box.client.post(box.topics, json={"title": "A"})
    topic = made.headers["Location"]
    first = box.get(topic)["title"]
    answer = box.client.put(topic, json={"title": "B"})
    return answer.status_code, first, box.get(answer.headers.get("Location", topic))["title"]


def discovery(box: Box) -> Any:
    told = box.client.get("/foundation/1.0/auth").json()
    inner = told[0] if isinstance(told, list) else told
    return isinstance(told, list), inner.get("http_basic_supported"), inner.get("oauth2_auth_url")


def guids(box: Box) -> Any:
    topic = box.topic()
    box.comment(topic)
    found = [box.get(box.topics)[0]["guid"], box.get(f"{topic}/comments")[0]["topic_guid"]]
    return all(guid == guid.upper() for guid in found) and found[0] != found[0].lower()


def dates(box: Box) -> Any:
    topic = box.topic(due_date="2030-01-01T12:00:00.250Z")
    told = box.get(topic)
    return told["due_date"], len(told["creation_date"])


def members(*names: str) -> Callable[[Box], Any]:
    def probe(box: Box) -> Any:
        topic = box.topic(labels=["a"], description="d", stage="s")
        box.client.put(topic, json={"title": "B", "labels": ["b"], "description": "e"})
        told = [box.get(topic), box.get(box.topics)[0]]
        return [[name for name in names if name in shown] for shown in told]

    return probe


def put_answer(box: Box) -> Any:
    return sorted(box.client.put(box.topic(description="d"), json={"title": "B", "labels": ["x"]}).json())


def events(box: Box) -> Any:
    box.topic()
    told = box.get(f"{box.topics}/events")
    return bool(told), [name for name in ("actions", "events") if told and name in told[0]]


def authorization(box: Box) -> Any:
    told = box.get(box.topic(), includeAuthorization="true")
    return "authorization" in told, "topic_actions" in box.get(f"{box.project}/extensions")


def components(box: Box) -> Any:
    topic = box.topic()
    made = box.client.post(f"{topic}/viewpoints", json=full_viewpoint()).json()["guid"]
    (listed,) = box.get(f"{topic}/viewpoints")
    alone = box.get(f"{topic}/viewpoints/{made}")
    return (
        sorted(listed.get("components", ())),
        listed["snapshot"].get("snapshot_data") is not None,
        "components" in alone,
        type(box.get(f"{topic}/viewpoints/{made}/selection")).__name__,
    )


def pages(query: str, count: int = 5) -> Callable[[Box], Any]:
    def probe(box: Box) -> Any:
        box.many(count)
        return box.listed(query)

    return probe


def beyond(box: Box) -> Any:
    box.many(3)
    answer = box.client.get(f"{box.topics}?$top=2&$skip=10")
    return len(answer.json()), 'rel="next"' in answer.headers.get("Link", "")


def link(box: Box) -> bool:
    box.many(3)
    return "Link" in box.client.get(f"{box.topics}?$top=1").headers


def wished(box: Box) -> Any:
    made = [box.client.post(box.topics, json={"title": title, "guid": GUID}) for title in ("A", "B")]
    kept = [answer.json().get("guid") == GUID for answer in made]
    return [answer.status_code for answer in made], kept, sorted(box.listed())


def stamped(box: Box) -> Any:
    past = "2001-02-03T04:05:06.000Z"
    topic = box.topic(creation_date=past, creation_author="eve@example.com")
    comment = box.comment(topic, date=past, author="eve@example.com")
    told, said = box.get(topic), box.get(comment)
    (listed,) = box.get(f"{topic}/comments")
    return (told["creation_date"] == past, told["creation_author"], said["date"] == past, listed["author"])


def bumped(box: Box) -> Any:
    topic = box.topic()
    box.comment(topic)
    first = "modified_date" in box.get(topic)
    box.viewpoint(topic)
    return first, "modified_date" in box.get(topic)


def written_labels(box: Box) -> Any:
    return [box.status("POST", box.topics, json={"title": "A", "labels": labels}) for labels in (["x"], [])]


def foreign_status(box: Box) -> Any:
    answer = box.client.post(box.topics, json={"title": "A", "topic_status": "Offen", "labels": ["MEP", "x"]})
    return answer.status_code, answer.json().get("topic_status"), answer.json().get("labels")


def blank_status(box: Box) -> int | None:
    return box.status("POST", box.topics, json={"title": "A", "topic_status": ""})


def dangling(box: Box) -> list[int | None]:
    topic, other = box.topic(), box.topic()
    said = box.client.post(f"{topic}/comments", json={"comment": "a"}).json()["guid"]
    related = [{"related_topic_guid": other.rpartition("/")[2]}]
    return [
        box.status("PUT", f"{topic}/related_topics", json=related),
        box.status("PUT", f"{topic}/related_topics", json=[*related, {"related_topic_guid": str(uuid.UUID(int=7))}]),
        box.status("POST", f"{topic}/comments", json={"comment": "b", "reply_to_comment_guid": said}),
        box.status("POST", f"{topic}/comments", json={"comment": "c", "reply_to_comment_guid": str(uuid.UUID(int=7))}),
    ]


def wordless(box: Box) -> int | None:
    topic = box.topic()
    seen = box.viewpoint(topic).rpartition("/")[2]
    return box.status("POST", f"{topic}/comments", json={"viewpoint_guid": seen})


def viewpoint_status(*bodies: dict[str, Any]) -> Callable[[Box], Any]:
    def probe(box: Box) -> Any:
        topic = box.topic()
        return [box.status("POST", f"{topic}/viewpoints", json=body) for body in bodies]

    return probe


def put_over(body: dict[str, Any]) -> Callable[[Box], Any]:
    def probe(box: Box) -> Any:
        topic = box.topic(description="d", topic_status="Closed", labels=["x"])
        box.client.put(topic, json=body)
        told = box.get(topic)
        return [told.get(name) for name in ("title", "description", "topic_status", "labels", "priority")]

    return probe


def text_kept(box: Box) -> Any:
    topic = box.topic(description=LINES)
    return box.get(topic)["description"], box.get(box.comment(topic, comment=LINES))["comment"]


def due(box: Box) -> Any:
    return box.get(box.topic(due_date="2030-01-01T12:00:00Z"))["due_date"]


def numbers(box: Box) -> Any:
    seen = box.viewpoint(box.topic(), perspective_camera=camera(camera_view_point=vector(1.23456789, 2, 3)))
    return box.get(seen)["perspective_camera"]["camera_view_point"]["x"]


def picture_bytes(box: Box) -> Any:
    jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xe1\x00\x08Exif\0\0\xff\xda\x00\x02rest\xff\xd9"
    topic = box.topic()
    made = []
    for kind, data in (("png", png(9, 5)), ("jpg", jpeg)):
        text = base64.b64encode(data).decode()
        shown = box.viewpoint(topic, snapshot={"snapshot_type": kind, "snapshot_data": text})
        made.append(box.client.get(f"{shown}/snapshot").content)
    return made[0] == png(9, 5), made[1] == jpeg, made[0][:24] == png(9, 5)[:24], b"Exif" in made[1]


def default_visibility(box: Box) -> Any:
    seen = box.viewpoint(box.topic(), components={"visibility": {}})
    return box.get(f"{seen}/visibility")["visibility"]["default_visibility"]


def changed_viewpoint(box: Box) -> Any:
    seen = box.viewpoint(box.topic())
    answer = box.client.put(seen, json={"perspective_camera": camera(field_of_view=30.0)})
    return answer.status_code, box.get(seen)["perspective_camera"]["field_of_view"]


def deleted_viewpoint(box: Box) -> Any:
    topic = box.topic()
    seen = box.viewpoint(topic)
    comment = box.comment(topic, viewpoint_guid=seen.rpartition("/")[2])
    status = box.client.delete(seen).status_code
    return status, "viewpoint_guid" in box.get(comment), box.client.get(seen).status_code


def notices(box: Box) -> Any:
    topic = box.topic()
    box.client.put(topic, json={"title": "B"})
    return [comment["comment"] for comment in box.get(f"{topic}/comments")]


def known_versions(box: Box) -> Any:
    listed = {version["version_id"] for version in box.get("/bcf/versions")["versions"]}
    return "2.1" in listed, "3.0" in listed, box.status("GET", "/bcf/3.0/projects")


def late(box: Box) -> Any:
    """PATCH is there in the later text alone."""
    topic = box.topic()
    return box.client.patch(f"/bcf/1.0/projects/demo/topics/{topic.rpartition('/')[2]}", json={}).status_code


def too_many_until(box: Box) -> Any:
    """Whether each answer has a date to wait for."""
    told = [box.client.get(box.topics).headers.get("Retry-After") for _ in range(2)]
    return [text is not None and parsedate_to_datetime(text).timestamp() > time.time() for text in told]


def viewpoint_parts(box: Box) -> Any:
    topic = box.topic()
    made = box.client.post(f"{topic}/viewpoints", json=full_viewpoint()).json()
    told = box.get(f"{topic}/viewpoints/{made['guid']}")
    return [name for name in ("bitmaps", "clipping_planes", "lines") if name in told or name in made]


def lost_put(box: Box) -> Any:
    topic = box.topic()
    first, second = (box.status("PUT", topic, json={"title": title}) for title in "BC")
    return first, second, box.get(topic)["title"]


def pages_10(box: Box) -> int:
    Box(box.client).many(5)
    return len(box.get(box.topics))


def read_and_written(box: Box) -> Any:
    topic = box.topic()
    return [box.status("GET", topic), box.status("PUT", topic, json={"title": "B"})]


def with_and_without_slash(box: Box) -> Any:
    return [box.status("GET", f"/bcf/3.0/{path}") for path in ("projects/", "projects", "projects/demo")]
