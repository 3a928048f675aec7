"""The catalogue of findings: numbers nobody uses twice, rules somebody uses, and a page that tells them all."""

import re
from pathlib import Path

from bcfsync import findings
from bcfsync.findings import RULES, Finding, Rule, Severity, worst

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "findings.md"
GROUPS = {"F1": "The container", "F2": "XML", "F3": "Topics and comments", "F4": "Viewpoints and files"}
HEAD = """# Findings

What bcfsync tells about data that is odd, but could still be used. `bcfsync validate` prints all of them; reading an
archive for a sync meets most of them on the way. An *error* breaks a rule of the format, a *warning* may cost
something somewhere, an *info* is worth knowing. `--strict` counts warnings as failures.

A number never changes its meaning and is never given to another rule. This page is made from `bcfsync/findings.py`;
`pytest tests/test_findings.py --update-golden` writes it anew.
"""


def page():
    parts = [HEAD]
    for group, title in GROUPS.items():
        parts.append(
            f"\n## {group}xx: {title}\n\n| Number | Severity | Finding | Rule it is measured by | What to do |"
        )
        parts.append("\n|---|---|---|---|---|\n")
        parts += [
            f"| {rule.number} | {rule.severity} | {rule.title} | {rule.source} | {rule.fix} |\n"
            for rule in RULES.values()
            if rule.number.startswith(group)
        ]
    return "".join(parts)


def rules():
    return {name: value for name, value in vars(findings).items() if isinstance(value, Rule)}


def test_the_page_tells_every_rule_as_it_is(golden):
    golden(PAGE, page())
    assert all(f"| {number} |" in page() for number in RULES)


def test_no_number_is_used_twice_and_they_are_in_order():
    numbers = [rule.number for rule in rules().values()]
    assert numbers == sorted(set(numbers))
    assert list(RULES) == numbers
    assert all(re.fullmatch(r"F[1-4]\d\d", number) for number in numbers)


def test_every_rule_says_what_is_wrong_where_it_is_written_and_what_to_do():
    for rule in RULES.values():
        assert rule.title
        assert rule.source
        assert rule.fix
        assert "|" not in rule.title + rule.source + rule.fix


def test_every_rule_is_used_somewhere_in_the_package():
    package = [path for path in (ROOT / "bcfsync").rglob("*.py") if path.name != "findings.py"]
    used = {name for path in package for name in re.findall(r"\bf\.([A-Z_]+)\b", path.read_text(encoding="utf-8"))}
    assert rules().keys() - used == set()


def test_the_worst_of_findings_is_their_severity():
    error, warning, info = findings.DAMAGED, findings.BACKSLASH, findings.LITTER
    assert worst([]) is None
    assert worst(Finding(rule, "e", "d") for rule in (info, error, warning)) is Severity.ERROR
    assert worst([Finding(info, "e", "d"), Finding(warning, "e", "d")]) is Severity.WARNING
    assert worst([Finding(info, "e", "d")]) is Severity.INFO


def test_a_finding_is_one_line_for_people_with_a_place():
    assert str(Finding(findings.NO_TITLE, "a/markup.bcf", "topic x", 7)) == (
        "F306 error a/markup.bcf:7: the title is missing or blank: topic x"
    )
    assert str(Finding(findings.LITTER, "a", "skipped")).startswith("F105 info a: ")
