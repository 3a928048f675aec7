"""A program saves a viewpoint otherwise under its old guid: real archives, SQLite and HTTP."""

import re
import zipfile
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from real_people import People, add_view
from real_stack import Stack, png

import bcfsync
from bcfsync.plan.policy import Deletes, Policy

pytestmark = pytest.mark.slow
APIS = pytest.mark.parametrize("api", ["2.1", "3.0"])


@contextmanager
def shown(api, **options):
    """A project in step whose only topic is shown in one viewpoint, with a picture."""
    people = People(Stack(api, **options))
    with closing(people.stack) as stack:
        people.begin("week.bcf", [people.first_topic()])
        people.edit_file(stack.folder / "week.bcf", add_view, 0)
        stack.settle()
        yield stack


def saved(stack, change, name="week.bcf"):
    """A program that knows zip and text only saves the archive with other entries."""
    path = stack.folder / name
    with zipfile.ZipFile(path) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in entries:
            archive.writestr(entry, change(entry, data))
    return path.read_bytes()


def standing_at(x):
    def change(name, data):
        if not name.endswith(".bcfv"):
            return data
        place = rb"(<CameraViewPoint>\s*<X>)[^<]*"
        assert re.search(place, data)
        return re.sub(place, rb"\g<1>" + x.encode(), data)

    return change


def drawn(token):
    return lambda name, data: png(token) if name.endswith(".png") else data


def views(stack):
    """Where the cameras on the server stand, by the guid of the viewpoint."""
    (topic,) = stack.get("topics")
    found = stack.get(f"topics/{topic['guid']}/viewpoints")
    return {item["guid"]: item["perspective_camera"]["camera_view_point"]["x"] for item in found}


def in_file(stack, name="week.bcf"):
    with bcfsync.open(stack.folder / name) as archive:
        return sorted(item.perspective_camera.camera_view_point.x for item in archive.topics[0].viewpoints)


@APIS
def test_a_camera_that_was_moved_is_a_new_viewpoint_with_the_picture_and_the_file_keeps_its_bytes(api):
    with shown(api) as stack:
        old = dict(views(stack))
        data = saved(stack, standing_at("25.5"))
        stack.settle()
        now = views(stack)
        assert old.items() <= now.items()
        assert sorted(now.values()) == [1.0, 25.5]
        (new,) = now.keys() - old.keys()
        (topic,) = stack.get("topics")
        pictures = [stack.web.get(f"topics/{topic['guid']}/viewpoints/{guid}/snapshot").content for guid in (*old, new)]
        assert pictures[0] == pictures[1]
        assert (stack.folder / "week.bcf").read_bytes() == data
        assert stack.turn().in_sync


@APIS
def test_each_state_of_a_viewpoint_is_one_viewpoint_and_a_copy_of_the_file_knows_them(api):
    with shown(api) as stack:
        for x in ("2.5", "3.5", "2.5", "1.0", "3.50000001"):
            saved(stack, standing_at(x))
            stack.settle()
        assert sorted(views(stack).values()) == [1.0, 2.5, 3.5]
        (stack.folder / "copy.bcf").write_bytes((stack.folder / "week.bcf").read_bytes())
        stack.settle()
        assert sorted(views(stack).values()) == [1.0, 2.5, 3.5]
        assert in_file(stack) == [3.50000001]


@APIS
def test_a_picture_that_is_drawn_with_each_save_is_sent_once_more_at_most(api):
    with shown(api) as stack:
        for token in ("k901q", "k902q", "k903q"):
            saved(stack, drawn(token))
            stack.settle()
        assert list(views(stack).values()) == [1.0, 1.0]
        with stack.state_open() as state:
            assert ["with each save" in item.reason for item in state.holds()] == [True]


def test_a_viewpoint_deleted_in_the_file_takes_along_what_was_made_of_it():
    with shown("3.0", policy=Policy(deletes=Deletes.MIRROR)) as stack:
        saved(stack, standing_at("2.5"))
        stack.settle()
        with bcfsync.open(stack.folder / "week.bcf") as archive:
            (topic,) = archive.topics
            archive.put(replace(topic, viewpoints=()))
            archive.save()
        stack.settle()
        assert not views(stack)
        assert len(list((stack.home / "trash").rglob("*.bcf"))) >= 1


def test_a_lost_record_makes_nothing_twice_where_guids_are_kept():
    with shown("3.0") as stack:
        saved(stack, standing_at("2.5"))
        stack.settle()
        stack.state.unlink()
        told = stack.settle()
        assert not any(item.writes for item in told)
        assert sorted(views(stack).values()) == [1.0, 2.5]
        assert in_file(stack) == [2.5]
