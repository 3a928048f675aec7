"""Changing a document only where it changes: what we would have written before, and would write now, tell the edits.

Owns: (source, before, after) → new source. Sees: source, matching, elements.
How: ``before`` and ``after`` are what the writer makes of the old and of the new model. Where they differ, the node of
the source that says the same as ``before``'s is exchanged; every other byte stays: unknown elements and attributes,
comments, prefixes, order, spelling, blanks, line ends.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from bcfsync.bcfxml.elements import clean
from bcfsync.bcfxml.matching import Places, key_of, later, pairs_of, same
from bcfsync.bcfxml.node import local_name
from bcfsync.bcfxml.source import Element, Source, Unpatchable


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes of the source from ``start`` to ``end`` give way to ``text``."""

    start: int
    end: int
    text: str


def patched(document: bytes, before: etree._Element, after: etree._Element) -> bytes:
    """The document with the differences between ``before`` and ``after`` brought in.

    Raises:
        Unpatchable: its text cannot be brought back as it was.
    """
    source = Source.read(document)
    edits = sorted(_Patch(source).edits(source.root, before, after), key=lambda edit: (edit.start, edit.end))
    parts: list[bytes] = []
    at = 0
    for edit in edits:
        if edit.start < at:
            raise Unpatchable("two changes meet in one place")
        parts += [source.data[at : edit.start], edit.text.encode("utf-8")]
        at = edit.end
    return source.encoded(b"".join([*parts, source.data[at:]])) if edits else document


class _Patch:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._newline = source.newline()

    def edits(self, node: Element, before: etree._Element, after: etree._Element) -> Iterator[Edit]:
        """What has to change in ``node``, which says the same as ``before``."""
        if same(before, after):
            return
        yield from self._attributes(node, before, after)
        if not len(before) and not len(after):
            if (before.text or "") != (after.text or ""):
                yield from self._text(node, after)
            return
        yield from self._children(node, before, after)

    # -- attributes and text -----------------------------------------------------------------------------------

    def _attributes(self, node: Element, before: etree._Element, after: etree._Element) -> Iterator[Edit]:
        """One edit for the start tag: in an element without content, text goes into the same place."""
        added: list[str] = []
        for name in dict.fromkeys([*map(str, before.keys()), *map(str, after.keys())]):
            value = after.get(name)
            if before.get(name) == value:
                continue
            spelled = next((key for key in node.attributes if key.lower() == name.lower()), None)
            span = self._source.attribute_span(node, spelled) if spelled else None
            if span is None:
                added += [] if value is None else [f" {name}={_quoted(value)}"]
            elif value is None:
                yield Edit(span[0], span[2], "")
            else:
                yield Edit(span[1], span[2], _quoted(value))
        if added:
            at = self._tag_tail(node)
            yield Edit(at, at, "".join(added))

    def _text(self, node: Element, after: etree._Element) -> Iterator[Edit]:
        text = _escaped(after.text or "")
        if node.inner != node.end:
            yield Edit(node.inner, node.close, text)
        elif text:
            yield self._opened(node, text)

    def _tag_tail(self, node: Element) -> int:
        """Behind the last attribute of the start tag."""
        return node.start + len(self._source.data[node.start : node.inner].rstrip(b"/> \t\r\n"))

    def _opened(self, node: Element, content: str) -> Edit:
        """An element closed in its start tag gets content."""
        return Edit(node.inner - 2, node.inner, f">{content}</{node.name}>")

    # -- children ----------------------------------------------------------------------------------------------

    def _children(self, node: Element, before: etree._Element, after: etree._Element) -> Iterator[Edit]:
        # lxml makes its elements on demand: the lists keep them, and so their ids, alive
        old, new = list(before), list(after)
        places, pairs = Places(node, old), pairs_of(old, new)
        paired = {id(child) for child, _ in pairs}
        for child in old:
            if id(child) not in paired and (found := places.of(child)) is not None:
                yield from self._gone(node, found, child)
        matched: dict[int, Element | None] = {}
        for child, fresh in pairs:
            found = places.of(child)
            if found is not None:
                yield from self._changed(found, child, fresh)
            if found is not None or same(child, fresh):
                matched[id(fresh)] = found
        yield from self._inserted(node, new, matched, places)

    def _changed(self, found: Element, child: etree._Element, fresh: etree._Element) -> Iterator[Edit]:
        if isinstance(child.tag, str):
            yield from self.edits(found, child, fresh)
        elif not same(child, fresh):
            yield Edit(found.start, found.end, self._spelled(fresh, "", ""))

    def _gone(self, node: Element, found: Element, child: etree._Element) -> Iterator[Edit]:
        """Take an element out; a list that holds more than we know loses only what we know."""
        items = list(child)
        places = Places(found, items)
        known = [place for item in items if (place := places.of(item)) is not None]
        if key_of(child) is None and items and len(known) < len(found.children):
            for place in known:
                yield self._removed(found, place)
        else:
            yield self._removed(node, found)

    def _removed(self, node: Element, found: Element) -> Edit:
        start = found.start
        while start > node.inner and self._source.data[start - 1 : start] in {b" ", b"\t", b"\n", b"\r"}:
            start -= 1
        return Edit(start, found.end, "")

    def _inserted(
        self, node: Element, after: list[etree._Element], matched: dict[int, Element | None], places: "Places"
    ) -> Iterator[Edit]:
        """New children, each behind the sibling it follows in the order of its version."""
        behind: Element | None = None
        pending: dict[int, list[etree._Element]] = {}
        for child in after:
            if id(child) in matched:
                behind = later(behind, matched[id(child)])
                continue
            blank = places.blank(child)
            if blank is not None:
                # it is there already, with nothing in it
                yield self._exchanged(node, blank, child)
                behind = later(behind, blank)
            else:
                pending.setdefault(behind.end if behind else -1, []).append(child)
        for at, children in pending.items():
            yield self._put(node, after, at, children, matched)

    def _exchanged(self, node: Element, old: Element, child: etree._Element) -> Edit:
        return Edit(old.start, old.end, self._spelled(child, node.prefix, self._indent(node, old)))

    def _put(
        self,
        node: Element,
        after: list[etree._Element],
        at: int,
        children: Iterable[etree._Element],
        matched: dict[int, Element | None],
    ) -> Edit:
        if node.inner == node.end:
            outer = self._blank_before(node.start)
            inner = outer + self._step() if outer else ""
            body = "".join(inner + self._spelled(child, node.prefix, inner) for child in children)
            return self._opened(node, body + outer)
        indent = self._indent(node, None)
        texts = [self._spelled(child, node.prefix, indent) for child in children]
        if at >= 0:
            return Edit(at, at, "".join(indent + text for text in texts))
        following = next((found for child in after if (found := matched.get(id(child))) is not None), None)
        if following is not None:
            return Edit(following.start, following.start, "".join(text + indent for text in texts))
        last = node.children[-1].end if node.children else node.inner
        return Edit(last, last, "".join(indent + text for text in texts))

    # -- layout ------------------------------------------------------------------------------------------------

    def _indent(self, node: Element, sibling: Element | None) -> str:
        """The line end and blanks that stand before a child of this element."""
        shown = sibling or (node.children[0] if node.children else None)
        if shown is not None:
            return self._blank_before(shown.start)
        outer = self._blank_before(node.start)
        return outer + self._step() if outer else ""

    def _blank_before(self, at: int) -> str:
        start = at
        while start > 0 and self._source.data[start - 1 : start] in {b" ", b"\t", b"\n", b"\r"}:
            start -= 1
        found = self._source.data[start:at].decode("ascii")
        return found[max(found.rfind("\n"), 0) :].replace("\n", self._newline) if "\n" in found else ""

    def _step(self) -> str:
        """What one level of nesting adds to the blanks of a line."""
        root = self._source.root
        first = self._blank_before(root.children[0].start) if root.children else ""
        return first.lstrip("\r\n") or "  "

    def _spelled(self, element: etree._Element, prefix: str, indent: str) -> str:
        """An element as text, laid out as its surroundings are."""
        if not isinstance(element.tag, str):
            return f"<?{getattr(element, 'target', '')} {element.text or ''}?>"
        name = prefix + local_name(element)
        attributes = "".join(f" {key}={_quoted(str(value))}" for key, value in element.items())
        deeper = indent + self._step() if indent else ""
        content = "".join(deeper + self._spelled(child, prefix, deeper) for child in element)
        content = content + indent if content else _escaped(element.text or "")
        return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


# -- text ---------------------------------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _quoted(text: str) -> str:
    safe = _escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{safe}"'
