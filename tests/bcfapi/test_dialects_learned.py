"""What a server teaches beyond its product's record, and how it is recognised."""

import pytest

from bcfsync.bcfapi.dialects import GENERIC, KNOWN, refined
from bcfsync.bcfapi.dialects.learning import add, names, noted
from bcfsync.bcfapi.dialects.recognising import by_members, by_place


@pytest.mark.parametrize(
    ("fact", "value", "field", "expected"),
    [
        ("refused", "topic.labels,viewpoint.components.coloring", "refused",
         {"topic": frozenset({"labels"}), "viewpoint": frozenset({"components.coloring"})}),
        ("refused", "comment.comment", "text_needed", True),
        ("refused", "nonsense,.x,x.", "refused", {}),
        ("dropped", "topic.description", "dropped", {"topic": frozenset({"description"})}),
        ("absent", "files,snippet", "absent", frozenset({"files", "snippet"})),
        ("absent", "topic.put", "put", "none"),
        ("put", "merge", "put", "merge"),
        ("put", "whatever", "put", "replace"),
        ("text_needed", "yes", "text_needed", True),
        ("stamps", "yes", "stamps", True),
        ("guids_taken", "topic", "takes_guids", True),
        ("cap", "100", "cap", 100),
        ("cap", "9" * 50, "cap", None),
        ("mutable_viewpoints", "yes", "mutable_viewpoints", True),
        ("spelling", "camel", "camel_case", True),
        ("renamed", "modify_date=modified_date,=x,y", "renamed", {"modify_date": "modified_date"}),
    ],
)  # fmt: skip
def test_a_fact_refines_the_record(fact, value, field, expected):
    assert getattr(refined(GENERIC, {fact: value}), field) == expected


def test_a_record_without_facts_stays_as_it_is():
    assert all(refined(dialect, {}) == dialect for dialect in KNOWN.values())


def test_what_is_known_of_a_product_stays_beside_what_is_learned():
    found = refined(KNOWN["openproject"], {"refused": "topic.index"})
    assert found.refused["topic"] == KNOWN["openproject"].refused["topic"] | {"index"}


def test_a_server_beats_the_record_of_its_product():
    assert not refined(KNOWN["massing"], {"stamps": "no"}).stamps


def test_stamps_are_tried_until_it_is_known():
    assert refined(GENERIC, {}).tries_stamps
    assert not refined(GENERIC, {"stamps": "no"}).tries_stamps
    assert not refined(KNOWN["trimble"], {}).tries_stamps


def test_a_list_of_names_grows_by_what_is_new():
    facts: dict[str, str] = {}
    for item in ("b", "a", "b"):
        add(facts, "absent", item)
    assert facts == {"absent": "a,b"}
    assert names(facts, "absent") == {"a", "b"}
    assert names(facts, "other") == frozenset()


@pytest.mark.parametrize(
    ("item", "facts"),
    [
        ({"guid": "x", "modify_date": 1}, {"renamed": "modify_date=modified_date"}),
        ({"guid": "x", "modify_date": 1, "modified_date": 1}, {}),
        ({"topicStatus": "x", "creationDate": "y"}, {"spelling": "camel"}),
        ({"topic_status": "x", "ownThing": 1}, {}),
        ("nonsense", {}),
        (None, {}),
    ],
)
def test_answers_show_how_a_server_spells(item, facts):
    learned: dict[str, str] = {}
    assert noted(learned, [item]) == bool(facts)
    assert learned == facts
    assert not noted(learned, [item])


@pytest.mark.parametrize(
    ("base", "offered", "product"),
    [
        ("https://api.bimdata.io/bcf/2.1", ("2.1",), "bimdata"),
        ("https://space.bimcollab.com/bcf/3.0", ("2.1", "3.0"), "bimcollab"),
        ("https://open11.connect.trimble.com/bcf/3.0", None, "trimble"),
        ("https://api.catenda.com/opencde/bcf/3.0", ("2.0", "2.1", "3.0"), "catenda"),
        ("https://bcf.example.com/opencde/bcf/2.1", ("2.1",), "catenda"),
        ("https://erp.example.com/api/v1/opencde/bcf/3.0", ("3.0",), "openconstructionerp"),
        ("https://bcfrestapi.bimtrackapp.co/bcf/2.1", ("2.1",), "bimtrack"),
        ("https://host.example.com/sub/api/bcf/2.1", (), "openproject"),
        ("https://company.openproject.com/api/bcf/2.1", None, "openproject"),
        ("https://host.example.com/api/bcf/2.1", ("2.1",), None),
        ("https://host.example.com/api/bcf/2.1", None, None),
        ("https://host.example.com/bcf/2.1", (), None),
        ("https://host.example.com/bcf/3.0", ("3.0",), None),
        ("https://notbimdata.io/bcf/2.1", ("2.1",), None),
        ("https://bimdata.io.example.com/bcf/2.1", ("2.1",), None),
        ("https://[broken", ("2.1",), None),
    ],
)
def test_a_place_tells_the_product(base, offered, product):
    assert by_place(base, offered) == product
    assert product is None or product in KNOWN


@pytest.mark.parametrize(
    ("item", "product"),
    [
        ({"guid": "t", "bimdata_viewer_layout": None}, "bimdata"),
        ({"guid": "t", "modify_author": "x"}, "bimrocket"),
        ({"guid": "t", "bimsync_issue_number": 7}, "catenda"),
        ({"guid": "c", "author_id": "u"}, "openaec"),
        ({"guid": "t", "format": "x"}, None),
        ({"guid": "t"}, None),
        ("nonsense", None),
    ],
)
def test_members_of_its_own_tell_the_product(item, product):
    assert by_members([None, item]) == product
    assert product is None or product in KNOWN


def test_every_record_is_called_by_its_name():
    assert {name: dialect.name for name, dialect in KNOWN.items()} == {name: name for name in KNOWN}
