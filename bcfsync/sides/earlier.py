"""What earlier turns read of a server's topics, and how far it may be believed.

Owns: topics and viewpoints from one turn to the next. Sees: the recollection, plain. A topic that the list shows as it
did may have another thread by now: comments and viewpoints are read again, unless the server's dates were proven to
tell of all that happens below a topic. Files, relations, references and snippets are believed for an hour. A viewpoint
that never changes is read once, for ever.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bcfsync import plain
from bcfsync.changes import Key, Kind, Listed
from bcfsync.guids import guid_key
from bcfsync.model import Topic, Viewpoint
from bcfsync.store import Recollected, Recollection

BELIEVED = timedelta(hours=1)
"""So long is believed what was not read again."""

_SETTLED = timedelta(minutes=5)
"""A topic changed so short a time ago may have changed again within the second its date shows; clocks differ, too."""


class Earlier:
    """What earlier turns read."""

    def __init__(self, recollection: Recollection, clock: Callable[[], datetime]) -> None:
        self._recollection = recollection
        self._clock = clock

    def kept(self, listed: Mapping[str, Listed]) -> dict[str, Topic]:
        """Topics, by key, that were read whole within the hour, and that the list shows now as it did then."""
        found = {}
        for key, item in listed.items():
            known = self._recollection.topic(key)
            if known is not None and self._is_believed(known) and known.listed == _shown(item):
                found[key] = plain.loads(Topic, known.body)
        return found

    def _is_believed(self, known: Recollected) -> bool:
        return timedelta(0) <= self._clock() - known.looked < BELIEVED

    def views(self, topics: Collection[str]) -> frozenset[Key]:
        """The viewpoints of these topics of which the details are at hand."""
        found = ((topic, guid) for topic in topics for guid in self._recollection.views(topic))
        return frozenset(Key(Kind.VIEWPOINT, topic, guid) for topic, guid in found)

    def detailed(self, topic: Topic) -> frozenset[str]:
        """Which viewpoints of a topic, by their keys, are remembered with their details."""
        return self._recollection.views(guid_key(topic.guid))

    def completed(self, topic: Topic) -> Topic:
        """The topic with the details of viewpoints that came without them."""
        known = self.detailed(topic)
        if not known:
            return topic
        return replace(topic, viewpoints=tuple(self._completed(topic, view, known) for view in topic.viewpoints))

    def _completed(self, topic: Topic, view: Viewpoint, known: Collection[str]) -> Viewpoint:
        if view.components is not None or guid_key(view.guid) not in known:
            return view
        text = self._recollection.view(guid_key(topic.guid), guid_key(view.guid))
        return view if text is None else replace(view, components=plain.loads(Viewpoint, text).components)

    def keep(self, topics: Mapping[str, tuple[Topic, Listed]]) -> None:
        """Remember topics of which everything was read just now, with how the list shows them, by key."""
        now = self._clock()
        steady = {key: pair for key, pair in topics.items() if _is_steady(pair[1], now)}
        self._recollection.keep(
            (key, Recollected(_shown(item), plain.dumps(topic), now)) for key, (topic, item) in steady.items()
        )

    def forget(self, topic: str) -> None:
        """A topic, by its key, is about to be written: what was read of it before would pass for the newer."""
        self._recollection.forget_topic(topic)

    def keep_views(self, views: Mapping[Key, Viewpoint]) -> None:
        """Remember viewpoints that never change, with all their details, by key."""
        self._recollection.keep_views((key.topic, key.guid, plain.dumps(view)) for key, view in views.items())


def _shown(item: Listed) -> str:
    return plain.dumps(item)


def _is_steady(item: Listed, now: datetime) -> bool:
    changed = item.modified or item.date
    return changed is not None and changed < now - _SETTLED
