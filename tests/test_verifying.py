"""What ``verify`` finds of viewpoints that were saved otherwise under their old guid."""

from dataclasses import replace

import pytest
from folders import office, settle
from worlds import topic, view

from bcfsync.verifying import Divergence, Looked, verify

servers = pytest.mark.parametrize("mint", [False, True], ids=["keeps guids", "mints guids"])


@pytest.fixture
def found(mint):
    """Two archives with one topic, shown in one viewpoint, in step with a server."""
    made = office(mint=mint)
    for name in ("a.bcf", "b.bcf"):
        made.folder.put(name, topic(viewpoints=(view(),)))
    settle(made)
    return made


def shows(found, x):
    archive = found.folder.archives["a.bcf"]
    (held,) = archive.bcf.topics
    archive.save(replace(archive.bcf, topics=(replace(held, viewpoints=(view(x=x),)),)))


def told(found):
    events = list(verify(found.folder, found.partner))
    return [item for item in events if isinstance(item, Divergence)], [
        e.pending for e in events if isinstance(e, Looked)
    ]


@servers
def test_a_changed_viewpoint_waits_for_a_sync_and_is_no_divergence_after_it(found):
    for x in (5.0, 6.0, 1.0, 7.0):
        before = len(found.remote.bcf.topics[0].viewpoints)
        shows(found, x)
        waiting = x != 1.0
        assert told(found) == ([], [waiting, 0])
        settle(found)
        assert told(found) == ([], [0, 0])
        assert len(found.remote.bcf.topics[0].viewpoints) == before + waiting


@servers
def test_a_viewpoint_that_a_server_changed_is_a_divergence_in_each_archive(found):
    (held,) = found.remote.bcf.topics
    changed = replace(held.viewpoints[0], perspective_camera=view(x=9.0).perspective_camera)
    found.remote.bcf = replace(found.remote.bcf, topics=(replace(held, viewpoints=(changed,)),))
    assert not settle(found)[0].writes
    divergences, pending = told(found)
    assert {item.replica for item in divergences} == {"here/a.bcf", "here/b.bcf"}
    assert pending == [0, 0]
