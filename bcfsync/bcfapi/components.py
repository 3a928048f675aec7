"""Selection, colouring and visibility, the same in BCF-API 2.1 and 3.0.

Owns: the three parts ↔ model. Sees: reading, shapes, model. Rules: BCF-API 2.1 and 3.0, Viewpoints: a POST carries
them inline, a GET answers each as a resource of its own.
"""

from collections.abc import Iterable

from bcfsync.bcfapi.reading import AnswerNotUnderstood, Json, JsonObject, kind, members
from bcfsync.bcfapi.shapes import present
from bcfsync.model import Coloring, Component, Components, ViewSetupHints, Visibility

_VISIBILITY = ("default_visibility", "default_visbility", "exceptions", "view_setup_hints")  # second: tag v2.1's typo


def encode_components(components: Components) -> Json:
    """Selection, colouring and visibility as one object (BCF-API 2.1 and 3.0, Viewpoints, POST).

    Visibility is always written: without a statement of the model everything is visible, without a default only
    the exceptions are, if there are any; hints not said are false. A colour group without colour is left out.
    """
    return {
        "selection": _component_list(components.selection),
        "coloring": [
            {
                "color": group.color.strip().removeprefix("#").upper(),
                "components": _component_list(group.components),
            }
            for group in components.coloring
            if group.color
        ],
        "visibility": _encode_visibility(components.visibility or Visibility()),
    }


def _component_list(components: Iterable[Component]) -> list[Json]:
    """Members without value are omitted: some servers refuse nulls here (OpenProject)."""
    encoded = (
        present(
            {
                "ifc_guid": component.ifc_guid,
                "originating_system": component.originating_system,
                "authoring_tool_id": component.authoring_tool_id,
            }
        )
        for component in components
    )
    return [item for item in encoded if item]


def _encode_visibility(visibility: Visibility) -> Json:
    exceptions = _component_list(visibility.exceptions)
    default, hints = visibility.default_visibility, visibility.view_setup_hints or ViewSetupHints()
    return {
        "default_visibility": not exceptions if default is None else default,
        "exceptions": exceptions,
        "view_setup_hints": {
            "spaces_visible": bool(hints.spaces_visible),
            "space_boundaries_visible": bool(hints.space_boundaries_visible),
            "openings_visible": bool(hints.openings_visible),
        },
    }


def decode_selection(data: object) -> tuple[Component, ...]:
    """The selected components, from ``{"selection": [...]}``, a bare list or null.

    Raises:
        AnswerNotUnderstood: it is something else.
    """
    return _components(_unwrapped(data, "selection"))


def decode_coloring(data: object) -> tuple[Coloring, ...]:
    """The colour groups, from ``{"coloring": [...]}``, a bare list or null; colours upper case, without ``#``.

    Raises:
        AnswerNotUnderstood: it is something else.
    """
    found = ((_color(node), _components(node.children("components"))) for node in _unwrapped(data, "coloring"))
    return tuple(Coloring(color, components) for color, components in found if color or components)


def decode_visibility(data: object) -> Visibility | None:
    """The visibility, from ``{"visibility": {...}}``, a bare object or null; None where it says nothing.

    Members not said stay None.

    Raises:
        AnswerNotUnderstood: it is something else.
    """
    if data is None:
        return None
    outer = JsonObject(data, "visibility")
    node = outer.child("visibility") if outer.has("visibility") else outer
    if node is None or not any(node.has(name) for name in _VISIBILITY):
        return None
    return Visibility(
        default_visibility=node.flag("default_visibility", "default_visbility"),
        exceptions=_components(node.children("exceptions")),
        view_setup_hints=_hints(node.child("view_setup_hints")),
    )


def _hints(node: JsonObject | None) -> ViewSetupHints | None:
    if node is None:
        return None
    return ViewSetupHints(
        node.flag("spaces_visible"), node.flag("space_boundaries_visible"), node.flag("openings_visible")
    )


def assembled(
    selection: tuple[Component, ...], coloring: tuple[Coloring, ...], visibility: Visibility | None
) -> Components | None:
    """The three parts as one value; None where all three say nothing.

    A visibility that hides everything, without exceptions and hints, counts as nothing: all its booleans are the
    schema's defaults, and it is what servers answer for a viewpoint posted without components. Taken at its word
    it would make the whole model vanish.
    """
    if not selection and not coloring and (visibility is None or _is_default(visibility)):
        return None
    return Components(selection, coloring, visibility)


def decode_inline(viewpoint: JsonObject) -> Components | None:
    """The member ``components`` that some servers answer inside a viewpoint; None where it says nothing."""
    inline = viewpoint.value("components")
    if not isinstance(inline, dict):
        return None
    return assembled(decode_selection(inline), decode_coloring(inline), decode_visibility(inline))


def _is_default(visibility: Visibility) -> bool:
    hints = visibility.view_setup_hints or ViewSetupHints()
    shown = (
        visibility.default_visibility,
        hints.spaces_visible,
        hints.space_boundaries_visible,
        hints.openings_visible,
    )
    return not visibility.exceptions and not any(shown)


def _unwrapped(data: object, name: str) -> list[JsonObject]:
    """The items of a sub-resource: tag v2.1 answers the bare list, branch 2.1 and 3.0 an object around it."""
    if isinstance(data, dict):
        return JsonObject(data, "components").children(name)
    if data is not None and not isinstance(data, list):
        raise AnswerNotUnderstood(f"{name}: expected a list or an object, got {kind(data)}")
    return members(data, name)


def _components(nodes: Iterable[JsonObject]) -> tuple[Component, ...]:
    found = (
        Component(node.text("ifc_guid"), node.text("originating_system"), node.text("authoring_tool_id"))
        for node in nodes
    )
    return tuple(component for component in found if component != Component())


def _color(node: JsonObject) -> str | None:
    return node.exact("color").strip().removeprefix("#").upper() or None
