"""What things are called before people, word by word."""

import pytest
from worlds import ANNA, C1, R1, T1, V1, blob, comment, link, topic, view

from bcfsync.changes import Kind
from bcfsync.model import Document, DocumentReference
from bcfsync.plan.labels import (
    changed_viewpoint_label,
    comment_label,
    document_label,
    part_label,
    reference_label,
    shortened,
    topic_label,
    viewpoint_label,
)

DUCT = topic("abcd0001-0000-4000-8000-000000000000", title="Duct")
LABELS = [
    (topic_label, (DUCT,), "abcd “Duct”"),
    (topic_label, (topic(T1, title=" "),), "0000 “untitled”"),
    (
        comment_label,
        (comment(C1, "Why?", author=ANNA), DUCT),
        f"comment “Why?” by {ANNA} on abcd “Duct”",
    ),
    (
        comment_label,
        (comment(C1, "", author=None), DUCT),
        "comment “(no text)” on abcd “Duct”",
    ),
    (
        viewpoint_label,
        (view(V1), DUCT),
        f"viewpoint {V1[:8]} of abcd “Duct”",
    ),
    (
        viewpoint_label,
        (view(V1, picture=blob()), DUCT),
        f"viewpoint {V1[:8]} with snapshot of abcd “Duct”",
    ),
    (
        changed_viewpoint_label,
        ("12345678-0000", view(V1), DUCT),
        f"viewpoint {V1[:8]} of abcd “Duct”, which is 12345678 as changed in the file",
    ),
    (
        reference_label,
        (link(R1, "https://a.org", description="Plan"), DUCT),
        "document reference “Plan” of abcd “Duct”",
    ),
    (
        reference_label,
        (link(R1, "https://a.org"), DUCT),
        "document reference “https://a.org” of abcd “Duct”",
    ),
    (
        reference_label,
        (DocumentReference(R1, path="../a.pdf"), DUCT),
        "document reference “../a.pdf” of abcd “Duct”",
    ),
    (
        reference_label,
        (DocumentReference(R1), DUCT),
        f"document reference “{R1[:8]}” of abcd “Duct”",
    ),
    (document_label, (Document(R1, "a.pdf"),), "document a.pdf"),
    (
        part_label,
        (Kind.FILES, DUCT),
        "model files of abcd “Duct”",
    ),
]


@pytest.mark.parametrize(("called", "thing", "words"), LABELS)
def test_a_thing_is_called_by_what_people_know_of_it(called, thing, words):
    assert called(*thing) == words


@pytest.mark.parametrize(
    ("text", "short"),
    [("a\n  b", "a b"), ("x" * 48, "x" * 48), ("x" * 49, "x" * 47 + "…")],
    ids=["one line", "as long as may be", "too long"],
)
def test_a_long_text_is_cut_to_forty_eight_characters_of_one_line(text, short):
    assert shortened(text) == short
