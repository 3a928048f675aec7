"""Stories 10 and 17: words that stand for others, and whose a comment is."""

import json
import tomllib

import pytest
from desk import USER, a_topic
from stage import ANNA_TOKEN
from worlds import ANNA, MORNING

import bcfsync
from bcfsync.model import Comment

pytestmark = pytest.mark.slow
LISTS = {
    "topic_status": ["Open", "In Progress", "Closed"],
    "topic_type": ["Clash", "Remark"],
    "priority": [],
    "users": ["anna@example.com", "fabian.falk@example.com", "demo@example.com"],
}
OFFEN = 'status "Offen" is not one of Open, In Progress, Closed; bcfsync map suggest'
FAFAL = 'user "fafal" is not one of anna@example.com, fabian.falk@example.com, demo@example.com; bcfsync map suggest'


# -- story 10: mapping -----------------------------------------------------------------------------------------


@pytest.fixture
def office(site):
    """A folder with words of a German office, and a server with lists."""
    site.set_up()
    site.server.store.set_extensions(site.project, LISTS)
    site.toml.write_text("# our pairs, do not touch\n" + site.toml.read_text() + "\n# the end\n", encoding="utf-8")
    words = {"topic_status": "Offen", "topic_type": "Kollision", "assigned_to": "fafal", "priority": "Hoch"}
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?", **words), a_topic(2, "Pipe", topic_type="Clash"))
    return site


def received(site):
    """Every value the server holds, by member."""
    found = site.topics().values()
    return {name: {item.get(name) for item in found} - {None} for name in ("topic_status", "topic_type", "assigned_to")}


def test_story_10_what_the_server_does_not_offer_is_held_with_a_reason_and_never_sent(office):
    told = office.run("sync")
    assert told.code == 3
    for reason in (OFFEN, FAFAL, 'type "Kollision" is not one of Clash, Remark; bcfsync map suggest'):
        assert f"held      “Duct”: {reason}" in told.err or f": {reason}" in told.err
    assert received(office) == {"topic_status": {"Open"}, "topic_type": {"Clash"}, "assigned_to": set()}
    duct = office.topics()["Duct"]
    assert duct["priority"] == "Hoch"  # an empty list forbids nothing
    assert office.comments("Duct") == ["Who moves it?"]
    assert office.held("mep.bcf")["Duct"].topic_status == "Offen"
    office.idle(2, 3)
    assert office.run("plan").code == 3
    assert "3 held" in office.run("sync").err


def test_story_10_suggestions_name_the_likeliest_value_with_a_score(office):
    office.run("sync")
    told = office.do("map", "suggest", "--json")
    known = {line["word"]: (line["member"], line["value"], line["score"]) for line in told.of("suggestion")}
    assert known["Offen"] == ("status", "Open", 0.95)
    assert known["Kollision"] == ("type", "Clash", 0.95)
    assert known["fafal"][:2] == ("user", "fabian.falk@example.com")
    assert known["fafal"][2] > 0.5
    shown = office.do("map", "suggest").err
    assert '"Offen"' in shown
    assert '->  "Open"  95%' in shown
    assert "map suggest tower --write" in shown


def test_story_10_saved_rows_let_what_was_held_flow_and_the_file_keeps_its_words(office):
    office.run("sync")
    before = office.toml.read_text()
    assert office.run("map", "check").code == 3
    office.do("map", "suggest", "--write")
    text = office.toml.read_text()
    assert text.startswith(before.rstrip())  # comments and all
    assert tomllib.loads(text)["pair"]["tower"]["map"]["status"] == {"Offen": "Open"}
    office.do("map", "check")
    told = office.do("sync", "--json")
    assert not told.of("hold")
    assert received(office)["assigned_to"] == {"fabian.falk@example.com"}
    assert office.topics()["Duct"]["topic_status"] == "Open"
    duct = office.held("mep.bcf")["Duct"]
    assert (duct.topic_status, duct.topic_type, duct.assigned_to) == ("Offen", "Kollision", "fafal")
    office.settle()
    office.idle(2)


def test_story_10_a_change_on_the_server_comes_back_in_the_file_s_words(office):
    office.toml.write_text(
        office.toml.read_text() + '[pair.tower.map.status]\nOffen = "Open"\nNeu = "Open"\nZu = "Closed"\n"*" = "Open"\n'
        '[pair.tower.map.type]\nKollision = "Clash"\n[pair.tower.map.user]\nfafal = "fabian.falk@example.com"\n',
        encoding="utf-8",
    )
    office.do("sync")
    office.settle()
    office.change("Duct", topic_status="Closed")
    office.do("sync")
    assert office.held("mep.bcf")["Duct"].topic_status == "Zu"
    office.edit("mep.bcf", "Pipe", topic_status="Unbekannt")
    office.do("sync")
    assert office.topics()["Pipe"]["topic_status"] == "Open"
    office.settle()
    assert office.held("mep.bcf")["Pipe"].topic_status == "Unbekannt"
    office.idle()


def test_story_10_a_conflict_shows_the_words_of_the_files(office):
    office.do("map", "suggest", "--write")
    office.do("sync")
    office.settle()
    office.toml.write_text(office.toml.read_text().replace('Offen = "Open"', 'Offen = "Open"\nZu = "Closed"'))
    office.edit("mep.bcf", "Duct", topic_status="In Progress")
    office.change("Duct", topic_status="Closed")
    told = office.run("sync", "--json")
    assert told.code == 6
    (clash,) = told.of("conflict")
    assert (clash["base"], clash["local"], clash["remote"]) == ("Offen", "In Progress", "Zu")


def test_story_10_all_is_sent_where_the_pair_says_so(office):
    office.set_up(unknown='"send"')
    office.do("sync")
    assert received(office)["topic_status"] == {"Offen", "Open"}


def test_story_10_a_value_the_server_offers_by_now_flows_with_the_next_sync(office):
    office.run("sync")
    office.run("sync")
    office.server.store.set_extensions(office.project, {})
    assert not office.do("sync", "--json").of("hold")
    assert office.topics()["Duct"]["topic_status"] == "Offen"


def test_story_10_an_import_holds_and_says_so(office):
    told = office.run("import", "issues/mep.bcf", "--url", office.server.url, "--project", office.project, "--json")
    assert told.code == 3
    assert [line["field"] for line in told.of("hold")] == ["topic_type", "topic_status", "assigned_to"]
    said = office.run("import", "issues/mep.bcf", "--url", office.server.url, "--project", office.project).err
    assert "--unknown send sends them as they are" in said
    sent = office.run("import", "issues/mep.bcf", "--url", office.server.url, "--project", office.project,
                      "--unknown", "send")  # fmt: skip
    assert "--unknown" not in sent.err
    assert sent.code == 0, sent
    assert office.topics()["Duct"]["topic_status"] == "Offen"


# -- story 17: author and time ---------------------------------------------------------------------------------


LINE = f"[{ANNA}, {MORNING.text.replace('T', ' ')}, via bcfsync]"


@pytest.fixture
def attributed(site):
    site.set_up(attribution='"text"')
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"))
    site.do("sync")
    return site


def test_story_17_a_comment_is_posted_once_with_a_line_that_says_whose_it_is(attributed):
    (there,) = attributed.thread("Duct")
    assert (there["comment"], there["author"]) == (f"{LINE}\nWho moves it?", USER)
    attributed.settle()
    attributed.idle(2)
    (ours,) = attributed.held("mep.bcf")["Duct"].comments
    assert (ours.comment, ours.author, ours.date) == ("Who moves it?", ANNA, MORNING)


def test_story_17_another_machine_s_fresh_file_shows_the_original_author_and_time(attributed):
    attributed.do("export", "fresh.bcf", "--url", attributed.server.url, "--project", attributed.project)
    with bcfsync.open(attributed.folder / "fresh.bcf") as archive:
        (comment,) = archive.topics[0].comments
    assert (comment.comment, comment.author, comment.date) == ("Who moves it?", ANNA, MORNING)


def test_story_17_edits_on_either_side_keep_the_line_once(attributed):
    attributed.settle()
    topic = attributed.held("mep.bcf")["Duct"]
    edited = Comment(topic.comments[0].guid, "We move it.", MORNING, ANNA)
    attributed.edit("mep.bcf", "Duct", comments=(edited,))
    attributed.do("sync")
    (there,) = attributed.thread("Duct")
    assert there["comment"] == f"{LINE}\nWe move it."
    path = f"topics/{attributed.topics()['Duct']['guid']}/comments/{there['guid']}"
    attributed.call("PUT", path, {"comment": f"{LINE}\nThey move it."})
    attributed.do("sync")
    (ours,) = attributed.held("mep.bcf")["Duct"].comments
    assert (ours.comment, ours.author, ours.date) == ("They move it.", ANNA, MORNING)
    attributed.settle()
    attributed.idle()


def test_story_17_a_text_by_somebody_else_that_only_looks_so_stays(attributed):
    said = f"{LINE}\nSo it looks."
    guid = attributed.topics()["Duct"]["guid"]
    attributed.call("POST", f"topics/{guid}/comments", {"comment": said}, ANNA_TOKEN)
    attributed.do("sync")
    assert said in [item.comment for item in attributed.held("mep.bcf")["Duct"].comments]
    attributed.settle()
    attributed.idle()


def test_story_17_by_default_nothing_is_written_into_texts_and_files_keep_their_own_authors_and_dates(site):
    site.set_up()
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"))
    site.do("sync")
    (there,) = site.thread("Duct")
    assert (there["comment"], there["author"]) == ("Who moves it?", USER)
    site.settle()
    topic = site.held("mep.bcf")["Duct"]
    assert (topic.creation_author, topic.creation_date) == (ANNA, MORNING)
    assert [(item.author, item.date) for item in topic.comments] == [(ANNA, MORNING)]
    assert json.dumps(there).count("via bcfsync") == 0


def test_story_17_an_import_writes_the_line_where_that_is_asked_for(site):
    site.set_up()
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"))
    given = ("issues/mep.bcf", "--url", site.server.url, "--project", site.project, "--attribution", "text")
    site.do("import", *given)
    assert [item["comment"] for item in site.thread("Duct")] == [f"{LINE}\nWho moves it?"]
    again = site.do("import", *given, "--json")
    assert not again.summary["created"]
    assert not again.summary["updated"]


def test_story_10_an_older_copy_that_is_saved_over_ours_is_recognised_while_something_is_held(office):
    office.run("sync")
    older = tuple(office.held("mep.bcf").values())
    office.change("Duct", description="Move it to the north side, please.")
    office.run("sync")
    assert office.held("mep.bcf")["Duct"].description == "Move it to the north side, please."
    office.save("mep.bcf", *older)
    assert "a program saved an older copy" in office.run("sync").err
    assert office.held("mep.bcf")["Duct"].description == "Move it to the north side, please."
    assert office.topics()["Duct"]["description"] == "Move it to the north side, please."
    office.idle(1, 3)


def test_story_10_import_and_export_by_the_server_s_name_use_the_words_of_its_pair(office):
    office.do("map", "suggest", "--write")
    named = ("--remote", "server", "--project", office.project)
    office.do("import", "issues/mep.bcf", *named)
    assert received(office)["topic_status"] == {"Open"}
    office.do("export", "fresh.bcf", *named)
    with bcfsync.open(office.folder / "fresh.bcf") as archive:
        duct = next(item for item in archive.topics if item.title == "Duct")
    assert (duct.topic_status, duct.topic_type, duct.assigned_to) == ("Offen", "Kollision", "fafal")


def test_story_10_undo_puts_the_server_s_own_values_back(office):
    office.do("map", "suggest", "--write")
    office.do("sync")
    office.settle()
    office.edit("mep.bcf", "Duct", topic_status="Closed", assigned_to="anna@example.com")
    office.do("sync")
    assert office.topics()["Duct"]["topic_status"] == "Closed"
    office.do("undo", "--yes")
    duct = office.topics()["Duct"]
    assert (duct["topic_status"], duct["assigned_to"]) == ("Open", "fabian.falk@example.com")
