"""What a turn may be in the middle of when its process ends: a beginning, and what people did since."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from folders import HERE, Office, settle
from worlds import (
    C1,
    C2,
    C3,
    D1,
    R1,
    T1,
    T2,
    T3,
    V1,
    V2,
    blob,
    comment,
    gid,
    link,
    model_file,
    paper,
    rich,
    topic,
    view,
)

from bcfsync.model import Bcf, DocumentReference
from bcfsync.plan.policy import Deletes, Place, Policy, Prefer

Step = Callable[[Office], None]
MIRROR = Policy(deletes=Deletes.MIRROR)


@dataclass(frozen=True)
class CrashScenario:
    """A scenario by its name."""

    name: str
    begin: Step
    act: Step
    options: dict = field(default_factory=dict)


ALL: list[CrashScenario] = []


def scenario(begin: Step, **options):
    """The decorated function is what happened since; its name is the scenario's."""

    def take(act: Step) -> Step:
        ALL.append(CrashScenario(act.__name__.replace("_", " "), begin, act, options))
        return act

    return take


# -- what people do ----------------------------------------------------------------------------------------------------


def archive(found: Office, name: str = "a.bcf"):
    return found.folder.open(HERE + name)


def in_file(found: Office, change, name: str = "a.bcf", title: str = "One") -> None:
    """Somebody edits a topic of an archive and saves."""
    side = archive(found, name)
    topics = tuple(change(item) if item.title == title else item for item in side.bcf.topics)
    side.save(replace(side.bcf, topics=topics))


def on_server(found: Office, change, title: str = "One") -> None:
    """Somebody edits a topic on the server."""
    bcf = found.remote.bcf
    found.remote.bcf = replace(bcf, topics=tuple(change(item) if item.title == title else item for item in bcf.topics))


def saying(**members):
    return lambda item: replace(item, **members)


def with_comments(*new):
    return lambda item: replace(item, comments=(*item.comments, *new))


def seen_and_said(item):
    """A viewpoint with a picture, a comment on it, and an answer."""
    views = (*item.viewpoints, view(V1, x=7.0, picture=blob("picture")))
    said = comment(C1, "look", viewpoint_guid=V1), comment(C2, "yes", reply_to_comment_guid=C1)
    return replace(item, viewpoints=views, comments=(*item.comments, *said))


def without(found: Office, title: str, name: str | None = None) -> None:
    """Somebody deletes a topic."""
    side = archive(found, name) if name else found.remote
    bcf = replace(side.bcf, topics=tuple(item for item in side.bcf.topics if item.title != title))
    if name:
        side.save(bcf)
    else:
        side.bcf = bcf


def add_on_server(found: Office, *topics) -> None:
    found.remote.bcf = replace(found.remote.bcf, topics=(*found.remote.bcf.topics, *topics))


# -- how it begins -----------------------------------------------------------------------------------------------------


def nothing(found: Office) -> None:
    """Nothing is anywhere."""


def three(found: Office) -> None:
    """Three topics in an archive, met with the server."""
    found.folder.put("a.bcf", topic(T1, title="One"), topic(T2, title="Two"), topic(T3, title="Three"))
    settle(found)


def talked(found: Office) -> None:
    """A topic with a thread and a picture, and another one, met."""
    found.folder.put("a.bcf", seen_and_said(topic(T1, title="One")), topic(T2, title="Two"), topic(T3, title="Three"))
    settle(found)


def two_archives(found: Office) -> None:
    """One topic in two archives, each with one of its own, met."""
    found.folder.put("a.bcf", topic(T1, title="One"), topic(T2, title="Two"))
    found.folder.put("b.bcf", topic(T1, title="One"), topic(T3, title="Three"))
    settle(found)


def conflict(found: Office) -> None:
    """A title that both sides changed."""
    three(found)
    in_file(found, saying(priority="Mine"))
    on_server(found, saying(priority="Theirs"))
    settle(found)
    assert found.store.conflicts()


# -- first meetings ----------------------------------------------------------------------------------------------------


@scenario(nothing)
def a_folder_meets_an_empty_server(found):
    topics, documents = rich()
    archive(found).save(Bcf("3.0", topics=topics, documents=documents))


@scenario(nothing)
def a_server_meets_an_empty_folder(found):
    topics, documents = rich()
    found.remote.bcf = Bcf("3.0", topics=topics, documents=documents)


@scenario(nothing)
def both_hold_the_same_topic_and_have_no_memory(found):
    add_on_server(found, topic(T1, title="One", comments=(comment(C1, "there"),)))
    found.folder.put("a.bcf", topic(T1, title="One", comments=(comment(C2, "here"),)))


@scenario(nothing)
def two_archives_with_copies_meet_a_server(found):
    for name in ("a.bcf", "b.bcf"):
        found.folder.put(name, seen_and_said(topic(T1, title="One")))


@scenario(nothing)
def a_later_revision_comes_as_a_second_archive(found):
    found.folder.put("a.bcf", topic(T1, title="One"))
    found.folder.put("b.bcf", with_comments(comment(C3, "later"))(topic(T1, title="One")))


# -- new things --------------------------------------------------------------------------------------------------------


@scenario(three)
def a_topic_is_new_in_the_archive(found):
    side = archive(found)
    new = seen_and_said(topic(gid(90), title="New", labels=("a", "b"), files=(model_file("x.ifc"),)))
    side.save(replace(side.bcf, topics=(*side.bcf.topics, new)))


@scenario(three)
def a_topic_is_new_on_the_server(found):
    add_on_server(found, seen_and_said(topic(gid(90), title="New", labels=("a", "b"))))


@scenario(three)
def topics_are_new_on_both_sides(found):
    add_on_server(found, topic(gid(90), title="Far"), topic(gid(91), title="Farther"))
    side = archive(found)
    side.save(replace(side.bcf, topics=(*side.bcf.topics, topic(gid(92), title="Near"))))


@scenario(three, rules=(Place(HERE + "mep.bcf", label="MEP"),))
def a_rule_sends_a_new_topic_to_an_archive_of_its_own(found):
    add_on_server(found, topic(gid(90), title="Duct", labels=("MEP",)), topic(gid(91), title="Wall"))


@scenario(three)
def a_comment_with_viewpoint_and_picture_is_new_in_the_archive(found):
    in_file(found, seen_and_said)


@scenario(three)
def a_comment_with_viewpoint_and_picture_is_new_on_the_server(found):
    on_server(found, seen_and_said)


@scenario(three)
def comments_are_new_on_both_sides(found):
    in_file(found, with_comments(comment(C1, "from the file"), comment(C2, "OK")))
    on_server(found, with_comments(comment(C3, "from the server"), comment(gid(40), "OK")))


@scenario(three)
def a_document_and_its_reference_are_new_in_the_archive(found):
    side = archive(found)
    refers = DocumentReference(R1, document_guid=D1)
    first = replace(side.bcf.topics[0], document_references=(refers, link(gid(50), "https://example.com/x")))
    side.save(replace(side.bcf, topics=(first, *side.bcf.topics[1:]), documents=(paper(),)))


@scenario(three)
def relations_and_model_files_change_on_both_sides(found):
    in_file(found, saying(files=(model_file("a.ifc"),), related_topics=(T2,)))
    on_server(found, saying(files=(model_file("b.ifc"),)), title="Two")


# -- edits -------------------------------------------------------------------------------------------------------------


@scenario(three)
def a_topic_is_edited_in_the_archive(found):
    in_file(found, saying(title="Changed", priority="High", labels=("a",)))


@scenario(three)
def a_topic_is_edited_on_the_server(found):
    on_server(found, saying(title="Changed", priority="High", labels=("a",)))


@scenario(three)
def different_members_are_edited_on_either_side(found):
    in_file(found, saying(priority="High", labels=("here",)))
    on_server(found, saying(stage="Plan", labels=("there",)))


@scenario(three)
def different_lines_of_a_description_are_edited_on_either_side(found):
    in_file(found, saying(description="one\ntwo\nthree"))
    settle(found)
    in_file(found, saying(description="ONE\ntwo\nthree"))
    on_server(found, saying(description="one\ntwo\nTHREE"))


@scenario(talked)
def comments_are_reworded_on_both_sides(found):
    in_file(found, lambda it: replace(it, comments=(replace(it.comments[0], comment="look there"), it.comments[1])))
    on_server(found, lambda it: replace(it, comments=(it.comments[0], replace(it.comments[1], comment="no"))))


@scenario(two_archives)
def an_edit_of_one_archive_goes_to_the_other(found):
    in_file(found, saying(title="Changed"))


@scenario(two_archives)
def edits_of_two_archives_and_the_server_meet(found):
    in_file(found, saying(priority="High"))
    in_file(found, saying(stage="Plan"), name="b.bcf")
    on_server(found, saying(assigned_to="anna@example.com"))


# -- conflicts ---------------------------------------------------------------------------------------------------------


@scenario(three)
def a_member_is_changed_on_both_sides(found):
    in_file(found, saying(priority="Mine", stage="Mine too"))
    on_server(found, saying(priority="Theirs"))


@scenario(three, policy=Policy(prefer={"*": Prefer.SERVER}))
def a_conflict_is_settled_for_the_server(found):
    in_file(found, saying(priority="Mine"))
    on_server(found, saying(priority="Theirs"))


@scenario(three, policy=Policy(prefer={"*": Prefer.FILES}))
def a_conflict_is_settled_for_the_files(found):
    in_file(found, saying(priority="Mine"))
    on_server(found, saying(priority="Theirs"))


@scenario(conflict)
def a_conflict_is_decided_for_a_side(found):
    (item,) = found.store.conflicts()
    found.store.decide(item.key, item.field, "files", None)


@scenario(conflict)
def a_conflict_is_decided_for_a_third_value(found):
    (item,) = found.store.conflicts()
    found.store.decide(item.key, item.field, None, "Both")


# -- deletions ---------------------------------------------------------------------------------------------------------


@scenario(talked, policy=MIRROR)
def a_topic_is_deleted_in_the_archive(found):
    without(found, "One", "a.bcf")


@scenario(talked, policy=MIRROR)
def a_topic_is_deleted_on_the_server(found):
    without(found, "One")


@scenario(talked)
def topics_are_deleted_where_deletions_do_not_travel(found):
    without(found, "One")
    without(found, "Two", "a.bcf")


@scenario(talked, policy=MIRROR)
def a_thread_is_deleted_in_the_archive(found):
    in_file(found, saying(comments=(), viewpoints=()))


@scenario(talked, policy=MIRROR)
def a_comment_is_deleted_on_the_server(found):
    on_server(found, lambda it: replace(it, comments=it.comments[:1]))


@scenario(talked, policy=MIRROR)
def an_edit_in_the_archive_beats_a_deletion_on_the_server(found):
    in_file(found, saying(priority="High"))
    without(found, "One")


@scenario(talked, policy=MIRROR)
def an_edit_on_the_server_beats_a_deletion_in_the_archive(found):
    on_server(found, with_comments(comment(C3, "wait")))
    without(found, "One", "a.bcf")


@scenario(two_archives, policy=MIRROR)
def a_topic_is_taken_out_of_one_of_two_archives(found):
    without(found, "One", "a.bcf")


@scenario(two_archives, policy=MIRROR)
def a_topic_is_taken_out_of_both_archives(found):
    without(found, "One", "a.bcf")
    without(found, "One", "b.bcf")


@scenario(two_archives, policy=MIRROR)
def a_topic_of_two_archives_is_deleted_on_the_server(found):
    without(found, "One")


@scenario(talked, policy=MIRROR)
def a_topic_moves_to_another_archive(found):
    moved = archive(found).bcf.topics[0]
    without(found, "One", "a.bcf")
    found.folder.put("z.bcf", moved)


# -- files -------------------------------------------------------------------------------------------------------------


@scenario(talked)
def an_archive_is_renamed_and_edited_on_the_server(found):
    found.folder.archives["z.bcf"] = found.folder.archives.pop("a.bcf")
    on_server(found, saying(priority="High"))


@scenario(two_archives)
def an_archive_is_gone(found):
    archive(found, "b.bcf").there = False
    found.sleep(61)


@scenario(two_archives)
def an_archive_is_copied_and_the_copy_edited(found):
    found.folder.put("c.bcf", *archive(found).bcf.topics)
    in_file(found, saying(priority="High"), name="c.bcf")


def _stale(found: Office, *rounds) -> None:
    """A program loads, the server's edits arrive, and it saves what it had."""
    loaded = archive(found).bcf
    for change in rounds:
        on_server(found, change)
        settle(found)
    archive(found).save(loaded)


@scenario(talked, policy=MIRROR)
def an_older_copy_is_saved_over_our_write(found):
    _stale(found, lambda it: replace(with_comments(comment(C3, "news"))(it), title="One", priority="High"))


@scenario(talked, policy=MIRROR)
def an_older_copy_is_saved_over_two_writes_with_an_edit(found):
    _stale(found, saying(priority="High"), with_comments(comment(C3, "news")))
    in_file(found, lambda it: replace(it, stage="Mine", comments=(*it.comments, comment(gid(60), "mine"))))


@scenario(talked, policy=MIRROR)
def an_older_copy_is_saved_over_a_deletion(found):
    loaded = archive(found).bcf
    without(found, "Two")
    settle(found)
    archive(found).save(loaded)


@scenario(talked, policy=MIRROR)
def an_older_copy_is_saved_over_a_new_topic_with_a_picture(found):
    loaded = archive(found).bcf
    found.folder.archives["inbox.bcf"] = found.folder.archives.pop("a.bcf")
    settle(found)
    add_on_server(found, replace(topic(gid(90), title="New"), viewpoints=(view(V2, x=3.0, picture=blob("two")),)))
    settle(found)
    archive(found, "inbox.bcf").save(loaded)


@scenario(talked)
def another_value_in_an_older_copy_is_a_conflict(found):
    _stale(found, saying(priority="Theirs"))
    in_file(found, saying(priority="Mine"))


def shown_from(x: float, name: str = "picture"):
    """A program saves the first viewpoint otherwise under its guid."""
    return lambda item: replace(
        item, viewpoints=(view(item.viewpoints[0].guid, x=x, picture=blob(name)), *item.viewpoints[1:])
    )


@scenario(talked)
def a_viewpoint_is_changed_under_its_guid_and_commented_on(found):
    in_file(found, shown_from(8.0, "another"))
    in_file(found, with_comments(comment(C3, "there", viewpoint_guid=V1)))


@scenario(talked, policy=MIRROR)
def a_viewpoint_that_was_changed_twice_is_deleted(found):
    for x in (8.0, 9.0):
        in_file(found, shown_from(x))
        settle(found)
    in_file(found, lambda it: replace(it, viewpoints=(), comments=()))


@scenario(talked)
def a_changed_viewpoint_reaches_a_copy_that_was_edited(found):
    found.folder.put("b.bcf", archive(found).bcf.topics[0])
    settle(found)
    in_file(found, shown_from(8.0))
    in_file(found, with_comments(comment(C3, "there", viewpoint_guid=V1)), "b.bcf")
