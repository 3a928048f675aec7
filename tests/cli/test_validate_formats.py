"""What ``validate`` prints for people and for programs, which files it takes, and its exit codes."""

import json
import os
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from bcfsync.cli.main import cli
from bcfsync.errors import UsageError
from bcfsync.findings import RULES

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "findings"
GOLDEN = Path(__file__).parent / "golden"
ERROR, WARNING, INFO = "F402-snapshot-missing.bcf", "F303-folder-of-another-name.bcf", "F121-unreferenced-file.bcf"
UNREADABLE = "F100-cut-off.bcf"
MANY = "F412-guids-of-36-characters.bcf"
EVERY = sorted(path.name for path in SAMPLES.glob("*.bcf*"))


def run(*arguments):
    return CliRunner().invoke(cli, ["validate", *map(str, arguments)])


def short(text):
    return text.replace(f"{SAMPLES}{os.sep}", "")


def samples(*names):
    return [SAMPLES / name for name in names]


# -- exit codes and files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "strict", "code"),
    [
        ([INFO], False, 0),
        ([INFO], True, 0),
        ([WARNING], False, 0),
        ([WARNING], True, 8),
        ([ERROR], False, 8),
        ([UNREADABLE], False, 8),
        ([INFO, WARNING], False, 0),
        ([INFO, ERROR], False, 8),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit"])
def test_the_exit_code_is_the_worst_of_all_files_in_every_format(names, strict, code, form):
    options = ["--strict"] if strict else []
    assert run("--format", form, *options, *samples(*names)).exit_code == code


def test_a_folder_means_the_archives_in_it_and_below_and_nothing_else(tmp_path):
    for name in ("b.bcf", "A.BCFZIP", "sub/c.bcf", ".hidden.bcf", "~$lock.bcf", "__MACOSX/._b.bcf", "sub/markup.bcf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(SAMPLES / INFO, tmp_path / name)
    (tmp_path / "notes.txt").write_text("no archive")
    found = json.loads(run("--json", tmp_path, tmp_path / "b.bcf").stdout)
    names = [Path(item["file"]).relative_to(tmp_path).as_posix() for item in found["files"]]
    assert names == ["A.BCFZIP", "b.bcf", "sub/c.bcf"]


def test_a_folder_without_archives_is_a_mistake_of_the_command_line(tmp_path):
    (tmp_path / "notes.txt").write_text("no archive")
    result = run(tmp_path)
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2
    assert "no .bcf or .bcfzip file" in str(result.exception)


def test_two_formats_at_once_are_a_mistake_of_the_command_line():
    assert run("--json", "--format", "sarif", SAMPLES / INFO).exit_code == 2
    assert run("--json", "--format", "json", SAMPLES / INFO).exit_code == 0


# -- text ------------------------------------------------------------------------------------------------------


def test_the_text_is_as_it_was(golden):
    text = run(*samples(ERROR, WARNING, INFO, UNREADABLE)).stdout
    golden(GOLDEN / "validate.txt", short(text))


def test_the_text_counts_what_it_does_not_tell():
    text = run(SAMPLES / MANY).stdout
    assert text.count("\nF412 warning  ") == 5
    assert "     … and 7 more of F412\n" in text
    assert "12 warnings)" in text


def test_quiet_tells_one_line_a_file_and_the_sum():
    lines = short(run("-q", *samples(ERROR, WARNING, INFO)).stdout).splitlines()
    assert lines == [
        f"{ERROR}: NOT valid BCF 2.1 (1 error)",
        f"{WARNING}: valid BCF 2.1 (1 warning)",
        f"{INFO}: valid BCF 2.1 (1 info)",
        "3 files: 2 valid, 1 NOT valid",
    ]


def test_json_counts_what_is_not_told():
    (file,) = json.loads(run("--json", SAMPLES / MANY).stdout)["files"]
    told = [item.get("more", 0) for item in file["findings"] if item["number"] == "F412"]
    assert told == [0, 0, 0, 0, 7]


# -- SARIF -----------------------------------------------------------------------------------------------------

# the objects of the published schema that we use: (required, allowed) members; it allows no others
OBJECTS = {
    "sarifLog": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"invocations", "artifacts", "columnKind", "results"}),
    "tool": ({"driver"}, {"extensions", "properties"}),
    "toolComponent": ({"name"}, {"semanticVersion", "version", "informationUri", "rules"}),
    "reportingDescriptor": (
        {"id"},
        {"shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration", "properties"},
    ),
    "reportingConfiguration": (set(), {"level", "enabled", "rank"}),
    "multiformatMessageString": ({"text"}, {"markdown"}),
    "invocation": ({"executionSuccessful"}, {"exitCode", "commandLine"}),
    "artifact": (set(), {"location", "parentIndex", "length", "mimeType"}),
    "artifactLocation": (set(), {"uri", "uriBaseId", "index"}),
    "result": (
        {"message"},
        {"ruleId", "ruleIndex", "level", "locations", "relatedLocations", "partialFingerprints", "occurrenceCount"},
    ),
    "location": (set(), {"id", "physicalLocation", "logicalLocations", "message"}),
    "physicalLocation": (set(), {"artifactLocation", "region"}),
    "logicalLocation": (set(), {"name", "fullyQualifiedName", "kind", "index"}),
    "region": (set(), {"startLine", "startColumn", "endLine"}),
    "message": ({"text"}, {"id", "markdown"}),
}
MEMBERS = {
    ("sarifLog", "runs"): "run",
    ("run", "tool"): "tool",
    ("tool", "driver"): "toolComponent",
    ("run", "invocations"): "invocation",
    ("run", "artifacts"): "artifact",
    ("run", "results"): "result",
    ("toolComponent", "rules"): "reportingDescriptor",
    ("reportingDescriptor", "shortDescription"): "multiformatMessageString",
    ("reportingDescriptor", "fullDescription"): "multiformatMessageString",
    ("reportingDescriptor", "help"): "multiformatMessageString",
    ("reportingDescriptor", "defaultConfiguration"): "reportingConfiguration",
    ("artifact", "location"): "artifactLocation",
    ("result", "locations"): "location",
    ("result", "relatedLocations"): "location",
    ("result", "message"): "message",
    ("location", "physicalLocation"): "physicalLocation",
    ("location", "logicalLocations"): "logicalLocation",
    ("location", "message"): "message",
    ("physicalLocation", "artifactLocation"): "artifactLocation",
    ("physicalLocation", "region"): "region",
}
URI_REFERENCE = re.compile(r"([a-z]+:)?[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")


def walk(value, kind):
    """Every object of the log with the name of its type."""
    yield kind, value
    for name, inner in value.items():
        if (kind, name) in MEMBERS:
            for item in inner if isinstance(inner, list) else [inner]:
                yield from walk(item, MEMBERS[kind, name])


@pytest.fixture(scope="module")
def log():
    return json.loads(run("--format", "sarif", *samples(*EVERY)).stdout)


def test_sarif_has_the_members_the_schema_demands_and_no_others(log):
    for kind, value in walk(log, "sarifLog"):
        required, allowed = OBJECTS[kind]
        assert required <= value.keys() <= required | allowed, (kind, value)


def test_sarif_values_are_those_the_schema_allows(log):
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (one,) = log["runs"]
    assert one["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for kind, value in walk(log, "sarifLog"):
        if kind == "region":
            assert value["startLine"] >= 1
        if kind == "artifactLocation":
            assert URI_REFERENCE.fullmatch(value["uri"]), value
        if kind in {"result", "reportingConfiguration"}:
            assert value["level"] in {"none", "note", "warning", "error"}
        if kind == "result":
            assert value.get("occurrenceCount", 1) >= 1
            assert all(isinstance(item, str) for item in value["partialFingerprints"].values())


def test_sarif_indexes_lead_to_what_they_name(log):
    (one,) = log["runs"]
    rules, artifacts = one["tool"]["driver"]["rules"], one["artifacts"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert {result["ruleId"] for result in one["results"]} == set(RULES)
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for kind, value in walk(log, "sarifLog"):
        if kind == "artifactLocation" and "index" in value:
            assert artifacts[value["index"]]["location"]["uri"] == value["uri"]
        if kind == "artifact" and "parentIndex" in value:
            assert "parentIndex" not in artifacts[value["parentIndex"]]
    uris = [(item["location"]["uri"], item.get("parentIndex")) for item in artifacts]
    assert len(set(uris)) == len(uris)


def test_a_sarif_result_leads_to_the_archive_and_to_the_line_of_the_entry():
    (one,) = json.loads(run("--format", "sarif", SAMPLES / ERROR).stdout)["runs"]
    (result,) = one["results"]
    assert result["ruleId"] == "F402"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (SAMPLES / ERROR).as_uri()
    nested = result["relatedLocations"][0]["physicalLocation"]
    assert nested["artifactLocation"]["uri"].endswith("/markup.bcf")
    assert nested["region"] == {"startLine": 2}
    assert one["artifacts"][nested["artifactLocation"]["index"]]["parentIndex"] == 0


def test_a_sarif_fingerprint_does_not_depend_on_place_or_line(tmp_path):
    shutil.copy(SAMPLES / ERROR, tmp_path / "moved.bcf")
    logs = [json.loads(run("--format", "sarif", path).stdout) for path in (SAMPLES / ERROR, tmp_path / "moved.bcf")]
    first, second = (found["runs"][0]["results"][0]["partialFingerprints"] for found in logs)
    assert first == second


# -- JUnit -----------------------------------------------------------------------------------------------------


def junit(*arguments):
    return ET.fromstring(run("--format", "junit", *arguments).stdout.encode())


def test_junit_has_a_suite_a_file_and_a_case_a_rule():
    root = junit(*samples(*EVERY))
    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root] == [str(path) for path in samples(*EVERY)]
    for suite in root:
        assert suite.tag == "testsuite"
        assert [case.get("name", "").partition(" ")[0] for case in suite] == list(RULES)
        assert {case.get("classname") for case in suite} == {suite.get("name")}
        assert {child.tag for case in suite for child in case} <= {"failure", "system-out"}
        assert int(suite.get("tests", "")) == len(suite)
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert all(len(case) <= 1 for case in suite)
    assert int(root.get("tests", "")) == len(EVERY) * len(RULES)
    assert int(root.get("failures", "")) == len(root.findall(".//failure"))


@pytest.mark.parametrize(
    ("name", "options", "failing"),
    [
        (ERROR, [], ["F402"]),
        (WARNING, [], []),
        (WARNING, ["--strict"], ["F303"]),
        (INFO, ["--strict"], []),
        (UNREADABLE, [], ["F100"]),
    ],
)
def test_junit_failures_are_what_makes_the_file_invalid(name, options, failing):
    root = junit(*options, SAMPLES / name)
    failed = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert [case.get("name", "").partition(" ")[0] for case in failed] == failing
    for case in failed:
        assert case.find("failure").get("message")
        assert "What to do: " in case.findtext("failure")


def test_junit_is_well_formed_whatever_an_archive_says(tmp_path):
    shutil.copy(SAMPLES / INFO, tmp_path / "a\x01\x1b\ufffe&<\u00fc.bcf")
    root = junit(tmp_path)
    assert root[0].get("name", "").endswith("a\\x01\\x1b\\ufffe&<\u00fc.bcf")
