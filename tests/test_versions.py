"""Fitting a model to a version: what is filled in, from where, and that it is marked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bcfsync.dates import timestamp
from bcfsync.model import Bcf, BimSnippet, Comment, Topic
from bcfsync.versions import NO_AUTHOR, NO_STATUS, NO_TITLE, NO_TYPE, fitted

FIRST, SECOND, THIRD = (timestamp(datetime(2025, 1, day, tzinfo=UTC)) for day in (1, 2, 3))
FULL = Topic("g", "T", "t", "s", creation_date=FIRST, creation_author="a", comments=(Comment("c", "c", FIRST, "b"),))


def fit(topic, version="3.0"):
    (found,) = fitted(Bcf("3.0", topics=(topic,)), version).topics
    return found


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_topic_that_has_everything_is_left_alone(version):
    assert fit(FULL, version) == FULL


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_fitting_twice_changes_nothing(version):
    bare = Topic("g", comments=(Comment("c"),), bim_snippet=BimSnippet("", True, "r", ""))  # noqa: FBT003
    assert fit(fit(bare, version), version) == fit(bare, version)


@pytest.mark.parametrize("version", ["1.0", "2.2", "3.1", ""])
def test_a_version_that_is_not_written_is_refused(version):
    with pytest.raises(ValueError, match="bcfsync writes BCF"):
        fitted(Bcf("3.0"), version)


def test_21_needs_dates_only():
    topic = fit(Topic("g", comments=(Comment("c"),)), "2.1")
    assert (topic.title, topic.topic_type, topic.creation_author, topic.comments[0].author) == ("", None, None, None)
    assert topic.synthetic == {"CreationDate"}
    assert topic.comments[0].synthetic == {"Date"}


def test_30_needs_five_words_and_marks_each_it_invents():
    topic = fit(Topic("g"))
    assert (topic.title, topic.topic_type, topic.topic_status) == (NO_TITLE, NO_TYPE, NO_STATUS)
    assert topic.creation_author == NO_AUTHOR
    assert topic.synthetic == {"Title", "TopicType", "TopicStatus", "CreationAuthor", "CreationDate"}


@pytest.mark.parametrize("field", ["title", "topic_type", "topic_status", "creation_author"])
def test_blanks_count_as_nothing(field):
    assert getattr(fit(replace(FULL, **{field: " \t"})), field).strip()


def test_type_and_status_are_those_of_the_latest_comment_crosswise():
    comments = (
        Comment("c", "c", SECOND, "b", status="Error", verbal_status="Closed"),
        Comment("d", "d", FIRST, "b", status="Info", verbal_status="Open"),
    )
    topic = fit(replace(FULL, topic_type=None, topic_status=None, comments=comments))
    assert (topic.topic_type, topic.topic_status) == ("Error", "Closed")
    assert topic.synthetic == {"TopicType", "TopicStatus"}


def test_the_date_of_a_topic_is_the_earliest_of_its_thread():
    comments = Comment("c", "c", THIRD, "b"), Comment("d", "d", SECOND, "b"), Comment("e", "e", None, "b")
    assert fit(replace(FULL, creation_date=None, comments=comments)).creation_date == SECOND
    assert fit(replace(FULL, creation_date=None, modified_date=FIRST, comments=comments)).creation_date == FIRST


def test_the_date_of_a_comment_is_the_nearest_known():
    assert fit(replace(FULL, comments=(Comment("c", "c", None, "b", modified_date=SECOND),))).comments[0].date == SECOND
    assert fit(replace(FULL, comments=(Comment("c", "c", None, "b"),))).comments[0].date == FIRST


def test_the_author_of_a_topic_is_the_first_who_wrote():
    comments = Comment("c", "c", FIRST), Comment("d", "d", FIRST, "b")
    topic = fit(replace(FULL, creation_author=None, modified_author="m", comments=comments))
    assert topic.creation_author == "b"
    assert topic.comments[0].author == NO_AUTHOR
    assert fit(replace(FULL, creation_author=None, modified_author="m", comments=())).creation_author == "m"


def test_a_snippet_that_refers_to_nothing_has_no_form_in_30():
    snippet = BimSnippet("t", is_external=True, reference=" ", reference_schema="s")
    assert fit(replace(FULL, bim_snippet=snippet)).bim_snippet is None
    assert fit(replace(FULL, bim_snippet=snippet), "2.1").bim_snippet == snippet
