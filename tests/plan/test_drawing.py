"""The drawing board: who is who in a pass, which record counts, and what is put on record."""

from dataclasses import replace

import pytest
from scenarios import LATER, LATEST
from worlds import ANNA, BEN, C1, D1, LOCAL, MORNING, R1, REMOTE, T1, T2, T3, V1, V2, comment, link, topic

from bcfsync.changes import Base, Bodies, Capabilities, Kind, Verb, key_of
from bcfsync.merge import Shadows
from bcfsync.plan.drawing import Atom, Drawing, content, text_of
from bcfsync.plan.policy import Policy

DUCT, THERE = key_of(Kind.TOPIC, "", T1), key_of(Kind.TOPIC, "", T2)
OPEN, CLOSED, DONE = (topic(topic_status=status, modified_date=MORNING) for status in ("Open", "Closed", "Done"))
LINKED = {"to_remote": {DUCT: THERE}, "to_local": {THERE: DUCT}}


def board(source=LOCAL, ours=(), theirs=(), **base):
    """A board over what the archive holds, what the server holds, and what is on record."""
    local = Bodies({item.guid: item for item in ours}, capabilities=Capabilities("archive", client_guid=True))
    remote = Bodies({item.guid: item for item in theirs}, capabilities=Capabilities("server", client_guid=False))
    sides = (local, remote) if source is LOCAL else (remote, local)
    return Drawing(source, Base(**base), *sides, Policy())


def steps(drawing):
    return [(step.verb, step.kind) for group in drawing.groups.values() for step in group]


# -- what comes back -------------------------------------------------------------------------------------------------

OLD, NEW = replace(CLOSED, modified_date=LATER, creation_author=ANNA), replace(DONE, modified_date=LATEST)
DATELESS = replace(CLOSED, modified_date=None, creation_date=None)
RETURNING = {
    "nothing is on record": ((None, None), [], OPEN, (None, None)),
    "this archive is on record": ((OLD, OPEN), [], OPEN, (OPEN, OLD)),
    "only another archive is on record": ((None, None), [(OLD, OPEN)], OPEN, (OPEN, OLD)),
    "this archive is half on record": ((OLD, None), [(NEW, OPEN)], CLOSED, (OPEN, NEW)),
    "another archive is half on record": ((OLD, OPEN), [(None, DONE), (NEW, None)], CLOSED, (OPEN, OLD)),
    "the server still agrees with the older revision": ((NEW, DONE), [(OLD, OPEN)], OPEN, (OPEN, OLD)),
    "the server agrees with none of them": ((OLD, OPEN), [(NEW, CLOSED)], DONE, (CLOSED, NEW)),
    "the server agrees with none of them, in another order": ((NEW, CLOSED), [(OLD, OPEN)], DONE, (CLOSED, NEW)),
    "a revision without a date is older than any": ((DATELESS, OPEN), [(OLD, CLOSED)], DONE, (CLOSED, OLD)),
}


@pytest.mark.parametrize(("own", "copies", "now", "expected"), RETURNING.values(), ids=RETURNING)
def test_what_comes_back_is_what_the_archive_held_that_the_server_agrees_with_else_the_latest(
    own, copies, now, expected
):
    local, seen = ({DUCT: value} if value else {} for value in own)
    drawing = board(REMOTE, local=local, seen=seen, copies={DUCT: copies}, **LINKED)
    assert drawing.past(DUCT, now) == expected
    assert drawing.returning(THERE, now) == expected


def test_nothing_comes_back_of_what_is_no_atom_of_the_archive():
    assert board(REMOTE, local={DUCT: OPEN}, seen={DUCT: OPEN}).returning(THERE, OPEN) == (None, None)


def test_comments_are_told_apart_by_their_words():
    assert (
        content(comment(C1, "OK", author=ANNA)) == content(comment(V1, "OK", author=BEN)) != content(comment(C1, "No"))
    )
    assert content(OPEN) == content(replace(OPEN, guid=T3)) != content(CLOSED)


# -- which record counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_an_archive_in_an_earlier_state_is_measured_by_all_that_is_on_record(source):
    earlier = replace(OPEN, modified_date=LATER)
    record = {"local": {DUCT: replace(CLOSED, modified_date=LATEST)}, "seen": {DUCT: CLOSED}}
    copies = {DUCT: [(earlier, OPEN)]}
    drawing = board(source, [earlier], [replace(CLOSED, guid=T2)], copies=copies, **record, **LINKED)
    assert drawing.put_back == {T1}
    assert drawing.is_put_back(T1)
    assert drawing.is_dated_earlier(T1)
    key, both = (DUCT, (earlier, CLOSED)) if source is LOCAL else (THERE, (CLOSED, earlier))
    found = drawing.shadows(key, *both)
    ours = found.source if source is LOCAL else found.target
    assert ours.topic_status == "Open"


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_an_archive_in_its_state_on_record_is_not_put_back(source):
    drawing = board(source, [OPEN], [replace(OPEN, guid=T2)], local={DUCT: OPEN}, seen={DUCT: OPEN}, **LINKED)
    assert drawing.put_back == frozenset()
    assert not drawing.is_dated_earlier(T1)


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_what_is_on_no_record_is_neither_put_back_nor_earlier(source):
    drawing = board(source, [OPEN], [replace(OPEN, guid=T2)])
    assert drawing.put_back == frozenset()
    assert not drawing.is_dated_earlier(T1)
    assert not drawing.is_dated_earlier(T3)


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_what_is_linked_nowhere_has_no_past(source):
    assert board(source, local={DUCT: OPEN}, seen={DUCT: OPEN}).shadows(THERE, OPEN, OPEN) == Shadows(None, None)


# -- what is put on record -------------------------------------------------------------------------------------------

ATOMS = {LOCAL: Atom(Kind.TOPIC, "", T1, "Duct"), REMOTE: Atom(Kind.TOPIC, "", T2, "Duct")}


def recording(source, ours, theirs, *, confirmed=None, local=OPEN, seen=OPEN):
    """A board on which the topic stands that both hold."""
    confirmed = {DUCT: confirmed} if confirmed else {}
    drawing = board(source, [ours], [theirs], local={DUCT: local}, seen={DUCT: seen}, remote=confirmed, **LINKED)
    both = (ours, theirs) if source is LOCAL else (theirs, ours)
    return drawing, ATOMS[source], both, T2 if source is LOCAL else T1


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_what_is_on_record_as_it_is_is_not_put_on_record_again(source):
    drawing, atom, both, target = recording(source, OPEN, OPEN)
    assert drawing.is_on_record(atom.key, both)
    drawing.agree("topics", atom, Shadows(OPEN, OPEN), both, target)
    drawing.refresh("topics", atom, both, target)
    assert steps(drawing) == []


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
@pytest.mark.parametrize("which", ["local", "seen"])
def test_a_value_that_differs_on_one_side_is_not_the_one_on_record(source, which):
    drawing, atom, both, _ = recording(source, OPEN, OPEN, **{which: CLOSED})
    assert not drawing.is_on_record(atom.key, both)


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_what_both_have_changed_alike_is_put_on_record(source):
    drawing, atom, both, target = recording(source, CLOSED, CLOSED)
    drawing.agree("topics", atom, Shadows(OPEN, OPEN), both, target)
    ((step,),) = (group for group in drawing.groups.values() if group)
    assert (step.verb, step.target, step.origin.topic_status, step.expected.topic_status) == (
        Verb.ADOPT,
        target,
        "Closed",
        "Closed",
    )


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_a_later_date_of_the_archive_is_put_on_record(source):
    drawing, atom, both, target = recording(source, replace(OPEN, modified_date=LATEST), OPEN)
    drawing.refresh("topics", atom, both, target)
    assert steps(drawing) == [(Verb.ADOPT, Kind.TOPIC)]


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_a_later_date_of_the_server_is_not(source):
    drawing, atom, both, target = recording(source, OPEN, replace(OPEN, modified_date=LATEST))
    drawing.refresh("topics", atom, both, target)
    assert steps(drawing) == []


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
@pytest.mark.parametrize("way", ["refresh", "renew"])
def test_what_the_server_was_last_confirmed_to_hold_and_was_taken_back_is_put_on_record(source, way):
    for confirmed, expected in ((CLOSED, [(Verb.ADOPT, Kind.TOPIC)]), (OPEN, []), (None, [])):
        drawing, atom, both, target = recording(source, OPEN, OPEN, confirmed=confirmed)
        getattr(drawing, way)("topics", atom, both, target)
        assert steps(drawing) == expected
        assert [(step.value, step.expected) for step in drawing.groups["topics"]] == [both] * len(expected)


def test_what_is_no_atom_of_the_archive_was_never_confirmed():
    drawing = board(REMOTE, remote={DUCT: CLOSED})
    drawing.renew("topics", ATOMS[REMOTE], (OPEN, OPEN), T1)
    assert steps(drawing) == []


def test_a_topic_that_is_another_one_on_the_server_now_is_put_on_record_though_it_says_the_same():
    for target, expected in ((T2, []), (T3, [(Verb.ADOPT, Kind.TOPIC)])):
        drawing, atom, _, _ = recording(LOCAL, OPEN, OPEN)
        drawing.record("topics", atom, Shadows(OPEN, OPEN), target)
        assert steps(drawing) == expected


def test_a_part_of_a_topic_is_no_other_one_by_the_name_of_its_topic():
    files = key_of(Kind.FILES, T1, T1)
    drawing = board(LOCAL, local={files: OPEN}, seen={files: OPEN}, to_remote={files: key_of(Kind.FILES, T2, T2)})
    drawing.record("topics", Atom(Kind.FILES, T1, T1, ""), Shadows(OPEN, OPEN), T3)
    assert steps(drawing) == []


def test_a_comment_and_its_viewpoint_are_agreed_under_the_names_of_both_sides():
    key, view = key_of(Kind.COMMENT, T1, C1), key_of(Kind.VIEWPOINT, T1, V1)
    ours, theirs = comment(C1, "OK", viewpoint_guid=V1), comment(C1, "OK", viewpoint_guid=V2)
    before = comment(C1, "OK")
    linked = {key: key_of(Kind.COMMENT, T2, C1), view: key_of(Kind.VIEWPOINT, T2, V2)}
    drawing = board(LOCAL, to_remote=linked, local={key: before}, seen={key: before})
    drawing.agree("topics", Atom(Kind.COMMENT, T1, C1, ""), Shadows(before, before), (ours, theirs), C1)
    ((step,),) = (group for group in drawing.groups.values() if group)
    assert (step.origin.viewpoint_guid, step.expected.viewpoint_guid) == (V1, V2)


def test_a_reference_and_its_document_are_agreed_under_the_names_of_both_sides():
    key = key_of(Kind.REFERENCE, T1, R1)
    before = link(R1, "https://example.com/a")
    ours, theirs = (replace(before, url=None, document_guid=guid) for guid in (D1, V2))
    linked = {key: key_of(Kind.REFERENCE, T2, R1), key_of(Kind.DOCUMENT, "", D1): key_of(Kind.DOCUMENT, "", V2)}
    drawing = board(LOCAL, to_remote=linked, local={key: before}, seen={key: before})
    drawing.agree("topics", Atom(Kind.REFERENCE, T1, R1, ""), Shadows(before, before), (ours, theirs), R1)
    ((step,),) = (group for group in drawing.groups.values() if group)
    assert (step.origin.document_guid, step.expected.document_guid) == (D1, V2)


# -- conflicts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_a_conflict_shows_what_the_archive_held_before_and_what_both_hold(source):
    drawing = board(source)
    bases = Shadows("mine before", "theirs before") if source is LOCAL else Shadows("theirs before", "mine before")
    values = ("mine", "theirs") if source is LOCAL else ("theirs", "mine")
    found = drawing.clash(ATOMS[source], "title", bases, *values)
    assert (found.base, found.local, found.remote) == ("mine before", "mine", "theirs")


@pytest.mark.parametrize(("value", "text"), [(None, None), ("", None), ("a ", "a"), (3, "3")])
def test_a_member_is_shown_as_a_text_and_an_empty_one_as_none(value, text):
    assert text_of(value) == text


# -- links that have no place ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("untaken", "agreed"), [(True, (V1, None)), (False, (None, None))])
@pytest.mark.parametrize("source", [LOCAL, REMOTE])
def test_a_comment_lacks_its_link_where_the_server_did_not_take_the_viewpoint(source, untaken, agreed):
    """Its own answer was lost, and it went without: that is no edit of anybody's."""
    ours, theirs = comment(C1, viewpoint_guid=V1), comment(D1)
    key, there = key_of(Kind.COMMENT, T1, C1), key_of(Kind.COMMENT, T2, D1)
    view = key_of(Kind.VIEWPOINT, T1, V1)
    pair = {"to_remote": {key: there}, "to_local": {there: key}}
    drawing = board(source, untaken=frozenset({view} if untaken else ()), **pair)
    own, other = (ours, theirs) if source is LOCAL else (theirs, ours)
    found = drawing.shadows(key if source is LOCAL else there, own, other)
    links = tuple(item.viewpoint_guid if item else None for item in found.both)
    assert links == (agreed if source is LOCAL else agreed[::-1])
