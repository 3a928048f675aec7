"""What a server does with what hangs on a topic in lists: model files, relations, references, and the snippet.

Owns: the experiments on them. Sees: asking, findings, children, moving, scratch. Documents of the project are never
made: nobody could remove them again.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from bcfsync.sides.rest.probing import children
from bcfsync.sides.rest.probing.asking import Told
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES
from bcfsync.sides.rest.probing.moving import Moving

_FILES = [{"filename": "bcfsync-probe.ifc", "reference": "https://example.com/bcfsync-probe.ifc"}]
_REFERENCE = {"url": "https://example.com/bcfsync-probe", "description": "bcfsync probe"}
_TEXT = b"bcfsync probe"


class Lists:
    """All that is tried on lists and the snippet of a scratch topic."""

    def __init__(self, moving: Moving, version: str) -> None:
        """Try nothing yet."""
        self.moving = moving
        self._version = version
        self.asking = moving.asking
        self.routes = moving.routes
        self.findings = moving.findings

    def files(self) -> None:
        """Set the model files, and empty them again."""
        self._list("files", _FILES)

    def relations(self, other: str) -> None:
        """Relate the topic to another one, and undo that."""
        self._list("related_topics", [{"related_topic_guid": other}] if other else [])

    def lost_relation(self, other: str, delete: Callable[[], Told]) -> None:
        """Whether a relation goes with the topic it leads to, and then with a date."""
        url = self.routes.part(self.moving.topic, "related_topics")
        told = self.asking.send("PUT", url, [{"related_topic_guid": other}])
        before = self.asking.get(url)
        if told.absent or (told.ok and before.ok and not before.items):
            self.moving.none("relation_lost", told, before)
        if not (told.ok and before.items):
            return
        gone = self.moving.write("relation_lost", delete)
        after = self.asking.get(url)
        if gone.ok and after.ok and len(after.items) == len(before.items):
            self.moving.none("relation_lost", gone, after)

    def references(self) -> None:
        """Make a reference, change it, and delete it."""
        kind, url = "document_reference", self.routes.part(self.moving.topic, "document_references")
        made = ""

        def send() -> Told:
            nonlocal made
            told, made = children.make(self.asking, self.findings, kind, url, _REFERENCE)
            return told

        self._read("document_references")
        told = self.moving.write("document_references", send)
        if told.absent:
            self.moving.none(f"{kind}_edited", told)
            self.moving.none(f"{kind}_deleted", told)
        if made:
            one = self.routes.child(self.moving.topic, "document_references", made)
            # 2.1 wants the guid in the body, too, and 3.0 has no place for it there
            named = {"guid": made} if self._version == "2.1" else {}
            edited = {**named, **_REFERENCE, "description": "bcfsync probe, edited"}
            self.moving.write(f"{kind}_edited", partial(self.asking.send, "PUT", one, edited))
            children.delete(self.moving, kind, one, where=url)
        self.findings.note("client_guid.document", UNKNOWN, "not tried: no version deletes documents")

    def snippet(self, topic: dict[str, Any], kind: str) -> None:
        """Give the topic a snippet with bytes, and other bytes.

        Args:
            topic: a body of PUT that leaves the topic as it is.
            kind: a snippet type the project offers.
        """
        url = self.routes.part(self.moving.topic, "snippet")
        snippet = {"snippet_type": kind, "is_external": False, "reference": "bcfsync-probe.txt",
                   "reference_schema": "https://example.com/bcfsync-probe.xsd"}  # fmt: skip
        told = self.asking.send("PUT", self.routes.topic(self.moving.topic), {**topic, "bim_snippet": snippet})
        read = self.asking.get(self.routes.topic(self.moving.topic))
        kept = bool(read.members.get("bim_snippet"))
        self.findings.note("kept.topic.bim_snippet", kept if told.known and read.ok else None, told, read)
        first = self.asking.send_bytes("PUT", url, _TEXT)
        if first.absent or (told.refused and not kept):
            self.findings.note("routes.snippet", NO if first.absent else UNKNOWN, told, first)
            if first.absent:
                self.moving.none("snippet", first)
            return
        sent = self.moving.write("snippet", lambda: self.asking.send_bytes("PUT", url, _TEXT + b", edited"))
        there = self.asking.bytes(url)
        value = bool(there.data) if sent.ok and there.ok else NO if there.absent else None
        self.findings.note("routes.snippet", value, sent, there)

    def _list(self, name: str, items: list[dict[str, str]]) -> None:
        url = self.routes.part(self.moving.topic, name)
        self._read(name)
        told = self.moving.write(name, lambda: self.asking.send("PUT", url, items))
        if told.absent:
            self.moving.none(f"{name}_emptied", told)
        else:
            self.moving.write(f"{name}_emptied", lambda: self.asking.send("PUT", url, []))

    def _read(self, name: str) -> None:
        told = self.asking.get(self.routes.part(self.moving.topic, name))
        there = YES if told.ok else NO if told.absent else UNKNOWN
        self.findings.note(f"routes.{name}", there, told)
        self.findings.note(f"etag.{name}", told.tag if told.ok else "absent" if told.absent else UNKNOWN, told)
