"""What becomes of the members that clients send: dropped, refused, merged, reset, trimmed, renamed.

Owns: the switches of topics and comments as content. Sees: exchanges. Governed by: BCF-API 2.1 and 3.0, Topics and
Comments (PUT replaces; extensions are an offer), and what servers make of it.
"""

import re
from collections.abc import Callable, Collection

from bcfsync.server.mischief.exchange import Answer, Around, Ask, Asked, Json, JsonObject
from bcfsync.server.mischief.places import Place
from bcfsync.server.mischief.switches import Context, Setting

KINDS = ("topics", "comments", "viewpoints", "document_references")

_VALUES = {
    "topic_type": "topic_type",
    "topic_status": "topic_status",
    "priority": "priority",
    "stage": "stage",
    "assigned_to": "users",
    "labels": "topic_label",
}
_RESET = ("topic_type", "topic_status", "priority")
_TEXTS = ("title", "description", "comment")
_EMPTY_REFUSED = ("title", "topic_type", "topic_status", "priority", "stage")


def is_content(asked: Asked, *kinds: str) -> bool:
    """Whether the request writes the content of one thing of these kinds."""
    place = asked.place
    if asked.method == "POST":
        return place.is_list_of(*kinds)
    return asked.method in {"PUT", "PATCH"} and place.is_item(*kinds)


def rewriting(*kinds: str, change: Callable[[Place, JsonObject], JsonObject]) -> Around:
    """A switch that changes the bodies of what is written."""

    def around(asked: Asked, ask: Ask) -> Answer:
        body = asked.json() if is_content(asked, *kinds) else None
        return ask(asked.with_json(change(asked.place, body)) if isinstance(body, dict) else asked)

    return around


def checking(*kinds: str, complaint: Callable[[Asked, Ask, JsonObject], tuple[int, str] | None]) -> Around:
    """A switch that refuses some bodies."""

    def around(asked: Asked, ask: Ask) -> Answer:
        body = asked.json() if is_content(asked, *kinds) else None
        wrong = complaint(asked, ask, body) if isinstance(body, dict) else None
        return Answer.refusal(*wrong) if wrong else ask(asked)

    return around


def showing(*kinds: str, change: Callable[[Place, JsonObject], JsonObject]) -> Around:
    """A switch that changes how things are shown, alone and in lists."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.kind not in kinds or not answer.is_good:
            return answer
        value = answer.json()
        if isinstance(value, list):
            answer.set_json([change(asked.place, item) if isinstance(item, dict) else item for item in value])
        elif isinstance(value, dict):
            answer.set_json(change(asked.place, value))
        return answer

    return around


def _named(setting: Setting) -> Callable[[Place], Collection[str]]:
    if not setting.words:
        raise setting.bad("takes names of members such as labels,topics.description")
    named = [name.rpartition(".")[::2] for name in setting.words]
    wrong = [kind for kind, _ in named if kind and kind not in KINDS]
    if wrong:
        raise setting.bad(f"there are no {wrong[0]}; a member's name may begin with one of {', '.join(KINDS)}")
    return lambda place: {name for kind, name in named if kind in {"", place.kind}}


def drop(setting: Setting, _context: Context) -> Around:
    """Members that are neither kept nor shown."""
    names = _named(setting)

    def without(place: Place, body: JsonObject) -> JsonObject:
        return {name: value for name, value in body.items() if name not in names(place)}

    inward, outward = rewriting(*KINDS, change=without), showing(*KINDS, change=without)
    return lambda asked, ask: outward(asked, lambda outer: inward(outer, ask))


def reject(setting: Setting, _context: Context) -> Around:
    """Members that must be empty or absent; else 422."""
    names = _named(setting)

    def complaint(asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        wrong = [name for name in names(asked.place) if body.get(name) not in (None, "", [], {})]
        return (422, f"{min(wrong)}: is not writable") if wrong else None

    return checking(*KINDS, complaint=complaint)


def put_merge(setting: Setting, _context: Context) -> Around:
    """PUT changes what is in the body and leaves the rest; null changes nothing, unless asked for."""
    nulls_clear = setting.one_of("null-ignored", "null-clears") == "null-clears"

    def around(asked: Asked, ask: Ask) -> Answer:
        body, held = _written_over(asked, ask)
        if held is None:
            return ask(asked)
        given = {name: value for name, value in body.items() if value is not None or nulls_clear}
        return ask(asked.with_json({**held, **given}))

    return around


def put_reset(_setting: Setting, _context: Context) -> Around:
    """PUT without type, status or priority puts the project's first ones there."""

    def around(asked: Asked, ask: Ask) -> Answer:
        body, held = _written_over(asked, ask)
        if held is None or asked.place.kind != "topics":
            return ask(asked)
        offered = _offered(asked, ask)
        first = {name: offered[name][0] for name in _RESET if offered.get(name)}
        return ask(asked.with_json({**first, **{name: value for name, value in body.items() if value is not None}}))

    return around


def put_blanks(_setting: Setting, _context: Context) -> Around:
    """PUT writes an empty text into every text that its body leaves out."""
    texts = ("topic_type", "topic_status", "priority", "assigned_to", "stage", "description")

    def around(asked: Asked, ask: Ask) -> Answer:
        body, held = _written_over(asked, ask)
        if held is None or asked.place.kind != "topics":
            return ask(asked)
        return ask(asked.with_json({**dict.fromkeys(texts, ""), **{n: v for n, v in body.items() if v is not None}}))

    return around


def _written_over(asked: Asked, ask: Ask) -> tuple[JsonObject, JsonObject | None]:
    """The body of a PUT and what it is put over; None where there is nothing of the kind."""
    if asked.method != "PUT" or not asked.place.is_item("topics", "comments"):
        return {}, None
    body = asked.json()
    held = ask(asked.reading(asked.path)).json() if isinstance(body, dict) else None
    if not isinstance(held, dict) or "guid" not in held:
        return {}, None
    return body, held


def put_partial(_setting: Setting, _context: Context) -> Around:
    """The answer to PUT shows some members only."""
    kept = {"guid", "title", "comment", "topic_guid", "creation_date", "creation_author", "date", "author"}

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        value = answer.json() if asked.method == "PUT" and answer.is_good else None
        if isinstance(value, dict) and asked.place.is_item("topics", "comments"):
            answer.set_json({name: item for name, item in value.items() if name in kept})
        return answer

    return around


def unknown_values(setting: Setting, _context: Context) -> Around:
    """Values that the project does not offer: 422, or the first one it offers in their place."""
    is_refused = setting.one_of("rejected", "default") == "rejected"

    def around(asked: Asked, ask: Ask) -> Answer:
        body = asked.json() if is_content(asked, "topics") else None
        if not isinstance(body, dict):
            return ask(asked)
        offered = _offered(asked, ask)
        unknown = {name: _foreign(body.get(name), offered.get(kind) or []) for name, kind in _VALUES.items()}
        wrong = {name: found for name, found in unknown.items() if found}
        if not wrong:
            return ask(asked)
        if is_refused:
            name = min(wrong)
            return Answer.refusal(422, f"{name}: the project has no {wrong[name][0]!r}")
        return ask(asked.with_json({**body, **{name: _mapped(body[name], offered[_VALUES[name]]) for name in wrong}}))

    return around


def _foreign(value: Json, offered: list[str]) -> list[str]:
    """What is not offered; a list nobody filled forbids nothing."""
    given = value if isinstance(value, list) else [value]
    return [item for item in given if isinstance(item, str) and item and offered and item not in offered]


def _mapped(value: Json, offered: list[str]) -> Json:
    if isinstance(value, list):
        return [item for item in value if item in offered]
    return offered[0]


def _offered(asked: Asked, ask: Ask) -> JsonObject:
    """The extensions of the project, under the names of 3.0."""
    root = asked.path.partition("/topics")[0]
    found = ask(asked.reading(f"{root}/extensions")).json()
    if not isinstance(found, dict):
        return {}
    return {**found, "users": found.get("users") or found.get("user_id_type")}


def unknown_references(_setting: Setting, _context: Context) -> Around:
    """Related topics and replies that name what is not there: 422. The text of the API has no such rule."""

    def around(asked: Asked, ask: Ask) -> Answer:
        for path in _referred(asked):
            if not ask(asked.reading(path)).is_good:
                return Answer.refusal(422, f"there is nothing at {path}")
        return ask(asked)

    return around


def _referred(asked: Asked) -> list[str]:
    """Where the things would be that the body names."""
    is_relations = asked.method == "PUT" and asked.place.kind == "related_topics"
    if not (is_relations or is_content(asked, "comments")):
        return []
    body, topics = asked.json(), f"{asked.path.partition('/topics')[0]}/topics"
    if is_relations:
        items = [item for item in body if isinstance(item, dict)] if isinstance(body, list) else []
        return [f"{topics}/{guid}" for item in items if isinstance(guid := item.get("related_topic_guid"), str)]
    reply = body.get("reply_to_comment_guid") if isinstance(body, dict) else None
    return [f"{topics}/{asked.place.ids['topics']}/comments/{reply}"] if isinstance(reply, str) else []


def empty_refused(_setting: Setting, _context: Context) -> Around:
    """An empty text where null is meant is 400."""

    def complaint(_asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        wrong = [name for name in _EMPTY_REFUSED if body.get(name) == ""]
        return (400, f"{wrong[0]}: may not be blank") if wrong else None

    return checking("topics", complaint=complaint)


def comment_text_required(_setting: Setting, _context: Context) -> Around:
    """A comment without words is 400, viewpoint or not."""

    def complaint(_asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        text = body.get("comment")
        return None if isinstance(text, str) and text.strip() else (400, "comment: may not be blank")

    return checking("comments", complaint=complaint)


def text_trimmed(_setting: Setting, _context: Context) -> Around:
    """Texts lose the white space around them and at the ends of their lines."""
    return _texts(lambda text: "\n".join(line.rstrip() for line in text.split("\n")).strip())


def text_crlf(_setting: Setting, _context: Context) -> Around:
    """Lines come back with other ends: CR LF."""
    return _texts(lambda text: re.sub(r"\r\n|\r|\n", "\r\n", text))


def _texts(change: Callable[[str], str]) -> Around:
    def changed(_place: Place, body: JsonObject) -> JsonObject:
        texts = {name: change(body[name]) for name in _TEXTS if isinstance(body.get(name), str)}
        return {**body, **texts}

    return rewriting("topics", "comments", change=changed)


def due_day(_setting: Setting, _context: Context) -> Around:
    """A due date is a day."""

    def changed(_place: Place, body: JsonObject) -> JsonObject:
        due = body.get("due_date")
        return {**body, "due_date": due[:10]} if isinstance(due, str) else body

    return rewriting("topics", change=changed)


def rename(setting: Setting, _context: Context) -> Around:
    """Members go by other names in answers and bodies."""
    outward = dict(setting.keys or {})
    if not outward:
        raise setting.bad("takes names such as modified_date=modify_date")
    inward = {shown: ours for ours, shown in outward.items()}

    def renamed(names: dict[str, str]) -> Callable[[Place, JsonObject], JsonObject]:
        return lambda _place, body: {names.get(name, name): value for name, value in body.items()}

    into, out = rewriting(*KINDS, change=renamed(inward)), showing(*KINDS, change=renamed(outward))
    return lambda asked, ask: out(asked, lambda outer: into(outer, ask))


def camel_case(_setting: Setting, _context: Context) -> Around:
    """Members of answers are spelled creationDate."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.version and answer.is_good and (value := answer.json()) is not None:
            answer.set_json(_camel(value))
        return answer

    return around


def _camel(value: Json) -> Json:
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"_(\w)", lambda found: found[1].upper(), name): _camel(item) for name, item in value.items()}


def authors_missing(_setting: Setting, _context: Context) -> Around:
    """Topics and comments do not say who wrote them."""
    names = {"creation_author", "modified_author", "author"}

    def without(_place: Place, shown: JsonObject) -> JsonObject:
        return {name: value for name, value in shown.items() if name not in names}

    return showing("topics", "comments", change=without)


def authorization_missing(_setting: Setting, _context: Context) -> Around:
    """Nothing says what the user may do, whoever asks for it."""
    names = {"authorization", "project_actions", "topic_actions", "comment_actions", "viewpoint_actions"}

    def without(_place: Place, shown: JsonObject) -> JsonObject:
        return {name: value for name, value in shown.items() if name not in names}

    return showing("projects", "extensions", *KINDS, change=without)
