"""Finding things in an archive: fixed names, relative references, and which entries have found a meaning.

Owns: names → entries, the reader's findings. Sees: node, parsing, and entries through a protocol, never a file.
Rules: products mix references from the topic's folder and from the root, and both slashes (BCF-XML 180).
"""

import posixpath
from collections.abc import Callable
from typing import Protocol, TypeVar
from urllib.parse import unquote

from lxml import etree

from bcfsync import findings as f
from bcfsync.bcfxml.inspection import Inspection
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.ordinary import Odd
from bcfsync.bcfxml.parsing import parse
from bcfsync.errors import InvalidArchive
from bcfsync.findings import Finding
from bcfsync.model import Blob

T = TypeVar("T")


class Entries(Protocol):
    """What an opened archive offers to the decoder."""

    @property
    def names(self) -> tuple[str, ...]:
        """All usable entries, with ``/``, in directory order."""
        ...

    def size(self, name: str) -> int:
        """Unpacked size in bytes."""
        ...

    def checksum(self, name: str) -> str:
        """What tells contents apart without reading them: the directory's CRC and size."""
        ...

    def read(self, name: str) -> bytes:
        """The whole entry."""
        ...

    def head(self, name: str) -> bytes:
        """Its first bytes, enough to tell an image by."""
        ...


class Lookup:
    """One pass over one archive: remembers which entries were used and what was odd."""

    def __init__(self, entries: Entries, archive: str, inspection: Inspection | None = None) -> None:
        self.entries = entries
        self.inspection = inspection
        self.archive = archive
        self.root = ""
        self.roots: dict[str, Node] = {}
        self.used: set[str] = set()
        self.findings: list[Finding] = []
        self._noted: set[Finding] = set()
        self._peeked: dict[str, etree._Element | None] = {}
        self._bytes = ("", b"")  # the document that was read last and turned out to be odd
        self._known = frozenset(entries.names)
        self._folders: dict[str, list[str]] = {}
        for entry in entries.names:
            self._folders.setdefault(entry.rpartition("/")[0], []).append(entry)
        self._lowered = {entry.lower(): entry for entry in reversed(entries.names)}

    def named(self, basename: str) -> list[str]:
        """All entries with this last part, at any depth, in any letter case, in archive order."""
        return [entry for entry in self.entries.names if entry.rpartition("/")[2].lower() == basename]

    def top(self) -> str | None:
        """The folder that holds everything: "", or one where somebody zipped it whole; None where nothing is BCF."""
        folders = [posixpath.dirname(entry) for entry in self.named("bcf.version")]
        folders = folders or [posixpath.dirname(posixpath.dirname(entry)) for entry in self.named("markup.bcf")]
        return min(folders, key=len, default=None)

    def folder(self, path: str) -> list[str]:
        """The entries of one folder, in archive order."""
        return self._folders.get(path, [])

    def at_root(self, name: str) -> str | None:
        """The entry of this name at the archive's root."""
        return self._find(posixpath.join(self.root, name))

    def below_root(self, entry: str) -> str:
        """Where an entry stands as seen from the archive's root: without the folder that was zipped as a whole."""
        return entry.removeprefix(f"{self.root}/") if self.root else entry

    def document(self, name: str, *roots: str) -> Node | None:
        """A document at the root of the archive, parsed; None where it is absent or unreadable."""
        entry = self.at_root(name)
        node = self.parsed(entry, *roots) if entry else None
        if node:
            self.roots[name] = node
        return node

    def parsed(self, entry: str, *roots: str) -> Node | None:
        """The root node of an XML entry whose root element has one of these names, else None and a finding."""
        element = self.element(entry)
        if element is None:
            return None
        node = Node(element, entry, self.findings)
        if element.tag not in roots and node.name not in roots:
            node.note(f.WRONG_ROOT, f"{node.name}, expected {' or '.join(roots)}")
            return None
        self.used.add(entry)
        namespace = None if element.tag in roots else etree.QName(element).namespace
        if namespace and node.name != "schema":
            node.note(f.NAMESPACE, namespace)
        return node

    def peek(self, entry: str) -> etree._Element | None:
        """The root element of an XML entry that will be read for good later: it is not parsed again then."""
        self._peeked[entry] = self.element(entry)
        return self._peeked[entry]

    def ordinary(self, entry: str, read: Callable[[bytes, str], T], guid: str) -> T | None:
        """What a quick reader makes of a document; None where it is out of the ordinary, or its tree is wanted."""
        if self.inspection or entry in self._peeked:
            return None
        try:
            data = self.entries.read(entry)
            found = read(data, guid)
        except InvalidArchive:
            return None
        except Odd:
            self._bytes = (entry, data)
            return None
        self.used.add(entry)
        return found

    def element(self, entry: str) -> etree._Element | None:
        """The root element of an XML entry, whatever it is; None and a finding where it cannot be read."""
        if entry in self._peeked:
            return self._peeked.pop(entry)
        try:
            data = self._bytes[1] if self._bytes[0] == entry else self.entries.read(entry)
        except InvalidArchive as error:
            self.note(f.DAMAGED, entry, str(error))
            return None
        element, findings = parse(data, entry)
        for finding in findings:
            self._note(finding)
        if self.inspection and element is not None:
            self.inspection.document(entry, element, data)
        return element

    def head(self, entry: str) -> bytes:
        """The first bytes of an entry; none and a finding where it is damaged."""
        try:
            return self.entries.head(entry)
        except InvalidArchive as error:
            self.note(f.DAMAGED, entry, str(error))
            return b""

    def payload(self, folder: str, reference: str, entry: str, line: int = 0) -> Blob | None:
        """The bytes a reference in a topic's document leads to; None and a finding where it leads nowhere."""
        found = self.resolve(folder, reference)
        if found is None:
            self.note(f.PAYLOAD_MISSING, entry, repr(reference), line)
            return None
        self.used.add(found)
        return self.blob(found)

    def resolve(self, folder: str, reference: str) -> str | None:
        """The entry a reference means: beside the topic, from the root, by its last part; case-insensitively last."""
        text = reference.strip().replace("\\", "/")
        beside = f"{folder}/{text}"
        if beside in self._known:
            return beside
        for candidate in filter(None, dict.fromkeys((text, unquote(text)))):
            last = posixpath.basename(candidate)
            places = ((folder, candidate), (self.root, candidate), (folder, last))
            paths = [posixpath.normpath(posixpath.join(*place)) for place in places]
            exact = (path for path in paths if path in self._known)
            found = next(exact, None) or next(filter(None, map(self._find, paths)), None)
            if found is not None:
                return found
        return None

    def blob(self, entry: str) -> Blob:
        """The bytes of an entry, to be read later."""
        return Blob(entry, self.entries.size(entry))

    def note(self, rule: f.Rule, entry: str, detail: str, line: int = 0) -> None:
        """Report something odd, once."""
        self._note(Finding(rule, entry, detail, line))

    def _note(self, finding: Finding) -> None:
        if finding not in self._noted:
            self._noted.add(finding)
            self.findings.append(finding)

    def _find(self, path: str) -> str | None:
        if path in self._known:
            return path
        found = self._lowered.get(path.lower())
        if found is not None:
            self.note(f.LETTER_CASE, found, f"looked for {path}")
        return found
