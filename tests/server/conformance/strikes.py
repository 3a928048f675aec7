"""Requests that no server may take.

Owns: how a good body is spoiled. Sees: the targets, Hypothesis. Governed by: RFC 8259 (JSON is UTF-8, has no NaN, no
infinity), RFC 7493 (no member twice, no half of a surrogate pair, no number beyond a double), the tables of members of
BCF-API 1.0, 2.1 and 3.0.
"""

import copy
import json
from dataclasses import dataclass

from hypothesis import strategies as st
from targets import Path, Target

UNKNOWN = "00000000-dead-4bad-8bad-000000000000"
DEEP = 100_000

_NO_DATES = ("", "yesterday", "2031-13-01T00:00:00Z", "2031-02-30T00:00:00Z", "2031-02-03T25:00:00Z", "2031",
             "02/03/2031", "0", "2031-02-03T04:05:06Z; DROP", "99999-01-01T00:00:00Z")  # fmt: skip
_NO_BASE64 = ("%%%%", "not base64", "YWJj=YWJj", "é", "YWJ", "data:image/png;base64,%%")
_NO_GUIDS = ("", "no-guid", "{6d7a1b1e-0003-4000-8000-00000000000f}", "6d7a1b1e", "../6d7a1b1e", "0" * 10_000, "\0")
WRONG_WORDS: dict[str, tuple[str, ...]] = {
    "due_date": _NO_DATES,
    "date": _NO_DATES,
    "snapshot_data": _NO_BASE64,
    "bitmap_data": _NO_BASE64,
    "snapshot_type": ("", "gif", "PNG", "jpeg", "image/png"),
    "guid": _NO_GUIDS,
    "viewpoint_guid": (UNKNOWN, "", "no-guid", "../.."),
    # whether these must be there, no text says: archives point at topics and comments of others
    "reply_to_comment_guid": ("",),
    "related_topic_guid": ("",),
}
"""What a member's string must not be, where its type alone does not say so."""

_NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" + "0" * 400, "0x10", "01", "1.", "+1")
_NO_STRINGS = ('"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800"', "'a'", '"\t"', '"\\x41"', '"')
_MARK = "\ue000raw\ue000"


@dataclass(frozen=True, slots=True)
class Strike:
    """A request, and how its body came about."""

    method: str
    url: str
    content: bytes
    how: str

    def __repr__(self) -> str:
        return f"{self.method} {self.url[:200]} {self.content[:300]!r}: {self.how}"


@st.composite
def strikes(draw: st.DrawFn, targets: list[Target]) -> Strike:
    """One request to one of the targets, which it must refuse."""
    target = draw(st.sampled_from(targets))
    spoil = draw(st.sampled_from((wrong_member, wrong_member, wrong_token, without_member, wrong_bytes, wrong_place)))
    return draw(spoil(target))


@st.composite
def wrong_member(draw: st.DrawFn, target: Target) -> Strike:
    """A member of another type, or a word it must not be."""
    path = draw(st.sampled_from(_paths(target.body)))
    value = draw(st.sampled_from(_wrong_values(target, path)))
    return _strike(target, _replaced(target.body, path, value), f"{path} is {value!r:.60}")


@st.composite
def wrong_token(draw: st.DrawFn, target: Target) -> Strike:
    """A place where there is no JSON, or none that everybody reads alike."""
    path = draw(st.sampled_from(_paths(target.body)))
    is_text = isinstance(_at(target.body, path), str)
    deep = "[" * DEEP, "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP
    token = draw(st.sampled_from((*(_NO_STRINGS if is_text else _NO_NUMBERS), *_NO_NUMBERS[:3], *deep)))
    text = json.dumps(_replaced(target.body, path, _MARK), ensure_ascii=False)
    text = text.replace(f'"{_MARK}"', token)
    return _strike(target, text.encode(), f"{path} is {token[:40]}")


@st.composite
def without_member(draw: st.DrawFn, target: Target) -> Strike:
    """Without a member that is required, or with null there; where none is: with a member twice."""
    if not target.required:
        return draw(member_twice(target))
    path = draw(st.sampled_from(target.required))
    body = copy.deepcopy(target.body)
    holder = _at(body, path[:-1])
    assert isinstance(holder, dict)
    del holder[path[-1]]
    how = draw(st.sampled_from(("absent",) if target.nullable else ("absent", "null")))
    return _strike(target, _replaced(target.body, path, None) if how == "null" else body, f"{path} is {how}")


@st.composite
def member_twice(draw: st.DrawFn, target: Target) -> Strike:
    """The same member two times, so that two readers may see two things."""
    holders = [path[:-1] for path in _paths(target.body) if isinstance(path[-1], str)]
    path = draw(st.sampled_from(holders))
    holder = _at(target.body, path)
    assert isinstance(holder, dict)
    name = draw(st.sampled_from(sorted(holder)))
    twice = json.dumps(holder, ensure_ascii=False)
    twice = f"{{{json.dumps(name)}: {json.dumps(holder[name])}, {twice[1:]}"
    text = twice if not path else json.dumps(_replaced(target.body, path, _MARK)).replace(json.dumps(_MARK), twice)
    return _strike(target, text.encode(), f"{name} twice at {path}")


@st.composite
def wrong_bytes(draw: st.DrawFn, target: Target) -> Strike:
    """No JSON at all, half of it, more than it, in another encoding, or of another shape."""
    good = json.dumps(target.body, ensure_ascii=False)
    other = {} if isinstance(target.body, list) else [target.body]
    shapes = (
        (other, [[]], 7, True, None, "text", 1.5) if not isinstance(target.body, list) else (other, 7, True, None, "")
    )
    content = draw(
        st.one_of(
            st.integers(0, len(good.encode()) - 1).map(lambda cut: good.encode()[:cut]),
            st.sampled_from([json.dumps(shape).encode() for shape in shapes]),
            st.sampled_from([good.encode() + tail for tail in (b"x", b"{}", b",", b"\0", b"]")]),
            st.sampled_from(["utf-16", "utf-32", "utf-16-le"]).map(good.encode),
            st.binary(max_size=40).filter(_is_no_container),
            st.just(good.replace('": ', '": "\udcff", "x": ', 1).encode("utf-8", "surrogateescape")),
        )
    )
    return _strike(target, content, "another body")


@st.composite
def wrong_place(draw: st.DrawFn, target: Target) -> Strike:
    """A good body for what is not there."""
    parts = target.url.split("/")
    at = draw(st.sampled_from(range(3, len(parts)) if len(parts) > 4 else range(3, 4)))
    wrong = draw(
        st.sampled_from((UNKNOWN, "", "%00", "%FF", "%2e%2e", "..%2f..", "x" * 5000, "%F0%9F%9A%A7", "'", "-1"))
    )
    parts[at] = wrong
    if target.method == "POST":
        parts.append(UNKNOWN)
    return Strike(target.method, "/".join(parts), json.dumps(target.body).encode(), f"part {at} of the path")


# --- parts of bodies --------------------------------------------------------------------------------------------------


def _strike(target: Target, body: object, how: str) -> Strike:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Strike(target.method, target.url, content, how)


def _paths(value: object, at: Path = ()) -> list[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[Path] = []
    for name, item in items:
        if item is not None:
            found += [(*at, name), *_paths(item, (*at, name))]
    return found


def _at(value: object, path: Path) -> object:
    for name in path:
        value = value[name]  # type: ignore[index]
    return value


def _replaced(body: object, path: Path, value: object) -> object:
    changed = copy.deepcopy(body)
    holder = _at(changed, path[:-1])
    holder[path[-1]] = value  # type: ignore[index]
    return changed


def _wrong_values(target: Target, path: Path) -> list[object]:
    good = _at(target.body, path)
    if isinstance(good, bool):
        return ["true", "", 1, 0, [], {}]
    if isinstance(good, str):
        return [7, 1.5, True, [], ["x"], {}, {"a": 1}, *WRONG_WORDS.get(str(path[-1]), ())]
    if isinstance(good, int | float):
        fraction = [1.5] if path in target.whole else []
        return ["1", "", True, [], [1], {}, *fraction]
    if isinstance(good, list):
        return ["x", "", 7, True, {}, {"0": "x"}]
    return ["x", "", 7, True, [], [{}]]


def _is_no_container(content: bytes) -> bool:
    try:
        return not isinstance(json.loads(content), dict | list)
    except ValueError:
        return True
