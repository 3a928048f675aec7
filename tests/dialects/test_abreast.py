"""Several writes at once, to servers that take that ill."""

from dataclasses import replace
from pathlib import Path

from fault_runs import many
from field_server import PROJECT, field_server
from journey import ROOT
from terminal import Terminal

import bcfsync


def test_where_each_write_moves_the_tags_of_all_topics_every_edit_comes_in_one_run(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    archive = many(tmp_path / "many.bcf", ROOT / "samples/3.0/terrace-and-roof.bcf", 20)
    with field_server(tmp_path / "data", faults=["etag-wide"]) as server:
        there = ("--json", "--settle", "0", "--url", server.api, "--project", PROJECT)
        assert machine.run("import", *there, archive).code == 0
        with bcfsync.open(archive) as bcf:
            topics = [replace(topic, description="Seen again on Monday.") for topic in bcf.topics]
            for topic in topics:
                bcf.put(topic)
            bcf.save()
        server.most = 0.02
        edits, again = (machine.run("import", *there, archive) for _ in range(2))
    assert (edits.code, edits.summary["updated"]) == (0, len(topics))
    assert (again.code, again.summary["updated"]) == (0, 0)
