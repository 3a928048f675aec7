"""Everything that can happen to one viewpoint in three steps, on both sides: no state is lost, and none is twice."""

from itertools import product

import pytest
from situations_deleting import MIRROR
from situations_views import xs
from worlds import C1, V1, bring, comment, edit, fetch, minted, only, synced, topic, view

from bcfsync.guids import guid_key

NOTHING = ()
STATES = (1.0, 5.0, 6.0)


def shows(x):
    """A program saves the viewpoint otherwise, where the file holds it still."""

    def act(found):
        views = (view(x=x) if guid_key(item.guid) == V1 else item for item in only(found.local).viewpoints)
        edit(found.local, viewpoints=tuple(views))

    return act


def leaves_out(found):
    """Somebody deletes the viewpoint in the file."""
    edit(found.local, viewpoints=tuple(item for item in only(found.local).viewpoints if guid_key(item.guid) != V1))


def loses(at):
    """Somebody deletes a viewpoint on the server: the oldest, the newest."""

    def act(found):
        views = list(only(found.remote).viewpoints)
        if views:
            gone = views.pop(at)
            said = tuple(item for item in only(found.remote).comments if item.viewpoint_guid != gone.guid)
            edit(found.remote, only(found.remote).guid, viewpoints=tuple(views), comments=said)

    return act


def speaks(found):
    """Somebody comments on the newest viewpoint of the server."""
    views = only(found.remote).viewpoints
    if views and not only(found.remote).comments:
        said = comment(C1, "Look", viewpoint_guid=views[-1].guid)
        edit(found.remote, only(found.remote).guid, comments=(said,))


ACTS = (*map(shows, STATES), leaves_out, loses(0), loses(-1), speaks)
DELETIONS = (leaves_out, *ACTS[4:6])


@pytest.mark.parametrize("policy", [None, MIRROR], ids=["never", "mirror"])
@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
def test_three_steps_lose_no_state_and_double_none(mint, policy):
    for acts in product(ACTS, repeat=3):
        found = synced(mint=mint and mint(), local=[topic(viewpoints=(view(),))])
        found.policy = policy or found.policy
        shown = {1.0}
        for act in acts:
            act(found)
            now = only(found.local)
            shown |= set(xs(found.local)) | set(xs(found.remote))
            told = [bring(found), fetch(found)]
            holds = [item.reason for each in told for item in each.holds]
            there = xs(found.remote)
            assert len(there) == len(set(there)), (acts, there)
            assert set(xs(found.local)) <= set(there) or holds, (acts, there)
            if now.viewpoints and act not in DELETIONS:
                assert {item.guid: item for item in now.viewpoints}.items() <= {
                    item.guid: item for item in only(found.local).viewpoints
                }.items(), acts
            if not set(acts) & set(DELETIONS):
                assert set(there) == shown, (acts, there, shown)
            again = bring(found), fetch(found)
            assert not any(each.writes for each in again), (acts, again)
            dangling = {guid_key(c.viewpoint_guid) for c in only(found.local).comments if c.viewpoint_guid}
            assert dangling <= {guid_key(v.guid) for v in only(found.local).viewpoints} or leaves_out in acts, acts
