"""Servers that keep less than they are sent, or put in values of their own, over a line that loses answers."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from field_server import PROJECT, FieldServer, field_server
from journey import ROOT
from terminal import Ran, Terminal

import bcfsync
from bcfsync.changes import Unkept

ROOFS = ROOT / "samples/3.0/terrace-and-roof.bcf"
DRAINS = "Three drains"


def there(server: FieldServer) -> tuple[str, ...]:
    return ("--json", "--settle", "0", "--url", server.api, "--project", PROJECT)


class Losing:
    """Answers of the first requests of a kind are lost after these were carried out."""

    def __init__(self, method: str, end: str, times: int, then: Callable[[], None] = lambda: None) -> None:
        self.method, self.end, self.left, self.then = method, end, times, then
        self.on = False

    def __call__(self, method: str, path: str) -> bool:
        if not self.left:
            return False
        struck = method == self.method and path.rstrip("/").endswith(self.end)
        self.on = self.on or struck
        if struck:
            self.left -= 1
            self.then()
        return struck


def titled(path: Path, title: str):
    with bcfsync.open(path) as archive:
        return next(topic for topic in archive.topics if topic.title.startswith(title))


def edited(path: Path, title: str, **members: object) -> None:
    with bcfsync.open(path) as archive:
        topic = next(topic for topic in archive.topics if topic.title.startswith(title))
        archive.put(replace(topic, **members))
        archive.save()


def of_server(server: FieldServer, title: str, member: str) -> object:
    return next(topic for topic in _topics(server) if topic["title"].startswith(title)).get(member)


def _topics(server: FieldServer) -> list[dict]:
    from bcfsync.server.query.window import Window  # noqa: PLC0415

    moment = server.store.moment()
    try:
        return list(server.store.topics.listing(PROJECT, Window(), moment))
    finally:
        moment.close()


# -- members that are never kept -----------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["import", "export"])
@pytest.mark.parametrize("lost", [1, 2])
def test_what_openproject_refuses_is_no_conflict_after_a_lost_answer(tmp_path: Path, direction: str, lost: int):
    machine, archive = Terminal(tmp_path / "state"), tmp_path / "roofs.bcf"
    shutil.copy(ROOFS, archive)
    with field_server(tmp_path / "data", ["openproject"]) as server:
        server.hinder = Losing("POST", "/topics", lost)
        for _ in range(lost):
            assert machine.run("import", *there(server), archive).code == 5
        after = machine.run(direction, *there(server), archive)
        rest = machine.run("import", *there(server), archive)
        assert [run.of("conflict") for run in (after, rest)] == [[], []]
        assert (after.code, rest.code) in {(3, 3), (0, 3)}
        assert [item for item in server.writes() if item.startswith("PUT")] == []
        status = machine.run("import", *there(server), archive)
        assert status.of("conflict") == []
        assert titled(archive, "Terrace").stage == "Construction"
        assert len(_topics(server)) == 2


def test_what_a_lost_answer_left_unsaid_is_listed_as_not_kept(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", ["openproject"]) as server:
        server.hinder = Losing("POST", "/topics", 1)
        machine.run("import", *there(server), ROOFS)
        second = machine.run("import", *there(server), ROOFS)
        third = machine.run("import", *there(server), ROOFS)
    said = [{item["field"] for item in run.summary["unkept"] if item["kind"] == "topic"} for run in (second, third)]
    assert {"stage", "labels"} <= said[0]
    assert said[1] == set()  # once is enough


def test_an_edit_of_what_was_recognised_leaves_what_is_not_kept_settled(tmp_path: Path):
    machine, archive = Terminal(tmp_path / "state"), tmp_path / "roofs.bcf"
    shutil.copy(ROOFS, archive)
    with field_server(tmp_path / "data", ["openproject"]) as server:
        server.hinder = Losing("POST", "/topics", 1)
        for _ in range(2):
            machine.run("import", *there(server), archive)
        edited(archive, "Terrace", description="Seen again on Monday.")
        second = machine.run("import", *there(server), archive)
        assert of_server(server, "Terrace", "description") == "Seen again on Monday."
        third = machine.run("import", *there(server), archive)
    assert [run.of("conflict") for run in (second, third)] == [[], []]
    assert [item for item in third.of("outcome") if item["kind"] == "topic"] == []
    assert [item for item in third.summary["unkept"] if item["kind"] == "topic"] == []


def test_components_that_a_server_drops_are_on_record_of_a_viewpoint_without_an_answer(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", faults=["guid-ignored", "drop:viewpoints.components"]) as server:
        server.hinder = Losing("POST", "/viewpoints", 1)
        machine.run("import", *there(server), ROOFS)
        second = machine.run("import", *there(server), ROOFS)
    adopted = {item["field"] for item in second.summary["unkept"] if item["kind"] == "viewpoint"}
    assert adopted & {"components.selection", "components.coloring", "components.visibility"}


def test_a_picture_that_a_server_lacks_is_on_record_of_a_viewpoint_without_an_answer(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", ["linear"]) as server:
        server.hinder = Losing("POST", "/viewpoints", 9)
        machine.run("import", *there(server), ROOFS)
        second = machine.run("import", *there(server), ROOFS)
        server.hinder = lambda _method, _path: False
        third = machine.run("import", *there(server), ROOFS)
    with bcfsync.open(ROOFS) as archive:
        sent = sum(1 for topic in archive.topics for view in topic.viewpoints if view.snapshot)
    told = [item["field"] for run in (second, third) for item in run.summary["unkept"] if item["kind"] == "viewpoint"]
    assert [item["verb"] for item in second.of("outcome") if item["kind"] == "viewpoint"][:1] == ["adopt"]
    assert told == ["snapshot"] * sent


def looks_lost(*ends: str) -> Callable[[str, str], bool]:
    return lambda method, path: method == "GET" and path.rstrip("/").endswith(ends)


def of_views(run: Ran) -> list[tuple[str, str | None]]:
    found = [item for item in run.summary["unkept"] if item["kind"] == "viewpoint"]
    return [(item["field"], item["kept"]) for item in found]


def pictured() -> int:
    with bcfsync.open(ROOFS) as archive:
        return sum(1 for topic in archive.topics for view in topic.viewpoints if view.snapshot)


def test_a_picture_a_server_lacks_is_on_record_by_the_next_run_where_the_look_for_it_broke(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", ["linear"]) as server, patch("time.sleep"):
        server.hinder = looks_lost("/snapshot")
        first = machine.run("import", *there(server), ROOFS)
        server.hinder = lambda _method, _path: False
        with server.counting():
            second = machine.run("import", *there(server), ROOFS)
            third = machine.run("import", *there(server), ROOFS)
            assert server.writes() == []
    assert [item for item in of_views(first) if item[0] == "snapshot"] == [("snapshot", Unkept.UNREAD)] * pictured()
    assert of_views(second) == [("snapshot", None)] * pictured()
    assert of_views(third) == []
    assert [run.code for run in (first, second, third)] == [0, 0, 0]


def test_components_a_server_drops_are_on_record_by_the_next_run_where_the_look_for_them_broke(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", faults=["drop:viewpoints.components"]) as server, patch("time.sleep"):
        server.hinder = looks_lost("/selection", "/coloring", "/visibility")
        first = of_views(machine.run("import", *there(server), ROOFS))
        server.hinder = lambda _method, _path: False
        second = of_views(machine.run("import", *there(server), ROOFS))
    unread = {field for field, kept in first if kept == Unkept.UNREAD}
    assert {"components.selection", "components.coloring", "components.visibility"} & unread
    assert {field for field, kept in second if kept is None} == {field for field in unread if field.startswith("comp")}


def test_what_turns_out_to_be_there_is_on_record_no_longer(tmp_path: Path):
    machine, parts = Terminal(tmp_path / "state"), ("/snapshot", "/selection", "/coloring", "/visibility")
    with field_server(tmp_path / "data") as server, patch("time.sleep"):
        server.hinder = looks_lost(*parts)
        first = machine.run("import", *there(server), ROOFS)
        server.hinder = lambda _method, _path: False
        second = machine.run("import", *there(server), ROOFS)
        with server.counting() as requests:
            machine.run("import", *there(server), ROOFS)
            assert not [item for item in requests if item.endswith(parts)]
    assert {kept for _, kept in of_views(first)} == {Unkept.UNREAD}
    assert of_views(second) == []


def test_what_can_never_be_looked_at_is_looked_for_twice_and_keeps_nothing_from_coming(tmp_path: Path):
    machine, archive, parts = Terminal(tmp_path / "state"), tmp_path / "roofs.bcf", ("/selection", "/visibility")
    shutil.copy(ROOFS, archive)
    with field_server(tmp_path / "data") as server, patch("time.sleep"):
        server.hinder = looks_lost(*parts)
        looks = []
        for _ in range(4):
            with server.counting() as requests:
                run = machine.run("import", *there(server), archive)
                looks.append((run.code, any(item.endswith(parts) for item in requests), bool(server.writes())))
        assert looks == [(0, True, True), (0, True, False), (0, False, False), (0, False, False)]
        edited(archive, "Terrace", description="Seen again on Monday.")
        assert machine.run("import", *there(server), archive).code == 0
        assert of_server(server, "Terrace", "description") == "Seen again on Monday."


def test_a_member_that_an_unknown_server_dropped_is_sent_once_more_and_then_on_record(tmp_path: Path):
    machine = Terminal(tmp_path / "state")
    with field_server(tmp_path / "data", faults=["guid-ignored", "drop:topics.description"]) as server:
        server.hinder = Losing("POST", "/topics", 1)
        machine.run("import", *there(server), ROOFS)
        second = machine.run("import", *there(server), ROOFS)
        assert (second.code, second.of("conflict")) == (0, [])
        (again,) = (item for item in second.of("outcome") if (item["verb"], item["kind"]) == ("update", "topic"))
        assert again["fields"] == ["description"]
        assert "description" in {item["field"] for item in second.summary["unkept"]}
        with server.counting():
            assert machine.run("import", *there(server), ROOFS).code == 0
            assert server.writes() == []


# -- values a server puts in by itself -----------------------------------------------------------------------------


def sent_to_openproject(tmp_path: Path, server: FieldServer) -> tuple[Terminal, Path]:
    machine, archive = Terminal(tmp_path / "state"), tmp_path / "roofs.bcf"
    shutil.copy(ROOFS, archive)
    machine.run("import", *there(server), archive)
    assert of_server(server, DRAINS, "priority") is None
    edited(archive, DRAINS, description="Somebody counted again.")
    return machine, archive


@pytest.mark.parametrize("lost", ["nothing", "the answer", "the answer and the look"])
def test_a_priority_that_is_put_in_by_itself_is_no_edit_of_somebody(tmp_path: Path, lost: str):
    with field_server(tmp_path / "data", ["openproject"]) as server:
        machine, archive = sent_to_openproject(tmp_path, server)
        cut: list[str] = []
        put = Losing("PUT", "", 0 if lost == "nothing" else 1)

        def hinder(method: str, path: str) -> bool:
            struck = put(method, path)
            if put.on and lost.endswith("look"):
                cut.append(path)
                return len(cut) < 12  # the PUT, and each look after it
            return struck

        server.hinder = hinder
        for _ in range(3):
            machine.run("import", *there(server), archive)
        assert of_server(server, DRAINS, "description") == "Somebody counted again."
        assert of_server(server, DRAINS, "priority") is not None
        assert machine.run("export", *there(server), archive).of("outcome") == []
        assert titled(archive, DRAINS).priority is None


def test_a_priority_somebody_gives_after_that_comes_to_the_file(tmp_path: Path):
    with field_server(tmp_path / "data", ["openproject"]) as server:
        machine, archive = sent_to_openproject(tmp_path, server)
        machine.run("import", *there(server), archive)
        other, copy = Terminal(tmp_path / "other"), tmp_path / "other.bcf"
        other.run("export", *there(server), copy)
        edited(copy, DRAINS, priority="High")
        other.run("import", *there(server), copy)
        assert machine.run("export", *there(server), archive).code == 0
        assert titled(archive, DRAINS).priority == "High"


# -- the same topic in two archives, under two guids -----------------------------------------------------------------


def test_an_archive_whose_topics_an_export_holds_under_the_servers_guids_is_not_sent_again(tmp_path: Path):
    first, second = Terminal(tmp_path / "first"), Terminal(tmp_path / "second")
    with field_server(tmp_path / "data", faults=["guid-ignored"]) as server:
        assert first.run("import", *there(server), ROOFS).code == 0
        assert second.run("export", *there(server), tmp_path / "out.bcf").code == 0
        before = len(_topics(server))
        with server.counting():
            again = second.run("import", *there(server), ROOFS)
            assert server.writes() == []
        assert len(_topics(server)) == before
    assert again.code == 3
    assert all("from another archive" in item["reason"] for item in again.of("hold"))
    assert len(again.of("hold")) == before
