"""A tree of text and pictures read back into a model: everything checked, nothing outside of the folder touched.

Owns: tree → model. Sees: text, tree. Rules: docs/merge.md. A tree comes out of a repository that others write to: it
is as hostile as an archive.
"""

import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, TypeVar

from bcfsync.archive.limits import MIB
from bcfsync.archive.names import is_litter, is_unsafe
from bcfsync.bcfxml.project import KNOWN_VERSIONS
from bcfsync.blobs import topic_with_blobs, view_with_blobs, with_blobs
from bcfsync.errors import InvalidArchive
from bcfsync.exploded.text import LINES, Misfit, from_data
from bcfsync.exploded.tree import FORM, MARK, ROOT, STEM, TOPIC
from bcfsync.guids import written_guid
from bcfsync.model import Bcf, Blob, Comment, Topic, Viewpoint

_LONGEST_TEXT = 64 * MIB
_PICTURES = ("png", "jpg")
_LISTS = ("comments", "viewpoints")
_FOLDERS = ("topics", "documents", "extras")

T = TypeVar("T", Comment, Viewpoint)


class BrokenTree(InvalidArchive, ValueError):
    """A file of an exploded archive is missing, damaged, or not what it should be."""

    hint = "correct the file, or take its last good version from git"


@dataclass(frozen=True, slots=True)
class Tree:
    """An exploded archive: its model, the folder, and the paths of all its files in there."""

    folder: Path
    bcf: Bcf
    paths: frozenset[str]

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream the bytes of one of the tree's blobs."""
        path, _ = _file(self.folder, blob.locator, ROOT)
        with path.open("rb") as stream:
            yield stream


def is_tree(folder: Path) -> bool:
    """Whether a folder holds an exploded archive, in whatever state."""
    try:
        return (folder / ROOT).is_file() and f'"{MARK}"' in (folder / ROOT).read_text("utf-8", "replace")
    except OSError:
        return False


def read_tree(folder: Path, *, complete: bool = True) -> Tree:
    """The model that a folder holds.

    Args:
        folder: made by ``explode``, perhaps edited since.
        complete: whether a file that nothing refers to is an error; else it is ignored.

    Raises:
        BrokenTree: with the file, the line where there is one, and what to do.
    """
    reader = _Reader(folder)
    bcf = reader.bcf()
    if complete:
        reader.check_that_all_is_used()
    return Tree(folder, bcf, frozenset(reader.used))


class _Reader:
    """One pass over one tree: remembers which files were used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.used: set[str] = set()

    def bcf(self) -> Bcf:
        if not self.folder.is_dir():
            raise BrokenTree(f"{self.folder}: there is no such folder", hint="give a folder that explode has made")
        if not (self.folder / ROOT).exists():
            raise BrokenTree(
                f"{self.folder}: not an exploded archive: it has no {ROOT}", hint="give a folder that explode has made"
            )
        data, text = self._document(ROOT)
        form = data.pop(MARK, None)
        if form != FORM:
            where = f"{self.folder / ROOT}: {MARK} is {json.dumps(form)}, this bcfsync reads {FORM}"
            raise BrokenTree(where, hint="use the version of bcfsync that made the folder, or a newer one")
        stems = self._stems(data, "topics", ROOT, text)
        bcf = self._fit(Bcf, data, ROOT, text)
        if bcf.version not in KNOWN_VERSIONS:
            raise self._broken(ROOT, text, f"there is no BCF version {bcf.version!r}", "version")
        for path in [extra.path for extra in bcf.extras] + [item.path for item in bcf.documents if item.path]:
            if not path or is_unsafe(path) or "\\" in path or path.endswith("/"):
                raise self._broken(ROOT, text, f"{path!r} is no name for an entry of an archive", "path")
        bcf = with_blobs(bcf, lambda blob: self._blob(blob, ROOT))
        topics = tuple(self._topic(stem) for stem in stems)
        _refuse_doubles([topic.guid for topic in topics], lambda said: self._broken(ROOT, text, said, "topics"))
        return replace(bcf, topics=topics)

    def _topic(self, stem: str) -> Topic:
        path = f"topics/{stem}/{TOPIC}"
        data, text = self._document(path)
        comments, views = (self._stems(data, name, path, text) for name in _LISTS)
        topic = topic_with_blobs(self._fit(Topic, data, path, text), lambda blob: self._blob(blob, path))
        folder = f"topics/{stem}"
        topic = replace(
            topic,
            comments=tuple(self._thing(Comment, f"{folder}/comments/{name}.json") for name in comments),
            viewpoints=tuple(self._viewpoint(f"{folder}/viewpoints/{name}.json") for name in views),
        )
        for name in _LISTS:
            guids = [item.guid for item in getattr(topic, name)]
            _refuse_doubles(guids, lambda said, name=name: self._broken(path, text, said, name))  # type: ignore[misc]
        return topic

    def _thing(self, kind: type[T], path: str) -> T:
        data, text = self._document(path)
        found: T = self._fit(kind, data, path, text)
        return found

    def _viewpoint(self, path: str) -> Viewpoint:
        data, text = self._document(path)
        view: Viewpoint = self._fit(Viewpoint, data, path, text)
        said = [("snapshot_type", view.snapshot.snapshot_type)] if view.snapshot else []
        for name, value in [*said, *(("bitmap_type", item.bitmap_type) for item in view.bitmaps)]:
            if value not in _PICTURES:
                raise self._broken(path, text, f"{name} should be png or jpg, not {value!r}", name)
        return view_with_blobs(view, lambda blob: self._blob(blob, path))

    # -- documents -----------------------------------------------------------------------------------------------------

    def _document(self, path: str) -> tuple[dict[str, Any], str]:
        """A document as JSON data, and its text."""
        place, size = _file(self.folder, path, "")
        if size > _LONGEST_TEXT:
            raise BrokenTree(f"{place}: {size:,} bytes are more than any document of a topic has")
        self.used.add(path)
        try:
            text = place.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BrokenTree(f"{place}: not UTF-8: {error.reason} at byte {error.start}") from error
        except OSError as error:
            raise BrokenTree(f"{place}: cannot be read: {error.strerror}", hint="check your rights") from error
        try:
            data = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            raise BrokenTree(f"{place}:{error.lineno}: not JSON: {error.msg}", hint=_json_hint(text)) from error
        except Misfit as error:
            raise self._broken(path, text, str(error), error.member) from error
        except (RecursionError, ValueError) as error:
            raise BrokenTree(f"{place}: not JSON that a topic needs: {error}") from error
        if not isinstance(data, dict):
            raise BrokenTree(f"{place}:1: should be an object in braces")
        return data, text

    def _fit(self, kind: type[Any], data: dict[str, Any], path: str, text: str) -> Any:  # noqa: ANN401 - as asked for
        try:
            return from_data(kind, data)
        except Misfit as error:
            raise self._broken(path, text, str(error), error.member) from error
        except RecursionError as error:
            raise BrokenTree(f"{self.folder / path}: nested too deeply") from error

    def _stems(self, data: dict[str, Any], name: str, path: str, text: str) -> list[str]:
        stems = data.pop(name, [])
        if not isinstance(stems, list) or not all(isinstance(item, str) and STEM.fullmatch(item) for item in stems):
            raise self._broken(path, text, f"{name} should be a list of guids in lower case", name)
        if len(set(stems)) != len(stems):
            raise self._broken(path, text, f"{name} lists the same guid twice", name)
        return stems

    def _blob(self, blob: Blob, path: str) -> Blob:
        _, size = _file(self.folder, blob.locator, path)
        self.used.add(blob.locator)
        return Blob(blob.locator, size)

    def _broken(self, path: str, text: str, said: str, member: str) -> BrokenTree:
        line = _line_of(text, member)
        return BrokenTree(f"{self.folder / path}{f':{line}' if line else ''}: {said}")

    def check_that_all_is_used(self) -> None:
        """Refuse to leave out a file that stands in the tree: somebody means it.

        Raises:
            BrokenTree: and where it would have to be listed.
        """
        for name in _FOLDERS:
            for path in _files_below(self.folder, name):
                if path not in self.used:
                    raise BrokenTree(f"{self.folder / path}: nothing refers to this file", hint=_where_to_list(path))


def _files_below(folder: Path, name: str) -> Iterator[str]:
    for here, folders, names in os.walk(folder / name):
        folders[:] = sorted(item for item in folders if not item.startswith("."))
        for item in sorted(names):
            path = (Path(here) / item).relative_to(folder).as_posix()
            if not item.startswith(".") and not is_litter(path):
                yield path


def _where_to_list(path: str) -> str:
    parts = path.split("/")
    if parts[0] == "topics" and len(parts) == 4 and parts[2] in _LISTS and path.endswith(".json"):
        return f'add "{parts[3].removesuffix(".json")}" to "{parts[2]}" in {"/".join(parts[:2])}/{TOPIC}, or delete it'
    if parts[0] == "topics" and parts[-1] == TOPIC and len(parts) == 3:
        return f'add "{parts[1]}" to "topics" in {ROOT}, or delete the folder'
    return "refer to it where it belongs, or delete it"


def _file(folder: Path, path: str, said_in: str) -> tuple[Path, int]:
    """A file of the tree and its size in bytes; no link, nothing hidden, nothing outside.

    Raises:
        BrokenTree: there is no such file, or it is none of ours.
    """
    place, by = folder / path, f"{folder / said_in}: " if said_in else ""
    parts = path.split("/")
    if is_unsafe(path) or "\\" in path or any(part.startswith(".") or not part for part in parts):
        raise BrokenTree(
            f"{by}{path!r} is no path of this folder", hint="files stand below the folder, and are named so"
        )
    try:
        for at in range(1, len(parts) + 1):
            found = os.lstat(folder.joinpath(*parts[:at]))
            if stat.S_ISLNK(found.st_mode):
                raise BrokenTree(f"{place}: is, or is reached by, a symbolic link", hint="put the file itself there")
    except (OSError, ValueError) as error:
        if isinstance(error, BrokenTree):
            raise
        raise BrokenTree(f"{by}{place}: there is no such file", hint=_missing_hint(said_in)) from error
    if not stat.S_ISREG(found.st_mode) or not place.resolve().is_relative_to(folder.resolve()):
        raise BrokenTree(f"{place}: is no ordinary file of this folder", hint="put the file itself there")
    return place, found.st_size


def _missing_hint(said_in: str) -> str:
    return f"put it back, or take what names it out of {said_in}" if said_in else "put it back, or take it off the list"


def _members(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Misfit(f"{twice!r} is there twice", twice)
    return found


def _refuse_constant(name: str) -> None:
    raise Misfit(f"{name} is no number of BCF", "")


def _refuse_doubles(guids: list[str], broken: Callable[[str], BrokenTree]) -> None:
    known: set[str] = set()
    for guid in guids:
        if written_guid(guid) in known:
            raise broken(f"two of them have the guid {guid}")
        known.add(written_guid(guid))


def _json_hint(text: str) -> str:
    conflict = re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE)
    return "resolve the conflict that git left in it" if conflict else BrokenTree.hint


def _line_of(text: str, member: str) -> int:
    """The line of a member that is there once; 0 where that cannot be told."""
    spots = [found.start() for found in re.finditer(re.escape(json.dumps(member, ensure_ascii=False)) + r"\s*:", text)]
    return text.count("\n", 0, spots[-1]) + 1 if member and member != LINES and spots else 0
