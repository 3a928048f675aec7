"""Verdicts as SARIF 2.1.0, for code scanning: GitHub, Azure DevOps, the viewers of editors.

Owns: verdict → SARIF log. Sees: findings, validate. Source: OASIS SARIF 2.1.0 (errata 01).
A result's location is the archive, because that is the file people have; the entry is the logical location, and as a
nested artifact (3.24.5: parentIndex) with its line the related location.
"""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bcfsync import __version__
from bcfsync.findings import RULES, Finding, Rule, Severity
from bcfsync.validate import Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_NUMBERS = {number: at for at, number in enumerate(RULES)}


def sarif_log(verdicts: list[Verdict]) -> dict[str, Any]:
    """One run that tells the findings of all archives."""
    artifacts = _Artifacts()
    results = []
    for verdict in verdicts:
        archive = artifacts.index(_uri(verdict.file))
        results += [_result(verdict, finding, archive, artifacts) for finding in verdict.findings]
    driver = {
        "name": "bcfsync",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "artifacts": artifacts.told,
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


class _Artifacts:
    """The archives and their entries, each once."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self._known: dict[tuple[str, int], int] = {}

    def index(self, uri: str, parent: int = -1) -> int:
        """The number of an archive, or of an entry of the archive ``parent``."""
        if (uri, parent) not in self._known:
            self._known[uri, parent] = len(self.told)
            nested = {"parentIndex": parent} if parent >= 0 else {}
            self.told.append({"location": {"uri": uri}, **nested})
        return self._known[uri, parent]


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.number,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title} ({rule.source})"},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"source": rule.source},
    }


def _result(verdict: Verdict, finding: Finding, archive: int, artifacts: _Artifacts) -> dict[str, Any]:
    rule = finding.rule
    place = f"{finding.entry}:{finding.line}" if finding.line else finding.entry
    more = f" (and {finding.more:,} more)" if finding.more else ""
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(verdict.file), "index": archive}}}
    found: dict[str, Any] = {
        "ruleId": rule.number,
        "ruleIndex": _NUMBERS[rule.number],
        "level": _LEVELS[rule.severity],
        "message": {"text": f"{place}: {rule.title}: {finding.detail}{more}"},
        "locations": [location],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
    }
    if finding.more:
        found["occurrenceCount"] = 1 + finding.more
    if finding.entry != Path(verdict.file).name:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.entry, "kind": "resource"}]
        found["relatedLocations"] = [_nested(finding, archive, artifacts)]
    return found


def _nested(finding: Finding, archive: int, artifacts: _Artifacts) -> dict[str, Any]:
    uri = quote(finding.entry)
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "index": artifacts.index(uri, archive)}}
    if finding.line:
        place["region"] = {"startLine": finding.line}
    return {"id": 1, "physicalLocation": place, "message": {"text": "the entry inside the archive"}}


def _fingerprint(finding: Finding) -> str:
    """The same for the same finding in the next run, wherever the archive lies and whatever line it is then."""
    said = f"{finding.rule.number}\n{finding.entry}\n{finding.detail}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
