"""The capability card of a server: what a probe found, to keep, to show and to hand round.

Owns: its JSON and the version of that. Sees: findings. Rules: a card from elsewhere is hearsay: it is shown, and no
run relies on it.
"""

import json
import re
from dataclasses import dataclass

from bcfsync.errors import UsageError
from bcfsync.sides.rest.probing.findings import Finding

SCHEMA = 1
"""The version of the card's JSON."""

_MOST_BYTES = 1_000_000
_MOST_FINDINGS = 500
_MOST_TEXT = 2000
_NAME = re.compile(r"[a-z0-9_.]{1,80}")


class BadCard(UsageError, ValueError):
    """A file that is no capability card, or one of a later version."""

    hint = "make one with bcfsync remote probe --export"


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of one server.

    Attributes:
        base: the versioned base of its API.
        version: of the API.
        user: as whom it was probed; "" where the server does not say.
        probed: the day, ISO 8601.
        active: whether anything was tried by writing.
        findings: values with evidence.
        facts: what later runs use; empty in hearsay.
        scratch: topics of the probe that could not be removed; empty in hearsay.
        hearsay: whether it came from elsewhere.
    """

    base: str
    version: str
    user: str
    probed: str
    active: bool
    findings: tuple[Finding, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    scratch: tuple[str, ...] = ()
    hearsay: bool = False


def written(card: Card, *, handed_round: bool = False) -> str:
    """The card as JSON; one that is handed round says neither who probed nor what was left behind."""
    data: dict[str, object] = {
        "type": "capability_card", "schema": SCHEMA, "base": card.base, "bcf_api": card.version,
        "probed": card.probed, "active": card.active,
        "findings": [{"name": it.name, "value": it.value, "evidence": it.evidence} for it in card.findings],
    }  # fmt: skip
    if not handed_round:
        own = {"user": card.user, "facts": dict(sorted(card.facts)), "scratch": sorted(card.scratch)}
        data |= {**own, "hearsay": card.hearsay}
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def read(text: bytes, *, ours: bool = False) -> Card:
    """A card from its JSON.

    Args:
        text: the file, not trusted.
        ours: whether this program kept it; else it is hearsay, without facts.

    Raises:
        BadCard
    """
    if len(text) > _MOST_BYTES:
        raise BadCard("the card is too large to be one")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadCard("the card is no JSON") from error
    if not isinstance(data, dict) or data.get("type") != "capability_card":
        raise BadCard("the file is no capability card")
    if data.get("schema") != SCHEMA:
        raise BadCard(f"the card has schema {str(data.get('schema'))[:20]!r}, and this bcfsync reads {SCHEMA}")
    findings = data.get("findings")
    if not isinstance(findings, list) or len(findings) > _MOST_FINDINGS:
        raise BadCard("the card has no list of findings, or too long a one")
    told = data.get("facts") if ours else None
    left = data.get("scratch") if ours else None
    return Card(
        _text(data, "base"), _text(data, "bcf_api"), _text(data, "user") if ours else "", _text(data, "probed"),
        data.get("active") is True, tuple(map(_finding, findings)),
        tuple((str(name), str(value)) for name, value in sorted(told.items())) if isinstance(told, dict) else (),
        tuple(map(str, left)) if isinstance(left, list) else (),
        hearsay=not ours or data.get("hearsay") is True,
    )  # fmt: skip


def _finding(data: object) -> Finding:
    if not isinstance(data, dict) or not _NAME.fullmatch(str(data.get("name"))):
        raise BadCard("a finding of the card has no proper name")
    return Finding(str(data["name"]), _text(data, "value"), _text(data, "evidence"))


def _text(data: dict[str, object], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise BadCard(f"{name} of the card is no text, or too long")
    return value
