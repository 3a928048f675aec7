"""Two texts as the pieces they share and the pieces they do not.

Owns: the difference of texts, by lines where there are many, by words inside. Sees: difflib, whose time grows with
the cube of what repeats: what is too long after its common ends are cut off is told whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

_WORDS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
_LONGEST = 400
_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: ``=`` of both, ``-`` of A only, ``+`` of B only."""

    sign: str
    text: str


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """What has to go and what has to come to make one text of the other; ``=`` and ``-`` together are A's text.

    A word with the blanks before it is the smallest piece. Two texts that share little are told whole.
    """
    found: list[Piece] = []
    for sign, a, b in _runs(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        found.extend([Piece("=", a)] if sign == "=" else _by_words(a, b))
    return _joined(found)


def _by_words(before: str, after: str) -> list[Piece]:
    found: list[Piece] = []
    shared = 0
    for sign, a, b in _runs(_WORDS.findall(before), _WORDS.findall(after)):
        shared += len(a) if sign == "=" else 0
        found.extend([Piece("=", a)] if sign == "=" else _replaced(a, b))
    # two different sentences share blanks and an article, which makes nobody wiser
    return found if 2 * shared >= _ALIKE * (len(before) + len(after)) else _replaced(before, after)


def _runs(some: list[str], others: list[str]) -> Iterator[tuple[str, str, str]]:
    """Runs of both and runs that differ, in turn: the sign, A's text, B's text."""
    start = _common(some, others)
    end = _common(some[start:][::-1], others[start:][::-1])
    if start:
        head = "".join(some[:start])
        yield "=", head, head
    yield from _middle(some[start : len(some) - end], others[start : len(others) - end])
    if end:
        tail = "".join(some[len(some) - end :])
        yield "=", tail, tail


def _middle(some: list[str], others: list[str]) -> Iterator[tuple[str, str, str]]:
    if max(len(some), len(others)) > _LONGEST:
        yield "~", "".join(some), "".join(others)
        return
    for tag, i, j, k, m in SequenceMatcher(None, some, others, autojunk=False).get_opcodes():
        yield "=" if tag == "equal" else "~", "".join(some[i:j]), "".join(others[k:m])


def _common(some: list[str], others: list[str]) -> int:
    """How many the two begin with alike."""
    pairs = zip(some, others, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(some), len(others)))


def _replaced(before: str, after: str) -> list[Piece]:
    return [piece for piece in (Piece("-", before), Piece("+", after)) if piece.text]


def _joined(found: list[Piece]) -> tuple[Piece, ...]:
    return tuple(
        Piece(sign, "".join(piece.text for piece in group)) for sign, group in groupby(found, lambda piece: piece.sign)
    )
