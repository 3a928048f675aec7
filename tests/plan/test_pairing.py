"""Who is who: each rule of pairing, and what it must not do."""

from datetime import timedelta

import pytest
from worlds import ANNA, BEN, LOCAL, REMOTE, START, SYNC, T1, gid

from bcfsync.changes import Base, Capabilities, Intent, Kind, key_of
from bcfsync.guids import derived_guid
from bcfsync.model import Comment
from bcfsync.plan.pairing import Candidate, Scope, pair

KEEPS = Capabilities("server", client_guid=True, user=SYNC)
MINTS = Capabilities("server", client_guid=False, user=SYNC)
ARCHIVE = Capabilities("file", client_guid=True)
A, B, C, X, Y, Z = map(gid, range(1, 7))


def key(guid, kind=Kind.COMMENT):
    return key_of(kind, T1 if kind is Kind.COMMENT else "", guid)


def linked(*pairs, held=(), **members):
    to_remote = {key(ours): key(theirs) for ours, theirs in pairs}
    shadows = {key(guid): Comment(guid) for guid in held}
    return Base(
        to_remote=to_remote,
        to_local={theirs: ours for ours, theirs in to_remote.items()},
        local=shadows,
        remote=shadows,
        **members,
    )


def begun(guid, *known, kind=Kind.COMMENT):
    return {key(guid, kind): Intent(key(guid, kind), START, frozenset(known))}


def scope(base=None, site=LOCAL, server=MINTS, kind=Kind.COMMENT):
    topic = T1 if kind is Kind.COMMENT else ""
    target = server if site is LOCAL else ARCHIVE
    return Scope(kind, site, base or linked(), topic, topic, target, server)


def said(guid, content="OK", author=ANNA, date=START):
    return Candidate(guid, content, author, date)


def paired(where, sources, targets):
    found = pair(where, sources, targets)
    assert [item.source for item in found] == list(sources)
    return [item.target and item.target.guid for item in found]


def test_a_recorded_identity_counts_before_everything_else():
    where = scope(linked((A, Y)))
    assert paired(where, [said(A)], [said(A), said(X), said(Y, "other", BEN)]) == [Y]


def test_the_same_guid_counts_in_whatever_spelling():
    assert paired(
        scope(), [said("ABCDEF01-0000-4000-8000-000000000000")], [said("abcdef01-0000-4000-8000-000000000000", "x")]
    )


def test_an_id_that_is_no_guid_is_found_under_the_guid_derived_from_it():
    written = derived_guid("opaque", "issue-17")
    assert paired(scope(site=REMOTE), [said("issue-17", author=None)], [said(written, "edited since")]) == [written]


def test_equal_content_of_the_same_author_is_the_same_on_a_server_with_ids_of_its_own():
    assert paired(scope(), [said(A)], [said(X, "other"), said(Y)]) == [Y]


def test_equal_content_that_we_sent_is_the_same():
    assert paired(scope(), [said(A)], [said(X, author=SYNC)]) == [X]


@pytest.mark.parametrize("author", [BEN, None])
def test_equal_content_of_somebody_else_is_not_the_same(author):
    assert paired(scope(), [said(A)], [said(X, author=author)]) == [None]


def test_equal_content_means_nothing_on_a_server_that_keeps_guids():
    assert paired(scope(server=KEEPS), [said(A)], [said(X)]) == [None]


def test_equal_content_is_the_same_on_the_way_back_too():
    assert paired(scope(site=REMOTE), [said(X, author=SYNC)], [said(A)]) == [A]


def test_no_target_is_given_twice():
    assert paired(scope(), [said(A), said(B), said(C)], [said(X), said(Y)]) == [X, Y, None]


def test_what_belongs_to_another_atom_on_record_is_not_given_away():
    assert paired(scope(linked((B, X))), [said(A)], [said(X)]) == [None]


def test_documents_are_not_the_same_because_their_names_are():
    where = scope(kind=Kind.DOCUMENT)
    assert paired(where, [said(A, "plan.pdf")], [said(X, "plan.pdf")]) == [None]


def test_viewpoints_have_no_author_to_compare():
    where = scope(kind=Kind.VIEWPOINT)
    assert paired(where, [said(A, author=None)], [said(X, author=None)]) == [X]


def test_after_an_unanswered_create_what_was_there_before_is_not_it():
    where = scope(linked(intents=begun(A, X)))
    assert paired(where, [said(A)], [said(X, author=SYNC), said(Y, author=SYNC)]) == [Y]


def test_a_document_with_an_unanswered_create_is_found_by_its_name():
    where = scope(Base(intents=begun(A, kind=Kind.DOCUMENT)), kind=Kind.DOCUMENT)
    assert paired(where, [said(A, "plan.pdf", None)], [said(X, "plan.pdf", None)]) == [X]


def newcomers(*targets, intents=None, sources=None):
    where = scope(linked(intents=intents or begun(A, X)))
    return paired(where, sources or [said(A)], list(targets))


def test_the_only_newcomer_of_ours_is_the_unanswered_create_though_somebody_edited_it():
    assert newcomers(said(X, "x", SYNC), said(Y, "edited", SYNC)) == [Y]


def test_on_the_way_back_the_only_newcomer_of_ours_is_it_too():
    where = scope(linked(intents=begun(A, X)), REMOTE)
    assert paired(where, [said(Y, "edited", SYNC)], [said(A)]) == [A]


def test_of_two_newcomers_none_is_taken():
    assert newcomers(said(Y, "edited", SYNC), said(Z, "edited too", SYNC)) == [None]


def test_a_newcomer_of_somebody_else_is_not_taken():
    assert newcomers(said(Y, "edited", BEN)) == [None]


def test_a_newcomer_older_than_the_try_is_not_taken():
    assert newcomers(said(Y, "edited", SYNC, START - timedelta(hours=26))) == [None]


@pytest.mark.parametrize("minutes", [4, 5, 24 * 60])
def test_a_newcomer_a_little_older_is_taken_since_clocks_differ(minutes):
    assert newcomers(said(Y, "edited", SYNC, START - timedelta(minutes=minutes))) == [Y]


def test_with_two_unanswered_creates_no_newcomer_is_taken():
    intents = begun(A) | begun(B)
    assert newcomers(said(Y, "edited", SYNC), intents=intents, sources=[said(A), said(B, "other")]) == [None, None]


def titled(guid, title, content="OK", author=ANNA):
    return Candidate(guid, content, author, START, title)


def topics_paired(sources, targets):
    intents = {name: intent for guid in (A, B, C) for name, intent in begun(guid, kind=Kind.TOPIC).items()}
    return paired(scope(linked(intents=intents), kind=Kind.TOPIC), sources, targets)


def test_of_several_unanswered_topics_each_newcomer_is_the_one_of_its_title():
    sources = [titled(A, "Duct"), titled(B, "Door"), titled(C, "Wall")]
    targets = [titled(Z, "Door  ", "edited", SYNC), titled(Y, "Duct", "edited", SYNC)]
    assert topics_paired(sources, targets) == [Y, Z, None]


def test_of_several_unanswered_topics_none_is_taken_whose_title_is_not_its_own():
    sources = [titled(A, "Duct"), titled(B, "Duct"), titled(C, "Wall")]
    targets = [titled(Y, "Duct", "edited", SYNC), titled(Z, "Wall", "edited", SYNC), titled(X, "Wall", "too", SYNC)]
    assert topics_paired(sources, targets) == [None, None, None]


def test_an_unanswered_create_of_another_archive_counts_as_well():
    assert newcomers(said(Y, "edited", SYNC), intents=begun(A) | begun(B)) == [None]


def test_a_target_that_is_no_longer_there_is_gone():
    (found,) = pair(scope(linked((A, X), held=[A])), [said(A)], [said(Y, "other")])
    assert (found.target, found.gone) == (None, True)


def test_a_target_that_this_archive_never_held_is_not_gone():
    (found,) = pair(scope(linked((A, X)), site=REMOTE), [said(X)], [])
    assert (found.target, found.gone) == (None, False)


def test_what_was_begun_anew_after_it_was_gone_may_have_arrived():
    where = scope(linked((A, X), held=[A], intents=begun(A, X)))
    assert paired(where, [said(A)], [said(Y, author=SYNC)]) == [Y]


def doubtful(source, base, server=MINTS, site=REMOTE):
    (found,) = pair(scope(base, site, server), [source], [])
    return found.doubtful


def test_a_newcomer_that_another_archive_may_have_sent_is_doubtful():
    assert doubtful(said(Y, author=SYNC), linked(intents=begun(A, X)))


@pytest.mark.parametrize(
    ("source", "base", "server"),
    [
        (said(Y, author=SYNC), linked(), MINTS),
        (said(Y, author=BEN), linked(intents=begun(A)), MINTS),
        (said(X, author=SYNC), linked(intents=begun(A, X)), MINTS),
        (said(Y, author=SYNC), linked(intents=begun(A)), KEEPS),
        (said(Y, author=SYNC), linked(intents=begun(A, kind=Kind.TOPIC)), MINTS),
    ],
    ids=["nothing begun", "somebody else's", "there before", "guids are kept", "begun elsewhere"],
)
def test_other_newcomers_are_not_doubtful(source, base, server):
    assert not doubtful(source, base, server)


# -- what looks alike is not the same --------------------------------------------------------------------------


def topic_on_record():
    ours, theirs = key_of(Kind.TOPIC, "", T1), key_of(Kind.TOPIC, "", T1)
    return Base(to_remote={ours: theirs}, to_local={theirs: ours})


@pytest.mark.parametrize("site", [LOCAL, REMOTE])
def test_equal_words_on_a_topic_that_is_on_record_are_two_comments(site):
    where = scope(topic_on_record(), site)
    assert paired(where, [said(A, author=SYNC)], [said(X, author=SYNC)]) == [None]


@pytest.mark.parametrize("site", [LOCAL, REMOTE])
def test_a_server_that_keeps_guids_is_never_asked_for_content(site):
    where = scope(server=KEEPS, site=site, kind=Kind.TOPIC)
    assert paired(where, [said(A)], [said(X)]) == [None]


def test_topics_that_several_may_be_are_left_with_the_reason():
    where = scope(kind=Kind.TOPIC)
    found = pair(where, [said(A), said(B)], [said(X), said(Y)])
    assert [item.target for item in found] == [None, None]
    assert all("cannot be told" in item.unclear for item in found)


def test_a_topic_under_the_servers_own_id_is_not_made_again():
    ours, theirs = key(A, Kind.TOPIC), key(X, Kind.TOPIC)
    base = Base(to_remote={ours: theirs}, to_local={theirs: ours})
    (found,) = pair(scope(base, kind=Kind.TOPIC), [said(X)], [said(X)])
    assert found.target is None
    assert "another archive holds" in found.unclear


def on_record_as_topics(*pairs):
    links = {key(ours, Kind.TOPIC): key(theirs, Kind.TOPIC) for ours, theirs in pairs}
    return Base(to_remote=links, to_local={theirs: ours for ours, theirs in links.items()})


def test_a_topic_another_archive_has_on_the_server_under_another_guid_is_not_made_again():
    base = on_record_as_topics((X, X))  # from an export
    (found,) = pair(scope(base, kind=Kind.TOPIC), [said(A)], [said(X)])
    assert found.target is None
    assert "from another archive" in found.unclear


def test_a_second_topic_of_the_same_words_in_the_same_archive_is_another_one():
    base = on_record_as_topics((A, X))
    one, other = pair(scope(base, kind=Kind.TOPIC), [said(A), said(B)], [said(X)])
    assert one.target is not None
    assert (other.target, other.unclear) == (None, "")


def test_a_newcomer_of_another_title_is_neither_taken_nor_doubled():
    base = Base(intents=begun(A, kind=Kind.TOPIC))
    mine = Candidate(A, "mine", ANNA, START, "Mine")
    (found,) = pair(scope(base, kind=Kind.TOPIC), [mine], [Candidate(X, "leak", SYNC, START, "Leak in basement")])
    assert found.target is None
    assert "Leak in basement" in found.unclear
    (same,) = pair(scope(base, kind=Kind.TOPIC), [mine], [Candidate(X, "edited", SYNC, START, "Mine")])
    assert same.target is not None


def test_nothing_is_paired_where_there_is_nothing():
    assert pair(scope(), [], [said(X)]) == []


def topics(*pairs, **members):
    return linked_as(Kind.TOPIC, *pairs, **members)


def linked_as(kind, *pairs, **members):
    to_remote = {key(ours, kind): key(theirs, kind) for ours, theirs in pairs}
    return Base(to_remote=to_remote, to_local={theirs: ours for ours, theirs in to_remote.items()}, **members)


def test_a_topic_of_the_server_is_never_known_by_another_name():
    (found,) = pair(scope(topics((A, X)), REMOTE, kind=Kind.TOPIC), [said(A, "new")], [said(A)])
    assert (found.target, found.unclear) == (None, "")


def test_one_topic_that_says_the_same_as_two_across_is_left_with_the_reason():
    (found,) = pair(scope(kind=Kind.TOPIC), [said(A)], [said(X), said(Y)])
    assert found.target is None
    assert "cannot be told" in found.unclear


def test_two_topics_that_say_the_same_as_one_across_are_left_with_the_reason():
    found = pair(scope(kind=Kind.TOPIC), [said(A), said(B)], [said(X)])
    assert [item.target for item in found] == [None, None]
    assert all("cannot be told" in item.unclear for item in found)


def test_of_topics_that_say_the_same_the_one_that_was_sent_without_an_answer_is_found():
    where = scope(Base(intents=begun(A, kind=Kind.TOPIC)), REMOTE, kind=Kind.TOPIC)
    assert paired(where, [said(X, author=SYNC)], [said(A), said(B)]) == [A]


def test_on_the_way_back_what_was_there_before_an_unanswered_create_is_not_it():
    where = scope(linked(intents=begun(A, Y)), REMOTE)
    assert paired(where, [said(Y, author=SYNC)], [said(A)]) == [None]


def test_two_unanswered_creates_that_arrived_are_told_apart_by_what_they_say():
    where = scope(linked(intents=begun(A) | begun(B)))
    targets = [said(Y, "two", SYNC), said(X, "one", SYNC)]
    assert paired(where, [said(A, "one"), said(B, "two")], targets) == [X, Y]


def test_once_one_of_two_unanswered_creates_is_found_the_newcomer_is_the_other():
    where = scope(linked(intents=begun(A) | begun(B)))
    targets = [said(X, "one", SYNC), said(Y, "edited", SYNC)]
    assert paired(where, [said(A, "one"), said(B, "two")], targets) == [X, Y]


def test_a_newcomer_is_not_doubtful_once_the_only_unanswered_create_is_found():
    where = scope(linked(intents=begun(A)), REMOTE)
    found = pair(where, [said(Y, author=SYNC), said(Z, "other", SYNC)], [said(A)])
    assert [(item.target and item.target.guid, item.doubtful) for item in found] == [(A, False), (None, False)]


@pytest.mark.parametrize(("site", "source", "target"), [(LOCAL, A, Y), (REMOTE, Y, A)])
def test_the_only_newcomer_is_found_in_a_topic_the_server_calls_otherwise(site, source, target):
    here, there = (T1, Z) if site is LOCAL else (Z, T1)
    capabilities = MINTS if site is LOCAL else ARCHIVE
    where = Scope(Kind.COMMENT, site, linked(intents=begun(A)), here, there, capabilities, MINTS)
    ours, theirs = said(A), said(Y, "edited", SYNC)
    assert paired(where, *(([ours], [theirs]) if site is LOCAL else ([theirs], [ours]))) == [target]


def test_what_was_begun_anew_and_is_there_again_is_still_what_is_on_record():
    where = scope(linked((A, X), held=[A], intents=begun(A, X)))
    assert paired(where, [said(A)], [said(X, "other"), said(Y, author=SYNC)]) == [X]


@pytest.mark.parametrize("site", [LOCAL, REMOTE])
def test_what_is_gone_is_not_found_again_in_something_that_says_the_same(site):
    where = scope(topics((A, X)), site, kind=Kind.TOPIC)
    source, other = (said(A), said(Y)) if site is LOCAL else (said(X, author=SYNC), said(B))
    assert paired(where, [source], [other]) == [None]
