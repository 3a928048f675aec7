"""How servers answer: other codes for success, other shapes for errors, odd members in discovery.

Owns: the switches of answers. Sees: exchanges. Governed by: BCF-API 1.0, 2.1 and Foundation API 1.0, status codes and
error bodies, and what servers send in their place.
"""

from collections.abc import Callable, Mapping

from bcfsync.server.mischief.exchange import Answer, Around, Ask, Asked, Json, JsonObject
from bcfsync.server.mischief.faults import page
from bcfsync.server.mischief.switches import Context, Setting


def create_200(_setting: Setting, _context: Context) -> Around:
    """What is made is answered with 200."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method == "POST" and asked.place.is_api and answer.status == 201:
            answer.status = 200
        return answer

    return around


def delete_204(_setting: Setting, _context: Context) -> Around:
    """What is deleted is answered with 204."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        return answer.empty(204) if asked.method == "DELETE" and answer.status == 200 else answer

    return around


def write_302(_setting: Setting, _context: Context) -> Around:
    """After POST, PUT and PATCH the client is sent to GET the thing (1.0's meaning of 302)."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method not in {"POST", "PUT", "PATCH"} or not asked.place.version or not answer.is_good:
            return answer
        location = answer.headers.get("Location")
        if location is None and asked.method == "POST":
            made = answer.json()
            location = f"{asked.url}/{made['guid']}" if isinstance(made, dict) and "guid" in made else None
        answer = answer.empty(302)
        answer.headers["Location"] = location or asked.url
        return answer

    return around


def create_empty(setting: Setting, _context: Context) -> Around:
    """201 without a body; the guid stands in Location, or nowhere."""
    has_location = setting.one_of("location", "nothing") == "location"

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method != "POST" or not asked.place.version or answer.status not in {200, 201}:
            return answer
        if not has_location:
            answer.headers.remove("Location")
        elif "Location" not in answer.headers and isinstance(made := answer.json(), dict) and "guid" in made:
            answer.headers["Location"] = f"{asked.url}/{made['guid']}"
        return answer.empty(201)

    return around


_SHAPES: Mapping[str, Callable[[int, str], Json]] = {
    "error": lambda _status, message: {"error": message},
    "detail": lambda _status, message: {"detail": message},
    "detail-list": lambda _status, message: {"detail": [{"loc": ["body"], "msg": message, "type": "value_error"}]},
    "problem": lambda status, message: {"type": "about:blank", "title": "Error", "detail": message, "status": status},
    "drf": lambda _status, message: _by_field(message),
    "code": lambda status, message: {"code": status, "message": message},
    "html": lambda status, _message: status,
    "empty": lambda _status, _message: None,
}


def _by_field(message: str) -> JsonObject:
    field, colon, rest = message.partition(": ")
    return {field: [rest]} if colon and field.replace("_", "").isalnum() else {"detail": message}


def errors(setting: Setting, _context: Context) -> Around:
    """Errors in another shape."""
    name = setting.one_of(*_SHAPES)

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        told = answer.json() if asked.place.is_api and answer.status >= 400 else None
        if not isinstance(told, dict) or "message" not in told:
            return answer
        value = _SHAPES[name](answer.status, str(told["message"]))
        if name == "html":
            answer.set_data(page(answer.status_line), "text/html; charset=utf-8")
        elif name == "empty":
            answer.empty(answer.status)
        else:
            answer.headers["Content-Type"] = "application/problem+json" if name == "problem" else "application/json"
            answer.set_json(value)
        return answer

    return around


def errors_200(_setting: Setting, _context: Context) -> Around:
    """Refusals come with 200 and {"error"}."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        told = answer.json() if asked.place.is_api and 400 <= answer.status < 500 else None
        if not isinstance(told, dict):
            return answer
        answer.status = 200
        answer.set_json({"error": told.get("message") or told})
        return answer

    return around


def missing(setting: Setting, _context: Context) -> Around:
    """GET of what is not there: 204, 200 without a body, or 400."""
    kind = setting.one_of("204", "200", "400")

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method != "GET" or answer.status != 404 or not asked.place.ids:
            return answer
        if kind == "400":
            answer.status = 400
            return answer
        return answer.empty(int(kind))

    return around


def string_booleans(_setting: Setting, _context: Context) -> Around:
    """Discovery says "false" where it means false."""
    return _of_auth(lambda told: {name: _as_text(value) for name, value in told.items()})


def _as_text(value: Json) -> Json:
    return str(value).lower() if isinstance(value, bool) else value


def auth_list(_setting: Setting, _context: Context) -> Around:
    """Discovery comes in a list of one."""
    return _of_auth(lambda told: [told])


def auth_blank(_setting: Setting, _context: Context) -> Around:
    """Discovery has empty texts for what there is not."""
    names = ("oauth2_auth_url", "oauth2_token_url", "oauth2_dynamic_client_reg_url")
    return _of_auth(lambda told: {**dict.fromkeys(names, ""), **told})


def _of_auth(change: Callable[[JsonObject], Json]) -> Around:
    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.kind == "auth" and not asked.place.ids and isinstance(told := answer.json(), dict):
            answer.set_json(change(told))
        return answer

    return around


def open_to_all(_setting: Setting, context: Context) -> Around:
    """Nobody is asked who he is."""

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.place.is_api and context.token and not asked.header("Authorization"):
            return ask(asked.with_environ(HTTP_AUTHORIZATION=f"Bearer {context.token}"))
        return ask(asked)

    return around


def events_key(_setting: Setting, _context: Context) -> Around:
    """What happened is called events, as in the specification's examples, not actions."""

    def renamed(event: Json) -> Json:
        if not isinstance(event, dict):
            return event
        return {("events" if name == "actions" else name): value for name, value in event.items()}

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.kind.endswith("-events") and answer.is_good and isinstance(told := answer.json(), list):
            answer.set_json([renamed(event) for event in told])
        return answer

    return around


def events_empty(_setting: Setting, _context: Context) -> Around:
    """The routes of events are there; nothing is ever written to them."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.kind.endswith("-events") and answer.is_good:
            answer.set_json([])
        return answer

    return around
