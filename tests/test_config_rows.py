"""Rows added to the tables of words: every other letter of bcfsync.toml stays."""

import tomllib

import pytest

from bcfsync.config.reading import FILE, parse
from bcfsync.config.rows import with_rows
from bcfsync.config.tables import BadConfig

START = """# our servers
[remote.server]
url = "https://example.com"   # the new one

[pair.tower]
folder = "."
remote = "server"
project = "1"
"""
END = """
# mapped by Anna
[ pair . "tower".map.status ] # words
Offen = "Open"  # as agreed

# another matter
[[pair.tower.place]]
archive = "x.bcf"
label = "MEP"
"""


def added(tmp_path, text, rows, pair="tower"):
    path = tmp_path / FILE
    path.write_bytes(text.encode())
    found = with_rows(path, pair, rows)
    parse(found.removeprefix("\ufeff"), path)
    return found


def test_a_table_that_is_not_there_is_made_at_the_end(tmp_path):
    found = added(tmp_path, START, {"status": {"Offen": "Open", "In Arbeit": "In Progress"}, "user": {'a"b': "c@d.e"}})
    assert found.startswith(START)
    known = tomllib.loads(found)["pair"]["tower"]["map"]
    assert known == {"status": {"Offen": "Open", "In Arbeit": "In Progress"}, "user": {'a"b': "c@d.e"}}


def test_a_table_that_is_there_gets_the_rows_at_its_end(tmp_path):
    found = added(tmp_path, START + END, {"status": {"Zu": "Closed"}})
    assert found == (START + END).replace("# as agreed\n", '# as agreed\nZu = "Closed"\n')


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_stay(tmp_path, mark):
    text = mark + (START + END).replace("\n", "\r\n")
    found = added(tmp_path, text, {"status": {"Zu": "Closed"}, "type": {"Kollision": "Clash"}})
    assert found.replace('Zu = "Closed"\r\n', "").startswith(text.rstrip())
    assert "\n" not in found.replace("\r\n", "")


def test_a_pair_whose_name_needs_quotes(tmp_path):
    found = added(tmp_path, START.replace("pair.tower", 'pair."tower a"'), {"status": {"Zu": "C"}}, "tower a")
    assert tomllib.loads(found)["pair"]["tower a"]["map"]["status"] == {"Zu": "C"}


def test_a_table_in_one_line_is_left_to_its_author(tmp_path):
    with pytest.raises(BadConfig, match="rows cannot be added") as refused:
        added(tmp_path, START + 'map = { status = { Offen = "Open" } }\n', {"status": {"Zu": "Closed"}})
    assert "[pair.tower.map.status]" in refused.value.hint


def test_the_end_of_a_file_without_a_line_end(tmp_path):
    found = added(tmp_path, START + '[pair.tower.map.status]\nOffen = "Open"', {"status": {"Zu": "Closed"}})
    assert found.endswith('Offen = "Open"\nZu = "Closed"')
