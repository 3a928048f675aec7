"""Guids in paths, and the dialect of a server that a configuration names."""

from pathlib import Path

import pytest
from field_server import PROJECT, TOKEN, field_server
from journey import ROOT
from terminal import Terminal

from bcfsync.net import Http
from bcfsync.sides.rest.routes import Routes
from bcfsync.sides.rest.side import RestSide

GUID = "9289311C-F1D7-433B-A1CF-079E44E24BC4"


@pytest.mark.parametrize(("small", "spelled"), [(True, GUID.lower()), (False, GUID)])
def test_guids_in_paths_are_small_where_they_must_be(small, spelled):
    routes = Routes("https://server.test/bcf/2.1", "Demo", small=small)
    assert routes.child(GUID, "comments", GUID).endswith(f"/projects/Demo/topics/{spelled}/comments/{spelled}")
    assert routes.bitmap(GUID, GUID, "AbC").endswith(f"/topics/{spelled}/viewpoints/{spelled}/bitmaps/AbC")


def test_a_pair_speaks_the_dialect_its_server_is_said_to_have(tmp_path: Path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "walk.bcf").write_bytes((ROOT / "samples/2.1/site-walk.bcf").read_bytes())
    with field_server(tmp_path / "data", ["massing"]) as server:
        (tmp_path / "bcfsync.toml").write_text(
            f'[remote.here]\nurl = "{server.url}"\ndialect = "massing"\n\n'
            f'[pair.p]\nfolder = "files"\nremote = "here"\nproject = "{PROJECT}"\nmode = "push"\n',
            encoding="utf-8",
        )
        machine = Terminal(tmp_path / "state")
        machine.run("init", "--config", tmp_path / "bcfsync.toml", "--yes")
        ran = machine.run("sync", "--config", tmp_path / "bcfsync.toml", "--settle", "0")
        assert ran.code in {0, 3}, ran.err
        assert [item for item in server.requests if item.endswith("/selection")] == []  # massing has no such route
        side = RestSide(Http(server.url, TOKEN), PROJECT)
        authors = {topic.creation_author for topic in side.bodies(side.listing().topics).values()}
        side.close()
        assert authors
        assert "demo@example.com" not in authors


def test_a_product_nobody_knows_is_an_error_of_the_configuration(tmp_path: Path):
    (tmp_path / "bcfsync.toml").write_text('[remote.x]\nurl = "https://h.test"\ndialect = "masing"\n', encoding="utf-8")
    ran = Terminal(tmp_path / "state").run("remote", "list", "--config", tmp_path / "bcfsync.toml")
    assert ran.code == 2
    assert "masing" in ran.err
    assert "massing" in ran.err
