"""Comments, viewpoints and references made and deleted below a scratch topic: their guids, and whether they go.

Owns: the experiments every kind of child has in common. Sees: asking, findings, moving.
"""

import uuid
from typing import Any

from bcfsync.sides.rest.probing.asking import Asking, Told
from bcfsync.sides.rest.probing.findings import NO, REJECTED, UNKNOWN, YES, Findings
from bcfsync.sides.rest.probing.moving import Moving


def make(asking: Asking, findings: Findings, kind: str, url: str, body: dict[str, Any]) -> tuple[Told, str]:
    """Make a child with a guid of ours where the server takes that; the answer, and the guid it has."""
    guid = str(uuid.uuid4())
    told = asking.send("POST", url, {"guid": guid, **body})
    if told.refused:
        without = asking.send("POST", url, body)
        findings.note(f"client_guid.{kind}", REJECTED if without.ok else UNKNOWN, told, without)
        return without, _guid(without)
    made = _guid(told)
    findings.note(f"client_guid.{kind}", (YES if made.lower() == guid else NO) if made else UNKNOWN, told)
    if made.lower() == guid:
        again = asking.send("POST", url, {"guid": guid, **body})
        value = str(again.status) if again.refused else "taken" if again.ok else UNKNOWN
        findings.note(f"repeated_guid.{kind}", value, again)
    return told, made


def delete(moving: Moving, kind: str, url: str, *, where: str = "") -> None:
    """Delete a child, and note whether it is gone.

    Args:
        moving: watches the topic.
        kind: of the child.
        url: its own.
        where: the list it is in, for a kind that cannot be read by itself.
    """
    asking, findings = moving.asking, moving.findings

    def send() -> Told:
        told = asking.send("DELETE", url)
        gone = told.ok and (_is_gone(asking.get(where), url) if where else asking.get(url).is_nothing)
        known = told.ok or told.status in ({404, 405, 501} if where else {405, 501})
        findings.note(f"delete.{kind}", gone if known else UNKNOWN, told)
        return told

    moving.write(f"{kind}_deleted", send)


def _is_gone(told: Told, url: str) -> bool:
    guid = url.rsplit("/", 1)[1].lower()
    return told.ok and all(str(item.get("guid")).lower() != guid for item in told.items if isinstance(item, dict))


def _guid(told: Told) -> str:
    return str(told.members.get("guid") or "")
