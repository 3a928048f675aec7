"""What a saved archive shows of our writes to it, and what is put back: one row a rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bcfsync import plain
from bcfsync.changes import Files, Key, Kind, Related, Verb, key_of
from bcfsync.dates import timestamp
from bcfsync.marks import is_unknown
from bcfsync.model import BimSnippet, Blob, Comment, Document, DocumentReference, HeaderFile, Topic, Viewpoint
from bcfsync.plan.stale import MOST_TRIES, Write, atoms, forgotten, judged, read

T1, T2, C1, C2, V1, R1 = (f"{at:08d}-0000-4000-8000-000000000000" for at in range(1, 7))
DUCT, PIPE = key_of(Kind.TOPIC, "", T1), key_of(Kind.TOPIC, "", T2)
FIRST, SECOND = key_of(Kind.COMMENT, T1, C1), key_of(Kind.COMMENT, T1, C2)
FILES, RELATED = key_of(Kind.FILES, T1, T1), key_of(Kind.RELATED, T1, T1)
MONDAY, TUESDAY = (timestamp(datetime(2025, 3, day, tzinfo=UTC)) for day in (3, 4))

PLANNED = Topic(
    T1, "Duct", topic_status="Open", priority="Low", description="As planned", labels=("a",),
    modified_date=MONDAY, modified_author="anna@example.com",
)  # fmt: skip
ASKED = Comment(C1, "Why?", MONDAY, "anna@example.com")
ANSWERED = Comment(C2, "Because.", MONDAY, "ben@example.com")
NO_FILES, ONE_FILE, TWO_FILES = (
    Files(),
    Files((HeaderFile("a.ifc"),)),
    Files((HeaderFile("a.ifc"), HeaderFile("b.ifc"))),
)


def key_for(value) -> Key:
    match value:
        case Files():
            return FILES
        case Related():
            return RELATED
        case Topic(guid=guid):
            return key_of(Kind.TOPIC, "", guid)
        case Comment(guid=guid):
            return key_of(Kind.COMMENT, T1, guid)
        case DocumentReference(guid=guid):
            return key_of(Kind.REFERENCE, T1, guid)
        case _:
            return key_of(Kind.DOCUMENT, "", value.guid)


def created(generation, value, *, again=False, tries=0):
    """We gave the archive an atom; ``again``: one that it had held before."""
    return Write(key_for(value), Verb.CREATE, (), value, None, None, generation, tries, again)


def edited(generation, before, tries=0, **members):
    """We gave an atom of the archive other members."""
    after = (
        replace(before, modified_date=TUESDAY, **members) if isinstance(before, Topic) else replace(before, **members)
    )
    return Write(key_for(before), Verb.UPDATE, tuple(members), after, before, before, generation, tries)


def exchanged(generation, before, after, tries=0):
    """We gave the archive a list, or a picture, whole."""
    return Write(key_for(after), Verb.UPDATE, (), after, before, before, generation, tries)


def deleted(generation, before, tries=0):
    """We deleted an atom in the archive."""
    return Write(key_for(before), Verb.DELETE, (), None, before, before, generation, tries)


def judge(writes, *saved, **more):
    """The verdict on an archive that holds these atoms; the record says what we wrote last."""
    held = {key_for(item): item for item in saved}
    record = {item.key: item.new for item in writes if item.new is not None}
    return judged(writes, held, more.get("local", record), more.get("seen", record))


def changed(value, **members):
    return replace(value, **members)


CLOSED = {"topic_status": "Closed"}
BUILT = {"description": "As built"}

# -- what a program had loaded ---------------------------------------------------------------------------------------

SHOWN = {
    "an older copy shows nothing of what was written": ([edited(1, PLANNED, **BUILT)], [PLANNED], 0),
    "a description can only be ours": ([edited(1, PLANNED, **BUILT)], [changed(PLANNED, **BUILT)], 1),
    "one of ours is enough where other members of that write are as they were": (
        [edited(1, PLANNED, **BUILT, **CLOSED, priority="High")], [changed(PLANNED, **BUILT)], 1),
    "words that were on record before may be anybody's": (
        [replace(edited(1, PLANNED, **BUILT, **CLOSED), again=True)], [changed(PLANNED, **BUILT)], 0),
    "words that somebody else chose show nothing": (
        [edited(1, PLANNED, **BUILT)], [changed(PLANNED, description="As sold")], 0),
    "words we gave that stood there before show nothing": (
        [edited(1, PLANNED, description="As planned")], [PLANNED], 0),
    "a status that stands as we wrote it is taken for ours": (
        [edited(1, PLANNED, **CLOSED)], [changed(PLANNED, **CLOSED)], 1),
    "a status beside a member that is as it was before may be anybody's": (
        [edited(1, PLANNED, **CLOSED, priority="High")], [changed(PLANNED, **CLOSED)], 0),
    "two members as we wrote them count for more than one as it was": (
        [edited(1, PLANNED, **CLOSED, priority="High", stage="Design")],
        [changed(PLANNED, **CLOSED, priority="High")], 1),
    "a third value counts for nothing": (
        [edited(1, PLANNED, **CLOSED, priority="High")], [changed(PLANNED, **CLOSED, priority="Middle")], 1),
    "an emptied description may be anybody's": (
        [edited(1, PLANNED, description=None, **CLOSED)], [changed(PLANNED, description=None)], 0),
    "an emptied description shows nothing: programs drop what they do not know": (
        [edited(1, PLANNED, description=None)], [changed(PLANNED, description=None)], 0),
    "labels that are all gone show nothing": (
        [edited(1, changed(PLANNED, labels=("a",)), labels=())], [changed(PLANNED, labels=())], 0),
    "a comment we created that is missing speaks against all that an older file has, too": (
        [created(1, PLANNED, again=True), created(1, ANSWERED)], [PLANNED], 0),
    "labels in another order are the same labels": (
        [edited(1, PLANNED, labels=("a", "b"))], [changed(PLANNED, labels=("b", "a"))], 1),
    "a comment we created is only there if it was loaded": ([created(1, ANSWERED)], [ANSWERED], 1),
    "a comment we created may have been edited since": (
        [created(1, ANSWERED)], [changed(ANSWERED, comment="Because!")], 1),
    "a comment that is not there was not loaded": ([created(1, ANSWERED)], [ASKED], 0),
    "one comment of two that were created together is enough": (
        [created(1, ANSWERED), created(1, ASKED)], [ANSWERED], 1),
    "a comment created again may stand there from before, as it was": (
        [created(1, ANSWERED, again=True)], [changed(ANSWERED, comment="Since.")], 0),
    "a comment created again that is as we wrote it is taken for ours": (
        [created(1, ANSWERED, again=True)], [ANSWERED], 1),
    "a comment created again beside an edit that is not there may be anybody's": (
        [created(1, ANSWERED, again=True), edited(1, PLANNED, **CLOSED)], [ANSWERED, PLANNED], 0),
    "a list of model files as we wrote it is taken for ours": (
        [exchanged(1, ONE_FILE, TWO_FILES)], [TWO_FILES], 1),
    "a list of model files as it was before shows nothing": (
        [exchanged(1, ONE_FILE, TWO_FILES), edited(1, PLANNED, **CLOSED)],
        [ONE_FILE, changed(PLANNED, **CLOSED)], 0),
    "a list of model files somebody else changed counts for nothing": (
        [exchanged(1, ONE_FILE, TWO_FILES), edited(1, PLANNED, **CLOSED)],
        [NO_FILES, changed(PLANNED, **CLOSED)], 1),
    "a list that says the same as before shows nothing": ([exchanged(1, ONE_FILE, ONE_FILE)], [ONE_FILE], 0),
    "a list where there was none is taken for ours": ([exchanged(1, None, ONE_FILE)], [ONE_FILE], 1),
    "a list where there was none that is another one shows nothing": (
        [exchanged(1, None, ONE_FILE), edited(1, PLANNED, **CLOSED)], [TWO_FILES, changed(PLANNED, **CLOSED)], 1),
    "what is gone shows nothing of an edit": (
        [edited(1, PLANNED, **BUILT), exchanged(1, ONE_FILE, TWO_FILES)], [ASKED], 0),
    "what is gone may have been gone before we deleted it": ([deleted(1, ASKED)], [], 0),
    "what is there again shows nothing of its deletion": (
        [deleted(1, ASKED), edited(1, PLANNED, **CLOSED)], [ASKED, changed(PLANNED, **CLOSED)], 1),
    "an edit of what was never on record shows nothing": (
        [replace(edited(1, PLANNED, **BUILT), ours=None)], [changed(PLANNED, **BUILT)], 0),
    "a document and the project's name are no sign of anything": (
        [created(1, Document(T1, "plan.pdf"))], [Document(T1, "plan.pdf")], 0),
}  # fmt: skip

SHOWN_OF_SEVERAL = {
    "the last write that shows counts": (
        [edited(1, PLANNED, **BUILT), created(2, ANSWERED)], [changed(PLANNED, **BUILT), ANSWERED], 2),
    "writes are in the order of their numbers": (
        [created(2, ANSWERED), edited(1, PLANNED, **BUILT)], [changed(PLANNED, **BUILT), ANSWERED], 2),
    "nothing of the second shows": (
        [edited(1, PLANNED, **BUILT), created(2, ANSWERED)], [changed(PLANNED, **BUILT)], 1),
    "who shows the second has loaded the first, whatever became of it since": (
        [edited(1, PLANNED, **BUILT), created(2, ANSWERED)], [PLANNED, ANSWERED], 2),
    "a status of the second is a chance where the first is not there": (
        [created(1, ANSWERED), edited(2, PLANNED, **CLOSED)], [changed(PLANNED, **CLOSED)], 0),
    "a status of the second is taken for ours where the first is there": (
        [created(1, ANSWERED), edited(2, PLANNED, **CLOSED)], [changed(PLANNED, **CLOSED), ANSWERED], 2),
    "a status of the second is taken for ours where the first says neither": (
        [edited(1, PLANNED, **CLOSED, priority="High"), exchanged(2, ONE_FILE, TWO_FILES)],
        [changed(PLANNED, **CLOSED), TWO_FILES], 2),
    "a status of the third is taken for ours where the second is there and the first is not": (
        [created(1, ANSWERED), edited(2, PLANNED, **BUILT), exchanged(3, ONE_FILE, TWO_FILES)],
        [changed(PLANNED, **BUILT), TWO_FILES], 3),
    "a status of the third is a chance where neither of the others is there": (
        [created(1, ANSWERED), edited(2, PLANNED, **BUILT), exchanged(3, ONE_FILE, TWO_FILES)],
        [PLANNED, TWO_FILES], 0),
    "a proof in a write that is not there otherwise counts against that": (
        [edited(1, PLANNED, **BUILT, **CLOSED, priority="High"), exchanged(2, ONE_FILE, TWO_FILES)],
        [changed(PLANNED, **BUILT), TWO_FILES], 1),
    "what was written again the same proves no more than the first time": (
        [edited(1, PLANNED, **BUILT), edited(2, PLANNED, **BUILT)], [changed(PLANNED, **BUILT)], 1),
    "what was written again otherwise proves the second time": (
        [edited(1, PLANNED, **BUILT), edited(2, changed(PLANNED, **BUILT), description="As sold")],
        [changed(PLANNED, description="As sold")], 2),
}  # fmt: skip


@pytest.mark.parametrize(("writes", "saved", "generation"), SHOWN.values(), ids=SHOWN)
def test_what_a_saved_file_shows_of_a_write(writes, saved, generation):
    assert judge(writes, *saved).loaded == generation


@pytest.mark.parametrize(("writes", "saved", "generation"), SHOWN_OF_SEVERAL.values(), ids=SHOWN_OF_SEVERAL)
def test_what_a_saved_file_shows_of_several_writes(writes, saved, generation):
    assert judge(writes, *saved).loaded == generation


def test_where_nothing_was_written_nothing_is_judged():
    found = judge([], PLANNED)
    assert (found.loaded, dict(found.shadows), found.lost, found.fought) == (0, {}, (), frozenset())


# -- what it has lost, and what the record is put back to -----------------------------------------------------------


def back(found, key):
    """What the archive's shadow and the server's are put back to."""
    return found.shadows[key]


def test_an_edit_that_was_lost_is_put_back_member_by_member():
    write = edited(1, PLANNED, **BUILT, **CLOSED)
    local = replace(write.new, priority="High")  # agreed later
    found = judge([write], PLANNED, local={DUCT: local}, seen={DUCT: local})
    ours, seen = back(found, DUCT)
    assert (ours.description, ours.topic_status, ours.priority) == ("As planned", "Open", "High")
    assert (seen.description, seen.topic_status, seen.priority) == ("As planned", "Open", "High")
    assert found.lost == (write,)


def test_a_member_somebody_changed_since_is_put_back_so_that_a_third_value_is_a_conflict():
    write = edited(1, PLANNED, **CLOSED)
    ours, seen = back(judge([write], changed(PLANNED, topic_status="Resolved")), DUCT)
    assert (ours.topic_status, seen.topic_status) == ("Open", "Open")


def test_the_date_of_an_edit_that_was_lost_is_the_date_before():
    ours, seen = back(judge([edited(1, PLANNED, **BUILT)], PLANNED), DUCT)
    assert ours.modified_date == MONDAY
    assert seen.modified_date == TUESDAY


def test_a_reference_has_no_date_to_be_put_back():
    before = DocumentReference(R1, url="https://example.com/a")
    write = edited(1, before, url="https://example.com/b")
    assert back(judge([write], before), write.key) == (before, before)


def test_a_comment_that_was_created_and_lost_was_never_there():
    found = judge([created(1, ANSWERED)], ASKED)
    assert back(found, SECOND) == (None, None)
    assert len(found.lost) == 1


def test_a_comment_that_was_deleted_and_is_there_again_is_on_record_again():
    found = judge([deleted(1, ASKED)], changed(ASKED, comment="Why not?"))
    assert back(found, FIRST) == (ASKED, ASKED)


def test_a_comment_that_was_deleted_and_is_not_there_is_no_loss():
    found = judge([deleted(1, ASKED)], PLANNED)
    assert (dict(found.shadows), found.lost) == ({}, ())


def test_a_list_that_was_lost_is_put_back_whole():
    found = judge([exchanged(1, ONE_FILE, TWO_FILES)], ONE_FILE)
    assert back(found, FILES) == (ONE_FILE, ONE_FILE)


def test_a_list_that_is_there_is_no_loss_whatever_else_was_lost():
    found = judge([created(1, ANSWERED), exchanged(2, ONE_FILE, TWO_FILES)], TWO_FILES)
    assert set(found.shadows) == {SECOND}


def test_an_edit_that_is_there_beside_an_edit_of_somebody_else_is_no_loss():
    found = judge([created(1, ANSWERED), edited(2, PLANNED, **CLOSED)], changed(PLANNED, **CLOSED, title="Pipe"))
    assert set(found.shadows) == {SECOND}


def test_a_topic_that_is_gone_whole_has_lost_every_member_of_an_edit():
    ours, seen = back(judge([edited(1, PLANNED, **BUILT)]), DUCT)
    assert (ours.description, seen.description) == ("As planned", "As planned")


def test_a_comment_created_again_that_stands_there_as_it_was_is_lost():
    older = changed(ANSWERED, comment="Since.")
    found = judge([created(1, ANSWERED, again=True)], older)
    assert back(found, SECOND) == (None, None)


def test_a_comment_created_again_that_is_as_we_wrote_it_is_no_loss():
    writes = [edited(1, PLANNED, **BUILT), created(2, ANSWERED, again=True)]
    assert set(judge(writes, PLANNED, ANSWERED).shadows) == {DUCT}


def test_a_comment_that_was_created_and_edited_by_its_users_is_no_loss():
    # another write of the same generation is not there, and that one proves the generation
    found = judge([created(1, ANSWERED), edited(1, PLANNED, **BUILT)], changed(ANSWERED, comment="Oh."), PLANNED)
    assert (found.loaded, found.lost) == (1, ())


def test_what_was_loaded_and_changed_back_by_a_person_is_no_loss():
    found = judge([created(1, ANSWERED), edited(1, PLANNED, **BUILT)], ANSWERED, PLANNED)
    assert (found.loaded, dict(found.shadows), found.lost) == (1, {}, ())


def test_of_an_atom_that_lost_several_writes_the_record_is_put_back_to_before_the_first():
    first = edited(1, PLANNED, **BUILT)
    second = edited(2, changed(PLANNED, **BUILT), description="As sold", **CLOSED)
    found = judge([first, second], PLANNED)
    ours, seen = back(found, DUCT)
    assert (ours.description, ours.topic_status) == ("As planned", "Open")
    assert (seen.description, seen.topic_status) == ("As planned", "Open")
    assert found.lost == (first, second)


def test_of_an_atom_that_was_loaded_half_way_the_record_is_put_back_to_that():
    first = edited(1, PLANNED, **BUILT)
    second = edited(2, changed(PLANNED, **BUILT), description="As sold")
    found = judge([first, second], changed(PLANNED, **BUILT))
    assert back(found, DUCT)[0].description == "As built"
    assert found.lost == (second,)


def test_an_atom_created_and_edited_that_is_not_there_was_never_there():
    found = judge([created(1, ANSWERED), edited(2, ANSWERED, comment="Since.")])
    assert back(found, SECOND) == (None, None)


def test_what_is_on_no_record_any_more_is_put_back_to_what_it_was():
    write = edited(1, PLANNED, **BUILT)
    assert back(judge([write], PLANNED, local={}, seen={}), DUCT) == (PLANNED, PLANNED)
    for local, seen in (({DUCT: write.new}, {}), ({}, {DUCT: write.new})):
        assert back(judge([write], PLANNED, local=local, seen=seen), DUCT) == (PLANNED, PLANNED)


def test_what_was_on_no_record_before_an_edit_stays_as_it_is_on_record():
    write = edited(1, PLANNED, **BUILT)
    for before in (replace(write, ours=None), replace(write, seen=None)):
        assert back(judge([before], PLANNED), DUCT) == (write.new, write.new)


def test_documents_and_the_project_are_neither_lost_nor_put_back():
    found = judge([created(1, Document(T1, "plan.pdf"))])
    assert (dict(found.shadows), found.lost) == ({}, ())


# -- hints without proof: a person decides ---------------------------------------------------------------------------


def test_a_hint_of_a_write_that_is_not_proved_leaves_its_lost_members_to_a_person():
    found = judge([edited(1, PLANNED, **CLOSED, priority="High")], changed(PLANNED, **CLOSED))
    ours, seen = back(found, DUCT)
    assert is_unknown(ours.priority)
    assert is_unknown(seen.priority)
    assert (ours.topic_status, ours.title) == ("Closed", "Duct")


def test_what_was_created_in_a_doubtful_write_is_created_again():
    writes = [created(1, ANSWERED), created(1, ASKED), edited(1, PLANNED, **CLOSED)]
    found = judge(writes, changed(PLANNED, **CLOSED))
    assert back(found, SECOND) == back(found, FIRST) == (None, None)


def test_a_write_before_the_one_that_was_loaded_is_in_no_doubt():
    writes = [edited(1, PLANNED, **CLOSED, priority="High"), created(2, ANSWERED)]
    found = judge(writes, changed(PLANNED, **CLOSED), ANSWERED)
    assert (found.loaded, found.lost) == (2, ())


def test_a_list_in_a_doubtful_write_stays_on_record_and_what_the_server_had_is_put_back():
    writes = [exchanged(1, ONE_FILE, TWO_FILES), edited(1, PLANNED, **CLOSED)]
    found = judge(writes, ONE_FILE, changed(PLANNED, **CLOSED))
    assert back(found, FILES) == (TWO_FILES, ONE_FILE)


# -- again and again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tries", range(MOST_TRIES))
def test_what_was_lost_is_written_again_twice(tries):
    found = judge([edited(1, PLANNED, tries, **BUILT), created(1, ANSWERED, tries=tries)], PLANNED)
    assert back(found, DUCT)[0].description == "As planned"
    assert back(found, SECOND) == (None, None)
    assert not found.fought


def test_an_edit_that_is_lost_for_the_third_time_waits_for_a_person():
    found = judge([edited(1, PLANNED, MOST_TRIES, **BUILT)], PLANNED)
    ours, seen = back(found, DUCT)
    assert is_unknown(ours.description)
    assert is_unknown(seen.description)
    assert (ours.modified_date, seen.modified_date) == (MONDAY, TUESDAY)
    assert not found.fought


def test_every_member_of_an_edit_lost_for_the_third_time_waits_where_the_topic_is_gone():
    ours, seen = back(judge([edited(1, PLANNED, MOST_TRIES, **BUILT, **CLOSED)]), DUCT)
    assert all(map(is_unknown, (ours.description, ours.topic_status, seen.description, seen.topic_status)))


def test_only_what_was_lost_of_an_edit_waits_for_a_person():
    writes = [created(1, ANSWERED), edited(2, PLANNED, MOST_TRIES, **BUILT, **CLOSED)]
    ours, _ = back(judge(writes, changed(PLANNED, **CLOSED)), DUCT)
    assert is_unknown(ours.description)
    assert ours.topic_status == "Closed"


def test_a_label_is_put_back_each_time():
    write = edited(1, PLANNED, MOST_TRIES, labels=("a", "b"), **BUILT)
    ours, seen = back(judge([write], PLANNED), DUCT)
    assert (ours.labels, seen.labels) == (("a",), ("a",))
    assert is_unknown(ours.description)


@pytest.mark.parametrize("unknown", ["ours", "seen"])
def test_a_label_of_an_edit_of_what_was_on_no_record_stays_as_it_is_on_record(unknown):
    write = replace(edited(1, PLANNED, MOST_TRIES, labels=("a", "b")), **{unknown: None})
    ours, seen = back(judge([write], PLANNED), DUCT)
    assert (set(ours.labels), set(seen.labels)) == ({"a", "b"}, {"a", "b"})


def test_a_comment_taken_away_for_the_third_time_is_fought_over():
    found = judge([created(1, ANSWERED, tries=MOST_TRIES)], PLANNED)
    assert found.fought == {SECOND}
    assert dict(found.shadows) == {}
    assert len(found.lost) == 1


def test_a_comment_that_is_there_again_for_the_third_time_is_fought_over():
    found = judge([deleted(1, ASKED, MOST_TRIES)], ASKED)
    assert (found.fought, dict(found.shadows)) == ({FIRST}, {})


@pytest.mark.parametrize("tries", [(MOST_TRIES, 0), (0, MOST_TRIES)], ids=["first", "second"])
def test_the_most_tries_of_all_writes_of_an_atom_count(tries):
    writes = [created(1, ANSWERED, tries=tries[0]), created(2, ANSWERED, again=True, tries=tries[1])]
    assert judge(writes, PLANNED).fought == {SECOND}


def test_tries_of_one_atom_are_none_of_another():
    found = judge([created(1, ASKED, tries=MOST_TRIES), created(1, ANSWERED)], PLANNED)
    assert (found.fought, set(found.shadows)) == ({FIRST}, {SECOND})


def test_a_list_lost_for_the_third_time_stays_on_record_and_what_the_server_had_is_put_back():
    found = judge([exchanged(1, ONE_FILE, TWO_FILES, MOST_TRIES)], ONE_FILE)
    assert back(found, FILES) == (TWO_FILES, ONE_FILE)


def test_a_reference_lost_for_the_third_time_stays_on_record_and_what_the_server_had_is_put_back():
    before = DocumentReference(R1, url="https://example.com/a")
    write = edited(1, before, MOST_TRIES, url="https://example.com/b")
    assert back(judge([write], before), write.key) == (write.new, before)


# -- other servers over the same folder ------------------------------------------------------------------------------

TITLED = changed(PLANNED, title="Duct 2")
FORGOTTEN = {
    "a topic it never knew": (created(1, PLANNED), None, None),
    "a topic that was created and lost was never there": (created(1, PLANNED), PLANNED, None),
    "a topic that was created and lost was never there, whatever became of it": (created(1, PLANNED), TITLED, None),
    "an edit of what it never knew": (edited(1, PLANNED, **BUILT), None, None),
    "a list it never knew": (exchanged(1, ONE_FILE, TWO_FILES), None, None),
    "a deletion that was lost is none of its business": (deleted(1, ASKED), ASKED, ASKED),
    "a member that was written and lost is as it was before": (
        edited(1, PLANNED, **BUILT), changed(TITLED, **BUILT), TITLED),
    "a member that it knows otherwise stays": (
        edited(1, PLANNED, **BUILT), changed(TITLED, description="As sold"), changed(TITLED, description="As sold")),
    "one member of two": (
        edited(1, PLANNED, **BUILT, **CLOSED), changed(TITLED, **BUILT, topic_status="Resolved"),
        changed(TITLED, topic_status="Resolved")),
    "a label in another order is the same label": (
        edited(1, PLANNED, labels=("a", "b")), changed(PLANNED, labels=("b", "a")), PLANNED),
    "an edit of what was on no record": (
        replace(edited(1, PLANNED, **BUILT), ours=None), changed(PLANNED, **BUILT), changed(PLANNED, **BUILT)),
    "a list it knows as it was written": (exchanged(1, ONE_FILE, TWO_FILES), TWO_FILES, ONE_FILE),
    "a list it knows otherwise": (exchanged(1, ONE_FILE, TWO_FILES), NO_FILES, NO_FILES),
}  # fmt: skip


@pytest.mark.parametrize(("write", "before", "after"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_another_server_takes_a_lost_write_for_something_the_archive_never_held(write, before, after):
    assert forgotten(write, before) == after


# -- atoms and texts -------------------------------------------------------------------------------------------------


def test_every_part_of_a_topic_is_an_atom_of_its_own():
    snippet = BimSnippet(
        "JSON", is_external=False, reference="a.json", reference_schema="", blob=Blob("a", 1, "0" * 64)
    )
    view, paper = Viewpoint(V1), DocumentReference(R1, url="https://example.com")
    whole = replace(
        PLANNED, bim_snippet=snippet, files=ONE_FILE.files, related_topics=(T2,), comments=(ASKED, ANSWERED),
        viewpoints=(view,), document_references=(paper,),
    )  # fmt: skip
    assert atoms([whole, Topic(T2, "Pipe")]) == {
        DUCT: replace(PLANNED, bim_snippet=replace(snippet, blob=None)),
        FILES: ONE_FILE,
        RELATED: Related((T2,)),
        key_of(Kind.SNIPPET, T1, T1): snippet,
        FIRST: ASKED,
        SECOND: ANSWERED,
        key_of(Kind.VIEWPOINT, T1, V1): view,
        key_of(Kind.REFERENCE, T1, R1): paper,
        PIPE: Topic(T2, "Pipe"),
        key_of(Kind.FILES, T2, T2): Files(),
        key_of(Kind.RELATED, T2, T2): Related(),
    }


def test_a_value_is_read_from_the_text_on_record():
    assert read(Kind.COMMENT, plain.dumps(ASKED)) == ASKED
    assert read(Kind.PROJECT, None) is None
