"""What ``bcfsync map suggest`` and ``map check`` do: the words of a folder held against the lists of its server.

Owns: counting words, and the words of both reports. Decides nothing: what a word is there is ``wording``'s, what it may
mean ``likeness``'s.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bcfsync.cli.brevity import short
from bcfsync.cli.options import Manner
from bcfsync.cli.pairs import PATIENCE, Asked, Joined, archive_name, configured, joined, named
from bcfsync.cli.render import counted
from bcfsync.cli.syncing import each_pair
from bcfsync.cli.turns import Speaker
from bcfsync.config.rows import key_text, with_rows
from bcfsync.config.values import Config, Pair
from bcfsync.config.writing import write as write_config
from bcfsync.errors import InvalidArchive
from bcfsync.model import Extensions
from bcfsync.plan.likeness import Guess, likeliest
from bcfsync.plan.wording import ANY, LISTS, NAMES, Wording, offered, said_in

_PARTLY = 3
Words = Mapping[tuple[str, str], int]
"""How many topics have a word, by member and word."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A word that has no value on the server, and the one it most likely means."""

    member: str
    word: str
    topics: int
    row: str | None
    guess: Guess | None


def suggest(names: Sequence[str], manner: Manner, *, write: bool) -> int:
    """Say what to write for words without a value, and write it where that is wanted; the exit code."""
    found = configured(manner)
    return each_pair(named(found, names), lambda pair: _suggest(pair, found, manner, write=write))


def check(names: Sequence[str], manner: Manner) -> int:
    """Say whether every word has a value; the exit code."""
    found = configured(manner)
    return each_pair(named(found, names), lambda pair: _check(pair, found, manner))


# -- what there is ---------------------------------------------------------------------------------------------


def _looked(pair: Pair, found: Config, out: Speaker) -> tuple[Words, Extensions | None, bool]:
    """The words of a folder, the lists of its server, and whether every archive could be read."""
    with joined(pair, found, Asked(looks=True, patience=PATIENCE)) as at_hand:
        words: Counter[tuple[str, str]] = Counter()
        whole = True
        for replica in sorted(at_hand.folder.scan()):
            try:
                words.update(_words_of(at_hand, replica))
            except InvalidArchive as error:
                whole = False
                out.line(f"{pair.name}: {archive_name(replica)}: {error}", "x", "red", always=True)
            finally:
                at_hand.folder.close(replica)
        return words, at_hand.remote.project_info().extensions, whole


def _words_of(at_hand: Joined, replica: str) -> Counter[tuple[str, str]]:
    side = at_hand.folder.open(replica)
    topics = side.load(side.listing().topics).topics.values()
    said = ((member, word) for topic in topics for member in LISTS for word in set(said_in(topic, member)))
    return Counter(said)


def _unmapped(words: Words, lists: Extensions | None, wording: Wording) -> Iterator[Unmapped]:
    for (member, word), topics in sorted(words.items(), key=lambda item: (list(LISTS).index(item[0][0]), item[0][1])):
        values = offered(lists, member)
        if values and wording.sent(member, word, values) not in values:
            row = wording.rows.get(member, {}).get(word)
            yield Unmapped(member, word, topics, row, likeliest(member, word, values))


# -- suggest ---------------------------------------------------------------------------------------------------


def _suggest(pair: Pair, config: Config, manner: Manner, *, write: bool) -> int:
    out = Speaker(manner)
    words, lists, whole = _looked(pair, config, out)
    found = list(_unmapped(words, lists, pair.wording))
    for item in found:
        out.emit(_facts(pair, "suggestion", item))
    if not found:
        out.line(f"{pair.name}: {pair.remote.name} has a value for every word", always=True)
    else:
        out.line(f"{pair.name}: {counted(len(found), 'word')} that {pair.remote.name} does not offer", always=True)
        for line in _table(found):
            out.line(line, "?", "yellow", always=True)
        if lacking := next((item for item in found if item.guess is None), None):
            out.line(
                f"  where nothing is like it: offer it on the server, or write a row {_example(pair, lacking, lists)}"
            )
    rows = _rows(found)
    written = _written(pair, config, rows, out, write=write)
    out.emit({"type": "summary", "pair": pair.name, "words": len(found), "rows": sum(map(len, rows.values())),
              "written": written})  # fmt: skip
    return 0 if whole else _PARTLY


def _written(pair: Pair, config: Config, rows: Mapping[str, Mapping[str, str]], out: Speaker, *, write: bool) -> bool:
    """Write rows where that is wanted, or say how."""
    count = sum(map(len, rows.values()))
    if not count:
        return False
    if not write or out.manner.dry_run:
        out.line(f"  to save {counted(count, 'row')}: bcfsync map suggest {pair.name} --write")
        return False
    text = with_rows(config.path, pair.name, rows)
    write_config(config.path, text)
    out.line(
        f"{config.path}: {counted(count, 'row')} added; look at them, then run bcfsync sync {pair.name}", always=True
    )
    return True


def _rows(found: Sequence[Unmapped]) -> dict[str, dict[str, str]]:
    """The rows to be added: of words that have none yet and mean something."""
    rows: dict[str, dict[str, str]] = {}
    for item in found:
        if item.row is None and item.guess is not None and item.word != ANY and item.word.isprintable():
            rows.setdefault(NAMES[item.member], {})[item.word] = item.guess.value
    return rows


def _table(found: Sequence[Unmapped]) -> Iterator[str]:
    cells = [
        (NAMES[item.member], f'"{short(item.word)}"', counted(item.topics, "topic"), _guessed(item)) for item in found
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(3)]
    for kind, word, topics, guess in cells:
        yield f"{kind:<{widths[0]}}  {word:<{widths[1]}}  {topics:>{widths[2]}}  ->  {guess}"


def _example(pair: Pair, item: Unmapped, lists: Extensions | None) -> str:
    """A row that could be, for a word that is like nothing."""
    table = f"[pair.{key_text(pair.name)}.map.{NAMES[item.member]}]"
    return f'under {table}: {json.dumps(item.word, ensure_ascii=False)} = "{offered(lists, item.member)[0]}"'


def _guessed(item: Unmapped) -> str:
    note = f"; its row says {item.row!r}, which is not offered" if item.row else ""
    if item.guess is None:
        return f"nothing there is like it{note}"
    return f'"{item.guess.value}"  {item.guess.score:.0%}{note}'


def _facts(pair: Pair, kind: str, item: Unmapped) -> dict[str, object]:
    guess = item.guess
    return {
        "type": kind, "pair": pair.name, "member": NAMES[item.member], "word": item.word, "topics": item.topics,
        "row": item.row, "value": guess.value if guess else None, "score": guess.score if guess else None,
    }  # fmt: skip


# -- check -----------------------------------------------------------------------------------------------------


def _check(pair: Pair, config: Config, manner: Manner) -> int:
    out = Speaker(manner)
    words, lists, whole = _looked(pair, config, out)
    unmapped = list(_unmapped(words, lists, pair.wording))
    for item in unmapped:
        out.emit(_facts(pair, "unmapped", item))
        out.line(f'{NAMES[item.member]} "{item.word}" ({counted(item.topics, "topic")}) has no value', "?", "yellow")
    astray = [(member, word, row) for member, word, row in _all_rows(pair.wording) if _is_astray(lists, member, row)]
    for member, word, row in astray:
        out.emit({"type": "astray", "pair": pair.name, "member": NAMES[member], "word": word, "value": row})
        out.line(f'{NAMES[member]} "{word}" is "{row}", which {pair.remote.name} does not offer', "!", "red")
    unused = [
        (member, word) for member, word, _ in _all_rows(pair.wording) if word != ANY and not words.get((member, word))
    ]
    for member, word in unused:
        out.emit({"type": "unused", "pair": pair.name, "member": NAMES[member], "word": word})
        out.line(f'{NAMES[member]} "{word}" is in no archive', "-")
    counts = {"unmapped": len(unmapped), "astray": len(astray), "unused": len(unused)}
    out.emit({"type": "summary", "pair": pair.name, **counts})
    said = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    out.line(f"{pair.name}: {said or 'every word has a value, and every row is used'}", always=True)
    if unmapped:
        out.line(f"  next: bcfsync map suggest {pair.name}")
    return _PARTLY if unmapped or astray or not whole else 0


def _all_rows(wording: Wording) -> Iterator[tuple[str, str, str]]:
    return ((member, word, row) for member, rows in wording.rows.items() for word, row in rows.items())


def _is_astray(lists: Extensions | None, member: str, row: str) -> bool:
    values = offered(lists, member)
    return bool(values) and row not in values
