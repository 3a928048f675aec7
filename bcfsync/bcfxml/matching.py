"""What in one document stands for what in another: by guid, by equal text, by order.

Owns: pairs of elements, and the places of written elements in a source. Sees: source, node.
"""

from collections import Counter, deque
from collections.abc import Callable

from lxml import etree

from bcfsync.bcfxml.node import local_name
from bcfsync.bcfxml.source import Element
from bcfsync.guids import written_guid

_KEYS = ("Guid", "name", "value")
"""Attributes that say who an element is: BCF's, and those of an extension schema."""

_Key = tuple[str, ...] | None


class Places:
    """Where in the source the children of an element of ``before`` stand, each place once.

    By their own key first, then by equal text, then by their order among those of one name.
    """

    def __init__(self, node: Element, before: list[etree._Element]) -> None:
        self._found: dict[int, Element] = {}
        self._left = node.children
        for source_key, key in _STAGES:
            self._match(before, source_key, key)
        self._blanks = {item.local: item for item in reversed(self._left) if _is_blank(item)}

    def _match(
        self, before: list[etree._Element], source_key: Callable[[Element], _Key], key: Callable[[etree._Element], _Key]
    ) -> None:
        free: dict[tuple[str, ...], deque[Element]] = {}
        for item in self._left:
            if found := source_key(item):
                free.setdefault(found, deque()).append(item)
        taken: set[int] = set()
        for child in before:
            queue = None if id(child) in self._found else free.get(key(child) or ())
            if queue:
                self._found[id(child)] = queue.popleft()
                taken.add(id(self._found[id(child)]))
        self._left = [item for item in self._left if id(item) not in taken]

    def of(self, child: etree._Element) -> Element | None:
        """The place of a child of ``before``; None where the source says it elsewhere, or not at all."""
        return self._found.get(id(child))

    def blank(self, child: etree._Element) -> Element | None:
        """An element of this name that nothing of ``before`` stands for and that says nothing."""
        return self._blanks.pop(name_of(child), None)


# -- what is the same as what ------------------------------------------------------------------------------------


def name_of(element: etree._Element) -> str:
    """The local name; ``?target`` for a processing instruction."""
    return local_name(element) or f"?{getattr(element, 'target', '')}"


def key_of(element: etree._Element) -> _Key:
    """Who an element is, where it says so itself."""
    if not isinstance(element.tag, str):
        return None
    found = next((value for name in _KEYS if (value := element.get(name))), None)
    return (name_of(element), str(found).lower()) if found else None


def _source_key(element: Element) -> _Key:
    lowered = {name.lower(): value for name, value in reversed(element.attributes.items())}
    if guid := lowered.get("guid"):
        return (element.local, written_guid(guid))  # an id that is no guid stands under the one we write for it
    found = next((value for name in _KEYS if (value := lowered.get(name.lower()))), None)
    return (element.local, found.lower()) if found else None


def _text_key(element: etree._Element) -> _Key:
    """Name and text of an element that has only a text, name and attributes of one that has only those."""
    if len(element) or not isinstance(element.tag, str):
        return None
    attributes = (f"{name}={value}" for name, value in sorted(element.items()))
    return (name_of(element), _folded(element.text), *attributes)


def _source_text(element: Element) -> _Key:
    if element.children:
        return None
    attributes = (f"{name}={value}" for name, value in sorted(element.attributes.items()))
    return (element.local, _folded(element.text), *attributes)


def _folded(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _name_key(element: etree._Element) -> _Key:
    # who has a guid is somebody: another guid is somebody else, except for what a comment points to
    return (name_of(element),) if key_of(element) is None or name_of(element) == "Viewpoint" else None


def _source_name(element: Element) -> _Key:
    return (element.local,)


def _nameless(element: Element) -> _Key:
    return (element.local,) if _source_key(element) is None else None


def _any_name(element: etree._Element) -> _Key:
    return (name_of(element),)


# what says who it is; what says the same; what is of one name; what should say who it is and does not (Aconex)
_STAGES = ((_source_key, key_of), (_source_text, _text_key), (_source_name, _name_key), (_nameless, _any_name))


def _is_blank(element: Element) -> bool:
    return not element.children and not element.attributes and not element.text.strip()


def same(one: etree._Element, other: etree._Element) -> bool:
    """Whether two written elements say the same in the same words."""
    return bytes(etree.tostring(one, with_tail=False)) == bytes(etree.tostring(other, with_tail=False))


def later(one: Element | None, other: Element | None) -> Element | None:
    """The one that ends behind the other in the source."""
    return other if one is None or (other is not None and other.end > one.end) else one


def pairs_of(left: list[etree._Element], right: list[etree._Element]) -> list[tuple[etree._Element, etree._Element]]:
    """Children of both that stand for the same thing: one key, else equal, else the next of that name in order."""
    found: list[tuple[etree._Element, etree._Element]] = []
    repeated = _repeated_texts(left) | _repeated_texts(right)

    def in_order(element: etree._Element) -> _Key:
        # of several labels none becomes another one: one goes, one comes
        return None if name_of(element) in repeated and _is_text(element) else _name_key(element)

    for key in (key_of, _whole, in_order):
        free: dict[tuple[str, ...], deque[etree._Element]] = {}
        for child in right:
            if kind := key(child):
                free.setdefault(kind, deque()).append(child)
        taken: set[int] = set()
        for child in left:
            if queue := free.get(key(child) or ()):
                fresh = queue.popleft()
                found.append((child, fresh))
                taken |= {id(child), id(fresh)}
        left = [child for child in left if id(child) not in taken]
        right = [child for child in right if id(child) not in taken]
    return found


def _is_text(element: etree._Element) -> bool:
    return not len(element) and not element.keys()


def _repeated_texts(elements: list[etree._Element]) -> set[str]:
    counts = Counter(name_of(element) for element in elements if isinstance(element.tag, str))
    return {name for name, count in counts.items() if count > 1}


def _whole(element: etree._Element) -> _Key:
    return (bytes(etree.tostring(element, with_tail=False)).decode("ascii"),)
