"""What both filter languages have in common: ``or``, ``and``, ``not``, parentheses, and limits to all of them.

Owns: the reading of a filter down to its terms. Sees: the conditions. Governed by: OData 4, "Built-in Filter
Operations" (``not`` binds closest, then ``and``, then ``or``); BCF-API 1.0, Filtering.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from bcfsync.server.query.conditions import And, Condition, Not, Or
from bcfsync.server.refusals import Malformed

LONGEST = 8000
DEEPEST = 20
MOST_TERMS = 200


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign or literal of a filter, and where it begins; ``kind`` is "end" after the last one."""

    kind: str
    text: str
    start: int


class Words:
    """The tokens of a filter, read from left to right."""

    def __init__(self, option: str, text: str, split: Callable[[str], list[Token]]) -> None:
        self._option = option
        if len(text) > LONGEST:
            self.wrong(f"must not be longer than {LONGEST} characters")
        self.text = text
        self._tokens = [*split(text), Token("end", "", len(text))]
        self._next = 0
        self._depth = 0
        self._terms = 0

    def wrong(self, complaint: str) -> NoReturn:
        """Refuse the filter."""
        raise Malformed(f"{self._option}: {complaint}")

    def peek(self, ahead: int = 0) -> Token:
        """A token that comes next, without taking it."""
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token."""
        token = self.peek()
        self._next += 1
        return token

    def takes(self, text: str) -> bool:
        """Take the next token if it is this word or sign."""
        token = self.peek()
        if token.kind not in {"word", "sign"} or token.text != text:
            return False
        self._next += 1
        return True

    def need(self, text: str) -> None:
        """Take this word or sign, which must come now."""
        if not self.takes(text):
            self.unexpected(self.peek(), f"'{text}'")

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """What is read inside is nested one deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            self.wrong(f"must not be nested more than {DEEPEST} deep")
        yield
        self._depth -= 1

    def count(self) -> None:
        """One more comparison is read."""
        self._terms += 1
        if self._terms > MOST_TERMS:
            self.wrong(f"must not have more than {MOST_TERMS} comparisons")

    def unexpected(self, token: Token, wanted: str) -> NoReturn:
        """Refuse the filter because of a token."""
        met = f"not '{token.text[:40]}'" if token.text else "but the filter ends"
        self.wrong(f"at character {token.start + 1} there must be {wanted}, {met}")


class Filter:
    """A filter on its way to a condition; ``term`` reads what stands between the logical words.

    Raises:
        Malformed: (from ``whole``) The filter has another grammar, or is larger than anyone needs.
    """

    def __init__(self, words: Words, term: Callable[[Words], Condition], *, has_not: bool) -> None:
        self._words = words
        self._term = term
        self._has_not = has_not

    def whole(self) -> Condition:
        """The condition; nothing may come after it."""
        condition = self.either()
        rest = self._words.peek()
        if rest.kind != "end":
            self._words.unexpected(rest, "'and', 'or' or the end")
        return condition

    def either(self) -> Condition:
        """Terms with ``or`` between them."""
        terms = [self._both()]
        while self._words.takes("or"):
            terms.append(self._both())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _both(self) -> Condition:
        terms = [self._one()]
        while self._words.takes("and"):
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _one(self) -> Condition:
        if self._has_not and self._words.takes("not"):
            with self._words.deeper():
                return Not(self._one())
        if self._words.takes("("):
            with self._words.deeper():
                inner = self.either()
            self._words.need(")")
            return inner
        self._words.count()
        return self._term(self._words)
