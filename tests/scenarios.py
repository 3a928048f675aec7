"""What the scenarios of docs/sync-rules.md share: their register, and the words they are told in."""

from dataclasses import replace

from worlds import START, T2, V1, blob, comment, drop, edit, model_file, only, reword, synced, topic, view

from bcfsync.dates import timestamp
from bcfsync.model import Bcf, BimSnippet

SCENARIOS = {}
LATER, LATEST = timestamp(START), timestamp(START.replace(hour=12))


def scenario(rule):
    """The test of a rule, under its name."""

    def register(function):
        assert rule not in SCENARIOS
        SCENARIOS[rule] = function
        return function

    return register


def remote_edit(found, **members):
    edit(found.remote, only(found.remote).guid, **members)


def remote_reword(found, old, **members):
    reword(found.remote, only(found.remote).guid, old, **members)


def nothing(told):
    """Neither write, nor conflict, nor hold."""
    return not told.writes and not told.conflicts and not told.holds


def done(told):
    return [(step.verb, step.kind) for step in told.writes]


def both(found, name):
    return getattr(only(found.local), name), getattr(only(found.remote), name)


def fields_in_conflict(told):
    assert not told.writes
    return [(item.kind, item.field) for item in told.conflicts]


def reasons(told):
    assert not told.writes
    return [item.reason for item in told.holds]


def gone(site):
    where = "in the file" if site == "local" else "on the server"
    return [f"was deleted {where}; not sent again"]


def rich_topic(**members):
    parts = {"viewpoints": (view(),), "comments": (comment(viewpoint_guid=V1),), "labels": ("a",)}
    return topic(**(parts | members))


def with_another(mint, **members):
    """A world with the topic of the scenario and one more, since an empty server is another matter."""
    return synced(mint=mint, local=[rich_topic(**members), topic(T2, title="Another")])


def drop_titled(side, title="Duct clashes with beam"):
    drop(side, next(item.guid for item in side.bcf.topics if item.title == title))


def files(*names):
    return tuple(map(model_file, names))


def snippet(bytes_of="clash.json"):
    return BimSnippet("JSON", is_external=False, reference="clash.json", reference_schema="", blob=blob(bytes_of))


def second_archive(found, local):
    """The same world seen from another archive."""
    other = replace(found, replica="/files/other.bcf", local=replace(found.local, bcf=Bcf("3.0", topics=(local,))))
    other.clock, other.sleep = found.clock, found.sleep
    return other


def dated(mint):
    return synced(mint=mint, local=[topic(priority="Low", comments=(comment(),))])


def files_and_server(found, mine, theirs):
    return ((found.local, mine), (found.remote, theirs))
