"""What an answer says: JSON, tags, and whether it is an error.

Owns: HTTP status → our errors. Sees: addresses, errors, complaints.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx

from bcfsync.errors import LoginNeeded, ServerTrouble
from bcfsync.net.addresses import short
from bcfsync.net.complaints import complaint, in_one_line
from bcfsync.net.errors import NotJson, Refused, Stumbled

_NEXT = re.compile(r""";\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\b)""", re.IGNORECASE)
_PASSING = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON (None where it had no body) and its strong ETag.

    ``unchanged`` where the server answered 304: the resource still has the tag it was asked about. ``has_more`` where
    it says by ``Link`` (RFC 8288) that this is a part of a list, and more of it comes. ``location`` is where a write
    says that its result is. ``weak`` where it had a tag that is no strong one.
    """

    data: Any
    etag: str | None
    location: str | None = None
    unchanged: bool = False
    has_more: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What came back for a form: the status and the JSON, None where there was no body; refusals are no errors here."""

    status: int
    data: object


@dataclass(frozen=True, slots=True)
class Reply:
    """A response with its body taken, but not judged; ``bare`` to a request without Authorization."""

    status: int
    reason: str
    headers: httpx.Headers
    content: bytes
    url: str
    redirect: str | None
    bare: bool = False

    @property
    def is_success(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people in the place of an answer."""
        return self.is_success and self.content.lstrip()[:1] == b"<"

    @property
    def etag(self) -> str | None:
        """The strong tag."""
        tag = self.headers.get("ETag")
        return None if tag is None or tag.startswith("W/") else str(tag)

    @property
    def has_more(self) -> bool:
        """Whether a Link leads to the next part."""
        return bool(_NEXT.search(self.headers.get("Link", "")))


def checked(reply: Reply, url: str) -> Reply:
    """The reply, if it is a success.

    Raises:
        LoginNeeded, Refused, Stumbled
    """
    status = reply.status
    if reply.is_success:
        return reply
    said = complaint(reply.content, naming=status in {400, 422})
    words = said.words or reply.reason or "no explanation"
    if status == 401 and not reply.bare:
        raise LoginNeeded(f"{short(url)}: the server does not accept the token: {words}")
    if (400 <= status < 500 and status != 429) or status == 501:
        raise Refused(f"{short(url)}: the server answered {status}: {words}", status, said.members)
    hint = ServerTrouble.hint if status in _PASSING else ""
    raise Stumbled(f"{short(url)}: the server answered {status}: {words}", hint=hint)


def decoded(reply: Reply, *, required: bool = True, midway: bool = False) -> Any:  # noqa: ANN401 - JSON
    """The JSON of a successful reply; None where it has no body and none is ``required``.

    Args:
        reply: as it came.
        required: whether there must be a body.
        midway: whether the server was understood before, so that the URL is not what is wrong.

    Raises:
        NotJson, Refused
    """
    try:
        data = json_of(reply, required=required)
    except NotJson as error:
        raise NotJson(str(error), hint=NotJson.MIDWAY if midway else NotJson.hint) from error
    if isinstance(data, dict) and set(data) == {"error"}:
        # seen: a demo server that answers 200 with an error object
        said = f"the server answered {reply.status} with an error: {in_one_line(data['error'])}"
        raise Refused(f"{short(reply.url)}: {said}", 400, in_disguise=True)
    return data


def json_of(reply: Reply, *, required: bool = True) -> Any:  # noqa: ANN401 - JSON
    """The JSON of any reply.

    Raises:
        NotJson: too deep, a number too long, or no JSON at all.
    """
    if not reply.content.strip() and not required:
        return None
    try:
        return json.loads(reply.content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        what = "HTML" if reply.content.lstrip()[:1] == b"<" else "something that is not JSON"
        raise NotJson(f"{short(reply.url)}: the server answered {what}") from error


def is_json(reply: Reply) -> bool:
    """Whether a reply has a body, and that is JSON."""
    try:
        json_of(reply)
    except NotJson:
        return False
    return True


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
