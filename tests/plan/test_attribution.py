"""The line that says whose a comment is: what is read out of it is what was written into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import ANNA, C1, MORNING, comment

from bcfsync.dates import read_timestamp
from bcfsync.model import Comment
from bcfsync.plan import attribution

DATES = ("2019-05-02T09:00:00+02:00", "2019-05-02T09:00:00Z", "2019-05-02T09:00:00.1234567Z", "2019-05-02T09:00:00")


@pytest.mark.parametrize("date", DATES)
def test_author_date_and_text_come_back_as_they_were(date):
    line = attribution.line_of(comment(author="Anna Meier <anna@example.com>", date=read_timestamp(date)))
    assert line == f"[Anna Meier <anna@example.com>, {date.replace('T', ' ')}, via bcfsync]"
    found = attribution.read(attribution.written(line, "Who?\n\nI do."))
    assert (found.text, found.author, found.date.written()) == ("Who?\n\nI do.", "Anna Meier <anna@example.com>", date)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_server_may_write_line_ends_its_own_way(ends):
    line = attribution.line_of(comment())
    found = attribution.read(f"{line}{ends}OK")
    assert (found.text, found.author, found.date) == ("OK", ANNA, MORNING)
    assert attribution.first_line(f"{line}{ends}OK") == line


def test_a_comment_of_a_viewpoint_alone_is_the_line_alone():
    line = attribution.line_of(comment())
    assert attribution.written(line, "") == line
    assert attribution.read(line).text == ""


def test_a_line_may_lack_the_author_or_the_date():
    assert attribution.read(attribution.line_of(comment(date=None))).date is None
    found = attribution.read(attribution.line_of(comment(author=None)))
    assert (found.author, found.date) == (None, MORNING)


@pytest.mark.parametrize(
    "said",
    [
        Comment(C1, "OK"),
        Comment(C1, "OK", synthetic=frozenset({"author", "date"}), author="unknown", date=MORNING),
        Comment(C1, "OK", author="two\nlines", date=MORNING),
        Comment(C1, "OK", author="2019-05-02 09:00:00Z"),  # would be read as a date
    ],
    ids=["nothing known", "invented", "two lines", "a date for a name"],
)
def test_there_is_no_line_where_it_could_not_be_read_back(said):
    assert attribution.line_of(said) == ""


@pytest.mark.parametrize(
    "text",
    [
        "[anna@example.com, 2019-05-02 09:00:00Z, via bcfsync] and more",
        " [anna@example.com, 2019-05-02 09:00:00Z, via bcfsync]\nOK",
        "OK\n[anna@example.com, 2019-05-02 09:00:00Z, via bcfsync]",
        "[anna@example.com, 2019-05-02 09:00:00Z, via bcfSync]\nOK",
        "[, via bcfsync]",
        "[via bcfsync]",
    ],
)
def test_what_is_not_exactly_the_line_is_none(text):
    assert attribution.read(text) is None


@given(author=st.text(min_size=1), text=st.text(), date=st.sampled_from((None, *DATES)))
def test_whatever_is_written_is_read_exactly_or_not_written(author, text, date):
    said = Comment(C1, text, author=author, date=read_timestamp(date) if date else None)
    line = attribution.line_of(said)
    if line:
        found = attribution.read(attribution.written(line, text))
        assert (found.author, found.date, found.text) == (said.author, said.date, text)
        twice = attribution.read(attribution.written(line, attribution.written(line, text)))
        assert twice.text == attribution.written(line, text)
