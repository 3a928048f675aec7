"""Several writes at once: what comes of many topics, edits included, through servers of every kind."""

from dataclasses import replace
from pathlib import Path

import pytest
from fault_runs import many
from field_server import PROJECT, FieldServer, field_server
from journey import ROOT, journey
from matrix import ROWS, objections
from terminal import Terminal

import bcfsync

WALK, ROOFS = ROOT / "samples/2.1/site-walk.bcf", ROOT / "samples/3.0/terrace-and-roof.bcf"
CROWDED = ["3.0", "openproject", "bimdata", "catenda 2.0", "linear", "words needed", "small bodies", "PUT resets"]


def there(server: FieldServer, path: str = "") -> tuple[str, ...]:
    return ("--json", "--settle", "0", "--url", server.api + path, "--project", PROJECT)


def edit_all(archive: Path) -> int:
    """Give every topic another description and every comment more words; how many topics there are."""
    with bcfsync.open(archive) as bcf:
        topics = bcf.topics
        for topic in topics:
            comments = tuple(replace(item, comment=f"{item.comment} (edited)") for item in topic.comments)
            bcf.put(replace(topic, description="Seen again on Monday.", comments=comments))
        bcf.save()
    return len(topics)


@pytest.mark.parametrize("name", CROWDED)
def test_many_topics_travel_at_once_and_so_do_their_edits(tmp_path: Path, name: str):
    row, archives = ROWS[name], [many(tmp_path / f"{at}.bcf", source, 10) for at, source in enumerate((WALK, ROOFS))]
    with field_server(tmp_path / "server", row.dialects, row.faults) as server:
        server.most = 0.008
        made = journey(tmp_path, server, path=row.path, stamps=row.stamps, archives=tuple(map(str, archives)))
        assert objections(row, made) == []
        assert sum(map(edit_all, archives))
        machine = Terminal(tmp_path / "here")
        edits = machine.run("import", *there(server, row.path), *archives)
        assert (edits.of("conflict"), edits.summary["failed"]) == ([], 0)
        assert edits.summary["updated"]
        with server.counting():
            machine.run("import", *there(server, row.path), *archives)
            assert server.writes() == []


def test_where_each_write_moves_the_tags_of_all_topics_every_edit_comes_in_one_run(tmp_path: Path):
    machine, archive = Terminal(tmp_path / "state"), many(tmp_path / "many.bcf", ROOFS, 20)
    with field_server(tmp_path / "data", faults=["etag-wide"]) as server:
        assert machine.run("import", *there(server), archive).code == 0
        topics = edit_all(archive)
        server.most = 0.02
        edits, again = (machine.run("import", *there(server), archive) for _ in range(2))
    changed = {item["guid"] for item in edits.of("outcome") if item["kind"] == "topic" and item["status"] == "done"}
    assert (edits.code, len(changed)) == (0, topics)
    assert (again.code, again.summary["updated"]) == (0, 0)
