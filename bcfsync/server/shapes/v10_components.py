"""The flat list of components that 1.0 has, and the three lists that the later versions have.

Owns: the way from one to the other. Sees: decoded JSON, stored objects in the names of 3.0.
Governed by: BCF-API 1.0, Components; BCF-API 3.0, ``components``. 1.0 says of each component whether it is selected,
visible and how it is coloured, and has no word for the others: neither default visibility nor view setup hints.

Stored components may have a fourth list, ``named``: the components in the order 1.0 named them, those of which nothing
else is said, too.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes.members import Members, present
from bcfsync.server.store.database import JsonObject

_NAMES = ("ifc_guid", "originating_system", "authoring_tool_id")


def components(body: object, old: JsonObject | None) -> JsonObject | None:
    """``component_PUT``: the whole list, to what a viewpoint has for components afterwards.

    A list that is written back as it was read changes nothing, so what it cannot say is not lost.
    """
    if not isinstance(body, list):
        raise Malformed("body: must be a JSON array")
    items = [_item(Members(value, f"[{index}]")) for index, value in enumerate(body)]
    if items == flat(old):
        return old
    if not items and old is None:
        return None
    visibility = (old or {}).get("visibility") or {}
    default = _default_visibility(items, visibility)
    return {
        "selection": [_names(item) for item in items if item.get("selected")],
        "coloring": _coloring(items),
        "visibility": {
            **visibility,
            "default_visibility": default,
            "exceptions": [_names(item) for item in items if _is_visible(item, default) is not default],
        },
        "named": [_names(item) for item in items],
    }


def flat(stored: JsonObject | None) -> list[JsonObject]:
    """``component_GET``: the whole list.

    Where nothing is hidden, nothing is said to be visible: whoever reads that, and of no hidden one, takes all others
    for hidden, as in the archives of that time.
    """
    if stored is None:
        return []
    visibility = stored.get("visibility") or {}
    default = bool(visibility.get("default_visibility", True))
    selected, exceptions = _keys(stored.get("selection")), _keys(visibility.get("exceptions"))
    colors: dict[tuple[Any, ...], str] = {}
    for coloring in stored.get("coloring") or ():
        for component in coloring.get("components") or ():
            colors.setdefault(_key(component), coloring["color"])
    return [
        present(
            {
                **_names(component),
                "selected": key in selected,
                "visible": None if default and not exceptions else default is not (key in exceptions),
                "color": colors.get(key),
            }
        )
        for key, component in _mentioned(stored).items()
    ]


def _item(members: Members) -> JsonObject:
    texts = {name: members.text(name) for name in (*_NAMES, "color")}
    return present({**texts, "selected": members.flag("selected"), "visible": members.flag("visible")})


def _default_visibility(items: list[JsonObject], old: JsonObject) -> bool:
    """What holds for all that the list does not name.

    Where nobody said, hidden ones mean "all but these", else visible ones mean "only these", as with the components of
    the archives of that time.
    """
    if not items:
        return True
    if old.get("default_visibility") is not None:
        return bool(old["default_visibility"])
    if any(item.get("visible") is False and not item.get("selected") and not item.get("color") for item in items):
        return True
    return not any(item.get("visible") for item in items)


def _is_visible(item: JsonObject, default: bool) -> bool:  # noqa: FBT001 - the one thing it is about
    visible: bool | None = item.get("visible")
    if visible is None:
        return default or bool(item.get("selected") or item.get("color"))
    return visible


def _coloring(items: list[JsonObject]) -> list[JsonObject]:
    colors: dict[str, list[JsonObject]] = {}
    for item in items:
        if item.get("color"):
            colors.setdefault(item["color"], []).append(_names(item))
    return [{"color": color, "components": colored} for color, colored in colors.items()]


def _mentioned(stored: JsonObject) -> dict[tuple[Any, ...], JsonObject]:
    """Every component that is named somewhere, once."""
    colored = (coloring.get("components") for coloring in stored.get("coloring") or ())
    exceptions = (stored.get("visibility") or {}).get("exceptions")
    lists: Iterable[Iterable[JsonObject] | None] = (stored.get("named"), stored.get("selection"), exceptions, *colored)
    found: dict[tuple[Any, ...], JsonObject] = {}
    for component in chain.from_iterable(items or () for items in lists):
        found.setdefault(_key(component), component)
    return found


def _keys(listed: list[JsonObject] | None) -> set[tuple[Any, ...]]:
    return {_key(component) for component in listed or ()}


def _key(component: JsonObject) -> tuple[Any, ...]:
    return tuple(component.get(name) for name in _NAMES)


def _names(component: JsonObject) -> JsonObject:
    return {name: component[name] for name in _NAMES if component.get(name) is not None}
