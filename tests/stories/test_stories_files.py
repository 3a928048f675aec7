"""Stories 11 and 14: files of every version in one project, and the files of all trades as one."""

import itertools
import json
from collections import Counter
from dataclasses import replace

import pytest
from desk import a_topic
from stage import SAMPLES, entries

import bcfsync
from bcfsync.model import Snapshot

pytestmark = pytest.mark.slow
FILES = {"2.0/first-handover.bcfzip": "2.0", "2.1/site-walk.bcf": "2.1", "3.0/terrace-and-roof.bcf": "3.0"}


# -- story 11: the version bridge ------------------------------------------------------------------------------


@pytest.mark.parametrize("api", ["2.1", "3.0"])
def test_story_11_files_of_three_versions_share_a_project_and_each_keeps_its_own(site, api):
    site.set_up()
    site.toml.write_text(site.toml.read_text().replace(site.server.url, f"{site.server.url}/bcf/{api}"))
    for sample in FILES:
        site.bring(sample)
    site.settle()
    titles = [topic["title"] for topic in site.call("GET", "topics")]
    assert Counter(titles).most_common(1)[0][1] == 1
    assert len(titles) == 6
    assert all(f"/bcf/{api}/" in item for item in site.server.requests if "/projects/" in item)
    for title in titles:
        site.change(title, priority="Rather high")
    site.settle()
    for sample, version in FILES.items():
        path = site.issues / sample.partition("/")[2]
        shown = json.loads(site.do("show", path, "--json").out)
        assert shown["bcf_version"] == version
        assert {topic["priority"] for topic in shown["topics"]} == {"Rather high"}
        assert f'VersionId="{version}"'.encode() in entries(path)["bcf.version"]
        assert site.run("validate", path).code == 0
    site.idle()


@pytest.mark.parametrize("target", ["2.1", "2.0"])
def test_story_11_the_converter_says_what_the_older_version_cannot_hold(site, target):
    words = ("convert", SAMPLES / "3.0" / "design-freeze.bcf")
    out = site.folder / "old.bcf"
    found = site.do(*words, out, "--to", target)
    losses = json.loads(site.do(*words, "again.bcf", "--to", target, "--json").out)["losses"]
    assert ("nothing lost" in found.out) == (not losses)
    for loss in losses:
        assert loss["why"] in found.out, "each loss is printed with its reason"
        assert f"{loss['where']}: {loss['what']}" in found.out or "more; --json lists them all" in found.out
    assert site.run("show", out).code == 0


@pytest.mark.parametrize("name", ["coordination-week-12.bcf", "site-walk.bcf"])
def test_story_11_there_and_back_again_is_where_it_was(site, name):
    first = SAMPLES / "2.1" / name
    site.do("convert", first, "new.bcf", "--to", "3.0")
    site.do("convert", "new.bcf", "back.bcf", "--to", "2.1")
    assert site.run("diff", first, "back.bcf").code == 0


# -- story 14: merge archives ----------------------------------------------------------------------------------


TRADES = ("arch", "mep", "structure", "fire", "site")


@pytest.fixture
def trades(site):
    """Last week's file, and what five trades made of it."""
    site.save("base.bcf", a_topic(1, "Duct", "Who moves it?", topic_status="Open"), a_topic(2, "Pipe"))
    for number, trade in enumerate(TRADES, 3):
        duct = a_topic(1, "Duct", "Who moves it?", topic_status="Open")
        said = a_topic(number, "x", f"{trade} was here").comments
        members = {"topic_status": "Closed"} if trade == "mep" else {"priority": "High"} if trade == "fire" else {}
        duct = replace(duct, comments=(*duct.comments, *said), **members)
        site.save(f"{trade}.bcf", duct, a_topic(2, "Pipe"), a_topic(10 + number, f"Only {trade}"))
    return site


def merged(site, *names, base=True):
    words = ("merge", "all.bcf", *(f"issues/{name}.bcf" for name in names), "--json")
    found = site.run(*words, *(("--base", "issues/base.bcf") if base else ()))
    with bcfsync.open(site.folder / "all.bcf") as archive:
        topics = {topic.title: topic for topic in archive.topics}
    return found, topics


def test_story_14_five_trades_become_one_file_and_nothing_is_dropped(trades):
    found, topics = merged(trades, *TRADES)
    assert found.code == 0, "nobody contradicts anybody, measured by last week's file"
    assert sorted(topics) == ["Duct", *sorted(f"Only {trade}" for trade in TRADES), "Pipe"]
    duct = topics["Duct"]
    assert (duct.topic_status, duct.priority) == ("Closed", "High")
    assert sorted(item.comment for item in duct.comments) == [
        "Who moves it?",
        *sorted(f"{it} was here" for it in TRADES),
    ]
    assert json.loads(found.out)["conflicts"] == []


def test_story_14_the_order_of_the_files_makes_no_difference(trades):
    said = set()
    for names in itertools.islice(itertools.permutations(TRADES), 0, None, 17):
        merged(trades, *names)
        said.add(tuple(entries(trades.folder / "all.bcf").items()))
    assert len(said) == 1, "byte for byte"


def test_story_14_without_a_base_the_newest_value_wins_and_the_loser_is_printed(trades):
    found = trades.run("merge", "all.bcf", *(f"issues/{name}.bcf" for name in TRADES))
    assert found.code == 6
    assert "topic_status differs" in found.out
    assert "taken  " in found.out
    assert "lost   " in found.out


def test_story_14_a_picture_that_is_in_all_files_is_in_the_result_once(site):
    for number, name in enumerate(("one", "two", "three")):
        with bcfsync.open(SAMPLES / "2.1" / "coordination-week-12.bcf") as archive:
            guid = f"{number:08}-0000-4000-8000-000000000000"
            archive.comment(archive.topics[0].guid, f"from {name}", "ben@example.com", guid=guid)
            archive.save(site.issues / f"{name}.bcf")
    found, topics = merged(site, "one", "two", "three", base=False)
    assert found.code == 0
    before = [name for name in entries(site.issues / "one.bcf") if name.endswith(".png")]
    after = entries(site.folder / "all.bcf")
    pictures = [data for name, data in after.items() if name.endswith(".png")]
    assert len(pictures) == len(before)
    assert len(set(pictures)) == len({entries(site.issues / "one.bcf")[name] for name in before})
    thread = next(iter(topics.values())).comments
    assert {"from one", "from two", "from three"} <= {item.comment for item in thread}
    assert all(isinstance(view.snapshot, Snapshot) for topic in topics.values() for view in topic.viewpoints)
