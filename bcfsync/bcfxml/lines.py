"""Where in a document a value stands: line numbers for findings that are made after an element has been read.

Owns: value → line. Sees: nothing of ours. The first questions look for themselves, because most documents are asked one
or none; who asks often pays once for all.
"""

from lxml import etree

_FEW = 6


class Lines:
    """The lines of one document, as long as its tree lives."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._found: dict[tuple[str, str], list[int]] | None = None
        self._asked = 0

    def of(self, text: str, *names: str, nth: int = 0) -> int:
        """The line, from 1, of an element of one of these names whose text or attribute this is; 0 where none is.

        Args:
            text: the value, without the blanks around it.
            names: local names of elements.
            nth: which of several, in document order; the last where there are not so many.
        """
        self._asked += 1
        if self._found is None and self._asked > _FEW:
            self._found = _indexed(self._root, "{*}*")
        found = self._found or _indexed(self._root, *(f"{{*}}{name}" for name in names))
        for name in names:
            lines = found.get((name, text.strip()))
            if lines:
                return lines[min(nth, len(lines) - 1)]
        return 0

    def first(self, name: str) -> int:
        """The line of the first element of this name; 0 where there is none."""
        return next((element.sourceline or 0 for element in self._root.iter(f"{{*}}{name}")), 0)

    def all_of(self, name: str, attribute: str) -> list[str]:
        """The values of an attribute of all elements of a name that have it, in document order."""
        return [str(found) for element in self._root.iter(f"{{*}}{name}") if (found := element.get(attribute))]


def _indexed(root: etree._Element, *tags: str) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for element in root.iter(*tags):
        name, line = str(element.tag).rpartition("}")[2], element.sourceline or 0
        for value in (element.text, *element.values()):
            if value and (text := str(value).strip()):
                found.setdefault((name, text), []).append(line)
    return found
