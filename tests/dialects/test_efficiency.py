"""What an unchanged project costs, and a little change in it: counted in requests, at the command line."""

import json
from pathlib import Path

import pytest
from field_server import PROJECT, FieldServer, field_server
from journey import ARCHIVES, ROOT
from terminal import Terminal

pytestmark = pytest.mark.slow

LONG_AGO = "clock-skew:-7200"
"""So that nothing was changed a moment ago, of which nobody can be sure by a date."""
FILES = [ROOT / name for name in ARCHIVES]


def there(server: FieldServer, path: str = "") -> tuple[str, ...]:
    return ("--json", "--settle", "0", "--url", server.api + path, "--project", PROJECT)


@pytest.mark.parametrize("path", ["", "/bcf/2.1"])
def test_an_unchanged_project_costs_one_conditional_request_where_the_tag_covers_everything(tmp_path: Path, path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", faults=[LONG_AGO]) as server:
        machine.run("import", *there(server, path), *FILES)
        machine.run("import", *there(server, path), *FILES)
        with server.counting() as requests:
            idle = machine.run("import", *there(server, path), *FILES)
        assert (idle.code, len(requests)) == (0, 1), requests
        assert (idle.summary["requests"], idle.summary["not_modified"]) == (1, 1)


def test_an_unchanged_export_costs_one_conditional_request_too(tmp_path: Path):
    machine, out = Terminal(tmp_path / "state"), tmp_path / "out.bcf"
    with field_server(tmp_path / "data", faults=[LONG_AGO]) as server:
        machine.run("import", *there(server), *FILES)
        machine.run("export", *there(server), out)
        machine.run("export", *there(server), out)
        before = out.read_bytes()
        with server.counting() as requests:
            assert machine.run("export", *there(server), out).code == 0
        assert len(requests) == 1, requests
        assert out.read_bytes() == before


def test_without_any_tag_an_unchanged_project_costs_its_list_and_two_requests_a_topic(tmp_path: Path):
    """Comments and viewpoints of every topic have to be asked for: nothing else tells of a deleted comment."""
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", faults=[LONG_AGO, "etag-none", "if-match-ignored"]) as server:
        machine.run("import", *there(server), *FILES)
        machine.run("import", *there(server), *FILES)
        with server.counting() as requests:
            idle = machine.run("import", *there(server), *FILES)
        below = [item for item in requests if item.endswith(("/comments", "/viewpoints"))]
        assert idle.code == 0
        assert len(below) == 2 * len({item.split("/topics/")[1].split("/")[0] for item in below})
        assert len(requests) <= len(below) + 6, [item for item in requests if item not in below]


def test_what_others_wrote_is_seen_although_the_rest_is_remembered(tmp_path: Path):
    here, colleague = Terminal(tmp_path / "here"), Terminal(tmp_path / "colleague")
    out = tmp_path / "out.bcf"
    with field_server(tmp_path / "data", faults=[LONG_AGO, "etag-none", "if-match-ignored"]) as server:
        colleague.run("import", *there(server), FILES[0])
        here.run("export", *there(server), out)
        here.run("export", *there(server), out)
        colleague.run("import", *there(server), *FILES[1:])
        assert here.run("export", *there(server), out).code == 0
        titles = {topic["title"] for topic in here.run("show", "--json", out).summary_topics()}
        sent = {topic["title"] for file in FILES for topic in here.run("show", "--json", file).summary_topics()}
        assert titles == sent


def test_viewpoints_and_pictures_are_fetched_once_ever(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", faults=[LONG_AGO]) as server:
        Terminal(tmp_path / "other").run("import", *there(server), *FILES)
        assert machine.run("export", *there(server), tmp_path / "one.bcf").code == 0
        with server.counting() as requests:
            assert machine.run("export", *there(server), tmp_path / "two.bcf").code == 0
        details = ("/selection", "/coloring", "/visibility", "/snapshot")
        assert not [item for item in requests if item.endswith(details) or "/bitmaps/" in item]
        one, two = (json.loads(machine.run("show", "--json", tmp_path / name).out) for name in ("one.bcf", "two.bcf"))
        assert one["topics"] == two["topics"]


def test_a_snippet_in_conflict_is_not_sent_again_and_again(tmp_path: Path):
    """Archives that disagree about a snippet: an import of the oldest one sent its bytes each time."""
    machine = Terminal(tmp_path / "state")
    names = ("2.1/coordination-week-12.bcf", "3.0/design-freeze.bcf", "2.0/first-handover.bcfzip")
    files = [ROOT / "samples" / name for name in names]
    with field_server(tmp_path / "data") as server:
        machine.run("import", *there(server), *files)
        server.requests.clear()
        again = machine.run("import", *there(server), *files)
        assert again.code == 6
        assert "bim_snippet" in {item["field"] for item in again.of("conflict")}
        assert server.writes() == []
