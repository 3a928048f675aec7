"""Three-way merge of one atom, in one direction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import topic

from bcfsync.merge import Shadows, merge_scalars, merge_sets, merged_set, merged_text, spelled

VALUES = st.sampled_from([None, "a", "b", "c"])
SETS = st.lists(st.sampled_from("abcd"), unique=True).map(tuple)


def scalars(base, source, target):
    """The merge of one member; base is the value both held, or "nothing" for no common past."""
    past = Shadows(None, None) if base == "nothing" else Shadows(topic(priority=base), topic(priority=base))
    merged = merge_scalars(("priority",), past, topic(priority=source), topic(priority=target))
    return merged.updates.get("priority", "stays"), merged.conflicts


def test_an_edit_of_the_source_goes_to_the_target():
    assert scalars("a", "b", "a") == ("b", ())


def test_an_edit_of_the_target_stays():
    assert scalars("a", "a", "b") == ("stays", ())


def test_edits_of_both_are_a_conflict():
    assert scalars("a", "b", "c") == ("stays", ("priority",))


def test_equal_edits_of_both_are_none():
    assert scalars("a", "b", "b") == ("stays", ())


def test_emptying_a_member_is_an_edit():
    assert scalars("a", None, "a") == (None, ())


def test_without_a_common_past_different_members_are_a_conflict():
    assert scalars("nothing", "a", "b") == ("stays", ("priority",))


def test_without_a_common_past_equal_members_agree():
    assert scalars("nothing", "a", "a") == ("stays", ())


def test_a_past_on_one_side_only_is_no_common_past():
    past = Shadows(topic(priority="a"), None)
    merged = merge_scalars(("priority",), past, topic(priority="b"), topic(priority="a"))
    assert merged.conflicts == ("priority",)


def test_each_side_is_measured_by_its_own_past():
    """A server that spells a value its own way has edited nothing."""
    past = Shadows(topic(priority="High"), topic(priority="HIGH"))
    merged = merge_scalars(("priority",), past, topic(priority="Low"), topic(priority="HIGH"))
    assert merged.updates == {"priority": "Low"}


def test_another_way_to_write_line_ends_is_no_edit():
    past = Shadows(topic(description="a\nb"), topic(description="a\nb"))
    merged = merge_scalars(("description",), past, topic(description="a\r\nb "), topic(description="c"))
    assert (merged.updates, merged.conflicts) == ({}, ())


@given(VALUES, VALUES, VALUES)
def test_merging_in_both_directions_never_moves_both_sides(base, one, other):
    there, back = scalars(base, one, other), scalars(base, other, one)
    assert "stays" in {there[0], back[0]}
    assert there[1] == back[1]


@given(VALUES, VALUES)
def test_a_side_that_did_not_move_takes_what_the_other_holds(base, value):
    assert scalars(base, value, base)[0] == ("stays" if value == base else value)
    assert scalars(base, base, value) == ("stays", ())


def test_what_the_source_added_comes_last_and_the_targets_order_stays():
    assert merged_set("ab", "abx", "bya", str) == ("b", "y", "a", "x")


def test_what_the_source_took_away_is_taken_away():
    assert merged_set("ab", "b", "abc", str) == ("b", "c")


def test_what_the_target_took_away_does_not_come_back():
    assert merged_set("ab", "abc", "b", str) == ("b", "c")


def test_without_a_base_nothing_is_taken_away():
    assert merged_set("", "ab", "bc", str) == ("b", "c", "a")


@given(SETS, SETS, SETS)
def test_a_set_is_merged_by_the_rule_of_additions_and_removals(base, source, target):
    b, s, t = set(base), set(source), set(target)
    assert set(merged_set(base, source, target, str)) == (t - (b - s)) | (s - b)


@given(SETS, SETS, SETS)
def test_sets_become_equal_when_each_side_takes_the_others_changes(base, one, other):
    there = merged_set(base, one, other, str)
    assert set(merged_set(base, other, one, str)) == set(there)


@given(SETS, SETS, SETS)
def test_merging_a_set_twice_changes_nothing_more(base, source, target):
    once = merged_set(base, source, target, str)
    assert merged_set(base, source, once, str) == once


def test_sets_in_another_order_are_no_update():
    past = Shadows(topic(labels=("a", "b")), topic(labels=("a", "b")))
    assert not merge_sets(("labels",), past, topic(labels=("b", "a")), topic(labels=("a", "b"))).updates


def test_a_label_with_a_blank_at_its_end_is_the_same_label():
    past = Shadows(topic(labels=("a ",)), topic(labels=("a",)))
    assert not merge_sets(("labels",), past, topic(labels=("a ",)), topic(labels=("a",))).updates
    assert spelled("a ") == spelled("a")


@pytest.mark.parametrize(
    ("base", "one", "other", "merged"),
    [
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb\nc", "a\nb\nc\nd", "x\na\nb\nc", "x\na\nb\nc\nd"),
        ("a\nb\nc", "b\nc", "a\nb\nC", "b\nC"),
        ("a\nb\nc", "A\nb\nc", "A\nb\nc", "A\nb\nc"),
        ("a\r\nb\r\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb", "A\nb", "a\nB", None),
        ("a\nb\nc", "a\nB\nc", "a\nX\nc", None),
        ("a", "a\nx", "a\ny", None),
        ("", "x", "y", None),
        ("a", "", "b", None),
        ("a\n" * 3000, "b\n" + "a\n" * 2999, "a\n" * 2999 + "c\n", None),
    ],
)
def test_texts_changed_in_different_lines_are_united(base, one, other, merged):
    assert merged_text(base, [one, other]) == merged
    assert merged_text(base, [other, one]) == merged


def numbered(lines):
    return [f"line {at}" for at in range(lines)]


def test_a_text_of_many_equal_lines_is_united_like_any_other():
    base = ["x"] * 300
    assert merged_text("\n".join(base), ["\n".join(["a", *base]), "\n".join([*base, "b"])]) == "\n".join(
        ["a", *base, "b"]
    )


@pytest.mark.parametrize(("before", "after", "united"), [(2000, 2000, True), (2001, 2, False), (2, 2001, False)])
def test_texts_of_more_than_two_thousand_lines_are_not_compared(before, after, united):
    base, text = "\n".join(numbered(before)), "\n".join([*numbered(after - 1), "last"])
    assert merged_text(base, [text]) == (text if united else None)


LINES = st.lists(st.sampled_from("abcd"), max_size=6).map("\n".join)


@given(LINES, LINES)
def test_a_text_that_only_one_changed_is_that_text(base, text):
    assert merged_text(base, [text]) == text
    assert merged_text(base, [base, text, text]) == text


@pytest.mark.parametrize(("ours", "theirs", "result"), [(None, 4, "stays"), (4, None, 4)])
def test_a_number_that_one_side_lacks_is_no_disagreement(ours, theirs, result):
    """Servers number topics, files need not."""
    past = Shadows(None, None)
    merged = merge_scalars(("index",), past, topic(index=ours), topic(index=theirs))
    assert (merged.updates.get("index", "stays"), merged.conflicts) == (result, ())


def test_two_numbers_without_a_common_past_are_a_conflict():
    assert merge_scalars(("index",), Shadows(None, None), topic(index=1), topic(index=2)).conflicts == ("index",)
