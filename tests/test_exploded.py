"""An archive as a folder of text and pictures, and back to the same model."""

import contextlib
import hashlib
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import blob, comment, gid, model_file, paper, topic, view

from bcfsync.bcffile import open_bcf
from bcfsync.blobs import with_blobs
from bcfsync.dates import Timestamp, read_timestamp
from bcfsync.exploded import BrokenTree, FolderTaken, explode, read_tree
from bcfsync.exploded.text import Misfit, from_data, to_data
from bcfsync.exploded.tree import laid_out, safe_part
from bcfsync.model import Bcf, BimSnippet, Blob, Comment, Document, Extra, Topic, Viewpoint
from bcfsync.saving import write_bcf
from bcfsync.versions import fitted

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
ARCHIVES = sorted([*SAMPLES.glob("[23].*/*.bcf*"), *CORPUS.glob("*/*.bcf*")])
every_archive = pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: f"{path.parent.name}-{path.stem}")


def measured(bcf, open_blob):
    """The model with digests for the places of its bytes."""

    def known(item):
        with open_blob(item) as stream:
            data = stream.read()
        return Blob("", len(data), hashlib.sha256(data).hexdigest())

    return with_blobs(bcf, known)


@contextlib.contextmanager
def named(item):
    """Bytes that follow from their name."""
    yield io.BytesIO(item.locator.encode())


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def a_bcf(**members):
    """One topic with a comment, a viewpoint, a snippet and a model file."""
    known = {"comments": (comment(),), "viewpoints": (view(picture=blob("shot")),), "labels": ("Fire", "Door")}
    known["bim_snippet"] = BimSnippet(
        ".ifc", is_external=False, reference="part.ifc", reference_schema="ifc4", blob=blob("part")
    )
    known["files"] = (replace(model_file("house.ifc"), is_external=False, reference="house.ifc", blob=blob("house")),)
    return Bcf("3.0", topics=(topic(**known | members),), documents=(paper(),), extras=(Extra("x.txt", blob("x")),))


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    explode(a_bcf(), named, folder)
    return folder


@pytest.fixture
def own(tree):
    """The folder of the only topic."""
    return next((tree / "topics").iterdir())


# --- there and back ---------------------------------------------------------------------------------------------------


@every_archive
def test_an_archive_comes_back_as_the_same_model(tmp_path, path):
    with open_bcf(path) as file:
        explode(file.bcf, file.open, tmp_path / "tree")
        tree = read_tree(tmp_path / "tree")
        before, after = measured(file.bcf, file.open), measured(tree.bcf, tree.open)
    assert after == before
    assert to_data(after) == to_data(before)  # spellings of dates and blanks, too, which equality passes over


@every_archive
def test_an_imploded_archive_is_the_one_that_is_written_without_a_tree(tmp_path, path):
    with open_bcf(path) as file:
        explode(file.bcf, file.open, tmp_path / "tree")
        write_bcf(tmp_path / "direct.bcf", fitted(file.bcf, file.bcf.version), file.open)
    for name in ("first.bcf", "second.bcf"):
        tree = read_tree(tmp_path / "tree")
        write_bcf(tmp_path / name, fitted(tree.bcf, tree.bcf.version), tree.open)
        assert (tmp_path / name).read_bytes() == (tmp_path / "direct.bcf").read_bytes()


@every_archive
def test_the_same_archive_gives_the_same_tree(tmp_path, path):
    with open_bcf(path) as file:
        explode(file.bcf, file.open, tmp_path / "one")
        explode(file.bcf, file.open, tmp_path / "other")
        again = explode(file.bcf, file.open, tmp_path / "one")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "other")
    assert (again.written, again.removed) == ((), ())


TEXTS = st.text(max_size=12) | st.sampled_from(["a\nb", "\n", "a\r\nb\n", "\u2028", '{"', ""])
GUIDS = st.sampled_from([gid(1), gid(1).upper(), "no guid", "../../evil", "{" + gid(2) + "}", "CON", "a/b", "ü"])
DATES = st.sampled_from(
    ["2026-03-02T09:00:00.1234567+01:00", "2026-03-02", " 2026-03-02 09:00 ", "2026-03-02T24:00:00"]
)


@given(st.lists(st.tuples(GUIDS, TEXTS, DATES), max_size=4), TEXTS, GUIDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_any_words_come_back(tmp_path_factory, comments, text, guid):
    folder = tmp_path_factory.mktemp("any") / "tree"
    thread = {
        key: Comment(key, said, read_timestamp(when), author=said or None) for key, said, when in comments
    }  # each guid once
    bcf = Bcf("3.0", topics=(Topic(guid, text, description=text or None, comments=tuple(thread.values())),))
    explode(bcf, named, folder)
    if len({item.guid.strip("{}").lower() for item in bcf.topics[0].comments}) == len(thread):
        assert to_data(read_tree(folder).bcf) == to_data(bcf)


def test_a_text_of_several_lines_is_one_line_each(own, tree):
    explode(a_bcf(description="one\ntwo\r\n"), named, tree)
    found = json.loads((own / "topic.json").read_text("utf-8"))
    assert found["description"] == {"text_lines": ["one", "two\r", ""]}


def test_a_date_is_its_text_unless_its_text_says_less():
    plain = read_timestamp("2026-03-02T09:00:00Z")
    odd = Timestamp(plain.instant, "yesterday", had_zone=False)
    assert to_data(plain) == "2026-03-02T09:00:00Z"
    for date in (plain, odd):
        assert to_data(from_data(Timestamp, to_data(date))) == to_data(date)


def test_one_value_stands_on_a_line_and_keys_are_sorted(own):
    lines = (own / "topic.json").read_text("utf-8").splitlines()
    keys = [line.split('"')[1] for line in lines if line.startswith('  "')]
    assert keys == sorted(keys)
    assert '    "Fire",' in lines


# --- a folder that is there already -----------------------------------------------------------------------------------


def test_only_what_changed_is_written_again(tree, own):
    done = explode(a_bcf(title="Another title"), named, tree)
    assert done.written == (f"topics/{own.name}/topic.json",)


def test_files_of_an_earlier_explosion_that_are_no_more_are_removed(tree, own):
    done = explode(Bcf("3.0"), named, tree)
    assert not (tree / "topics").exists()
    assert f"topics/{own.name}/topic.json" in done.removed
    assert read_tree(tree).bcf == Bcf("3.0")


def test_files_of_others_stay(tree, own):
    (own / "notes.md").write_text("mine")
    (tree / "README.md").write_text("mine")
    explode(Bcf("3.0"), named, tree)
    assert {"README.md", f"topics/{own.name}/notes.md"} <= set(files_of(tree))


def test_a_folder_of_something_else_is_not_written_to(tmp_path):
    (tmp_path / "notes.md").write_text("mine")
    with pytest.raises(FolderTaken, match="not empty"):
        explode(a_bcf(), named, tmp_path)
    assert list(files_of(tmp_path)) == ["notes.md"]


def test_a_fresh_repository_counts_as_empty(tmp_path):
    (tmp_path / ".git").mkdir()
    assert explode(a_bcf(), named, tmp_path).written


def test_a_strangers_file_is_not_overwritten(tree):
    (tree / "extras").joinpath("new.txt").write_text("mine")
    bcf = replace(a_bcf(), extras=(Extra("new.txt", blob("new")),))
    with pytest.raises(FolderTaken, match=r"new\.txt"):
        explode(bcf, named, tree)
    assert (tree / "extras" / "new.txt").read_text() == "mine"


def test_an_explosion_that_fails_leaves_an_empty_folder_behind(tmp_path):
    @contextlib.contextmanager
    def failing(item):
        if item.locator == "x":
            raise BrokenTree("no bytes")
        yield io.BytesIO(b"")

    with pytest.raises(BrokenTree):
        explode(a_bcf(), failing, tmp_path / "tree")
    assert files_of(tmp_path) == {}


def test_nothing_is_written_through_a_link(tmp_path, tree):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    explode(Bcf("3.0"), named, tree)
    try:
        (tree / "topics").symlink_to(elsewhere, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(FolderTaken, match="link"):
        explode(a_bcf(), named, tree)
    assert not list(elsewhere.iterdir())


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plan.pdf", "plan.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("..", "_"),
        (".git", "_git"),
        ("a. ", "a"),
        ('a<b>:"c"|?*', "a_b___c____"),
        ("a\0b\x1f", "a_b_"),
        ("Grundriß Æble 1. OG.pdf", "Grundriß Æble 1. OG.pdf"),
        ("", "_"),
    ],
)
def test_a_name_is_one_that_windows_takes(text, name):
    assert safe_part(text) == name


def test_a_long_name_is_cut_and_keeps_its_ending():
    one, other = safe_part("a" * 300 + ".pdf"), safe_part("a" * 301 + ".pdf")
    assert one != other
    assert one.endswith(".pdf")
    assert len(one) < 80


@pytest.mark.parametrize(
    "names", [["a.txt", "A.TXT"], ["a", "a/b"], ["a/b", "a"], ["con", "_con"], ["é", "e\u0301"], ["x" * 90 + "/y"] * 2]
)
def test_no_two_files_get_one_name_on_any_system(names):
    bcf = Bcf("3.0", extras=tuple(Extra(name, Blob(f"{at}", 1)) for at, name in enumerate(names)))
    paths = [path.casefold() for path in laid_out(bcf).blobs]
    assert len(set(paths)) == len(names)
    assert not any(one.startswith(other + "/") for one in paths for other in paths)


@pytest.mark.parametrize("guid", ["../../evil", "/etc/passwd", "C:\\x", "..", "CON", "a\0b", "", "\ud800"])
def test_a_guid_that_is_none_never_becomes_a_path(tmp_path, guid):
    bcf = Bcf("3.0", topics=(Topic(guid, comments=(Comment(guid),), viewpoints=(Viewpoint(guid),)),))
    explode(bcf, named, tmp_path / "tree")
    assert {path.name for path in tmp_path.iterdir()} == {"tree"}
    assert read_tree(tmp_path / "tree").bcf == bcf


def test_bytes_that_two_things_share_stand_in_one_file(tmp_path):
    shared = blob("shared")
    bcf = Bcf("3.0", topics=(topic(viewpoints=(view(picture=shared), replace(view(gid(9), picture=shared)))),))
    explode(bcf, named, tmp_path / "tree")
    assert sum(name.endswith(".png") for name in files_of(tmp_path / "tree")) == 1
    assert measured(read_tree(tmp_path / "tree").bcf, named).topics[0].viewpoints[1].snapshot.blob


# --- trees that people and git have edited ----------------------------------------------------------------------------


def broken(tree):
    with pytest.raises(BrokenTree) as caught:
        read_tree(tree)
    return f"{caught.value}\n{caught.value.hint}"


def edit(path, **members):
    data = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(data | members, indent=2), "utf-8")


def test_a_missing_folder_is_told(tmp_path):
    assert "no such folder" in broken(tmp_path / "none")


def test_a_folder_of_something_else_is_told(tmp_path):
    assert "not an exploded archive" in broken(tmp_path)


def test_a_missing_picture_is_told_with_who_names_it(tree, own):
    next(own.glob("viewpoints/*.png")).unlink()
    told = broken(tree)
    assert "no such file" in told
    assert ".json: " in told


def test_a_missing_comment_is_told(tree, own):
    next(own.glob("comments/*.json")).unlink()
    assert "no such file" in broken(tree)


def test_a_comment_that_nothing_lists_is_told_with_the_place_to_list_it(tree, own):
    own.joinpath("comments", f"{gid(77)}.json").write_text('{"guid": "x"}')
    told = broken(tree)
    assert "nothing refers to this file" in told
    assert f'add "{gid(77)}" to "comments" in topics/{own.name}/topic.json' in told


def test_a_conflict_that_git_left_is_told_with_its_line(tree, own):
    path = own / "topic.json"
    path.write_text("{\n<<<<<<< ours\n" + path.read_text("utf-8")[2:], "utf-8")
    told = broken(tree)
    assert "topic.json:2: not JSON" in told
    assert "conflict that git left" in told


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"title": 3}, "title should be a text, not 3"),
        ({"index": "1"}, "index should be a whole number"),
        ({"index": True}, "index should be a whole number"),
        ({"labels": "Fire"}, "labels should be a list"),
        ({"labels": [1]}, "labels should be a text"),
        ({"due_date": "soon"}, "is no date"),
        ({"due_date": {"instant": "2026-03-02", "text": "x"}}, "with its zone"),
        ({"colour": "red"}, "unknown member 'colour'"),
        ({"guid": None}, "guid should be a text"),
        ({"comments": ["../../x"]}, "list of guids"),
        ({"comments": [gid(2), gid(2)]}, "twice"),
        ({"bim_snippet": {"snippet_type": "x"}}, "is missing"),
        ({"description": {"text_lines": [1]}}, "list of lines"),
        ({"description": ["a"]}, "description should be a text"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_file(tree, own, members, said):
    edit(own / "topic.json", **members)
    told = broken(tree)
    assert said in told
    assert "topic.json" in told


def test_a_value_that_does_not_fit_is_told_with_its_line(tree, own):
    edit(own / "topic.json", title=3)
    line = 1 + next(
        at for at, text in enumerate((own / "topic.json").read_text("utf-8").splitlines()) if '"title"' in text
    )
    assert f"topic.json:{line}: title" in broken(tree)


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "C:/x", "a\\b", ".git/config", "extras/../bcf.json", "", "extras//x", "x\0y"]
)
def test_a_path_that_leaves_the_folder_is_refused(tree, path):
    (tree.parent / "secret").write_text("secret")
    edit(tree / "bcf.json", extras=[{"path": "x.txt", "blob": path}])
    told = broken(tree)
    assert "no path of this folder" in told or "no such file" in told


@pytest.mark.parametrize("path", ["../x", "/x", "a\\b", "", "C:x", "x/"])
def test_an_entry_that_would_leave_the_archive_is_refused(tree, path):
    edit(tree / "bcf.json", extras=[{"path": path, "blob": "extras/x.txt"}])
    assert "no name for an entry" in broken(tree)


@pytest.mark.parametrize("of_folder", [False, True])
def test_a_link_out_of_the_folder_is_refused(tree, of_folder):
    elsewhere = tree.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.txt").write_text("secret")
    (tree / "extras" / "x.txt").unlink()
    try:
        if of_folder:
            (tree / "extras").rmdir()
            (tree / "extras").symlink_to(elsewhere, target_is_directory=True)
        else:
            (tree / "extras" / "x.txt").symlink_to(elsewhere / "x.txt")
    except OSError:
        pytest.skip("no links here")
    assert "link" in broken(tree)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_file(tree):
    (tree / "extras" / "x.txt").unlink()
    os.mkfifo(tree / "extras" / "x.txt")
    assert "no ordinary file" in broken(tree)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"[]", "object in braces"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a": NaN}', "no number"),
        (b'{"a": 1, "a": 2}', "there twice"),
        (b'{"a":' * 100_000, "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"bcfsync_tree": 2}', "reads 1"),
        (b'{"bcfsync_tree": 1}', "'version' is missing"),
        (b'{"bcfsync_tree": 1, "version": "9"}', "no BCF version '9'"),
    ],
)
def test_a_damaged_document_is_one_clear_error(tree, data, said):
    (tree / "bcf.json").write_bytes(data)
    assert said in broken(tree)


def test_a_byte_order_mark_of_an_editor_does_no_harm(tree):
    path = tree / "bcf.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_tree(tree).bcf.version == "3.0"


def test_two_topics_of_one_guid_are_told(tree, own):
    twin = own.with_name(gid(55))
    twin.mkdir()
    (twin / "topic.json").write_text(json.dumps({"guid": gid(1).upper()}))
    edit(tree / "bcf.json", topics=[own.name, twin.name])
    assert "two of them have the guid" in broken(tree)


def test_a_picture_type_that_bcf_does_not_know_is_told(tree, own):
    edit(next(own.glob("viewpoints/*.json")), snapshot={"snapshot_type": "gif"})
    assert "png or jpg" in broken(tree)


def test_litter_and_hidden_files_do_no_harm(tree, own):
    for name in (".DS_Store", "Thumbs.db", ".keep"):
        (own / name).write_text("")
    assert read_tree(tree).bcf.topics


WRONG = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_a_wrong_value_anywhere_is_a_clear_error_or_a_model(data):
    good = to_data(a_bcf().topics[0])
    spots = list(_spots(good))
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = data.draw(WRONG)
    with contextlib.suppress(Misfit):
        assert isinstance(from_data(Topic, good), Topic)


def _spots(data):
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, item in items:
        yield data, key
        yield from _spots(item)


def test_files_whose_names_differ_in_letter_case_are_both_in_the_tree_and_in_the_archive(tmp_path):
    extras = (Extra("notes.txt", blob("small")), Extra("Notes.txt", blob("great")))
    bcf = replace(a_bcf(), extras=extras)
    explode(bcf, named, tmp_path / "tree")
    tree = read_tree(tmp_path / "tree")
    write_bcf(tmp_path / "x.bcf", fitted(tree.bcf, "3.0"), tree.open)
    with open_bcf(tmp_path / "x.bcf") as file:
        found = {extra.path: file.archive.read(extra.path) for extra in file.bcf.extras}
    assert found == {"notes.txt": extras[0].blob.locator.encode(), "Notes-2.txt": extras[1].blob.locator.encode()}


def test_documents_without_bytes_and_unknown_names_come_back(tmp_path):
    bcf = Bcf("2.1", documents=(Document("no guid", "a/b\\c.pdf", path="a/b", blob=blob("d")), Document(gid(3), "x")))
    explode(bcf, named, tmp_path / "tree")
    assert [item.filename for item in read_tree(tmp_path / "tree").bcf.documents] == ["a/b\\c.pdf", "x"]
