"""The catalogue of findings: numbers nobody uses twice, rules somebody uses, a page that tells them all, and an archive
that raises each."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bcfsync import findings
from bcfsync.findings import RULES, Finding, Rule, Severity, summed, worst
from bcfsync.validate import validate

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "findings.md"
SAMPLES = ROOT / "samples" / "findings"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
GROUPS = {"F1": "The container", "F2": "XML", "F3": "Topics and comments", "F4": "Viewpoints and files"}
HEAD = """# Findings

What bcfsync tells about data that is odd, but could still be used. `bcfsync validate` prints all of them; reading an
archive for a sync meets most of them on the way. An *error* breaks a rule of the format, a *warning* may cost
something somewhere, an *info* is worth knowing. `--strict` counts warnings as failures.

A number never changes its meaning and is never given to another rule. This page is made from `bcfsync/findings.py`;
`pytest tests/test_findings.py --update-golden` writes it anew. Each number has a small archive in `samples/findings/`
that raises it; `samples/findings.py` makes them.

## What `validate` prints

    bcfsync validate FILE|FOLDER... [--strict] [--format text|json|sarif|junit] [-q]

Of a folder every `.bcf` and `.bcfzip` file in and below it is checked, hidden ones and a `markup.bcf` excepted. The
exit code is 0 where all archives are valid, 8 where one is invalid or cannot be read, 2 where the command line makes no
sense. Of many findings of one rule the first five of an entry are told, a hundred of an archive; the last of them
counts the others, and the sums count them all.

**text**: a finding is three lines (number, severity, entry and line; what is wrong; what to do and the source), an
archive a line with its verdict, several archives a last line with the sum.

**json** (also `--json`):

    {"valid": true,                        the verdict over all files
     "files": [{"file": "a.bcf",
                "bcf_version": "2.1",      null where it could not be read
                "valid": true,
                "error": null,             why it could not be read, in one line
                "findings": [{"number": "F312", "severity": "warning",
                              "entry": "<guid>/markup.bcf", "line": 7,        null where there is none
                              "rule": "...", "detail": "...", "source": "...", "fix": "...",
                              "more": 79995}]}]}                      only where others were counted

**sarif**: SARIF 2.1.0, one run. A result lies in the archive; its entry is the logical location and, as a nested
artifact with its line, the related location. Severities are `error`, `warning` and `note`.

**junit**: JUnit XML. An archive is a `testsuite`, a rule a `testcase`; errors are failures, with `--strict` warnings,
too; everything else stands in `system-out`.

## What is not told

Missing folder entries, data descriptors, zip64 and archive comments: ordinary, and no product minds them. A
`DetailedVersion` of any kind. References into the web: nothing is ever fetched.
"""


def sample_of(number):
    return next(name for name in EXPECTED if name.startswith(f"{number}-"))


def page():
    parts = [HEAD]
    for group, title in GROUPS.items():
        parts.append(
            f"\n## {group}xx: {title}\n\n| Number | Severity | Finding | Rule it is measured by | What to do | Sample |"
        )
        parts.append("\n|---|---|---|---|---|---|\n")
        parts += [
            f"| {rule.number} | {rule.severity} | {rule.title} | {rule.source} | {rule.fix} | `{sample_of(number)}` |\n"
            for number, rule in RULES.items()
            if number.startswith(group)
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
    used = {name for path in package for name in re.findall(r"\bf\.([A-Z_0-9]+)\b", path.read_text(encoding="utf-8"))}
    assert rules().keys() - used == set()


# -- samples ---------------------------------------------------------------------------------------------------


def test_every_rule_has_one_sample_named_after_it():
    assert [name.partition("-")[0] for name in EXPECTED] == list(RULES)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_raises_its_number_and_no_others_than_expected(name):
    verdict = validate(SAMPLES / name)
    raised = {finding.rule.number for finding in verdict.findings}
    assert name.partition("-")[0] in raised
    assert sorted(raised) == EXPECTED[name], list(map(str, verdict.findings))


@pytest.mark.parametrize("name", EXPECTED)
def test_the_finding_of_a_sample_in_a_document_has_a_line_in_it(name):
    number = name.partition("-")[0]
    # what is about whole files: the zip, refused documents, pictures, viewpoints nobody declares
    whole = number < "F200" or number in {"F203", "F404", "F408", "F413", "F414"}
    lines = [item.line for item in validate(SAMPLES / name).findings if item.rule.number == number]
    assert all(lines) or whole, lines


def test_the_script_builds_the_samples_that_are_there(tmp_path):
    script = SAMPLES.parent / "findings.py"
    subprocess.run([sys.executable, "-B", script, tmp_path], check=True, capture_output=True)
    built = {path.name: path.read_bytes() for path in (tmp_path / "findings").iterdir()}
    kept = {path.name: path.read_bytes() for path in SAMPLES.iterdir() if path.name != "expected.json"}
    assert built == kept
    assert set(built) == set(EXPECTED)


def test_the_samples_stay_small():
    sizes = [path.stat().st_size for path in SAMPLES.iterdir() if path.suffix != ".json"]
    assert max(sizes) <= 5_000
    assert sum(sizes) <= 150_000


# -- findings as values ----------------------------------------------------------------------------------------


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
    assert str(Finding(findings.LITTER, "a", "skipped", more=1200)).endswith("skipped (and 1,200 more)")


def ifc(entry, line):
    return Finding(findings.BAD_IFC_GUID, entry, f"guid {line}", line)


def test_of_many_findings_of_one_rule_in_an_entry_the_first_are_told_and_the_last_of_them_counts():
    told = summed(ifc("a.bcfv", line) for line in range(80_000, 0, -1))
    assert [(item.line, item.more) for item in told] == [(1, 0), (2, 0), (3, 0), (4, 0), (5, 79_995)]


def test_of_many_entries_with_one_rule_a_hundred_findings_are_told_and_none_is_lost():
    told = summed(ifc(f"{at:04}.bcfv", line) for at in range(1000) for line in range(7))
    assert len(told) == 100
    assert sum(1 + item.more for item in told) == 7_000
    assert [item.more for item in told[:10]] == [0, 0, 0, 0, 2, 0, 0, 0, 0, 2]


def test_a_few_findings_are_told_as_they_are_worst_first_and_once():
    light, grave = Finding(findings.LITTER, "a", "x"), Finding(findings.DAMAGED, "z", "x")
    assert summed([light, grave, light, ifc("m", 2), ifc("m", 1)]) == [grave, ifc("m", 1), ifc("m", 2), light]


@pytest.mark.parametrize("count", [99, 100, 101, 102])
def test_the_sum_is_right_around_the_limit(count):
    told = summed(ifc(f"{at:04}", 1) for at in range(count))
    assert len(told) == min(count, 100)
    assert sum(1 + item.more for item in told) == count
