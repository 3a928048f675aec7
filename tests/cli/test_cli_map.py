"""``bcfsync map``: what a word may mean on the server, and whether every word has a meaning there."""

import pytest
from desk import a_topic

LISTS = {"topic_status": ["Open", "Closed"], "topic_label": ["MEP"], "users": ["anna@example.com"]}


@pytest.fixture
def office(desk):
    desk.set_up()
    desk.server.store.set_extensions(desk.project, LISTS)
    desk.save("a.bcf", a_topic(1, "Duct", topic_status="Offen"), a_topic(2, "Pipe", topic_status="Offen"))
    desk.save("b.bcf", a_topic(3, "Door", topic_status="Qqq", labels=("MEP", "Xyz")))
    return desk


def rows(desk, text):
    desk.toml.write_text(desk.toml.read_text() + text, encoding="utf-8")


def test_suggestions_are_lines_of_json_with_a_summary(office):
    told = office.do("map", "suggest", "--json")
    known = [(line["member"], line["word"], line["topics"], line["value"]) for line in told.of("suggestion")]
    assert known == [("status", "Offen", 2, "Open"), ("status", "Qqq", 1, None), ("label", "Xyz", 1, None)]
    assert {line["pair"] for line in told.lines} == {"tower"}
    assert told.summary == {"type": "summary", "pair": "tower", "words": 3, "rows": 1, "written": False}


def test_suggestions_for_people_say_how_to_go_on(office):
    before = office.toml.read_text()
    said = office.do("map", "suggest").err
    assert "tower: 3 words that server does not offer" in said
    assert ' ? status  "Offen"  2 topics  ->  "Open"  95%' in said
    assert 'under [pair.tower.map.status]: "Qqq" = "Open"' in said
    assert "to save 1 row: bcfsync map suggest tower --write" in said
    assert office.toml.read_text() == before
    office.do("map", "suggest", "--write", "--dry-run")
    assert office.toml.read_text() == before


def test_suggesting_writes_nothing_on_either_side(office):
    office.do("map", "suggest", "--write")
    assert not office.server.writes()
    assert office.held("a.bcf")["Duct"].topic_status == "Offen"


def test_a_row_that_leads_nowhere_is_told_and_not_written_twice(office):
    rows(office, '[pair.tower.map.status]\nOffen = "Opened"\n')
    before = office.toml.read_text()
    told = office.do("map", "suggest", "--write")
    assert "its row says 'Opened', which is not offered" in told.err
    assert office.toml.read_text() == before


def test_check_names_what_has_no_value_what_leads_nowhere_and_what_is_not_used(office):
    rows(office, '[pair.tower.map.status]\nOffen = "Opened"\nQqq = "Open"\nAlt = "Closed"\n')
    told = office.run("map", "check", "--json")
    assert told.code == 3
    assert [(line["member"], line["word"]) for line in told.of("unmapped")] == [("status", "Offen"), ("label", "Xyz")]
    assert [(line["word"], line["value"]) for line in told.of("astray")] == [("Offen", "Opened")]
    assert [line["word"] for line in told.of("unused")] == ["Alt"]
    assert told.summary == {"type": "summary", "pair": "tower", "unmapped": 2, "astray": 1, "unused": 1}
    said = office.run("map", "check").err
    assert 'status "Offen" is "Opened", which server does not offer' in said
    assert "tower: 2 unmapped, 1 astray, 1 unused" in said


def test_rows_that_are_not_used_are_no_trouble(office):
    rows(office, '[pair.tower.map.status]\n"*" = "Open"\nAlt = "Closed"\n[pair.tower.map.label]\nXyz = "MEP"\n')
    told = office.do("map", "check")
    assert 'status "Alt" is in no archive' in told.err
    assert "tower: 1 unused" in told.err


def test_all_is_well_where_every_word_has_a_value(office):
    office.server.store.set_extensions(office.project, {})
    assert "every word has a value" in office.do("map", "check").err
    assert "tower: server has a value for every word" in office.do("map", "suggest").err


def test_an_archive_that_cannot_be_read_is_told(office):
    (office.issues / "c.bcf").write_bytes(b"no archive")
    told = office.run("map", "suggest")
    assert told.code == 3
    assert "c.bcf" in told.err


def test_a_pair_that_is_not_there_is_a_usage_error(office):
    assert "there is no pair" in office.run("map", "check", "towr").explained(2)
