"""The flat component list of BCF-XML 2.0, from selection, colouring and visibility.

Owns: structured → flat; the way back is bcfxml.components.structured. Rules: BCF-XML 2.0 visinfo schema and the
official test cases SingleVisibleWall, ComponentSelection and DefaultComponentVisibility: a flag that is not written
is not the same as one that is false.
"""

from dataclasses import replace

from bcfsync.bcfxml.components import structured
from bcfsync.model import Component, Components, FlatComponent, ViewSetupHints, Visibility

NO_HINTS = ViewSetupHints(spaces_visible=False, space_boundaries_visible=False, openings_visible=False)
"""What 2.0 means without saying so (official test case DefaultComponentVisibility)."""


def flattened(components: Components) -> tuple[FlatComponent, ...]:
    """The components as a 2.0 file lists them, each once, in the order of their first mention.

    A list that came from a 2.0 file is given back as it was, as long as nobody touched what was read from it.
    Exceptions of "all visible" are written hidden, exceptions of "all hidden" visible; what is selected or coloured
    says nothing about visibility.
    """
    if is_untouched(components):
        return components.flat
    shown = components.visibility or Visibility(default_visibility=True)
    selected, excepted = set(components.selection), set(shown.exceptions)
    colors: dict[Component, str] = {}
    for group in components.coloring:
        if group.color:
            colors.update((item, group.color) for item in group.components if item not in colors)
    visible = not default_of(shown)
    return tuple(
        FlatComponent(
            item,
            selected=True if item in selected else None,
            visible=visible if item in excepted else None,
            color=colors.get(item),
        )
        for item in dict.fromkeys((*components.selection, *shown.exceptions, *colors))
    )


def is_untouched(components: Components) -> bool:
    """Whether the structured part is still what its own flat list means; hints have no part in it."""
    if not components.flat:
        return False
    means, says = structured(components.flat), without_hints(components)
    return replace(means, flat=()) == replace(says, flat=())


def needs_flat(components: Components) -> bool:
    """Whether a list from a 2.0 file, still valid, says more than selection, colouring and visibility do."""
    return is_untouched(components) and flattened(replace(components, flat=())) != components.flat


def without_hints(components: Components) -> Components:
    """The components without hints, which change nothing in a list of components."""
    shown = components.visibility
    return replace(components, visibility=replace(shown, view_setup_hints=None) if shown else None)


def says_nothing(hints: ViewSetupHints | None) -> bool:
    """Whether the hints show no kind of element that 2.0 would not."""
    return hints is None or not (hints.spaces_visible or hints.space_boundaries_visible or hints.openings_visible)


def default_of(visibility: Visibility) -> bool:
    """The default, where it is not said: nobody lists exceptions to show everything."""
    default = visibility.default_visibility
    return not visibility.exceptions if default is None else default
