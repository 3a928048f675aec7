"""What a word most likely means: guesses for people."""

import pytest

from bcfsync.plan.likeness import likeliest

STATUSES = ("Open", "In Progress", "Resolved", "Closed")
USERS = ("anna.meier@example.com", "fabian.falk@example.com", "coordinator@example.com")


@pytest.mark.parametrize(
    ("member", "word", "values", "value", "score"),
    [
        ("topic_status", "open", STATUSES, "Open", 1.0),
        ("topic_status", "in_progress", STATUSES, "In Progress", 1.0),
        ("topic_status", "Offen", STATUSES, "Open", 0.95),
        ("topic_status", "Neu", STATUSES, "Open", 0.95),
        ("topic_status", "In Bearbeitung", STATUSES, "In Progress", 0.95),
        ("topic_status", "Erledigt", STATUSES, "Resolved", 0.95),
        ("topic_status", "Geschlossen", STATUSES, "Closed", 0.95),
        ("topic_status", "Ouvert", STATUSES, "Open", 0.95),
        ("topic_status", "Résolu", STATUSES, "Resolved", 0.95),
        ("topic_status", "Resolu", STATUSES, "Resolved", 0.95),
        ("topic_status", "Fermé", STATUSES, "Closed", 0.95),
        ("topic_status", "Gesloten", STATUSES, "Closed", 0.95),
        ("topic_status", "In behandeling", STATUSES, "In Progress", 0.95),
        ("topic_status", "Erledigt", ("Open", "Closed"), "Closed", 0.6),
        ("topic_status", "Open", ("Ouvert", "Fermé"), "Ouvert", 0.95),
        ("topic_type", "Kollision", ("Issue", "Clash"), "Clash", 0.95),
        ("topic_type", "Information", ("Issue", "Remark"), "Remark", 0.95),
        ("priority", "Hoch", ("Low", "High"), "High", 0.95),
        ("priority", "Major", ("Minor", "High"), "High", 0.95),
        ("stage", "Ausführung", ("Design", "Construction"), "Construction", 0.95),
        ("labels", "Statik", ("Structure", "MEP"), "Structure", 0.95),
        ("labels", "TGA", ("Structure", "MEP"), "MEP", 0.95),
        ("assigned_to", "anna.meier@other.org", USERS, USERS[0], 0.95),
        ("assigned_to", "Anna Meier", USERS, USERS[0], 0.95),
        ("assigned_to", "Meier, Anna", USERS, USERS[0], 0.95),
        ("assigned_to", "a.meier", USERS, USERS[0], 0.85),
        ("assigned_to", "ameier", USERS, USERS[0], 0.8),
        ("assigned_to", "COORDINATOR@example.com", USERS, USERS[2], 1.0),
    ],
)
def test_a_word_most_likely_means(member, word, values, value, score):
    found = likeliest(member, word, values)
    assert (found.value, found.score) == (value, score)


def test_a_short_login_is_nearest_to_the_address_it_begins_like():
    found = likeliest("assigned_to", "fafal", USERS)
    assert found.value == "fabian.falk@example.com"
    assert 0.5 <= found.score < 0.8


@pytest.mark.parametrize(
    ("member", "word", "values"),
    [
        ("topic_status", "Offen", ()),
        ("topic_status", "Offen", ("Closed",)),  # both are known, and mean other things
        ("topic_status", "Xyz", STATUSES),
        ("assigned_to", "blackhole@aconex.com", USERS),
        ("assigned_to", "4711", USERS),
    ],
)
def test_nothing_is_better_than_a_bad_guess(member, word, values):
    assert likeliest(member, word, values) is None
