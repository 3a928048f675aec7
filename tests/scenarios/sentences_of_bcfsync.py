"""What bcfsync does, what happens to it on the way, and what must be true then."""

from pathlib import Path
from typing import Any

from folders import HERE
from spoken import MEMBERS, NotUnderstood, World, places, plain, quoted, sentence
from worlds import Crash

from bcfsync.changes import Verb
from bcfsync.errors import Guarded
from bcfsync.store import Store
from bcfsync.turn import Absent, Braked, Missing, StaleSave, Unreadable, Way

# -- When: bcfsync ---------------------------------------------------------------------------------------------


@sentence("When", "bcfsync syncs")
def _(world: World) -> None:
    world.sync()


@sentence("When", "bcfsync syncs with <server>")
def _(world: World, name: str) -> None:
    world.sync(name)


@sentence("When", "bcfsync syncs until nothing is left to do")
def _(world: World) -> None:
    world.settle()


@sentence("When", "bcfsync pulls")
def _(world: World) -> None:
    world.sync(way=Way.PULL)


@sentence("When", "bcfsync pushes")
def _(world: World) -> None:
    world.sync(way=Way.PUSH)


@sentence("When", "bcfsync syncs and may delete <number>")
def _(world: World, number: str) -> None:
    world.sync(allowed=int(number))


@sentence("When", "bcfsync is killed before its write number <number> to the server")
def _(world: World, number: str) -> None:
    _with_fault(world, int(number), "crash")


@sentence("When", "bcfsync syncs and gets no answer to its write number <number>")
def _(world: World, number: str) -> None:
    _with_fault(world, int(number), "lost answer")


def _with_fault(world: World, number: int, what: str) -> None:
    remote, left = world.first.remote, [number]

    def fault(_change: object) -> str:
        left[0] -= 1
        if left[0]:
            return ""
        if what == "crash":
            raise Crash
        return what

    kept, remote.fault = remote.fault, fault
    try:
        world.sync()
    finally:
        remote.fault = kept
    assert left[0] <= 0, "it never came to that write"


@sentence("When", "bcfsync is killed after it wrote an archive, before that is on record")
def _(world: World) -> None:
    store = world.first.store
    kept = store.confirm_all

    def killed(confirmations: Any, *, replica: str = "", generation: int = 0) -> None:
        if generation:
            raise Crash
        kept(confirmations, replica=replica, generation=generation)

    store.confirm_all = killed
    before = len(world.ended)
    try:
        world.sync()
    finally:
        store.confirm_all = kept
    assert len(world.ended) > before, "it never wrote an archive"


@sentence("When", "the record of bcfsync is lost")
def _(world: World) -> None:
    for each in world.servers.values():
        each.store = Store(Path(":memory:"), clock=each.clock)


@sentence("When", "<who> decides for the <value> in the conflict about the <member>")
def _(world: World, who: str, whose: str, member: str) -> None:
    if whose not in {"server", "files"}:
        raise NotUnderstood(f"nobody can decide for the {whose}")
    _decide(world, member, whose, None)


@sentence("When", "<who> decides that the <member> shall be <value>")
def _(world: World, who: str, member: str, value: str) -> None:
    _decide(world, member, None, plain(value))


def _decide(world: World, member: str, prefer: str | None, value: str | None) -> None:
    store = world.first.store
    found = [item for item in store.conflicts() if item.field == MEMBERS[member]]
    assert found, "there is no such conflict"
    for item in found:
        store.decide(item.key, item.field, prefer, value)


@sentence("When", "a minute passes")
def _(world: World) -> None:
    world.pass_time(61)


# -- Then ------------------------------------------------------------------------------------------------------


@sentence("Then", "<title> has the <member> <value> <places>")
def _(world: World, title: str, member: str, value: str, where: str) -> None:
    found = {place: getattr(world.topic(place, title), MEMBERS[member]) for place in places(where)}
    assert set(found.values()) == {plain(value)}, found


@sentence("Then", "<title> has the comments <titles> <places>")
@sentence("Then", "<title> has the comment <titles> <places>")
def _(world: World, title: str, texts: str, where: str) -> None:
    found = {place: sorted(item.comment for item in world.topic(place, title).comments) for place in places(where)}
    assert all(item == sorted(quoted(texts)) for item in found.values()), found


@sentence("Then", "<title> has no comments <places>")
def _(world: World, title: str, where: str) -> None:
    assert not any(world.topic(place, title).comments for place in places(where))


@sentence("Then", "<title> has the labels <titles> <places>")
def _(world: World, title: str, labels: str, where: str) -> None:
    found = {place: sorted(world.topic(place, title).labels) for place in places(where)}
    assert all(item == sorted(quoted(labels)) for item in found.values()), found


@sentence("Then", "there are the topics <titles> <places>")
@sentence("Then", "there is the topic <titles> <places>")
def _(world: World, titles: str, where: str) -> None:
    found = {place: sorted(item.title for item in world.side(place).bcf.topics) for place in places(where)}
    assert all(item == sorted(quoted(titles)) for item in found.values()), found


@sentence("Then", "there are no topics <places>")
def _(world: World, where: str) -> None:
    assert not any(world.side(place).bcf.topics for place in places(where))


@sentence("Then", "there is no <file>")
def _(world: World, name: str) -> None:
    found = world.first.folder.archives.get(name)
    assert found is None or not found.there


@sentence("Then", "the <member> of <title> waits for a decision")
def _(world: World, member: str, title: str) -> None:
    found = {(item.field, item.label) for each in world.servers.values() for item in each.store.conflicts()}
    assert any(name == MEMBERS[member] and f"“{title}”" in label for name, label in found), found


@sentence("Then", "nothing waits for a decision")
def _(world: World) -> None:
    assert not [item for each in world.servers.values() for item in each.store.conflicts()]


@sentence("Then", "<title> is held")
def _(world: World, title: str) -> None:
    found = [item.label for each in world.servers.values() for item in each.store.holds()]
    assert any(f"“{title}”" in label for label in found), found


@sentence("Then", "nothing is held")
def _(world: World) -> None:
    found = [item for each in world.servers.values() for item in each.store.holds()]
    assert not found, found


@sentence("Then", "bcfsync has deleted nothing")
def _(world: World) -> None:
    gone = [step.label for heard in world.told for step in heard.writes if step.verb is Verb.DELETE]
    assert not gone, gone


@sentence("Then", "bcfsync tells that an older copy of <file> was saved")
def _(world: World, name: str) -> None:
    assert HERE + name in [item.replica for item in world.events(StaleSave)]


@sentence("Then", "bcfsync tells that <file> is missing")
def _(world: World, name: str) -> None:
    assert HERE + name in [item.replica for item in world.events(Missing)]


@sentence("Then", "bcfsync tells that <file> is not there just now")
def _(world: World, name: str) -> None:
    assert HERE + name in [item.replica for item in world.events(Absent)]


@sentence("Then", "bcfsync tells that <file> cannot be read")
def _(world: World, name: str) -> None:
    assert HERE + name in [item.replica for item in world.events(Unreadable)]


@sentence("Then", "bcfsync stops before it makes <number> deletions")
def _(world: World, number: str) -> None:
    assert sum(item.count for item in world.events(Braked)) == int(number), world.events(Braked)


@sentence("Then", "bcfsync refuses to work")
def _(world: World) -> None:
    assert any(isinstance(item, Guarded) for item in world.ended), world.ended


@sentence("Then", "the value <value> of the <member> is in the log")
def _(world: World, value: str, member: str) -> None:
    logged = [
        deed.before or ""
        for each in world.servers.values()
        for run in each.store.runs()
        for deed in each.store.deeds(run.number)
    ]
    assert any(f'"{MEMBERS[member]}": "{plain(value)}"' in text for text in logged), logged


@sentence("Then", "nothing is written by the next sync")
def _(world: World) -> None:
    found = world.undisturbed()
    assert not found, found


@sentence("Then", "nothing is written by the next 10 syncs")
def _(world: World) -> None:
    for _ in range(10):
        found = world.undisturbed()
        assert not found, found
