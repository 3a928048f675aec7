"""What goes along with a topic that is new itself."""

from dataclasses import replace

from worlds import C1, C2, C3, T1, T2, V1, V2, comment, topic, view

from bcfsync.changes import Kind, Plan, Site, Step, Verb
from bcfsync.model import Comment, Topic, Viewpoint
from bcfsync.plan.below import Below

THERE = "99999999-9999-4999-8999-999999999999"


def plan(*values, topic_guid=T1, verb=Verb.CREATE, **targets) -> Plan:
    """A plan that makes a topic, and these things in it."""
    kinds = {Topic: Kind.TOPIC, Viewpoint: Kind.VIEWPOINT, Comment: Kind.COMMENT}
    steps = [
        Step(
            at, Site.REMOTE, Verb.CREATE if isinstance(value, Topic) else verb, kinds[type(value)], value.guid, value,
            value, "", topic="" if isinstance(value, Topic) else topic_guid, target=targets.get(value.guid),
        )
        for at, value in enumerate((topic(), *values))
    ]  # fmt: skip
    return Plan(tuple(steps))


def below(*values, **more) -> tuple[Viewpoint | Comment, ...]:
    made = plan(*values, **more)
    return Below(made).of(made.steps[0])


def test_viewpoints_come_before_comments():
    shown, said = view(V1), comment(C1, viewpoint_guid=V1)
    assert below(shown, said) == (shown, said)


def test_what_is_made_in_another_topic_stays_there():
    assert below(view(V1), topic_guid=T2) == ()


def test_what_is_only_changed_or_deleted_does_not_go_along():
    assert below(comment(), verb=Verb.UPDATE) == below(comment(), verb=Verb.DELETE) == ()


def test_links_lead_to_the_ids_things_will_have():
    shown, said = view(V1), comment(C1, viewpoint_guid=V1.upper())
    parts = below(shown, said, comment(C2, reply_to_comment_guid=C1), **{V1: THERE, C1: T2})
    assert [part.guid for part in parts] == [THERE, T2, C2]
    assert (parts[1].viewpoint_guid, parts[2].reply_to_comment_guid) == (THERE, T2)


def test_a_comment_whose_viewpoint_or_parent_does_not_go_along_comes_by_itself():
    lonely, answer = comment(C1, viewpoint_guid=V2), comment(C2, reply_to_comment_guid=C1)
    said = comment(C3)
    assert below(view(V1), lonely, answer, said) == (view(V1), said)


def test_letters_of_a_topics_guid_make_no_difference():
    made = plan(comment(), topic_guid=T1.upper())
    assert Below(made).of(replace(made.steps[0], guid=T1)) == (comment(),)
