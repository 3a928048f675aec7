"""Filling the reference server from an archive."""

from pathlib import Path

import pytest

from bcfsync.bcffile import open_bcf
from bcfsync.cli.seeding import seed
from bcfsync.server.store import ServerStore

FREEZE = Path(__file__).resolve().parents[2] / "samples" / "3.0" / "design-freeze.bcf"


@pytest.mark.parametrize("kinds", [("Issue", "Request"), ()])
def test_a_project_offers_the_values_of_its_seeds_unless_it_takes_any(tmp_path, kinds):
    with ServerStore(tmp_path) as store:
        store.projects.set_extensions("demo", {"topic_type": kinds, "users": ["anna@example.com"]})
        seed(store, "demo", FREEZE)
        offered = store.projects.extensions("demo")
    with open_bcf(FREEZE) as file:
        own = file.bcf.extensions
    assert "Fault" in own.topic_type
    assert offered["topic_type"] == (list(dict.fromkeys((*kinds, *own.topic_type))) if kinds else [])
    assert set(offered["users"]) == {"anna@example.com", *own.users}
    assert offered["topic_status"] == []
