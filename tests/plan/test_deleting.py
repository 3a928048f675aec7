"""When absence is a deletion, one doubt at a time; the rules as a whole are told in ``situations_deleting.py``."""

from dataclasses import replace

import pytest
from scenarios import LATER, LATEST, done, drop_titled, files, nothing, reasons, second_archive, snippet, with_another
from situations_deleting import ASK, MIRROR, mirrored, settled, titled, titles
from worlds import (
    C1,
    C2,
    R1,
    T1,
    T2,
    V1,
    V2,
    bring,
    comment,
    edit,
    fetch,
    link,
    minted,
    only,
    plan,
    synced,
    texts,
    topic,
    view,
)

from bcfsync.changes import Cause, Kind, Site, Verb
from bcfsync.model import Comment
from bcfsync.plan.policy import Deletes, Placing, Policy

SIDES = ("local", "remote")
UNCERTAIN = "is missing in the file, which is not certain to be a deletion of what is here; not sent again"


def whole(**members):
    parts = {
        "priority": "Low",
        "labels": ("a",),
        "files": files("a"),
        "related_topics": (T2,),
        "viewpoints": (view(V1),),
        "comments": (comment(viewpoint_guid=V1),),
        "document_references": (link(),),
        "bim_snippet": snippet(),
    }
    return topic(**(parts | members))


def lost(mint=None, loser="remote", policy=MIRROR, **members):
    """Two topics both sides agreed on, of which one side has lost the first."""
    found = mirrored(synced(mint=mint, local=[whole(**members), topic(T2, title="Another")]), policy)
    drop_titled(getattr(found, loser))
    return found


def keeper_of(found, loser):
    return found.local if loser == "remote" else found.remote


def passes(loser):
    """The pass from the side that has lost it, then the other."""
    return (fetch, bring) if loser == "remote" else (bring, fetch)


EDITS = {
    "a member": lambda _: {"priority": "High"},
    "a label": lambda _: {"labels": ("b",)},
    "a model file": lambda _: {"files": files("a", "b")},
    "a relation": lambda _: {"related_topics": ()},
    "a new comment": lambda held: {"comments": (*held.comments, comment(C2, "New"))},
    "a comment's words": lambda held: {"comments": tuple(replace(item, comment="Edited") for item in held.comments)},
    "a comment's viewpoint": lambda held: {
        "comments": tuple(replace(item, viewpoint_guid=None) for item in held.comments)
    },
    "a new viewpoint": lambda held: {"viewpoints": (*held.viewpoints, view(V2, x=2.0))},
    "a reference": lambda held: {
        "document_references": tuple(replace(item, description="x") for item in held.document_references)
    },
    "a new reference": lambda held: {"document_references": (*held.document_references, link(V2, "https://x.org"))},
}


@pytest.mark.parametrize("policy", [MIRROR, Policy()], ids=["deletions travel", "deletions do not travel"])
@pytest.mark.parametrize("loser", SIDES)
@pytest.mark.parametrize("what", EDITS)
def test_an_edit_of_anything_that_belongs_to_a_topic_beats_its_deletion(what, loser, policy):
    found = lost(loser=loser, policy=policy)
    held = titled(keeper_of(found, loser))
    edit(keeper_of(found, loser), held.guid, **EDITS[what](held))
    first, second = passes(loser)
    assert nothing(first(found))
    told = second(found)
    assert (Verb.CREATE, Kind.TOPIC) in done(told)
    assert not told.holds
    assert titles(found.local) == titles(found.remote) == ["Another", "Duct clashes with beam"]


@pytest.mark.parametrize("loser", SIDES)
def test_a_topic_nobody_edited_is_deleted_by_the_pass_from_where_it_is_gone(loser):
    found = lost(loser=loser)
    first, second = passes(loser)
    assert nothing(second(found))
    assert done(first(found)) == [(Verb.DELETE, Kind.TOPIC)]
    settled(found)


@pytest.mark.parametrize("loser", SIDES)
def test_a_topic_nobody_edited_is_not_sent_again_where_deletions_do_not_travel(loser):
    found = lost(loser=loser, policy=Policy())
    first, second = passes(loser)
    assert nothing(first(found))
    told = second(found)
    assert reasons(told) == [f"was deleted {'on the server' if loser == 'remote' else 'in the file'}; not sent again"]
    assert [item.cause for item in told.holds] == [Cause.MISSING]


@pytest.mark.parametrize("loser", SIDES)
@pytest.mark.parametrize("policy", [MIRROR, Policy()], ids=["deletions travel", "deletions do not travel"])
def test_an_edited_comment_that_was_deleted_across_is_sent_again_and_no_word_is_lost_about_it(loser, policy):
    found = mirrored(synced(local=[topic(comments=(comment(),))]), policy)
    edit(getattr(found, loser), comments=())
    edit(keeper_of(found, loser), comments=(replace(only(keeper_of(found, loser)).comments[0], comment="Edited"),))
    first, second = passes(loser)
    assert nothing(first(found))
    told = second(found)
    assert done(told) == [(Verb.CREATE, Kind.COMMENT)]
    assert not told.holds


# -- bytes of a snippet ----------------------------------------------------------------------------------------------


def with_bytes(side, name):
    held = titled(side)
    edit(side, held.guid, bim_snippet=replace(held.bim_snippet, blob=name and snippet(name).blob))


def test_a_topic_whose_snippet_has_other_bytes_on_the_server_is_not_deleted_there():
    found = lost(loser="local")
    with_bytes(found.remote, "other bytes")
    assert nothing(bring(found))
    assert titles(found.remote) == ["Another", "Duct clashes with beam"]
    assert reasons(fetch(found)) == [UNCERTAIN]


def test_a_topic_whose_snippet_has_other_bytes_in_the_file_is_not_deleted_there():
    found = lost(loser="remote")
    with_bytes(found.local, "other bytes")
    assert nothing(fetch(found))
    assert titles(found.local) == ["Another", "Duct clashes with beam"]


def test_a_topic_that_got_bytes_where_its_snippet_had_none_on_record_is_not_deleted():
    found = mirrored(synced(local=[whole(bim_snippet=replace(snippet(), blob=None)), topic(T2, title="Another")]))
    drop_titled(found.local)
    with_bytes(found.remote, "new bytes")
    assert nothing(bring(found))


def test_a_server_that_does_not_tell_the_bytes_of_a_snippet_has_the_same():
    found = lost(loser="local")
    held = titled(found.remote)
    unknown = replace(held.bim_snippet.blob, sha256=None)
    edit(found.remote, held.guid, bim_snippet=replace(held.bim_snippet, blob=unknown))
    assert done(bring(found)) == [(Verb.DELETE, Kind.TOPIC)]


# -- several archives ------------------------------------------------------------------------------------------------


def in_two_archives(**members):
    """One topic (and another) in two archives that know nothing of each other, and on the server."""
    found = mirrored(with_another(None, priority="Low", **members))
    other = mirrored(second_archive(found, titled(found.local)))
    bring(other)
    fetch(other)
    return found, other


def test_what_another_archive_holds_is_not_deleted_on_the_server_when_one_loses_it():
    one, _ = in_two_archives()
    drop_titled(one.local)
    assert nothing(bring(one))
    assert titles(one.remote) == ["Another", "Duct clashes with beam"]
    assert reasons(fetch(one)) == [UNCERTAIN]


def test_what_the_server_lost_is_deleted_in_each_archive_by_its_own_pass():
    for at in (0, 1):
        pair = in_two_archives()
        drop_titled(pair[0].remote)
        assert nothing(bring(pair[at]))
        assert done(fetch(pair[at])) == [(Verb.DELETE, Kind.TOPIC)]


def test_what_the_other_archive_of_a_folder_holds_is_unbound_from_the_one_that_lost_it():
    found = lost(loser="local")
    held = titled(found.remote)
    found.policy = replace(MIRROR, placing=Placing("week", "inbox", elsewhere=frozenset({T1})))
    told = bring(found)
    assert nothing(told)
    assert [(step.verb, step.kind) for step, _ in told.ended] == [(Verb.UNBIND, Kind.TOPIC)]
    assert titled(found.remote) == held
    assert nothing(fetch(found))
    assert titles(found.local) == ["Another"]


def test_what_the_server_lost_is_deleted_in_an_archive_whatever_another_one_of_the_folder_holds():
    found = lost(loser="remote")
    found.policy = replace(MIRROR, placing=Placing("week", "inbox", elsewhere=frozenset({T1})))
    assert done(fetch(found)) == [(Verb.DELETE, Kind.TOPIC)]


def test_a_comment_an_archive_never_held_is_not_deleted_by_it():
    one, other = in_two_archives()
    held = titled(other.local)
    edit(other.local, held.guid, comments=(*held.comments, comment(C2, "From the other archive")))
    bring(other)
    assert nothing(bring(one))
    assert "From the other archive" in texts(titled(one.remote))


def test_a_topic_an_archive_never_held_is_not_deleted_by_it():
    one, other = in_two_archives()
    other.local.bcf = replace(other.local.bcf, topics=(*other.local.bcf.topics, topic(C1, title="Third")))
    bring(other)
    assert nothing(bring(one))
    assert titles(one.remote) == ["Another", "Duct clashes with beam", "Third"]


# -- absence that proves nothing -------------------------------------------------------------------------------------


def test_an_archive_that_says_it_is_older_than_what_is_on_record_deletes_nothing():
    found = mirrored(synced(local=[topic(modified_date=LATEST, comments=(comment(),), labels=("a",))]))
    edit(found.local, modified_date=LATER, comments=(), labels=("a", "b"))
    assert (Verb.DELETE, Kind.COMMENT) not in done(bring(found))
    assert len(only(found.remote).comments) == 1
    assert [item.kind for item in fetch(found).holds] == [Kind.COMMENT]


def test_what_the_server_lost_is_deleted_in_an_archive_that_says_it_is_older_than_what_is_on_record():
    found = mirrored(synced(local=[topic(modified_date=LATEST, comments=(comment(),), labels=("a",))]))
    edit(found.local, modified_date=LATER, labels=("a", "b"))
    edit(found.remote, comments=())
    assert (Verb.DELETE, Kind.COMMENT) in done(fetch(found))


@pytest.mark.parametrize("kept", ["labels", "title"])
def test_an_edit_in_the_file_of_a_topic_the_server_does_not_show_waits(kept):
    found = lost(loser="remote", policy=Policy())
    found.remote.bcf = replace(found.remote.bcf, topics=(*found.remote.bcf.topics, whole()))
    found.remote.hidden = frozenset({T1})
    edit(found.local, T1, **{kept: ("b",) if kept == "labels" else "Wall"})
    (held,) = bring(found).holds
    assert held.reason == "is not shown on the server, which does not prove that it was deleted; not sent again"


@pytest.mark.parametrize("doubt", [{"complete": False}, {"trusted": False}], ids=["not all is shown", "not trusted"])
def test_a_comment_missing_on_a_server_that_is_in_doubt_is_held_and_not_deleted(doubt):
    found = mirrored(synced(local=[topic(comments=(comment(), comment(C2, "More")))]))
    edit(found.remote, comments=only(found.remote).comments[:1])
    for name, value in doubt.items():
        setattr(found.remote, name, value)
    assert nothing(fetch(found))
    assert len(only(found.local).comments) == 2


def test_what_was_changed_since_is_not_certain_to_be_meant():
    found = lost(loser="local")
    edit(found.remote, T1, bim_snippet=snippet("other bytes"))
    (held,) = fetch(found).holds
    assert (held.reason, held.cause) == (UNCERTAIN, Cause.MISSING)


# -- gone from both --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
@pytest.mark.parametrize("source", [Site.LOCAL, Site.REMOTE])
def test_what_is_gone_from_both_sides_is_on_record_no_longer(source, mint):
    found = lost(mint and mint(), loser="local")
    there = titled(found.remote).guid
    drop_titled(found.remote)
    (step,) = plan(found, source).steps
    ids = (T1, there) if source is Site.LOCAL else (there, T1)
    assert (step.verb, step.kind, step.guid, step.target) == (Verb.UNBIND, Kind.TOPIC, *ids)
    assert step.label.endswith("“Duct clashes with beam”")


@pytest.mark.parametrize("source", [Site.LOCAL, Site.REMOTE])
@pytest.mark.parametrize("side", SIDES)
def test_what_neither_side_lists_stays_on_record_where_one_does_not_show_all_it_has(source, side):
    found = lost(loser="remote")
    drop_titled(found.local)
    getattr(found, side).complete = False
    assert plan(found, source).steps == ()


def test_what_the_server_hides_stays_on_record():
    found = mirrored(synced(local=[whole(), topic(T2, title="Another")]))
    drop_titled(found.local)
    found.remote.hidden = frozenset({T1})
    for source in (Site.LOCAL, Site.REMOTE):
        assert plan(found, source).steps == ()


# -- who says so -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loser", "words"),
    [
        ("local", "was deleted in the file; to delete it on the server, too, name how many deletions are meant"),
        ("remote", "was deleted on the server; to delete it in the file, too, name how many deletions are meant"),
    ],
)
def test_a_deletion_that_waits_for_a_word_is_asked_about_by_the_pass_from_where_it_is_gone(loser, words):
    found = lost(loser=loser, policy=ASK)
    first, second = passes(loser)
    told = first(found)
    assert [(item.reason.partition(": ")[0], item.cause) for item in told.holds] == [(words, Cause.ASKED)]
    assert nothing(second(found))


def test_what_a_side_cannot_delete_is_said_once():
    found = lost(loser="local")
    found.remote.deletes = frozenset()
    assert nothing(bring(found))
    assert reasons(fetch(found)) == ["was deleted in the file, and cannot be deleted on the server"]


@pytest.mark.parametrize("loser", SIDES)
def test_a_new_comment_on_something_else_keeps_no_viewpoint_that_was_deleted_across(loser):
    found = mirrored(synced(local=[topic(viewpoints=(view(V1), view(V2, x=2.0)))]))
    edit(getattr(found, loser), viewpoints=(view(V2, x=2.0),))
    edit(keeper_of(found, loser), comments=(comment(C1), comment(C2, "Look", viewpoint_guid=V2)))
    first, second = passes(loser)
    assert done(first(found)) == [(Verb.DELETE, Kind.VIEWPOINT)]
    assert done(second(found)) == [(Verb.CREATE, Kind.COMMENT)] * 2


def test_answers_are_deleted_before_what_they_answer_and_viewpoints_last():
    found = mirrored(
        synced(
            local=[
                topic(
                    viewpoints=(view(),),
                    document_references=(link(R1),),
                    comments=(comment(), comment(C2, "Reply", reply_to_comment_guid=C1)),
                )
            ]
        )
    )
    found.remote.deletes = frozenset(Kind)
    edit(found.local, viewpoints=(), comments=(), document_references=())
    steps = plan(found, Site.LOCAL).deletions
    assert [step.kind for step in steps] == [Kind.COMMENT, Kind.COMMENT, Kind.REFERENCE, Kind.VIEWPOINT]
    assert [step.value.comment for step in steps if isinstance(step.value, Comment)] == ["Reply", "OK"]
    assert all(step.label for step in steps)


def test_nothing_is_deleted_where_deletions_do_not_travel_whatever_is_gone():
    for loser in SIDES:
        found = lost(loser=loser, policy=Policy(deletes=Deletes.NEVER))
        for source in (Site.LOCAL, Site.REMOTE):
            assert plan(found, source).deletions == ()


# -- viewpoints that comments go on showing --------------------------------------------------------------------------


def shown_across(loser, stays, policy=MIRROR):
    """One side lost a viewpoint, and which comments of the other go on showing it."""
    told = (comment(C1, "First", viewpoint_guid=V1), comment(C2, "Second", viewpoint_guid=V2))
    found = mirrored(synced(local=[topic(viewpoints=(view(V1), view(V2, x=2.0)), comments=told)]), policy)
    kept = tuple(item if stays else replace(item, viewpoint_guid=None) for item in told[:1]) + told[1:]
    edit(getattr(found, loser), viewpoints=(view(V2, x=2.0),), comments=kept)
    return found


@pytest.mark.parametrize("loser", SIDES)
def test_a_viewpoint_whose_only_comment_was_turned_away_from_it_is_deleted_across(loser):
    found = shown_across(loser, stays=False)
    assert (Verb.DELETE, Kind.VIEWPOINT) in done(passes(loser)[0](found))


@pytest.mark.parametrize("policy", [MIRROR, Policy()], ids=["deletions travel", "deletions do not travel"])
@pytest.mark.parametrize("loser", SIDES)
def test_a_viewpoint_that_a_comment_across_goes_on_showing_is_not_deleted(loser, policy):
    found = mirrored(synced(local=[topic(viewpoints=(view(V1),), comments=(comment(C1, viewpoint_guid=V1),))]), policy)
    edit(getattr(found, loser), viewpoints=(), comments=(comment(C1, "Edited"),))
    edit(keeper_of(found, loser), comments=(comment(C1, "Otherwise", viewpoint_guid=V1),))
    told = passes(loser)[0](found)
    assert not [step for step in told.writes if step.verb is Verb.DELETE]
    assert len(only(keeper_of(found, loser)).viewpoints) == 1
