"""The language of the scenario files: every sentence there is, and what it does in a world in memory.

A line is "Given …", "When …", "Then …", or "And …" after one of them. A sentence that is none of these is an error, as
is a name nobody has spoken of before.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from folders import HERE, Heard, MemoryArchive, Office, office, take
from worlds import Crash

from bcfsync.changes import Verb
from bcfsync.dates import timestamp
from bcfsync.errors import Guarded, InvalidArchive
from bcfsync.model import Bcf, Comment, Topic
from bcfsync.net import Unanswered
from bcfsync.plan.policy import Deletes, Place, Policy, Prefer
from bcfsync.store import Store
from bcfsync.turn import Absent, Braked, Missing, StaleSave, Unreadable, Way

MEMBERS = {
    "status": "topic_status", "type": "topic_type", "priority": "priority", "stage": "stage", "title": "title",
    "description": "description", "assignee": "assigned_to",
}  # fmt: skip
FOLDER_GONE = "the marker of the folder is missing"
_QUOTED = r"“[^”]*”"


class NotUnderstood(Exception):
    """A line that is no sentence of this language, or speaks of what is not there."""


@dataclass
class World:
    """Servers, one folder, the programs people work with, and what bcfsync told."""

    mint: bool
    options: dict[str, Any] = field(default_factory=dict)
    servers: dict[str, Office] = field(default_factory=dict)
    copies: dict[tuple[str, str], Bcf] = field(default_factory=dict)
    away: dict[str, MemoryArchive] = field(default_factory=dict)
    told: list[Heard] = field(default_factory=list)
    last: list[Heard] = field(default_factory=list)
    ended: list[BaseException] = field(default_factory=list)
    number: int = 0

    # -- who is there ------------------------------------------------------------------------------------------

    def server(self, name: str = "the server") -> Office:
        if name not in self.servers:
            first = next(iter(self.servers.values()), None)
            if first is not None and (name == "the server" or "the server" in self.servers):
                raise NotUnderstood(f"there is no {name} beside {', '.join(self.servers)}")
            # of two servers the second one gives ids of its own; a single one as the world wants
            self.servers[name] = found = office(mint=self.mint if first is None else not self.mint)
            if first is not None:
                found.folder = first.folder
        return self.servers[name]

    @property
    def first(self) -> Office:
        return next(iter(self.servers.values()), None) or self.server()

    def archive(self, name: str) -> MemoryArchive:
        found = self.first.folder.archives.get(name)
        if found is None or not found.there:
            raise NotUnderstood(f"there is no {name}")
        return found

    def side(self, place: str) -> Any:
        """“on the server”, “on server A”, “in week.bcf”."""
        word, name = place.split(" ", 1)
        return self.server(name).remote if word == "on" else self.archive(name)

    def topic(self, place: str, title: str) -> Topic:
        found = [item for item in self.side(place).bcf.topics if item.title == title]
        if len(found) != 1:
            raise NotUnderstood(f"{place} there are {len(found)} topics “{title}”")
        return found[0]

    def fresh(self) -> str:
        self.number += 1
        return f"{self.number:08x}-aaaa-4aaa-8aaa-000000000000"

    def now(self) -> Any:
        return timestamp(self.first.now)

    def pass_time(self, seconds: int) -> None:
        for each in self.servers.values():
            each.now += timedelta(seconds=seconds)

    # -- what people do ----------------------------------------------------------------------------------------

    def put(self, place: str, bcf: Bcf) -> None:
        """Somebody's work is there now; a file is saved whole."""
        side = self.side(place)
        if isinstance(side, MemoryArchive):
            side.save(bcf)
        else:
            side.bcf = bcf

    def change(self, place: str, title: str, edit: Callable[[Topic], Topic]) -> None:
        found = self.topic(place, title)
        bcf = self.side(place).bcf
        self.put(place, replace(bcf, topics=tuple(edit(it) if it is found else it for it in bcf.topics)))

    def new_topic(self, who: str, title: str, **members: Any) -> Topic:
        return Topic(
            self.fresh(), title, creation_author=f"{who.lower()}@example.com", creation_date=self.now(), **members
        )

    # -- what bcfsync does -------------------------------------------------------------------------------------

    def partners(self, named: str | None) -> list[Office]:
        found = [self.server(named)] if named else [*self.servers.values()] or [self.server()]
        for each in found:
            each.options = dict(self.options)
            others = tuple(other.store for other in self.servers.values() if other is not each)
            if others:
                each.options |= {"neighbours": others}
        return found

    def sync(self, named: str | None = None, **options: Any) -> None:
        """One turn with each server."""
        self.last = []
        for each in self.partners(named):
            try:
                self.last.append(take(each, **options))
            except (Crash, Guarded, Unanswered) as error:
                self.ended.append(error)
        self.told += self.last

    def undisturbed(self) -> list[Any]:
        """What a turn with each server writes; it must come to its end."""
        before = len(self.ended)
        self.sync()
        assert len(self.ended) == before, self.ended[-1]
        return [item for heard in self.last for item in heard.writes]

    def settle(self) -> None:
        for _ in range(8):
            self.undisturbed()
            if not any(heard.ended for heard in self.last):
                return
        raise AssertionError("bcfsync does not come to rest")

    def events(self, kind: type) -> list[Any]:
        return [event for heard in self.told for event in heard.events if isinstance(event, kind)]


@dataclass(frozen=True)
class Sentence:
    """A form of words and what it does."""

    words: str
    pattern: re.Pattern[str]
    act: Callable[..., None]


SENTENCES: dict[str, list[Sentence]] = {"Given": [], "When": [], "Then": []}
_PARTS = {
    "<file>": r"([\w-]+\.bcf)",
    "<title>": r"“([^”]*)”",
    "<text>": r"“([^”]*)”",
    "<titles>": rf"({_QUOTED}(?:, {_QUOTED})*(?: and {_QUOTED})?)",
    "<server>": r"(the server|server [AB])",
    "<place>": r"(on the server|on server [AB]|in [\w-]+\.bcf)",
    "<places>": r"((?:on the server|on server [AB]|in [\w-]+\.bcf)"
    r"(?:(?:, | and )(?:on the server|on server [AB]|in [\w-]+\.bcf))*)",
    "<member>": rf"({'|'.join(MEMBERS)})",
    "<value>": r"([^“”]+?|“[^”]*”)",
    "<who>": r"([A-Z]\w+)",
    "<number>": r"(\d+)",
}


def sentence(kind: str, words: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A sentence of the language; parts in angle brackets are handed over."""
    pattern = re.escape(words)
    for part, form in _PARTS.items():
        pattern = pattern.replace(re.escape(part), form)

    def register(act: Callable[..., None]) -> Callable[..., None]:
        SENTENCES[kind].append(Sentence(f"{kind} {words}", re.compile(pattern), act))
        return act

    return register


def play(path: Path, world: World) -> None:
    """Play a scenario file line by line."""
    kind = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        first, _, rest = line.strip().partition(" ")
        kind = kind if first == "And" else first
        try:
            said, parts = understood(kind, rest)
            said.act(world, *parts)
        except NotUnderstood as error:
            raise NotUnderstood(f"{path.name}:{number}: {line}: {error}") from error
        except AssertionError as error:
            raise AssertionError(f"{path.name}:{number}: {line}: {error}") from error
        if kind == "When":
            world.pass_time(1)


def understood(kind: str, words: str) -> tuple[Sentence, tuple[str, ...]]:
    """The one meaning of a sentence."""
    found = [(item, match.groups()) for item in SENTENCES.get(kind, ()) if (match := item.pattern.fullmatch(words))]
    if len(found) != 1:
        raise NotUnderstood("no such sentence" if not found else "may mean several things")
    return found[0]


def quoted(words: str) -> list[str]:
    return re.findall(r"“([^”]*)”", words)


def places(words: str) -> list[str]:
    return re.split(r", | and ", words)


def plain(value: str) -> str | None:
    """A value as written: with or without quotes; “nothing” is none."""
    return None if value == "nothing" else value.removeprefix("“").removesuffix("”")


def by(who: str) -> str:
    return f"{who.lower()}@example.com"


# -- Given -----------------------------------------------------------------------------------------------------


@sentence("Given", "<file> with the topics <titles>")
@sentence("Given", "<file> with the topic <titles>")
def _(world: World, name: str, titles: str) -> None:
    world.first.folder.put(name, *(world.new_topic("Ben", title) for title in quoted(titles)))


@sentence("Given", "an empty folder")
def _(world: World) -> None:
    assert not world.first.folder.archives


@sentence("Given", "<file> with a copy of the topic <title> from <file>")
def _(world: World, name: str, title: str, source: str) -> None:
    world.first.folder.put(name, world.topic(f"in {source}", title))


@sentence("Given", "<server> with the topics <titles>")
@sentence("Given", "<server> with the topic <titles>")
def _(world: World, name: str, titles: str) -> None:
    world.server(name)
    for title in quoted(titles):
        side = world.server(name).remote
        side.bcf = replace(side.bcf, topics=(*side.bcf.topics, world.new_topic("Anna", title)))


@sentence("Given", "server A and server B")
def _(world: World) -> None:
    world.server("server A"), world.server("server B")


@sentence("Given", "<title> has the <member> <value> <place>")
def _(world: World, title: str, member: str, value: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, **{MEMBERS[member]: plain(value)}))


@sentence("Given", "<title> has the comment <text> <place>")
def _(world: World, title: str, text: str, place: str) -> None:
    said = Comment(world.fresh(), text, world.now(), by("Ben"))
    world.change(place, title, lambda it: replace(it, comments=(*it.comments, said)))


@sentence("Given", "<title> has the labels <titles> <place>")
def _(world: World, title: str, labels: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, labels=tuple(quoted(labels))))


@sentence("Given", "deletions travel")
def _(world: World) -> None:
    world.options["policy"] = replace(world.options.get("policy", Policy()), deletes=Deletes.MIRROR)


@sentence("Given", "deletions wait for a word")
def _(world: World) -> None:
    world.options["policy"] = replace(world.options.get("policy", Policy()), deletes=Deletes.ASK)


@sentence("Given", "the <value> is preferred in conflicts")
@sentence("Given", "the <value> are preferred in conflicts")
def _(world: World, whose: str) -> None:
    prefer = {"server": Prefer.SERVER, "files": Prefer.FILES, "newest value": Prefer.NEWEST}
    if whose not in prefer:
        raise NotUnderstood(f"nobody can prefer the {whose}")
    world.options["policy"] = replace(world.options.get("policy", Policy()), prefer={"*": prefer[whose]})


@sentence("Given", "new topics with the label <text> go to <file>")
def _(world: World, label: str, name: str) -> None:
    world.options["rules"] = (*world.options.get("rules", ()), Place(HERE + name, label=label))


@sentence("Given", "everything is in step")
def _(world: World) -> None:
    world.settle()
    world.told.clear()


# -- When: people on a server or in a file ---------------------------------------------------------------------


@sentence("When", "<who> sets the <member> of <title> to <value> <place>")
def _(world: World, who: str, member: str, title: str, value: str, place: str) -> None:
    said = {MEMBERS[member]: plain(value), "modified_date": world.now(), "modified_author": by(who)}
    world.change(place, title, lambda it: replace(it, **said))


@sentence("When", "<who> comments <text> on <title> <place>")
def _(world: World, who: str, text: str, title: str, place: str) -> None:
    said = Comment(world.fresh(), text, world.now(), by(who))
    world.change(place, title, lambda it: replace(it, comments=(*it.comments, said)))


@sentence("When", "<who> rewords the comment <text> on <title> as <text> <place>")
def _(world: World, who: str, old: str, title: str, new: str, place: str) -> None:
    def reworded(it: Topic) -> Topic:
        if old not in [item.comment for item in it.comments]:
            raise NotUnderstood(f"there is no comment “{old}”")
        said = {"comment": new, "modified_date": world.now(), "modified_author": by(who)}
        return replace(it, comments=tuple(replace(c, **said) if c.comment == old else c for c in it.comments))

    world.change(place, title, reworded)


@sentence("When", "<who> deletes the comment <text> on <title> <place>")
def _(world: World, who: str, text: str, title: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, comments=tuple(c for c in it.comments if c.comment != text)))


@sentence("When", "<who> deletes the topics <titles> <place>")
@sentence("When", "<who> deletes the topic <titles> <place>")
def _(world: World, who: str, titles: str, place: str) -> None:
    for title in quoted(titles):
        gone = world.topic(place, title)
        bcf = world.side(place).bcf
        world.put(place, replace(bcf, topics=tuple(item for item in bcf.topics if item is not gone)))


@sentence("When", "<who> writes the topic <title> <place>")
def _(world: World, who: str, title: str, place: str) -> None:
    bcf = world.side(place).bcf
    world.put(place, replace(bcf, topics=(*bcf.topics, world.new_topic(who, title))))


@sentence("When", "<who> writes the topic <title> with the label <text> <place>")
def _(world: World, who: str, title: str, label: str, place: str) -> None:
    bcf = world.side(place).bcf
    world.put(place, replace(bcf, topics=(*bcf.topics, world.new_topic(who, title, labels=(label,)))))


@sentence("When", "<who> puts the label <text> on <title> <place>")
def _(world: World, who: str, label: str, title: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, labels=(*it.labels, label)))


@sentence("When", "<who> takes the label <text> off <title> <place>")
def _(world: World, who: str, label: str, title: str, place: str) -> None:
    world.change(place, title, lambda it: replace(it, labels=tuple(item for item in it.labels if item != label)))


@sentence("When", "<who> moves the topic <title> from <file> to <file>")
def _(world: World, who: str, title: str, source: str, target: str) -> None:
    moved = world.topic(f"in {source}", title)
    bcf = world.archive(source).bcf
    world.put(f"in {source}", replace(bcf, topics=tuple(item for item in bcf.topics if item is not moved)))
    held = world.first.folder.archives.get(target)
    world.first.folder.put(target, *(held.bcf.topics if held and held.there else ()), moved)


# -- When: desktop programs and files --------------------------------------------------------------------------


@sentence("When", "<who> opens <file>")
def _(world: World, program: str, name: str) -> None:
    world.copies[program, name] = world.archive(name).bcf


@sentence("When", "<who> sets the <member> of <title> to <value> in its copy of <file>")
def _(world: World, program: str, member: str, title: str, value: str, name: str) -> None:
    bcf = _copy(world, program, name)
    if title not in [item.title for item in bcf.topics]:
        raise NotUnderstood(f"the copy has no topic “{title}”")
    said = {MEMBERS[member]: plain(value)}
    topics = tuple(replace(item, **said) if item.title == title else item for item in bcf.topics)
    world.copies[program, name] = replace(bcf, topics=topics)


@sentence("When", "<who> saves its copy of <file>")
def _(world: World, program: str, name: str) -> None:
    world.archive(name).save(_copy(world, program, name))


@sentence("When", "<who> saves its copy of <file> as <file>")
def _(world: World, program: str, name: str, other: str) -> None:
    world.first.folder.put(other, *_copy(world, program, name).topics)


def _copy(world: World, program: str, name: str) -> Bcf:
    if (program, name) not in world.copies:
        raise NotUnderstood(f"{program} has not opened {name}")
    return world.copies[program, name]


@sentence("When", "<file> is renamed to <file>")
def _(world: World, old: str, new: str) -> None:
    world.archive(old)
    world.first.folder.archives[new] = world.first.folder.archives.pop(old)


@sentence("When", "<file> is copied to <file>")
def _(world: World, old: str, new: str) -> None:
    world.first.folder.put(new, *world.archive(old).bcf.topics)


@sentence("When", "<file> is taken out of the folder")
def _(world: World, name: str) -> None:
    world.archive(name)
    world.away[name] = world.first.folder.archives.pop(name)


@sentence("When", "<file> is put back into the folder")
def _(world: World, name: str) -> None:
    world.first.folder.archives[name] = world.away.pop(name)


@sentence("When", "<file> is only half written")
def _(world: World, name: str) -> None:
    broken = world.archive(name)
    broken.number += 100

    def cut_off() -> None:
        raise InvalidArchive("cut off")

    broken.listing = cut_off


@sentence("When", "<file> is whole again")
def _(world: World, name: str) -> None:
    whole = world.archive(name)
    del whole.listing
    whole.number += 100


@sentence("When", "the folder is not mounted")
def _(world: World) -> None:
    world.first.folder.refused = Guarded(FOLDER_GONE)


@sentence("When", "the folder is mounted again")
def _(world: World) -> None:
    world.first.folder.refused = None


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
