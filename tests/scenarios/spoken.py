"""The language of the scenario files, and the world in memory they play in; the sentences are in ``sentences_of_*``.

A line is "Given …", "When …", "Then …", or "And …" after one of them. A sentence that is none of these is an error, as
is a name nobody has spoken of before.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from folders import Heard, MemoryArchive, Office, office, take
from worlds import Crash

from bcfsync.dates import timestamp
from bcfsync.errors import Guarded
from bcfsync.model import Bcf, Topic
from bcfsync.net import Unanswered

MEMBERS = {
    "status": "topic_status", "type": "topic_type", "priority": "priority", "stage": "stage", "title": "title",
    "description": "description", "assignee": "assigned_to",
}  # fmt: skip
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
