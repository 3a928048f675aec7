"""Reading ``bcfsync.toml``: looked for from the current folder upwards, checked whole, or refused with one line.

Owns: the keys of the file and what they may say. Sees: values, tables, net's check of addresses.
"""

import os
import shlex
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from bcfsync.canonical import TOPIC_SCALARS
from bcfsync.config.environment import token_variable
from bcfsync.config.signing import SIGN_IN_KEYS, dialect_of, sign_in_of
from bcfsync.config.tables import BadConfig, Place, Table, as_table, checked_text, chosen, named, nearest, shown
from bcfsync.config.values import INBOX, Config, Mode, Pair, Remote
from bcfsync.net import InsecureUrl, checked_url
from bcfsync.net.pacing import MOST, SLOWEST
from bcfsync.plan import policy
from bcfsync.plan.policy import Attribution, Deletes, Prefer, Unknown
from bcfsync.plan.wording import NAMES, Wording
from bcfsync.sides.folder import ArchiveFolder

FILE = "bcfsync.toml"
MEMBERS = (*TOPIC_SCALARS, "comment", "viewpoint_guid", "url")
"""Members that can be in conflict."""
_MOST_BYTES = 1024 * 1024
_PACE_KEYS = ("requests_per_second", "most_in_flight")
_REMOTE_KEYS = ("url", "token_command", *_PACE_KEYS, *SIGN_IN_KEYS)
_PAIR_KEYS = (
    "folder", "include", "exclude", "remote", "project", "mode", "deletes", "file_version", "writes_to", "conflicts",
    "poll", "place", "unknown", "attribution", "attributed_by",
    "map",
)  # fmt: skip
_PLACE_KEYS = ("archive", "label", "assigned_to", "topic_type", "topic_status")
_SECRETS = ("token", "password", "secret", "client_secret", "refresh_token", "api_key", "user", "username")
_ENDINGS = (".bcf", ".bcfzip")


class _Version(StrEnum):
    """The versions new archives can have."""

    V20 = "2.0"
    V21 = "2.1"
    V30 = "3.0"


class NoConfig(BadConfig, LookupError):
    """There is no ``bcfsync.toml``, neither here nor further up."""

    hint = "make one with bcfsync init, or name one with --config"


def find(start: Path) -> Path:
    """The ``bcfsync.toml`` of a folder, or of the nearest one above it.

    Raises:
        NoConfig: there is none.
    """
    absolute = start.absolute()
    for folder in (absolute, *absolute.parents):
        if (folder / FILE).is_file():
            return folder / FILE
    raise NoConfig(f"{start.absolute()}: no {FILE} here, nor in a folder above")


def load(given: Path | None, start: Path) -> Config:
    """The configuration of the file that was named, or of the one found from ``start`` upwards.

    Raises:
        NoConfig: there is none.
        BadConfig: it cannot be used; the message names file and key.
    """
    path = given.absolute() if given is not None else find(start)
    if path.is_dir():
        path = path / FILE
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadConfig(f"{path}: this is no configuration: it is larger than 1 MiB", hint="give another file")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadConfig(f"{path}: is not UTF-8 text", hint="save it as UTF-8") from error
    except FileNotFoundError as error:
        raise NoConfig(f"{path}: no such file") from error
    except (OSError, ValueError) as error:
        raise BadConfig(f"{path}: cannot be read: {error}", hint="check the path and your rights there") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """The configuration a text holds; folders are relative to the file ``path``.

    Raises:
        BadConfig: it cannot be used; the message names file and key.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "nested or written beyond reason"
        raise BadConfig(f"{path}: this is not TOML: {said}") from error
    top = Table(Place(path), data)
    top.expect(("remote", "pair"), _SECRETS)
    remotes = {name: _remote(name, table) for name, table in top.tables("remote")}
    _check_variables(remotes, Place(path))
    pairs = {name: _pair(name, table, remotes) for name, table in top.tables("pair")}
    _check_apart(pairs, Place(path))
    return Config(path, remotes, pairs)


# -- servers ---------------------------------------------------------------------------------------------------


def _remote(name: str, table: Table) -> Remote:
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise table.place.bad("a server's name is made of letters, digits, - and _", "give it another name")
    table.expect(_REMOTE_KEYS, _SECRETS)
    rate, flying = _PACE_KEYS
    return Remote(
        name,
        _url(table),
        _command(table),
        dialect_of(table),
        sign_in_of(table),
        # slower than the one a server's 429 leads to would be quickened by it
        requests_per_second=table.number(rate, 50, SLOWEST, 1000) if rate in table.data else None,
        most_in_flight=table.whole(flying, MOST, 1, MOST) if flying in table.data else None,
    )


def _url(table: Table) -> str:
    """The server's address; secrets in it are refused without being shown."""
    place, given = table.place / "url", table.needed("url")
    try:
        parts = urlsplit(given)
        secret = parts.username or parts.password or parts.query or "@" in parts.netloc
    except ValueError as error:
        raise place.bad("this is not a web address", "give one such as https://host") from error
    if secret:
        raise place.bad(
            "an address must hold neither user, password nor token",
            f"end it before @ and ?, and set {token_variable(table.place.keys[-1])}",
        )
    try:
        return checked_url(given)
    except InsecureUrl as error:
        raise place.bad(str(error), error.hint) from error


def _command(table: Table) -> tuple[str, ...]:
    """The words of a command: given one by one, or as one text with quotes."""
    value, place = table.data.get("token_command"), table.place / "token_command"
    if value is None:
        return ()
    if isinstance(value, list):
        words = tuple(checked_text(item, place) for item in value)
    else:
        try:
            words = tuple(shlex.split(checked_text(value, place)))
        except ValueError as error:
            raise place.bad(f"{error}", "close the quotes, or give a list of words") from error
    if not words:
        raise place.bad("must not be empty", "name a command that prints the token, or remove the line")
    return words


def _check_variables(remotes: Mapping[str, Remote], place: Place) -> None:
    """Refuse two servers that would be given one token."""
    found: dict[str, str] = {}
    for name in remotes:
        other = found.setdefault(token_variable(name), name)
        if other != name:
            raise (place / "remote" / name).bad(
                f"its token would be that of {shown(other)}: both are {token_variable(name)}", "rename one of them"
            )


# -- pairs -----------------------------------------------------------------------------------------------------


def _pair(name: str, table: Table, remotes: Mapping[str, Remote]) -> Pair:
    if not name.isprintable() or not name.strip() or name.startswith("-"):
        raise table.place.bad("a pair's name is a word that can be typed", "give it another name")
    table.expect(_PAIR_KEYS, _SECRETS)
    version = table.one_of("file_version", _Version, _Version.V30) if "file_version" in table.data else None
    pair = Pair(
        name,
        _folder(table),
        _chosen_remote(table, remotes),
        table.needed("project"),
        include=_globs(table, "include", ()),
        exclude=_globs(table, "exclude", ()),
        mode=table.one_of("mode", Mode, Mode.TWO_WAY),
        deletes=table.one_of("deletes", Deletes, Deletes.NEVER),
        file_version=None if version is None else str(version),
        writes_to=_archive(table, "writes_to", INBOX),
        conflicts=_conflicts(table),
        poll=table.number("poll", 60, 1, 86400),
        places=tuple(_place(item) for item in table.listed("place")),
        unknown=table.one_of("unknown", Unknown, Unknown.HOLD),
        wording=_wording(as_table(table.data.get("map", {}), table.place / "map")),
        attribution=table.one_of("attribution", Attribution, Attribution.NONE),
        attributed_by=table.texts("attributed_by", ()),
    )
    _check_included(pair, table)
    return pair


def _folder(table: Table) -> Path:
    place, given = table.place / "folder", table.needed("folder")
    try:
        folder = Path(os.path.normpath(place.file.absolute().parent / Path(given).expanduser()))
        there = folder.is_dir()
    except (RuntimeError, ValueError, OSError) as error:
        raise place.bad(f"{shown(given)} is no folder", "correct the path") from error
    if not there:
        raise place.bad(f"there is no folder {folder}", "make it, mount it, or correct the path")
    return folder


def _chosen_remote(table: Table, remotes: Mapping[str, Remote]) -> Remote:
    name = table.needed("remote")
    if name not in remotes:
        hint = nearest(name, remotes) if remotes else f"add [remote.{name}] with the server's url"
        raise (table.place / "remote").bad(f"there is no server {shown(name)} in this file", hint)
    return remotes[name]


def _globs(table: Table, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    found = table.texts(key, default)
    for glob in found:
        if PurePosixPath(glob).is_absolute() or ".." in PurePosixPath(glob).parts or "\\" in glob:
            raise (table.place / key).bad(
                f"{shown(glob)} leads out of the folder", "write it relative to the folder, with /"
            )
    return found


def _archive(table: Table, key: str, default: str) -> str:
    """The path of an archive inside the folder, relative to it."""
    place, given = table.place / key, table.text(key, default) or default
    path = PurePosixPath(given)
    if path.is_absolute() or ".." in path.parts or "\\" in given or ":" in given:
        raise place.bad(f"{shown(given)} is not inside the folder", "write it relative to the folder, with /")
    if path.suffix.lower() not in _ENDINGS:
        raise place.bad(f"{shown(given)} is not the name of an archive", "let it end in .bcf or .bcfzip")
    return str(path)


def _conflicts(table: Table) -> Mapping[str, Prefer]:
    value, place = table.data.get("conflicts"), table.place / "conflicts"
    match value:
        case None:
            return {}
        case str():
            return {"*": chosen(value, Prefer, place)}
        case dict():
            rules = as_table(value, place)
            rules.expect(("*", *MEMBERS))
            return {member: chosen(rules.data[member], Prefer, place / member) for member in rules.data}
        case _:
            raise place.bad(f"must be a text or a table, not {named(value)}", 'write conflicts = "manual"')


def _wording(table: Table) -> Wording:
    """The table of words: for each member, the files' words with the server's values."""
    members = {name: member for member, name in NAMES.items()}
    table.expect(members)
    rows: dict[str, Mapping[str, str]] = {}
    for name in table.data:
        part = as_table(table.data[name], table.place / name)
        for word in part.data:
            if not word.strip() or not word.isprintable():
                raise (part.place / word).bad("a word must not be empty, and must be printable", "remove the line")
        rows[members[name]] = {word: checked_text(part.data[word], part.place / word) for word in part.data}
    return Wording(rows)


def _place(table: Table) -> policy.Place:
    table.expect(_PLACE_KEYS)
    table.needed("archive")
    wanted = {key: table.text(key) for key in _PLACE_KEYS[1:]}
    if not any(wanted.values()):
        raise table.place.bad(
            "takes every topic", f"name one of {', '.join(_PLACE_KEYS[1:])}, or use writes_to of the pair"
        )
    return policy.Place(_archive(table, "archive", ""), **wanted)


def _check_included(pair: Pair, table: Table) -> None:
    """Refuse to write archives that would not be found again."""
    places = ((f"place.{at}.archive", rule.archive) for at, rule in enumerate(pair.places, 1))
    for key, archive in (("writes_to", pair.writes_to), *places):
        if not ArchiveFolder(pair.folder, include=pair.include, exclude=pair.exclude).takes(archive):
            raise (table.place / key).bad(
                f"{shown(archive)} is none of the archives that include and exclude name",
                "give another name, or widen include",
            )
        if not (pair.folder / archive).parent.is_dir():
            raise (table.place / key).bad(
                f"there is no folder {(pair.folder / archive).parent} for {shown(archive)}", "make it"
            )


def _check_apart(pairs: Mapping[str, Pair], place: Place) -> None:
    """Refuse two pairs that are one, and two that write new topics to the same archive."""
    seen: dict[tuple[str, ...], str] = {}
    for name, pair in pairs.items():
        folder = os.path.realpath(pair.folder)
        same = seen.setdefault((folder, pair.remote.url, pair.project), name)
        if same != name:
            raise (place / "pair" / name).bad(
                f"is {shown(same)} once more: the same folder, server and project", "remove one of them"
            )
        inbox = os.path.normcase(os.path.join(folder, pair.writes_to))  # noqa: PTH118 - a name to compare
        same = seen.setdefault((inbox,), name)
        if same != name:
            raise (place / "pair" / name / "writes_to").bad(
                f"{shown(pair.writes_to)} is the inbox of {shown(same)} already",
                f'give this pair one of its own, such as writes_to = "inbox-{pair.remote.name}.bcf"',
            )
