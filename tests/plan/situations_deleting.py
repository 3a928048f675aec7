"""Scenarios: what was deleted on one side, where deletions travel."""

from dataclasses import replace

from scenarios import (
    LATER,
    LATEST,
    dated,
    done,
    drop_titled,
    files,
    nothing,
    reasons,
    remote_edit,
    rich_topic,
    scenario,
    second_archive,
    with_another,
)
from worlds import (
    ANNA,
    C1,
    C2,
    T2,
    V1,
    V2,
    bring,
    comment,
    edit,
    fetch,
    go,
    link,
    only,
    reword,
    state_of,
    synced,
    texts,
    topic,
    view,
)

from bcfsync.changes import Cause, Kind, Site, Status, Verb
from bcfsync.plan.policy import Deletes, Policy

MIRROR, ASK = Policy(deletes=Deletes.MIRROR), Policy(deletes=Deletes.ASK)
DELETED = [(Verb.DELETE, Kind.TOPIC)]


def mirrored(found, policy=MIRROR):
    found.policy = policy
    return found


def settled(found):
    """Both passes find nothing to do or to say."""
    for one_way in (bring, fetch):
        told = one_way(found)
        assert nothing(told)
        assert not told.ended


def titles(side):
    return sorted(item.title for item in side.bcf.topics)


def titled(side, title="Duct clashes with beam"):
    return next(item for item in side.bcf.topics if item.title == title)


@scenario("X1")
def topic_gone_from_the_server(mint):
    found = mirrored(with_another(mint))
    drop_titled(found.remote)
    assert nothing(bring(found))
    assert done(fetch(found)) == DELETED
    assert titles(found.local) == titles(found.remote) == ["Another"]
    settled(found)


@scenario("X2")
def topic_gone_from_the_file(mint):
    found = mirrored(with_another(mint))
    drop_titled(found.local)
    assert nothing(fetch(found))
    assert done(bring(found)) == DELETED
    assert titles(found.local) == titles(found.remote) == ["Another"]
    settled(found)


def anything(side, guid):
    """One edit after the other of anything that belongs to a topic."""
    held = next(item for item in side.bcf.topics if item.guid == guid)
    views, comments = held.viewpoints, held.comments
    for members in (
        {"priority": "High"},
        {"labels": ("b",)},
        {"files": files("a", "b")},
        {"related_topics": ()},
        {"comments": (*comments, comment(C2, "New"))},
        {"comments": tuple(replace(item, comment="Edited") for item in comments)},
        {"comments": tuple(replace(item, viewpoint_guid=None) for item in comments)},
        {"viewpoints": (*views, view(V2, x=2.0))},
        {"document_references": tuple(replace(item, description="x") for item in held.document_references)},
        {"document_references": (*held.document_references, link("00000071-0000-4000-8000-000000000000", "https://x"))},
    ):
        edit(side, guid, **members)
        yield members


def full(mint):
    return mirrored(
        with_another(mint, files=files("a"), related_topics=(T2,), document_references=(link(),), priority="Low")
    )


@scenario("X3")
def topic_gone_and_edited_across(mint):
    for loser, keeper, first, second in (("remote", "local", fetch, bring), ("local", "remote", bring, fetch)):
        for at in range(10):
            found = full(mint)
            drop_titled(getattr(found, loser))
            side = getattr(found, keeper)
            edits = anything(side, titled(side).guid)
            before = [next(edits) for _ in range(at + 1)][-1]
            assert nothing(first(found)), before
            assert (Verb.CREATE, Kind.TOPIC) in done(second(found)), before
            assert titles(found.local) == titles(found.remote) == ["Another", "Duct clashes with beam"]
            assert state_of(found.local) == state_of(found.remote), before
            for _ in range(2):
                bring(found)
                fetch(found)
            settled(found)


@scenario("X4")
def comment_gone(mint):
    for loser, keeper, one_way, other_way in (
        ("remote", "local", fetch, bring),
        ("local", "remote", bring, fetch),
    ):
        found = mirrored(synced(mint=mint, local=[topic(comments=(comment(), comment(C2, "Stays")))]))
        side = getattr(found, loser)
        edit(side, only(side).guid, comments=only(side).comments[1:])
        assert nothing(other_way(found))
        assert done(one_way(found)) == [(Verb.DELETE, Kind.COMMENT)]
        assert texts(only(getattr(found, keeper))) == ["Stays"]
        settled(found)


@scenario("X5")
def comment_gone_and_edited_across(mint):
    for loser, keeper, one_way, other_way in (
        ("remote", "local", fetch, bring),
        ("local", "remote", bring, fetch),
    ):
        found = mirrored(synced(mint=mint, local=[topic(comments=(comment(),))]))
        for side, comments in ((getattr(found, loser), ()), (getattr(found, keeper), (comment(text="Wait"),))):
            held = only(side)
            edit(side, held.guid, comments=comments and (replace(held.comments[0], comment="Wait"),))
        assert nothing(one_way(found))
        assert done(other_way(found)) == [(Verb.CREATE, Kind.COMMENT)]
        assert texts(only(found.local)) == texts(only(found.remote)) == ["Wait"]
        settled(found)


@scenario("X6")
def thread_gone(mint):
    found = mirrored(
        synced(
            mint=mint,
            local=[
                topic(
                    viewpoints=(view(),),
                    comments=(comment(viewpoint_guid=V1), comment(C2, "Reply", reply_to_comment_guid=C1)),
                )
            ],
        )
    )
    edit(found.local, viewpoints=(), comments=())
    told = bring(found)
    assert done(told) == [(Verb.DELETE, Kind.COMMENT), (Verb.DELETE, Kind.COMMENT), (Verb.DELETE, Kind.VIEWPOINT)]
    assert [step.expected.comment for step in told.writes[:2]] == ["Reply", "OK"]
    assert state_of(found.remote) == state_of(found.local)
    settled(found)


@scenario("X7")
def viewpoint_that_cannot_be_deleted(mint):
    found = mirrored(synced(mint=mint, local=[topic(viewpoints=(view(),), document_references=(link(),))]))
    found.remote.deletes = frozenset({Kind.TOPIC, Kind.COMMENT})
    edit(found.local, viewpoints=(), document_references=())
    assert nothing(bring(found))
    told = fetch(found)
    assert reasons(told) == ["was deleted in the file, and cannot be deleted on the server"] * 2
    assert {item.cause for item in told.holds} == {Cause.MISSING}
    assert len(only(found.remote).viewpoints) == 1


@scenario("X8")
def viewpoint_gone_and_shown_anew_across(mint):
    for loser, keeper, one_way, other_way in (
        ("remote", "local", fetch, bring),
        ("local", "remote", bring, fetch),
    ):
        found = mirrored(synced(mint=mint, local=[topic(viewpoints=(view(),))]))
        side = getattr(found, loser)
        edit(side, only(side).guid, viewpoints=())
        side = getattr(found, keeper)
        shown = only(side).viewpoints[0].guid
        edit(side, only(side).guid, comments=(comment(C2, "Look", viewpoint_guid=shown),))
        assert nothing(one_way(found))
        assert done(other_way(found)) == [(Verb.CREATE, Kind.VIEWPOINT), (Verb.CREATE, Kind.COMMENT)]
        for each in (found.local, found.remote):
            assert only(each).comments[0].viewpoint_guid == only(each).viewpoints[0].guid
        settled(found)


@scenario("X9")
def reference_gone(mint):
    found = mirrored(synced(mint=mint, local=[topic(document_references=(link(),))]))
    found.local.deletes |= {Kind.REFERENCE}
    remote_edit(found, document_references=())
    assert nothing(bring(found))
    assert done(fetch(found)) == [(Verb.DELETE, Kind.REFERENCE)]
    assert only(found.local).document_references == ()
    settled(found)


@scenario("X10")
def gone_from_both_sides(mint):
    found = mirrored(with_another(mint))
    reword(found.local, T2, "OK", comment="OK")
    for side in (found.local, found.remote):
        drop_titled(side)
    assert [step.verb for step, _ in bring(found).ended] == [Verb.UNBIND]
    settled(found)
    found = mirrored(synced(mint=mint, local=[rich_topic()]))
    for side in (found.local, found.remote):
        edit(side, only(side).guid, comments=(), viewpoints=())
    settled(found)


@scenario("X11")
def deletions_wait_for_a_word(mint):
    found = mirrored(with_another(mint), ASK)
    drop_titled(found.local)
    told = bring(found)
    assert reasons(told) == [
        "was deleted in the file; to delete it on the server, too, name how many deletions are meant: --allow-deletes"
    ]
    assert [item.cause for item in told.holds] == [Cause.ASKED]
    assert nothing(fetch(found))
    assert done(bring(mirrored(found))) == DELETED


@scenario("X12")
def absence_that_proves_nothing(mint):
    for doubt in ({"complete": False}, {"trusted": False}):
        for loser, first in (("local", bring), ("remote", fetch)):
            found = mirrored(with_another(mint, comments=(comment(), comment(C2, "More"))))
            drop_titled(getattr(found, loser))
            for name, value in doubt.items():
                setattr(getattr(found, loser), name, value)
            assert nothing(first(found))
            assert len(reasons((fetch if first is bring else bring)(found))) == 1
            found = mirrored(synced(mint=mint, local=[topic(comments=(comment(), comment(C2, "More")))]))
            side = getattr(found, loser)
            edit(side, only(side).guid, comments=only(side).comments[:1])
            for name, value in doubt.items():
                setattr(side, name, value)
            assert nothing(first(found))


@scenario("X13")
def hidden_on_the_server(mint):
    found = mirrored(with_another(mint))
    found.remote.hidden = frozenset({titled(found.remote).guid})
    assert nothing(fetch(found))
    edit(found.local, priority="High")
    assert reasons(bring(found)) == [
        "is not shown on the server, which does not prove that it was deleted; not sent again"
    ]
    assert len(found.remote.bcf.topics) == 2


@scenario("X14")
def gone_from_the_file_with_news_across(mint):
    """What the file has not seen, nobody deleted there."""
    for members in ({"comments": (comment(C2, "New"),)}, {"viewpoints": (view(V2, x=2.0),)}, {"files": files("a")}):
        found = mirrored(synced(mint=mint, local=[topic(), topic(T2, title="Another")]))
        edit(found.remote, titled(found.remote).guid, **members)
        drop_titled(found.local)
        assert nothing(bring(found))
        assert len(found.remote.bcf.topics) == 2


@scenario("X15")
def archive_put_back_to_an_earlier_state(mint):
    for first in (bring, fetch):
        for policy, priority in ((MIRROR, "High"), (Policy(), "High"), (MIRROR, None)):
            found = synced(mint=mint, local=[topic(modified_date=LATER), topic(T2, title="Another")])
            backup = found.local.bcf
            edit(found.local, comments=(comment(),), viewpoints=(view(),), modified_date=LATEST, priority=priority)
            found.local.bcf = replace(found.local.bcf, topics=(*found.local.bcf.topics, topic(V1, title="Third")))
            bring(found)
            found.local.bcf = backup
            mirrored(found, policy)
            assert not first(found).holds
            fetch(found)
            assert state_of(found.local) == state_of(found.remote)
            assert len(texts(titled(found.local))) == 1
            assert titles(found.local) == ["Another", "Duct clashes with beam", "Third"]
            assert titled(found.local).comments[0].author == ANNA
            fetch(found)
            settled(found)
            edit(found.local, comments=())
            bring(found)
            assert len(texts(titled(found.remote))) == (policy is not MIRROR)


@scenario("X16")
def gone_from_the_server_in_two_archives(mint):
    for order in ((0, 1), (1, 0)):
        found = mirrored(dated(mint))
        pair = (found, mirrored(second_archive(found, only(found.local))))
        bring(pair[1])
        remote_edit(found, comments=())
        for at in order:
            assert nothing(bring(pair[at]))
        for at in order:
            assert done(fetch(pair[at])) == [(Verb.DELETE, Kind.COMMENT)]
        for each in pair:
            assert texts(only(each.local)) == []
            settled(each)
        assert texts(only(found.remote)) == []


@scenario("X17")
def comment_gone_from_one_of_two_archives(mint):
    for order in ((0, 1), (1, 0)):
        found = mirrored(dated(mint))
        pair = (found, mirrored(second_archive(found, only(found.local))))
        bring(pair[1])
        edit(found.local, comments=())
        for source in (Site.LOCAL, Site.REMOTE):
            for at in order:
                go(pair[at], source)
        for each in pair:
            assert texts(only(each.local)) == []
            settled(each)
        assert texts(only(found.remote)) == []


@scenario("X18")
def moved_between_plan_and_deletion(mint):
    found = mirrored(with_another(mint))
    drop_titled(found.local)
    late = []

    def comes_late(_change):
        if not late:
            late.append(titled(found.remote))
            edit(found.remote, late[0].guid, comments=(*late[0].comments, comment(C2, "Wait")))
        return ""

    found.remote.fault = comes_late
    told = bring(found)
    assert [step.verb for step, _ in told.outcomes(Status.STALE)] == [Verb.DELETE]
    assert titles(found.remote) == ["Another", "Duct clashes with beam"]
    fetch(found)
    assert texts(titled(found.local)) == ["OK", "Wait"]


@scenario("X19")
def deleted_and_made_again(mint):
    """What comes back after its deletion went round is new."""
    found = mirrored(with_another(mint))
    before = found.local.bcf
    drop_titled(found.local)
    bring(found)
    found.local.bcf = before
    assert (Verb.CREATE, Kind.TOPIC) in done(bring(found))
    fetch(found)
    assert state_of(found.local) == state_of(found.remote)
    settled(found)


@scenario("X20")
def relation_to_a_deleted_topic(mint):
    """It stays as it is on either side, and nothing is written for it."""
    for loser, one_way in (("local", bring), ("remote", fetch)):
        found = mirrored(synced(mint=mint, local=[topic(related_topics=(T2,)), topic(T2, title="Another")]))
        drop_titled(getattr(found, loser), "Another")
        assert done(one_way(found)) == DELETED
        settled(found)
