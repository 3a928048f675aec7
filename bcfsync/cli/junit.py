"""Verdicts as JUnit XML, for build servers: Jenkins, GitLab.

Owns: verdict → JUnit XML. Sees: findings, validate. Source: the schema Jenkins publishes (jenkins-junit.xsd).
An archive is a suite, a rule of the catalogue a case, so that cases keep their names from run to run. A broken rule is
one failure that lists its findings; what is merely worth knowing is in the case's output.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from bcfsync.cli.options import printable
from bcfsync.findings import RULES, Finding, Rule, Severity
from bcfsync.validate import Verdict

_FAILING = {False: {Severity.ERROR}, True: {Severity.ERROR, Severity.WARNING}}


def junit_text(verdicts: Iterable[Verdict], *, strict: bool = False) -> str:
    """The document as text; with ``strict`` warnings are failures, too."""
    root = ET.Element("testsuites", name="bcfsync validate")
    for verdict in verdicts:
        root.append(_suite(verdict, strict=strict))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    # other letters as references: the console's encoding may be any
    text = ET.tostring(root, encoding="unicode").encode("ascii", "xmlcharrefreplace").decode("ascii")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text


def _suite(verdict: Verdict, *, strict: bool) -> ET.Element:
    found: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        found.setdefault(finding.rule.number, []).append(finding)
    name = _legal(verdict.file)
    suite = ET.Element("testsuite", name=name)
    for rule in RULES.values():
        suite.append(_case(rule, found.get(rule.number, []), name, strict=strict))
    failures = len(suite.findall("testcase/failure"))
    suite.attrib |= {"tests": str(len(suite)), "failures": str(failures), "errors": "0", "skipped": "0"}
    return suite


def _case(rule: Rule, found: list[Finding], classname: str, *, strict: bool) -> ET.Element:
    case = ET.Element("testcase", classname=classname, name=f"{rule.number} {rule.title}")
    if not found:
        return case
    text = "\n".join([*(_legal(_line(finding)) for finding in found), f"What to do: {rule.fix}"])
    if rule.severity in _FAILING[strict]:
        count = sum(1 + finding.more for finding in found)
        message = f"{rule.title} ({count:,} times)" if count > 1 else _legal(f"{rule.title}: {found[0].detail}")
        ET.SubElement(case, "failure", type=str(rule.severity), message=message).text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _line(finding: Finding) -> str:
    place = f"{finding.entry}:{finding.line}" if finding.line else finding.entry
    more = f" (and {finding.more:,} more)" if finding.more else ""
    return f"{place}: {finding.detail}{more}"


def _legal(text: str) -> str:
    """The text on one line, with what XML may not hold shown instead."""
    return printable(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
