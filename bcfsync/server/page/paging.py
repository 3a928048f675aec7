"""Long lists in pages, with plain links from one to the next.

Owns: which page is shown, and which numbers are offered. Sees: numbers. Governed by: nothing outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list: its number from 1 on, how many things there are, and how many a page shows.

    ``is_more`` says that the list goes on beyond ``total``, where nobody counted.
    """

    page: int
    total: int
    size: int
    is_more: bool = False

    @property
    def last(self) -> int:
        """The number of the last page that was counted."""
        return max(1, -(-self.total // self.size))

    @property
    def first_shown(self) -> int:
        """The number of the first thing on the page, from 1 on."""
        return (self.page - 1) * self.size + 1

    @property
    def last_shown(self) -> int:
        """The number of the last thing on the page."""
        return min(self.page * self.size, self.total)

    @property
    def skip(self) -> int:
        """How many things come before the page."""
        return (self.page - 1) * self.size

    def offered(self) -> Iterator[int | None]:
        """The numbers to offer as links, in order; None where some are left out."""
        near = {1, self.last, *range(self.page - 2, self.page + 3)}
        before = 0
        for number in sorted(number for number in near if 1 <= number <= self.last):
            if number > before + 1:
                yield None
            yield number
            before = number


def paging(wish: str | None, total: int, size: int, *, is_more: bool = False) -> Paging:
    """The page a query asks for; what is no number is the first, what is beyond the end the last."""
    page = Paging(1, total, size, is_more)
    number = int(wish) if wish and wish.isascii() and wish.isdigit() and len(wish) < 10 else 1
    return Paging(min(max(number, 1), page.last), total, size, is_more)
