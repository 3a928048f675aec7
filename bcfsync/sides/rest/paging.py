"""Reading a whole collection, page by page.

Owns: ``$top`` and ``$skip``, and when a list is whole. Sees: net, facts, dialects. Rules: collections are bare arrays
without count or link, and few servers add a ``Link`` header; they ignore paging, refuse it, cap it without saying so,
or count pages by ``$skip / $top``. So pages keep one size, a list ends with an empty page, a page that brings nothing
new, or a short one whose length is no cap and after which no ``Link`` says that more comes. A list that is longer
than any that was seen to end there has one page more asked for, once. ``$`` is never encoded: some servers know no
``%24top``. Where a list may have been cut and nobody can ask for its rest, that is said (``cut``).

While pages are turned, what is deleted on the first of them draws something past the seam, unseen. So a list of several
pages is looked at twice, by its tags where it has some, and believed when both looks show the same; one that does not
come to rest is said to have ``moved``.
"""

from collections.abc import Callable, Sized
from dataclasses import dataclass, replace

from bcfsync.bcfapi.dialects import GENERIC, Dialect
from bcfsync.bcfapi.reading import list_of
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.net import Answer, Http, Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.facts import ENDED_AT, PAGE, TAG, TEXT, Facts
from bcfsync.sides.rest.paging_v10 import tag_address

_PAGE = 1000
_MODEST_PAGE = 100
_NO_PAGING = frozenset({400, 422, 501})
_SMALLEST_CAP = 10
_ROUND = 50
_MOST = 250_000
_MOST_PAGES = 10_000
_LOOKS = 3
"""So many times more is a list read that is another one each time."""


class EndlessList(ServerTrouble, OverflowError):
    """A server's list has no end: it makes up items, or forgets what it has shown."""

    hint = "report it to whoever runs the server"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: where it came from, its strong tag, how many items it held."""

    url: str
    etag: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A collection: each item once, the answers it came in, and whether it is known to be all there is.

    ``cut`` where the server may have more and gives no way to it: after how many items it ended. ``moved`` where it was
    another list each time it was looked at. ``seams`` where something may have slipped past the end of a page.
    """

    items: list[object]
    pages: tuple[Page, ...]
    complete: bool = True
    cut: int | None = None
    moved: bool = False
    seams: bool = False


class Pager:
    """Reads collections of one server; ``peeked`` holds an answer that was read ahead, for its next reader."""

    def __init__(self, http: Http, learned: Facts, dialect: Callable[[], Dialect] = lambda: GENERIC) -> None:
        """Ask nothing yet.

        Args:
            http: the way to the server.
            learned: facts, read and written.
            dialect: what is known of the server by now.
        """
        self.http = http
        self.learned = learned
        self.dialect = dialect
        self.peeked: dict[str, Answer] = {}
        self.cut: dict[str, int] = {}
        """The lists that were read from a first answer on and have an end nobody can look behind, by their URL."""

    def whole(self, url: str, order: str | None = None, *, beyond: bool = False) -> Whole:
        """All items.

        Args:
            url: the collection.
            order: the member to sort by; without it the server's own order.
            beyond: also look behind a list that is known to have ended: one page more, empty.

        Raises:
            EndlessList: page after page brings something new.
            AnswerNotUnderstood: an answer is no list.
        """
        found = self._at_rest(lambda: self._once(url, order, beyond=beyond))
        if len(found.pages) > 1 and not found.seams and found.cut is None:
            facts.count(self.learned, ENDED_AT, _name_of(url), found.pages[0].size)
        return found

    def _once(self, url: str, order: str | None, *, beyond: bool) -> Whole:
        dialect = self.dialect()
        if not dialect.pages:
            return self._unpaged(url)
        ordering = f"&{dialect.orders}={order}" if order and dialect.orders else ""
        size = dialect.page or min(_PAGE, int(self.learned.get(PAGE, _PAGE)))
        try:
            return self._paged(url, ordering, size, _Reading(beyond=beyond))
        except _NoPaging:
            if size > _MODEST_PAGE:
                return self._modest(url, ordering, beyond=beyond)
        return self._unpaged(url)

    def rest(self, url: str, first: list[object], *, has_more: bool) -> Whole:
        """All items of a collection whose first answer is there already, and may have been cut."""
        if not (first and (has_more or (self.dialect().pages and looks_capped(first)))):
            return Whole(first, ())
        begun = [first]
        found = self._at_rest(lambda: self._rest(url, begun.pop() if begun else self._first(url), has_more=has_more))
        if found.cut is not None:
            self.cut[url] = found.cut
        return found

    def _at_rest(self, read: Callable[[], Whole]) -> Whole:
        """A list as two looks in a row show it; all that was ever seen of it where there are no such two."""
        found = read()
        if not found.seams:
            return found
        seen = _by_key(found)
        for _ in range(_LOOKS):
            if self._stays(found):
                return found
            again = read()
            if not again.moved and _by_key(again).keys() == _by_key(found).keys():
                return again
            found = again
            seen |= _by_key(found)
        return replace(found, items=list(seen.values()), complete=False, moved=True)

    def _stays(self, found: Whole) -> bool:
        """Whether every page is still what it was, as its tag says."""
        if found.moved:
            return False
        return all(page.etag and self.http.get(page.url, unless=page.etag).unchanged for page in found.pages)

    def _first(self, url: str) -> list[object]:
        return _listed(url, self.http.get(url))

    def _rest(self, url: str, first: list[object], *, has_more: bool) -> Whole:
        reading = _Reading(beyond=False)
        reading.take(Page(url, None, len(first)), first)
        try:
            return self._paged(url, "", len(first), reading)
        except _NoPaging:
            cut = len(first) if has_more or _is_round(first) else None
            return Whole(first, (), complete=cut is None, cut=cut)

    def _modest(self, url: str, ordering: str, *, beyond: bool) -> Whole:
        """A server that gives no thousand may give a hundred; if so, that is remembered."""
        try:
            found = self._paged(url, ordering, _MODEST_PAGE, _Reading(beyond=beyond))
        except _NoPaging:
            return self._unpaged(url)
        self.learned[PAGE] = str(_MODEST_PAGE)
        return found

    def _unpaged(self, url: str) -> Whole:
        """The server takes no paging at all: what it gives without is the list, unless it has the length of a cap."""
        reading = _Reading(beyond=False)
        answer = self._page(url, first=False)
        items = _listed(url, answer)
        reading.take(Page(url, answer.etag, len(items)), items)
        return reading.whole(cut=answer.has_more or self._may_be_cut(items))

    def _may_be_cut(self, items: Sized) -> bool:
        """Whether a list of this length, which nobody can ask for its rest, may have one.

        Of a product that is known to give no pages it is known, too, after how many its lists end, if they do.
        """
        dialect = self.dialect()
        if dialect.cap is not None:
            return len(items) == dialect.cap or (len(items) > dialect.cap and _is_round(items))
        return dialect.pages and _is_round(items)

    def _paged(self, url: str, ordering: str, size: int, reading: "_Reading") -> Whole:
        while len(reading.seen) < _MOST and len(reading.pages) < _MOST_PAGES:
            asked = self._address(url, size, reading.position, ordering)
            answer = self._page(asked, first=reading.position == 0 or not reading.paged)
            page = _listed(asked, answer)
            reading.paged = True
            known = self._was_the_end(url, page, reading)
            news = reading.take(Page(asked, answer.etag, len(page)), page)
            if not page:
                return reading.whole()
            if not news:
                # the server shows again what it has shown: it does not page, and may cut
                return reading.whole(cut=answer.has_more or self._may_be_cut(reading.seen))
            ended = len(page) < size and not looks_capped(page) and not answer.has_more
            if ended and known and not reading.beyond:
                return reading.whole()
            # some servers count pages, so the size stays; where they gave less than asked for, theirs is taken
            size = size if ended else min(size, len(page))
        raise EndlessList(f"{url}: {len(reading.seen):,} items in {len(reading.pages):,} pages, and no end")

    def _was_the_end(self, url: str, page: Sized, reading: "_Reading") -> bool:
        """Whether a page of this length is known to be the last: one before was longer, or such a list was all."""
        known = facts.counted(self.learned, ENDED_AT).get(_name_of(url), 0)
        return len(page) <= known or any(len(page) < before.size for before in reading.pages)

    def _address(self, url: str, size: int, position: int, ordering: str) -> str:
        if self.learned.get(TEXT) == TAG:
            return tag_address(url, size, position, ordering.rpartition("=")[2])
        return f"{url}?$top={size}&$skip={position}{ordering}"

    def _page(self, url: str, *, first: bool) -> Answer:
        ahead = self.peeked.pop(url, None)
        if ahead is not None:
            return ahead
        try:
            return self.http.get(url)
        except Refused as error:
            if first and error.status in _NO_PAGING:
                raise _NoPaging from error
            raise


class _NoPaging(Exception):
    """The server refuses the parameters."""


class _Reading:
    """What was read of a collection so far."""

    def __init__(self, *, beyond: bool) -> None:
        self.beyond = beyond
        self.seen: dict[str, object] = {}
        self.pages: list[Page] = []
        self.position = 0
        self.paged = False
        self.moving = False
        self.seams = False

    def take(self, page: Page, items: list[object]) -> int:
        """Take a page in; the number of its items that are new."""
        fresh = {key: item for item in items if (key := _item_key(item)) not in self.seen}
        # what comes twice beside news was pushed on: the list moved while it was read
        self.moving = self.moving or bool(self.seen and fresh and len(fresh) < len(items))
        behind_much = bool(self.pages) and not items and self.pages[0].size >= _MODEST_PAGE
        self.seams = self.seams or bool(self.pages and fresh) or behind_much
        self.seen |= fresh
        self.pages.append(page)
        self.position += len(items)
        return len(fresh)

    def whole(self, *, cut: bool = False) -> Whole:
        items = list(self.seen.values())
        complete = not (cut or self.moving)
        return Whole(items, tuple(self.pages), complete, len(items) if cut else None, self.moving, self.seams)


def _name_of(url: str) -> str:
    return url.rpartition("/")[2]


def _by_key(found: Whole) -> dict[str, object]:
    return {_item_key(item): item for item in found.items}


def looks_capped(page: Sized) -> bool:
    """Whether a list has the length of a server's default page: 10, 20, 25, 50, 64, 100, 128 and the like."""
    return len(page) >= _SMALLEST_CAP and (len(page) % 5 == 0 or _is_power(len(page)))


def _is_power(number: int) -> bool:
    return number & (number - 1) == 0


def _is_round(items: Sized) -> bool:
    """Whether a list that cannot be asked for its rest is so round that it may have one: 50, 100, 128, 1000, 2000."""
    return len(items) >= _ROUND and (len(items) % _ROUND == 0 or _is_power(len(items)))


def _listed(url: str, answer: Answer) -> list[object]:
    return list_of(url, answer.data)


def _item_key(item: object) -> str:
    guid = item.get("guid") if isinstance(item, dict) else None
    return guid_key(guid) if isinstance(guid, str) else repr(item)
