"""Where things are: base paths, versions, missing routes, redirects, the case of guids in paths.

Owns: the switches of URLs. Sees: exchanges. Governed by: RFC 9110, 15.4; BCF-API, the tables of routes.
"""

import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace

from bcfsync.server.mischief.chance import When
from bcfsync.server.mischief.exchange import WRITES, Answer, Around, Ask, Asked
from bcfsync.server.mischief.places import Place
from bcfsync.server.mischief.switches import Context, Habits, Setting

_REMEMBERED = 10_000
_HASHED = 32


def base(setting: Setting, _context: Context) -> Around:
    """Everything of the API below another path, nothing of it where it was."""
    prefix = "/" + setting.word("").strip("/")
    if prefix == "/":
        raise setting.bad("takes a path such as /api")

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.path.startswith(f"{prefix}/"):
            root = asked.environ.get("SCRIPT_NAME", "") + prefix
            return ask(asked.at(asked.path.removeprefix(prefix)).with_environ(SCRIPT_NAME=root))
        if asked.place.is_api:
            return Answer.refusal(404, f"there is nothing here; the API is at {prefix}")
        return ask(asked)

    return around


def versions(setting: Setting, _context: Context) -> Around:
    """Some versions only, in the lists as well."""
    spoken = frozenset(setting.words)
    if not spoken:
        raise setting.bad("takes versions such as 2.1,3.0")

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.place.version and asked.place.version not in spoken:
            return Answer.refusal(404, f"version {asked.place.version} is not spoken here")
        answer = ask(asked)
        if asked.place.kind == "versions" and isinstance(told := answer.json(), dict):
            listed = [v for v in told.get("versions", ()) if v.get("api_id") == "foundation" or _is_of(v, spoken)]
            answer.set_json({**told, "versions": listed})
        return answer

    return around


def _is_of(version: dict[str, str], spoken: frozenset[str]) -> bool:
    return version.get("version_id") in spoken


def later_text(_setting: Setting, habits: Habits) -> Habits:
    """The later text of 1.0 at /bcf/1.0."""
    return replace(habits, late_10=True)


_MISSING = {404: "there is nothing here", 405: "this method is not there", 501: "this is not implemented"}
_NAMED: Mapping[str, Callable[[Place], bool]] = {
    "versions": lambda place: place.kind == "versions" and not place.version,
    "foundation": lambda place: place.is_api and not place.version and place.kind != "versions",
    "events": lambda place: place.kind.endswith("-events"),
    "topic-events": lambda place: place.kind.endswith("-events") and not place.is_whole,
    "project-events": lambda place: place.kind.endswith("-events") and place.is_whole,
    "components": lambda place: place.kind in {"selection", "coloring", "visibility", "components"},
    "viewpoint": lambda place: place.is_item("viewpoints"),
    "comment": lambda place: place.is_item("comments"),
}
"""Routes that have no word of their own; every other name is the word in the path."""


def without(setting: Setting, _context: Context) -> Around:
    """Routes that do not exist; ``name.method`` takes one method away."""
    if not setting.words:
        raise setting.bad("takes names of routes such as files,documents,comments.delete")
    given = setting.count(0, key="status", at_least=400)
    if given and given not in _MISSING:
        raise setting.bad(f"status= takes one of {', '.join(map(str, _MISSING))}")
    gone = [name.partition(".")[::2] for name in setting.words]

    def around(asked: Asked, ask: Ask) -> Answer:
        for name, method in gone:
            is_it = _is_named(asked.place, name) if name != "writes" else asked.place.is_api and asked.is_write
            if is_it and (not method or asked.method == method.upper()):
                status = given or (405 if method or name == "writes" else 404)
                answer = Answer.refusal(status, _MISSING[status])
                if status == 405:
                    answer.headers["Allow"] = ", ".join(sorted({"GET", "HEAD", *WRITES} - {asked.method}))
                return answer
        return ask(asked)

    return around


def _is_named(place: Place, name: str) -> bool:
    return place.is_api and (_NAMED[name](place) if name in _NAMED else place.kind == name)


def slashes(setting: Setting, _context: Context) -> Around:
    """Lists end with a slash; who leaves it out is sent there."""
    status = setting.count(307)
    if status not in {301, 302, 307, 308}:
        raise setting.bad("takes 301, 302, 307 or 308")

    def around(asked: Asked, ask: Ask) -> Answer:
        if not asked.place.is_list:
            return ask(asked)
        if asked.path.endswith("/"):
            return ask(asked.at(asked.path.rstrip("/")))
        query = asked.environ.get("QUERY_STRING", "")
        return _redirect(status, f"{asked.url}/{'?' + query if query else ''}")

    return around


def https_only(_setting: Setting, _context: Context) -> Around:
    """302 to the same URL in https for whatever comes in plain; a proxy's X-Forwarded-Proto is believed."""

    def around(asked: Asked, ask: Ask) -> Answer:
        scheme = asked.header("X-Forwarded-Proto").partition(",")[0].strip() or asked.environ["wsgi.url_scheme"]
        if scheme.lower() != "http" or not asked.place.is_api:
            return ask(asked)
        query = asked.environ.get("QUERY_STRING", "")
        url = "https" + asked.url.removeprefix(asked.environ["wsgi.url_scheme"])
        return _redirect(302, f"{url}{'?' + query if query else ''}")

    return around


def moved(setting: Setting, _context: Context) -> Around:
    """The API has moved to another host; every request is sent there."""
    host, status, when = setting.word(""), setting.count(301, key="status"), When(setting.without_words())
    if not host or "/" in host:
        raise setting.bad("takes a host such as other.example:8080")
    if status not in {301, 302, 303, 307, 308}:
        raise setting.bad("status= takes 301, 302, 303, 307 or 308")

    def around(asked: Asked, ask: Ask) -> Answer:
        if not when.strikes(asked) or asked.header("Host").lower() == host.lower():
            return ask(asked)
        query = asked.environ.get("QUERY_STRING", "")
        path = asked.url.partition("://")[2].partition("/")[2]
        url = f"{asked.environ['wsgi.url_scheme']}://{host}/{path}"
        return _redirect(status, f"{url}{'?' + query if query else ''}")

    return around


def pictures_elsewhere(setting: Setting, _context: Context) -> Around:
    """Bytes are fetched from another host, by a signed URL that must come without Authorization."""
    chosen = setting.word("")
    key = f"{setting.seed}".encode()
    known: OrderedDict[str, str] = OrderedDict()
    lock = threading.Lock()

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.method not in {"GET", "HEAD"} or not _is_bytes(asked.place):
            return ask(asked)
        signature = asked.option("signature")
        if signature is None:
            if not (answer := ask(asked)).is_good:
                return answer
            signature = hmac.new(key, asked.path.encode(), hashlib.sha256).hexdigest()[:_HASHED]
            with lock:
                known[signature] = asked.header("Authorization")
                while len(known) > _REMEMBERED:
                    known.popitem(last=False)
            host = chosen or _other_name(asked.environ.get("HTTP_HOST", ""))
            path = asked.url.removeprefix(f"{asked.environ['wsgi.url_scheme']}://").partition("/")[2]
            url = f"{asked.environ['wsgi.url_scheme']}://{host}/{path}?signature={signature}"
            return answer.become(_redirect(302, url))
        if asked.header("Authorization"):
            return Answer.refusal(400, "only one way of signing in is allowed: the URL is signed")
        with lock:
            header = known.get(signature)
        return ask(asked.with_environ(HTTP_AUTHORIZATION=header))

    return around


def _is_bytes(place: Place) -> bool:
    return place.kind in {"snapshot", "snippet"} or place.is_item("bitmaps", "documents")


def _other_name(host: str) -> str:
    name, colon, port = host.partition(":")
    return ("127.0.0.1" if name == "localhost" else "localhost") + colon + port


def _redirect(status: int, url: str) -> Answer:
    answer = Answer(status)
    answer.headers["Location"] = url
    answer.headers["Content-Length"] = "0"
    return answer


def guid_case(setting: Setting, _context: Context) -> Around:
    """Guids in paths are not found in another case: lower only, or exactly as the server spells them."""
    must = setting.one_of("exact", "lower")

    def around(asked: Asked, ask: Ask) -> Answer:
        guids = [guid for word, guid in asked.place.ids.items() if word in {"topics", "comments", "viewpoints"}]
        if must == "lower" and any(guid != guid.lower() for guid in guids):
            return Answer.refusal(404, "there is nothing of this guid")
        if must == "exact" and not all(_is_spelled(asked, ask, word) for word in asked.place.ids):
            return Answer.refusal(404, "there is nothing of this guid")
        return ask(asked)

    return around


def _is_spelled(asked: Asked, ask: Ask, word: str) -> bool:
    if word not in {"topics", "comments", "viewpoints"}:
        return True
    guid = asked.place.ids[word]
    path = asked.path.partition(f"/{word}/{guid}")[0] + f"/{word}/{guid}"
    found = ask(asked.reading(path)).json()
    return not isinstance(found, dict) or found.get("guid", guid) == guid


def upper_guids(_setting: Setting, _context: Context) -> Around:
    """Guids come back in capitals, however they were sent."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.is_api and (value := answer.json()) is not None:
            answer.set_json(_in_capitals(value))
        return answer

    return around


def _in_capitals(value: object, name: str = "") -> object:
    if isinstance(value, dict):
        return {key: _in_capitals(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_capitals(item) for item in value]
    is_guid = name == "guid" or (name.endswith("_guid") and name != "ifc_guid")
    return value.upper() if is_guid and isinstance(value, str) else value


def content_type_required(_setting: Setting, _context: Context) -> Around:
    """A body without Content-Type is 406, one that is not JSON where JSON belongs 415."""

    def around(asked: Asked, ask: Ask) -> Answer:
        takes_bytes = asked.place.kind in {"snippet", "snapshot", "bitmap", "bitmaps", "documents"}
        if asked.method not in {"POST", "PUT", "PATCH"} or not asked.place.is_api or takes_bytes:
            return ask(asked)
        given = asked.header("Content-Type").partition(";")[0].strip().lower()
        if given == "application/json":
            return ask(asked)
        return Answer.refusal(415 if given else 406, "Content-Type: must be application/json")

    return around
