"""What people show of a model, in viewpoints, and what must be shown then. A view is named by where it is seen from."""

import zlib
from collections.abc import Callable
from dataclasses import replace

from spoken import NotUnderstood, World, by, places, quoted, sentence
from worlds import blob, view

from bcfsync.guids import guid_key
from bcfsync.model import ClippingPlane, Comment, Point, Topic, Viewpoint

_PLANE = ClippingPlane(Point(0.0, 0.0, 3.0), Point(0.0, 0.0, 1.0))


def _metres(seen_from: str) -> float:
    return float(zlib.crc32(seen_from.encode()) % 1000)


def _seen(guid: str, seen_from: str, picture: str = "") -> Viewpoint:
    return view(guid, x=_metres(seen_from), picture=blob(picture or seen_from))


def _of(topic: Topic, seen_from: str) -> Viewpoint:
    found = [item for item in topic.viewpoints if item.perspective_camera.camera_view_point.x == _metres(seen_from)]
    if len(found) != 1:
        raise NotUnderstood(f"it is shown {len(found)} times from “{seen_from}”")
    return found[0]


def _reshown(world: World, place: str, title: str, seen_from: str, change: Callable[[Viewpoint], Viewpoint]) -> None:
    """A program saves a viewpoint otherwise under its old guid."""

    def edit(it: Topic) -> Topic:
        old = _of(it, seen_from)
        return replace(it, viewpoints=tuple(change(item) if item is old else item for item in it.viewpoints))

    world.change(place, title, edit)


@sentence("Given", "<title> is shown from <text> <place>")
def _(world: World, title: str, seen_from: str, place: str) -> None:
    guid = world.fresh()
    world.change(place, title, lambda it: replace(it, viewpoints=(*it.viewpoints, _seen(guid, seen_from))))


@sentence("When", "<who> turns the view of <title> from <text> to <text> <place>")
def _(world: World, _who: str, title: str, old: str, new: str, place: str) -> None:
    _reshown(
        world, place, title, old, lambda item: replace(_seen(item.guid, new), clipping_planes=item.clipping_planes)
    )


@sentence("When", "<who> cuts the view of <title> from <text> open <place>")
def _(world: World, _who: str, title: str, seen_from: str, place: str) -> None:
    _reshown(world, place, title, seen_from, lambda item: replace(item, clipping_planes=(_PLANE,)))


@sentence("When", "<who> forgets the section plane of <title> from <text> <place>")
def _(world: World, _who: str, title: str, seen_from: str, place: str) -> None:
    _reshown(world, place, title, seen_from, lambda item: replace(item, clipping_planes=()))


@sentence("When", "<who> draws the picture of <title> from <text> anew <place>")
def _(world: World, _who: str, title: str, seen_from: str, place: str) -> None:
    picture = world.fresh()
    _reshown(world, place, title, seen_from, lambda item: _seen(item.guid, seen_from, picture))


@sentence("When", "<who> deletes the view of <title> from <text> <place>")
def _(world: World, _who: str, title: str, seen_from: str, place: str) -> None:
    def edit(it: Topic) -> Topic:
        gone = _of(it, seen_from)
        said = (replace(c, viewpoint_guid=None) if c.viewpoint_guid == gone.guid else c for c in it.comments)
        return replace(it, viewpoints=tuple(item for item in it.viewpoints if item is not gone), comments=tuple(said))

    world.change(place, title, edit)


@sentence("When", "<who> comments <text> on the view of <title> from <text> <place>")
def _(world: World, who: str, text: str, title: str, seen_from: str, place: str) -> None:
    guid = world.fresh()

    def edit(it: Topic) -> Topic:
        said = Comment(guid, text, world.now(), by(who), viewpoint_guid=_of(it, seen_from).guid)
        return replace(it, comments=(*it.comments, said))

    world.change(place, title, edit)


@sentence("Then", "<title> is shown from <titles> <places>")
def _(world: World, title: str, seen_from: str, where: str) -> None:
    wanted = sorted(map(_metres, quoted(seen_from)))
    found = {place: world.topic(place, title).viewpoints for place in places(where)}
    shown = {place: sorted(item.perspective_camera.camera_view_point.x for item in items)
             for place, items in found.items()}  # fmt: skip
    assert all(item == wanted for item in shown.values()), (wanted, shown)


@sentence("Then", "the comment <text> on <title> is about the view from <text> <places>")
def _(world: World, text: str, title: str, seen_from: str, where: str) -> None:
    for place in places(where):
        topic = world.topic(place, title)
        (said,) = [item for item in topic.comments if item.comment == text]
        assert guid_key(said.viewpoint_guid or "") == guid_key(_of(topic, seen_from).guid), place
