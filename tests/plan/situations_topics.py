"""Scenarios: topics, labels, comments and viewpoints."""

from scenarios import (
    LATER,
    both,
    done,
    drop_titled,
    fields_in_conflict,
    gone,
    nothing,
    reasons,
    remote_edit,
    remote_reword,
    rich_topic,
    scenario,
    with_another,
)
from worlds import (
    ANNA,
    C1,
    C2,
    T1,
    V1,
    V2,
    blob,
    bring,
    comment,
    edit,
    essence,
    fetch,
    gid,
    only,
    reword,
    state_of,
    synced,
    texts,
    topic,
    view,
    world,
)

from bcfsync.changes import Kind, Verb

# -- topics ----------------------------------------------------------------------------------------------------


@scenario("T1")
def new_in_the_file(mint):
    found = world(mint=mint, local=[rich_topic()])
    assert nothing(fetch(found))
    bring(found)
    assert state_of(found.remote) == state_of(found.local)


@scenario("T2")
def new_on_the_server(mint):
    found = world(mint=mint, remote=[rich_topic()])
    assert nothing(bring(found))
    fetch(found)
    assert state_of(found.local) == state_of(found.remote)


@scenario("T3")
def edited_in_the_file(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, title="Moved", topic_status="Closed", due_date=LATER)
    assert nothing(fetch(found))
    assert [step.fields for step in bring(found).writes] == [("title", "topic_status", "due_date")]
    assert both(found, "topic_status") == ("Closed", "Closed")


@scenario("T4")
def edited_on_the_server(mint):
    found = synced(mint=mint, local=[topic()])
    remote_edit(found, assigned_to=ANNA, modified_author="ben@example.com", modified_date=LATER)
    assert nothing(bring(found))
    fetch(found)
    assert both(found, "assigned_to") == (ANNA, ANNA)
    assert (only(found.local).modified_author, only(found.local).creation_author) == ("ben@example.com", ANNA)


@scenario("T5")
def different_members_edited(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, priority="High")
    remote_edit(found, stage="Design")
    assert [step.fields for step in bring(found).writes] == [("priority",)]
    assert [step.fields for step in fetch(found).writes] == [("stage",)]
    assert both(found, "priority") + both(found, "stage") == ("High", "High", "Design", "Design")


@scenario("T6")
def edited_on_both_sides_differently(mint):
    found = synced(mint=mint, local=[topic(priority="Low")])
    edit(found.local, priority="High")
    remote_edit(found, priority="Critical")
    for told in (bring(found), fetch(found)):
        (conflict,) = told.conflicts
        assert (conflict.base, conflict.local, conflict.remote) == ("Low", "High", "Critical")
    assert both(found, "priority") == ("High", "Critical")


@scenario("T7")
def edited_on_both_sides_alike(mint):
    found = synced(mint=mint, local=[topic(priority="Low")])
    edit(found.local, priority="High")
    remote_edit(found, priority="High")
    assert nothing(bring(found))
    edit(found.local, priority="Critical")
    assert not bring(found).conflicts
    assert both(found, "priority") == ("Critical", "Critical")
    edit(found.local, priority="Low")
    remote_edit(found, priority="Low")
    assert nothing(fetch(found))
    remote_edit(found, priority=None)
    fetch(found)
    assert both(found, "priority") == (None, None)


@scenario("T8")
def emptied_in_the_file(mint):
    found = synced(mint=mint, local=[topic(description="Long", due_date=LATER)])
    edit(found.local, description=None, due_date=None)
    assert nothing(fetch(found))
    bring(found)
    assert both(found, "description") + both(found, "due_date") == (None,) * 4


@scenario("T9")
def gone_from_the_server_unchanged(mint):
    found = with_another(mint)
    drop_titled(found.remote)
    assert reasons(bring(found)) == gone("remote")
    assert nothing(fetch(found))


@scenario("T10")
def gone_from_the_server_edited(mint):
    found = with_another(mint)
    drop_titled(found.remote)
    edit(found.local, priority="High")
    assert nothing(fetch(found))
    bring(found)
    assert state_of(found.remote) == state_of(found.local)


@scenario("T11")
def gone_from_the_server_comment_edited(mint):
    found = with_another(mint)
    drop_titled(found.remote)
    reword(found.local, T1, "OK", comment="OK, look again")
    bring(found)
    assert state_of(found.remote) == state_of(found.local)


@scenario("T12")
def gone_from_the_file_unchanged(mint):
    found = with_another(mint)
    drop_titled(found.local)
    assert nothing(bring(found))
    assert reasons(fetch(found)) == gone("local")


@scenario("T13")
def gone_from_the_file_edited(mint):
    found = with_another(mint)
    before = next(item for item in found.local.bcf.topics if item.guid == T1)
    drop_titled(found.local)
    edit(found.remote, next(item.guid for item in found.remote.bcf.topics if item.title != "Another"), priority="High")
    assert nothing(bring(found))
    fetch(found)
    after = next(item for item in found.local.bcf.topics if item.guid == T1)
    assert (after.priority, after.creation_author, after.creation_date) == ("High", ANNA, before.creation_date)
    assert (after.comments[0].author, after.comments[0].viewpoint_guid) == (ANNA, V1)


# -- labels and links ------------------------------------------------------------------------------------------


@scenario("L1")
def label_added(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=("a", "b"))
    assert nothing(fetch(found))
    bring(found)
    assert both(found, "labels") == (("a", "b"), ("a", "b"))


@scenario("L2")
def label_taken_away(mint):
    found = synced(mint=mint, local=[topic(labels=("a", "b"))])
    edit(found.local, labels=("a",))
    assert nothing(fetch(found))
    bring(found)
    assert both(found, "labels") == (("a",), ("a",))


@scenario("L3")
def labels_added_on_either_side(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=("a", "mine"))
    remote_edit(found, labels=("a", "theirs"))
    bring(found)
    assert only(found.remote).labels == ("a", "theirs", "mine")
    fetch(found)
    assert only(found.local).labels == ("a", "mine", "theirs")


@scenario("L4")
def label_taken_away_and_another_added(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=("a", "b"))
    remote_edit(found, labels=())
    bring(found)
    assert only(found.remote).labels == ("b",)
    fetch(found)
    assert only(found.local).labels == ("b",)


@scenario("L5")
def link_added_on_either_side(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, reference_links=("https://a.example",))
    remote_edit(found, reference_links=("https://b.example",))
    bring(found)
    fetch(found)
    assert set(only(found.local).reference_links) == set(only(found.remote).reference_links)
    assert len(only(found.local).reference_links) == 2


@scenario("L6")
def label_taken_away_on_both_sides_and_added_again(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=())
    remote_edit(found, labels=())
    assert nothing(bring(found))
    edit(found.local, labels=("a",))
    bring(found)
    assert only(found.remote).labels == ("a",)


# -- comments --------------------------------------------------------------------------------------------------


@scenario("C1")
def comment_new_in_the_file(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, comments=(comment(),))
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.CREATE, Kind.COMMENT)]
    assert nothing(fetch(found))


@scenario("C2")
def comment_new_on_the_server(mint):
    found = synced(mint=mint, local=[topic()])
    remote_edit(found, comments=(comment(gid(40), author="ben@example.com"),))
    assert nothing(bring(found))
    assert done(fetch(found)) == [(Verb.CREATE, Kind.COMMENT)]
    assert only(found.local).comments[0].author == "ben@example.com"
    assert nothing(bring(found))


def commented(mint):
    return synced(mint=mint, local=[topic(comments=(comment(),))])


@scenario("C3")
def comment_edited_in_the_file(mint):
    found = commented(mint)
    reword(found.local, T1, "OK", comment="Fine")
    assert nothing(fetch(found))
    bring(found)
    assert texts(only(found.remote)) == ["Fine"]


@scenario("C4")
def comment_edited_on_the_server(mint):
    found = commented(mint)
    remote_reword(found, "OK", comment="Fine", modified_author="ben@example.com", modified_date=LATER)
    assert nothing(bring(found))
    fetch(found)
    after = only(found.local).comments[0]
    assert (after.comment, after.author, after.modified_author) == ("Fine", ANNA, "ben@example.com")


@scenario("C5")
def comment_edited_on_both_sides_differently(mint):
    found = commented(mint)
    reword(found.local, T1, "OK", comment="Yes")
    remote_reword(found, "OK", comment="No")
    for told in (bring(found), fetch(found)):
        assert fields_in_conflict(told) == [(Kind.COMMENT, "comment")]
    assert (texts(only(found.local)), texts(only(found.remote))) == (["Yes"], ["No"])


@scenario("C6")
def comment_edited_on_both_sides_alike(mint):
    found = commented(mint)
    reword(found.local, T1, "OK", comment="Yes")
    remote_reword(found, "OK", comment="Yes")
    assert nothing(bring(found))
    assert nothing(fetch(found))
    reword(found.local, T1, "Yes", comment="Certainly")
    assert done(bring(found)) == [(Verb.UPDATE, Kind.COMMENT)]


@scenario("C7")
def comment_gone_from_the_server(mint):
    found = commented(mint)
    remote_edit(found, comments=())
    assert reasons(bring(found)) == gone("remote")
    assert nothing(fetch(found))


@scenario("C8")
def comment_gone_from_the_server_and_edited(mint):
    found = commented(mint)
    remote_edit(found, comments=())
    reword(found.local, T1, "OK", comment="Not so fast")
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.CREATE, Kind.COMMENT)]
    assert texts(only(found.remote)) == ["Not so fast"]


@scenario("C9")
def comment_gone_from_the_file(mint):
    found = commented(mint)
    edit(found.local, comments=())
    assert nothing(bring(found))
    assert reasons(fetch(found)) == gone("local")


@scenario("C10")
def reply_before_the_answered(mint):
    thread = (comment(C2, "Reply", reply_to_comment_guid=C1), comment(C1, "Question"))
    found = world(mint=mint, local=[topic(comments=thread)])
    bring(found)
    question, reply = only(found.remote).comments
    assert (question.comment, reply.reply_to_comment_guid) == ("Question", question.guid)
    other = world(mint=mint, remote=[topic(comments=thread)])
    fetch(other)
    assert texts(only(other.local)) == ["Question", "Reply"]


@scenario("C11")
def comment_on_a_new_viewpoint(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, viewpoints=(view(),), comments=(comment(viewpoint_guid=V1),))
    assert done(bring(found)) == [(Verb.CREATE, Kind.VIEWPOINT), (Verb.CREATE, Kind.COMMENT)]
    after = only(found.remote)
    assert after.comments[0].viewpoint_guid == after.viewpoints[0].guid


@scenario("C12")
def link_edited_here_text_there(mint):
    found = synced(
        mint=mint, local=[topic(viewpoints=(view(), view(V2, x=2.0)), comments=(comment(viewpoint_guid=V1),))]
    )
    reword(found.local, T1, "OK", viewpoint_guid=V2)
    remote_reword(found, "OK", comment="Fine")
    assert [step.fields for step in bring(found).writes] == [("viewpoint_guid",)]
    assert [step.fields for step in fetch(found).writes] == [("comment",)]
    assert essence(only(found.local), found.local) == essence(only(found.remote), found.remote)
    other = synced(
        mint=mint, local=[topic(viewpoints=(view(), view(V2, x=2.0)), comments=(comment(viewpoint_guid=V1),))]
    )
    reword(other.local, T1, "OK", comment="Fine")
    remote_reword(other, "OK", viewpoint_guid=only(other.remote).viewpoints[1].guid)
    bring(other)
    fetch(other)
    assert (only(other.local).comments[0].viewpoint_guid, texts(only(other.remote))) == (V2, ["Fine"])


# -- viewpoints ------------------------------------------------------------------------------------------------


@scenario("V1")
def viewpoint_new_in_the_file(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, viewpoints=(view(picture=blob()),))
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.CREATE, Kind.VIEWPOINT)]
    assert only(found.remote).viewpoints[0].snapshot.blob.sha256 == blob().sha256


@scenario("V2")
def viewpoint_new_on_the_server(mint):
    found = synced(mint=mint, local=[topic()])
    remote_edit(found, viewpoints=(view(gid(41), picture=blob()),))
    assert nothing(bring(found))
    assert done(fetch(found)) == [(Verb.CREATE, Kind.VIEWPOINT)]
    assert only(found.local).viewpoints[0].snapshot.blob.sha256 == blob().sha256


@scenario("V4")
def viewpoint_gone_from_the_server(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    remote_edit(found, viewpoints=())
    assert reasons(bring(found)) == gone("remote")
    assert nothing(fetch(found))


@scenario("V5")
def viewpoint_gone_from_the_file(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    edit(found.local, viewpoints=())
    assert nothing(bring(found))
    assert reasons(fetch(found)) == gone("local")
