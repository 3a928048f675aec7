"""How a row of the table is exercised: what is read, what is written and read again, what must be refused.

Owns: the exercises that many rows share. Sees: furniture, judged client. Governed by: BCF-API 1.0, 2.1, 3.0 and
Foundation API 1.0 (codes); RFC 9110 (If-Match).
"""

import re
import uuid
from collections.abc import Callable, Collection
from typing import Any

import httpx
from furniture import Furniture
from likeness import differences
from replies import ERRORS, Wrong, decoded, location
from request_bodies import Body
from texts import V30

Exercise = Callable[[Furniture], None]
Making = Callable[[Furniture], Any]

UNKNOWN = "00000000-dead-4bad-8bad-000000000000"
ABSENT = (404, 405)
_NOT_KNOWN = {"x_other_product": {"seen": [1, None, {"a": "b"}]}}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!.*[0-9a-fA-F]{8}-)")


def reading(path: str, answer: str, *, public: bool = False) -> Exercise:
    """A JSON resource, furnished, and everything a GET has to be able to do."""

    def exercise(f: Furniture) -> None:
        url = f.furnish(path)
        body = decoded(f.asker.read(url, answer))
        if answer.startswith("[") and answer != "[file_information]" and not body:
            raise Wrong(f"GET {url}: empty, although there is something")
        if public:
            f.asker.without_credentials("GET", url, 200)
        else:
            f.asker.without_credentials("GET", url, 401)
            refuses_unknown(f, "GET", url)

    return exercise


def reading_bytes(path: str, media: str, content: bytes) -> Exercise:
    """A binary, which must be the one that was sent."""

    def exercise(f: Furniture) -> None:
        url = f.furnish(path)
        if f.asker.read(url, media=media).content != content:
            raise Wrong(f"GET {url}: other bytes than those sent")
        f.asker.without_credentials("GET", url, 401)
        refuses_unknown(f, "GET", url)

    return exercise


def putting(path: str, making: Making, answer: str) -> Exercise:
    """A whole replacement: shown by the answer and afterwards, guarded by If-Match."""

    def exercise(f: Furniture) -> None:
        url, body = f.url(path), making(f)
        write(f, "PUT", url, body, answer)
        shows(f, url, answer, body)
        if isinstance(body, dict):
            write(f, "PUT", url, body | _NOT_KNOWN, answer)
        guarded(f, "PUT", url, json=body)
        write(f, "PUT", url, body, answer, headers={"If-Match": "*"})
        refuses(f, "PUT", url, body)

    return exercise


def patching(path: str, making: Making, answer: str, read: str | None = None) -> Exercise:
    """A change of single members: those and no others change."""

    def exercise(f: Furniture) -> None:
        url, body = f.url(path), making(f)
        before = _object(f.asker.get(url, read or answer))
        write(f, "PATCH", url, body, answer)
        after = _object(f.asker.get(url, read or answer))
        same = {name: value for name, value in before.items() if name not in body and not name.startswith("modified_")}
        if found := differences(body, after) + differences(same, after):
            raise Wrong(f"PATCH {url}: {found}")
        guarded(f, "PATCH", url, json=body)
        refuses(f, "PATCH", url, body)

    return exercise


def posting(path: str, making: Making, answer: str) -> Exercise:
    """A creation: 201, where it is, what it is; in 3.0 under the guid the client wants."""

    def exercise(f: Furniture) -> None:
        url, body = f.url(path), making(f)
        assert isinstance(body, dict)
        reply = f.asker.ask("POST", url, f.created, answer, json=body)
        made = location(reply) if "Location" in reply.headers else f"{url}/{f.created_guid(reply)}"
        if answer != "reference":
            shows(f, made, answer, body)
        if reply.content and answer != "reference" and decoded(reply) != decoded(f.asker.get(made)):
            raise Wrong(f"POST {url}: the answer is not what is at {made}")
        f.asker.ask("POST", url, f.created, answer, json=body | _NOT_KNOWN)
        if answer != "project":
            client_guids(f, url, body, answer)
        refuses(f, "POST", url, body)

    return exercise


def deleting(path: str) -> Exercise:
    """A deletion: gone afterwards, guarded by If-Match."""

    def exercise(f: Furniture) -> None:
        url = f.url(path)
        f.asker.refuses_stale_tags("DELETE", url)
        f.asker.without_credentials("DELETE", url, 401)
        refuses_unknown(f, "DELETE", url)
        tag = f.asker.get(url).headers["ETag"]
        f.asker.ask("DELETE", url, 200, headers={"If-Match": tag})
        for method in ("GET", "DELETE"):
            f.asker.ask(method, url, 404)

    return exercise


def absent(method: str, path: str) -> Exercise:
    """A row that the text does not have: there is no such place, or no such method at it."""

    def exercise(f: Furniture) -> None:
        body = {"title": "A", "name": "A", "comment": "A", "guid": str(uuid.uuid4())}
        f.asker.ask(method, f.url(path), ABSENT, **_sent(method, body))

    return exercise


# --- parts of them ----------------------------------------------------------------------------------------------------


def write(f: Furniture, method: str, url: str, body: object, answer: str, **request: Any) -> httpx.Response:
    """A PUT or PATCH that must succeed, and whose answer, if it has a body, shows what was sent."""
    reply = f.asker.ask(method, url, f.put, answer, json=body, **request)
    if reply.content and reply.status_code == httpx.codes.OK and (found := differences(_own(body), decoded(reply))):
        raise Wrong(f"{method} {url}: the answer differs from what was sent: {found}")
    return reply


def shows(f: Furniture, url: str, answer: str, sent: object) -> None:
    """What was sent is what is there."""
    got = decoded(f.asker.get(url, answer))
    if found := differences(_own(sent), got):
        raise Wrong(f"GET {url}: not what was written: {found}")


def guarded(f: Furniture, method: str, url: str, **request: Any) -> None:
    """A wrong If-Match is refused, the right one is not."""
    f.asker.refuses_stale_tags(method, url, **request)
    tag = f.asker.get(url).headers["ETag"]
    f.asker.ask(method, url, f.put, headers={"If-Match": f'"other", {tag}'}, **request)


def client_guids(f: Furniture, url: str, body: Body, answer: str) -> None:
    """3.0 takes the guid the client wants and no other twice; before there is no such member, so it is ignored."""
    wanted = str(uuid.uuid4())
    reply = f.asker.ask("POST", url, f.created, answer, json=body | {"guid": wanted})
    if (f.created_guid(reply).lower() == wanted) is not (f.text is V30):
        raise Wrong(f"POST {url}: guid {wanted} was wanted, {f.created_guid(reply)} given, in {f.text.name}")
    if f.text is V30:
        f.asker.ask("POST", url, 409, json=body | {"guid": wanted})
        f.asker.ask("POST", url, 409, json=body | {"guid": wanted.upper()})
        f.asker.ask("POST", url, ERRORS, json=body | {"guid": "no-uuid"})
        f.asker.ask("POST", url, 201, answer, json=body | {"guid": None})


def refuses(f: Furniture, method: str, url: str, body: object, missing: Collection[int] = (404,)) -> None:
    """Nobody may write, nothing may be written below what is not there, and no nonsense."""
    f.asker.without_credentials(method, url, 401)
    if unknown(url) != url:
        f.asker.ask(method, unknown(url), missing, json=body)
    for nonsense in (b"", b"{", b"\xff", b"7", b'"title"'):
        f.asker.ask(method, url, ERRORS, content=nonsense, headers={"Content-Type": "application/json"})


def refuses_unknown(f: Furniture, method: str, url: str) -> None:
    """What is not there is a 404."""
    other = unknown(url)
    if other != url:
        f.asker.ask(method, other, 404)


def unknown(url: str) -> str:
    """The same URL with its last guid, or else its project, replaced by one that is not there."""
    other, count = _GUID.subn(UNKNOWN, url)
    return other if count else re.sub(r"/projects/[^/?]+", "/projects/no-such-project", url)


def _sent(method: str, body: object) -> dict[str, Any]:
    return {} if method in {"GET", "DELETE"} else {"json": body}


def _own(body: object) -> object:
    """What was sent, without what the text does not know and what comes back elsewhere or not at all."""
    if not isinstance(body, dict):
        return body
    elsewhere = {*_NOT_KNOWN, "components", "bitmap_data", "snapshot_data"}
    return {name: _without_data(value) for name, value in body.items() if name not in elsewhere}


def _without_data(value: object) -> object:
    if isinstance(value, list):
        return [_without_data(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_data(item) for name, item in value.items() if not name.endswith("_data")}
    return value


def _object(reply: httpx.Response) -> Body:
    value = decoded(reply)
    assert isinstance(value, dict), reply.text
    return value
