"""The tag of the list of topics: whether it tells that nothing in the project has changed, and the proof of it.

Owns: tags as names of a state, the trial, the verdict. Sees: paging. Source: Foundation API 1.0, "Caching"; RFC 9110.

Most tags are made of the bytes they come with. Such a tag says nothing of comments, viewpoints and files, which the
list does not show: it moves with them only where the server moves a topic's ``modified_date``, and no version of the
API promises that for deleted comments, files, relations and references. So the proof is this: after a write of our
own below a topic, the list has the same items, to the last member, and another tag. Then the tag is made of more than
the bytes, by somebody who meant it to cover what is below. The opposite, same items and same tag after a write of our
own below, refutes it for good.

The lists to compare are those a run reads anyway. Where nothing is known yet, a run reads the list once before and
once after the first write that should leave it as it is; three runs at most do that. An empty page behind the end of
the list, whose tag moved, too, proves that each tag speaks for the whole collection: then the first page's is enough.

Where a project has nothing but comments and viewpoints, each write of ours dates its topic anew, and the list moves.
An empty page whose tag moves all the same is made of more than its bytes, too; but that may be the latest date of the
project, which a deleted comment need not move. Such a tag is believed, as every one is, for an hour at most: then a
turn looks at everything again (``turn``).
"""

import json
from collections.abc import Callable

from bcfsync.changes import Change, Kind, Outcome, Status, Verb
from bcfsync.errors import BcfsyncError
from bcfsync.net import NotJson, Refused
from bcfsync.sides.rest.facts import NO, TAG_COVERS, TAG_TRIALS, Facts
from bcfsync.sides.rest.paging import Page, Pager, Whole

PAGES, COLLECTION, DATED = "pages", "collection", "dated"
"""A tag speaks for the topics on its own page and all below them; for the whole project; or for the project's dates."""

_TRIALS = 3
_LISTS = frozenset({Kind.FILES, Kind.RELATED, Kind.REFERENCE, Kind.SNIPPET})
_DELETED = frozenset({Kind.COMMENT, Kind.VIEWPOINT})


def tag_of(found: Whole) -> str | None:
    """A name for the state a list was read in; None where an answer had no strong tag."""
    if not found.pages or any(page.etag is None for page in found.pages):
        return None
    return json.dumps([[page.url, page.etag] for page in found.pages])


class CollectionTag:
    """What is known of the tags of one list of topics, while it is read and written below."""

    def __init__(self, pager: Pager, learned: Facts, look: Callable[[], Whole]) -> None:
        """Begin with what is known.

        Args:
            pager: where a page goes that was read while asking.
            learned: the facts, read and written.
            look: reads the list with the empty page behind its end.
        """
        self._pager = pager
        self._learned = learned
        self._look = look
        self._before: Whole | None = None
        self._wrote_below = False
        self._tried = False
        self._glanced = False

    def unmoved(self, tag: str | None, url: str) -> bool:
        """Whether the server says that everything is as it was when the list at ``url`` had this tag."""
        covers = self._learned.get(TAG_COVERS)
        pages = _pages(tag, url) if covers in {PAGES, COLLECTION, DATED} else []
        asked = pages if covers == PAGES else pages[:1]
        return bool(asked) and all(self._is_unchanged(*page, first=at == 0) for at, page in enumerate(asked))

    def _is_unchanged(self, url: str, etag: str, *, first: bool) -> bool:
        try:
            answer = self._pager.http.get(url, unless=etag)
        except (Refused, NotJson):
            return False
        if first and not answer.unchanged:
            # only the first: its tag has to be older than all other pages
            self._pager.peeked[url] = answer
        return answer.unchanged

    def seen(self, found: Whole) -> None:
        """The list was read: compare it with the one before, if only what is below it was written to meanwhile."""
        if self._before is not None and self._wrote_below:
            self._judge(self._before, found)
        self._before, self._wrote_below = found, False

    def is_watched(self, change: Change) -> bool:
        """Whether a write is one around which the list is looked at."""
        return self._is_trial(change) or self._is_glance(change)

    def around(self, change: Change, write: Callable[[], Outcome]) -> Outcome:
        """Make a write, with a look before and after where that is worth a trial."""
        if self._is_trial(change):
            self._tried = True
            self._learned[TAG_TRIALS] = str(int(self._learned.get(TAG_TRIALS, 0)) + 1)
        elif self._is_glance(change):
            self._glanced = True
        else:
            return self._noted(change, write())
        before = self._look_again()
        outcome = self._noted(change, write())
        if before is not None and tag_of(before) is not None and _is_made(outcome):
            after = self._look_again()
            if after is not None:
                self._judge(before, after)
        return outcome

    def _look_again(self) -> Whole | None:
        """The list; what is only tried has no right to fail a run, and least of all to lose an outcome."""
        try:
            return self._look()
        except BcfsyncError:
            return None

    def _noted(self, change: Change, outcome: Outcome) -> Outcome:
        self._wrote_below = self._wrote_below or (bool(change.topic) and _is_made(outcome))
        return outcome

    def _is_trial(self, change: Change) -> bool:
        """Whether a write should leave the list as it is, and nothing is known yet."""
        known = self._learned.get(TAG_COVERS) not in {None, DATED}
        if self._tried or known or int(self._learned.get(TAG_TRIALS, 0)) >= _TRIALS:
            return False
        below = change.kind in _LISTS or (change.verb is Verb.DELETE and change.kind in _DELETED)
        return below and bool(change.topic)

    def _is_glance(self, change: Change) -> bool:
        """Whether a write may at least move the tag of what is behind the end, and nothing is known yet."""
        if self._glanced or TAG_COVERS in self._learned:
            return False
        return bool(change.topic) and change.kind in _DELETED

    def _judge(self, before: Whole, after: Whole) -> None:
        if self._learned.get(TAG_COVERS) == NO or tag_of(before) is None or tag_of(after) is None:
            return
        pairs = _same_pages(before, after)
        if before.items != after.items or not pairs:
            self._judge_by_the_end(before, after)
            return  # the list itself moved: that says nothing of the rest
        moved = [old.etag != new.etag for old, new in pairs]
        if not any(moved):
            self._learned[TAG_COVERS] = NO
        elif self._learned.get(TAG_COVERS) in {None, DATED} and not self._is_steady(after):
            return
        elif any(was and old.size == 0 for was, (old, _) in zip(moved, pairs, strict=True)) and all(moved):
            self._learned[TAG_COVERS] = COLLECTION
        elif TAG_COVERS not in self._learned:
            self._learned[TAG_COVERS] = PAGES

    def _judge_by_the_end(self, before: Whole, after: Whole) -> None:
        """Whether the empty page behind the end has another tag, though it has the same bytes."""
        if TAG_COVERS in self._learned or len(before.pages) != len(after.pages):
            return
        ends = [(old, new) for old, new in zip(before.pages, after.pages, strict=True) if old.url == new.url]
        if any(old.size == new.size == 0 and old.etag != new.etag for old, new in ends) and self._is_steady(after):
            self._learned[TAG_COVERS] = DATED

    def _is_steady(self, found: Whole) -> bool:
        """Whether the tag stays while nothing happens: some change with each answer, or with who answers."""
        first = found.pages[0]
        return first.etag is not None and self._is_unchanged(first.url, first.etag, first=False)


def _same_pages(before: Whole, after: Whole) -> list[tuple[Page, Page]]:
    """The pages of two readings side by side; none where they differ, but for empty ones only one of them asked for."""
    pairs = list(zip(before.pages, after.pages, strict=False))
    others = (*before.pages[len(pairs) :], *after.pages[len(pairs) :])
    same = all(old.url == new.url for old, new in pairs) and not any(page.size for page in others)
    return pairs if same else []


def _is_made(outcome: Outcome) -> bool:
    return outcome.status is Status.DONE and not outcome.adopted


def _pages(tag: str | None, url: str) -> list[tuple[str, str]]:
    """The pages a tag was made of; none where it is not ours, or of another place."""
    try:
        found = json.loads(tag or "[]")
        pages = [(str(page), str(etag)) for page, etag in found]
    except (ValueError, TypeError):
        return []
    return pages if all(page.startswith(url) for page, _ in pages) else []
