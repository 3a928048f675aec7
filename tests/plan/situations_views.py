"""Scenarios: viewpoints that a program saved otherwise under their old guid."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from scenarios import done, gone, nothing, reasons, remote_edit, remote_reword, scenario, second_archive
from situations_deleting import MIRROR, mirrored, settled
from worlds import (
    C1,
    C2,
    T2,
    V1,
    blob,
    bring,
    comment,
    edit,
    fault_at,
    fetch,
    gid,
    only,
    synced,
    topic,
    view,
)

from bcfsync.changes import Kind, Verb
from bcfsync.model import ClippingPlane, Component, Components, Point
from bcfsync.net import Unanswered
from bcfsync.store import Store

MADE = [(Verb.CREATE, Kind.VIEWPOINT)]
PLANE = ClippingPlane(Point(1.0, 2.0, 3.0), Point(0.0, 0.0, 1.0))


def at(side):
    """Where the cameras of the topic stand, and the digests of their pictures."""
    views = [(item.perspective_camera.camera_view_point.x, item.snapshot) for item in only(side).viewpoints]
    return sorted((x, picture and picture.blob.sha256) for x, picture in views)


def xs(side):
    return [x for x, _ in at(side)]


def changed(mint, *views, **members):
    """A world in step whose file then shows other views."""
    found = synced(mint=mint, local=[topic(viewpoints=(view(),), **members)])
    edit(found.local, viewpoints=views or (view(x=5.0),))
    return found


def sent(mint, **members):
    """The same when all of it has travelled."""
    found = changed(mint, **members)
    assert done(bring(found)) == MADE
    settled(found)
    return found


def derived(found):
    """The server's viewpoint of the change: the one that was not there before."""
    return next(item.guid for item in only(found.remote).viewpoints if item.perspective_camera.camera_view_point.x == 5)


@scenario("V3")
def viewpoint_changed_under_its_guid(mint):
    selected = Components(selection=(Component("0123456789ABCDEFGHIJK$"),))
    ways = (
        view(x=5.0),
        replace(view(), clipping_planes=(PLANE,)),
        replace(view(), components=selected),
        replace(view(), components=replace(selected, selection=()), perspective_camera=view(x=9.0).perspective_camera),
    )
    for now in ways:
        found = changed(mint, now)
        before = only(found.local)
        assert done(bring(found)) == MADE
        assert only(found.remote).viewpoints[1] == replace(now, guid=only(found.remote).viewpoints[1].guid)
        settled(found)
        assert only(found.local) == before
        assert xs(found.remote)[0] == 1.0


@scenario("V6")
def viewpoint_changed_again_and_back(mint):
    found = sent(mint)
    edit(found.local, viewpoints=(view(x=6.0),))
    assert done(bring(found)) == MADE
    assert xs(found.remote) == [1.0, 5.0, 6.0]
    for x in (6.0, 5.0, 1.0, 6.0):
        edit(found.local, viewpoints=(view(x=x),))
        settled(found)
    assert (xs(found.local), xs(found.remote)) == ([6.0], [1.0, 5.0, 6.0])


@scenario("V7")
def changed_viewpoint_and_another_archive(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    other = second_archive(found, only(found.local))
    bring(other)
    edit(found.local, viewpoints=(view(x=5.0),))
    assert done(bring(found)) == MADE
    assert done(fetch(other)) == MADE
    assert (xs(found.local), xs(other.local)) == ([5.0], [1.0, 5.0])
    settled(found)
    settled(other)


@scenario("V8")
def picture_drawn_anew(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(picture=blob("1")),))])
    edit(found.local, viewpoints=(view(picture=blob("2")),))
    assert done(bring(found)) == MADE
    assert at(found.remote) == sorted([(1.0, blob("1").sha256), (1.0, blob("2").sha256)])
    settled(found)
    for name in ("3", "4"):
        edit(found.local, viewpoints=(view(picture=blob(name)),))
        assert "with each save" in reasons(bring(found))[0]
        assert nothing(fetch(found))
    edit(found.local, viewpoints=(view(x=5.0, picture=blob("5")),))
    assert done(bring(found)) == MADE


@scenario("V9")
def viewpoint_that_lacks_something(mint):
    whole = replace(view(picture=blob()), clipping_planes=(PLANE,), components=Components((Component("a" * 22),)))
    for lacking in ({"clipping_planes": ()}, {"components": None}, {"snapshot": None}, {"perspective_camera": None}):
        found = synced(mint=mint, local=[topic(viewpoints=(whole,))])
        edit(found.local, viewpoints=(replace(whole, **lacking),))
        assert "has lost its" in reasons(bring(found))[0]
        assert nothing(fetch(found))
        edit(found.local, viewpoints=(whole,))
        settled(found)


def many(count, others=0):
    return [topic(gid(100 + at), viewpoints=(view(gid(200 + at)),)) for at in range(count + others)]


def saved_otherwise(found, count):
    for item in found.local.bcf.topics[:count]:
        edit(found.local, item.guid, viewpoints=(view(item.viewpoints[0].guid, x=7.0),))


@scenario("V10")
def many_viewpoints_changed_at_once(mint):
    for all_of_them, some, travels in ((20, 11, False), (22, 11, True), (10, 10, True)):
        found = synced(mint=mint and mint, local=many(all_of_them))
        saved_otherwise(found, some)
        if travels:
            assert len(done(bring(found))) == some
        else:
            assert ["at once" in reason for reason in reasons(bring(found))] == [True] * some
            assert nothing(fetch(found))

    for pictures, others, held in ((2, 0, 0), (3, 0, 3), (3, 1, 3), (3, 3, 0)):
        views = [view(gid(200 + number), picture=blob("1")) for number in range(pictures + others)]
        found = synced(mint=mint, local=[topic(viewpoints=tuple(views))])
        drawn = [view(item.guid, picture=blob("2")) for item in views[:pictures]]
        edit(found.local, viewpoints=(*drawn, *(view(item.guid, x=7.0) for item in views[pictures:])))
        told = bring(found)
        assert (len(told.writes), len(told.holds)) == (pictures + others - held, held)


@scenario("V11")
def viewpoint_written_with_other_digits(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(x=1.23456789012345),))])
    edit(found.local, viewpoints=(view(x=1.234568),))
    settled(found)
    edit(found.local, viewpoints=(view(x=1.5),))
    assert done(bring(found)) == MADE
    edit(found.local, viewpoints=(view(x=1.50000001),))
    settled(found)


@scenario("V12")
def comment_on_the_new_viewpoint(mint):
    found = sent(mint)
    remote_edit(found, comments=(comment(C1, "On the new one", viewpoint_guid=derived(found)),))
    fetch(found)
    assert only(found.local).comments[0].viewpoint_guid == V1
    settled(found)
    edit(found.local, comments=(*only(found.local).comments, comment(C2, "Also this", viewpoint_guid=V1)))
    bring(found)
    settled(found)
    remote_reword(found, "On the new one", comment="On this one")
    assert [step.fields for step in fetch(found).writes] == [("comment",)]
    assert {item.viewpoint_guid for item in only(found.local).comments} == {V1}
    settled(found)
    old, new = only(found.remote).comments
    assert (old.viewpoint_guid, new.viewpoint_guid) == (derived(found), derived(found))
    edit(found.local, comments=tuple(replace(item, comment="!") for item in only(found.local).comments))
    bring(found)
    assert [item.viewpoint_guid for item in only(found.remote).comments] == [old.viewpoint_guid, new.viewpoint_guid]
    settled(found)


@scenario("V22")
def comment_on_the_changed_viewpoint(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),), comments=(comment(C1, "Old", viewpoint_guid=V1),))])
    edit(found.local, viewpoints=(view(x=5.0),), comments=(*only(found.local).comments, comment(C2, viewpoint_guid=V1)))
    assert done(bring(found)) == [*MADE, (Verb.CREATE, Kind.COMMENT)]
    first, second = only(found.remote).viewpoints
    assert [item.viewpoint_guid for item in only(found.remote).comments] == [first.guid, second.guid]
    settled(found)
    assert [item.viewpoint_guid for item in only(found.local).comments] == [V1, V1]


@scenario("V23")
def viewpoint_changed_with_each_save(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    for x in range(5, 20):
        replace_view(found, float(x))
        told = bring(found)
        assert not fetch(found).writes
    assert len(only(found.remote).viewpoints) == 11
    assert "with each save" in reasons(told)[0]


@scenario("V13")
def changed_viewpoint_gone_from_the_file(mint):
    found = sent(mint)
    edit(found.local, viewpoints=())
    assert nothing(bring(found))
    assert reasons(fetch(found)) == gone("local") * 2
    mirrored(found)
    assert done(bring(found)) == [(Verb.DELETE, Kind.VIEWPOINT)] * 2
    settled(found)
    shown = mirrored(sent(mint, comments=(comment(viewpoint_guid=V1),)))
    edit(shown.local, viewpoints=())
    assert not bring(shown).writes


@scenario("V14")
def one_of_both_gone_from_the_server(mint):
    for left in (0, 1):
        for policy in (None, MIRROR):
            found = sent(mint)
            found.policy = policy or found.policy
            before = only(found.local)
            remote_edit(found, viewpoints=(only(found.remote).viewpoints[left],))
            assert len(reasons(bring(found))) == 1
            assert not fetch(found).writes
            assert only(found.local) == before
            assert len(only(found.remote).viewpoints) == 1


@scenario("V15")
def viewpoint_gone_from_the_server_and_changed_in_the_file(mint):
    for policy in (None, MIRROR):
        found = changed(mint)
        found.policy = policy or found.policy
        remote_edit(found, viewpoints=())
        assert not fetch(found).writes
        told = bring(found)
        assert (done(told), len(told.holds)) == (MADE, 1)
        assert xs(found.remote) == xs(found.local) == [5.0]
        assert not fetch(found).writes
        assert len(reasons(bring(found))) == 1


@scenario("V21")
def viewpoint_sent_again_by_another_archive(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    other = second_archive(found, only(found.local))
    bring(other)
    for each in (found, other):
        edit(each.local, viewpoints=(view(x=5.0),))
    remote_edit(found, viewpoints=())
    assert done(bring(found)) == MADE
    told = bring(other)
    assert (done(told), [step.verb for step, _ in told.ended]) == ([], [Verb.ADOPT])
    for each in (found, other):
        assert not fetch(each).writes
        assert xs(found.remote) == xs(each.local) == [5.0]


@scenario("V24")
def viewpoint_sent_again_without_an_answer(mint):
    for what, then in product(("lost answer", "lost request"), (5.0, 6.0)):
        found = changed(mint)
        remote_edit(found, viewpoints=())
        unanswered(found, what)
        replace_view(found, then)
        for _ in range(2):
            bring(found)
            assert not fetch(found).writes
        came = [5.0] if what == "lost answer" else []
        assert (xs(found.local), xs(found.remote)) == ([then], sorted({*came, then}))


@scenario("V16")
def viewpoints_differ_at_the_first_meeting(mint):
    # a server with ids of its own knows nothing of this guid before
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    other = second_archive(found, topic(viewpoints=(view(x=5.0),)))
    assert len(reasons(bring(other))) == 1
    assert not fetch(other).writes
    assert (xs(other.local), xs(other.remote)) == ([5.0], [1.0])


@scenario("V17")
def changed_viewpoint_is_known_already(mint):
    found = sent(mint)
    copy = second_archive(found, only(found.local))
    assert not bring(copy).writes
    settled(copy)
    edit(copy.local, viewpoints=(view(x=6.0),))
    assert done(bring(copy)) == MADE
    if mint is None:
        found.store = Store(Path(":memory:"), clock=found.clock)
        remote_edit(found, viewpoints=only(found.remote).viewpoints[:2])
        for source in (bring, fetch):
            assert not source(found).writes
        settled(found)


@scenario("V18")
def topic_with_a_changed_viewpoint_gone_from_the_server(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),)), topic(T2, title="Another")])
    edit(found.local, viewpoints=(view(x=5.0),))
    bring(found)
    mirrored(found)
    found.remote.bcf = replace(found.remote.bcf, topics=found.remote.bcf.topics[1:])
    assert nothing(bring(found))
    assert done(fetch(found)) == [(Verb.DELETE, Kind.TOPIC)]
    settled(found)


@scenario("V19")
def viewpoint_changed_on_the_server(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    remote_edit(found, viewpoints=(replace(only(found.remote).viewpoints[0], perspective_camera=None),))
    settled(found)
    assert xs(found.local) == [1.0]


def unanswered(found, what):
    found.remote.fault = fault_at(0, what)
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""


@scenario("V20")
def viewpoint_sent_without_an_answer_and_then_changed(mint):
    for what, arrived in (("lost answer", [1.0]), ("lost request", [])):
        found = synced(mint=mint, local=[topic()])
        edit(found.local, viewpoints=(view(),))
        unanswered(found, what)
        edit(found.local, viewpoints=(view(x=5.0),))
        bring(found)
        settled(found)
        assert (xs(found.local), xs(found.remote)) == ([5.0], [*arrived, 5.0])
        unanswered(replace_view(found, 6.0), what)
        replace_view(found, 7.0)
        bring(found)
        settled(found)
        assert (xs(found.local), xs(found.remote)) == ([7.0], [*arrived, 5.0, *([6.0] if arrived else []), 7.0])


def replace_view(found, x):
    edit(found.local, viewpoints=(view(x=x),))
    return found
