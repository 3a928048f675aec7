"""What ``bcfsync init`` does: finds server and project, looks through the folder, writes the configuration, plans.

Owns: its questions and words. Decides nothing: it ends with a plan and never with a sync.
"""

import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from bcfsync.cli.connecting import connected
from bcfsync.cli.options import Manner, printable
from bcfsync.cli.pairs import Asked, known_marker
from bcfsync.cli.planning import plan_pairs
from bcfsync.cli.render import counted
from bcfsync.cli.servers import Found, look_at
from bcfsync.config.reading import FILE, NoConfig, find, load
from bcfsync.config.values import Config, Pair, Remote
from bcfsync.config.writing import folder_text, free_inbox, free_name, pair_text, remote_text, with_more, write
from bcfsync.errors import InvalidArchive, UsageError
from bcfsync.model import Project
from bcfsync.net import checked_url
from bcfsync.sides.folder import MARKER, ArchiveFolder, MarkerMissing, mark, marker_id

_NAMELESS = {"www", "api", "bcf", "app", "cloud", "demo", "localhost", "127"}


class NotGiven(UsageError, ValueError):
    """Something that has to be known was not given, and there is nobody to ask."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line said about the new pair."""

    url: str | None
    project: str | None
    folder: Path | None
    name: str | None

    @property
    def nothing(self) -> bool:
        """Whether no new pair is asked for."""
        return self == Given(None, None, None, None)


def init(given: Given, manner: Manner) -> int:
    """Set up a pair, or what is missing of those there are; the exit code of the plan at the end."""
    path = _path(manner)
    found = load(path, Path.cwd()) if path.exists() else Config(path, {}, {})
    if given.nothing and found.pairs:
        return _mark_all(found, manner)
    url = _url(given, found, manner)
    remote = _remote(url, found)
    with connected(remote, {**found.remotes, remote.name: remote}) as http:
        server = look_at(http)
    _say(f"{remote.url}: BCF-API {server.version}" + (f", as {server.user}" if server.user else ""), manner)
    project = _project(given, server, manner)
    folder = _folder(given, manner)
    name = given.name or free_name(project.name or project.project_id or "", found.pairs)
    inbox = free_inbox(folder, remote.name, found.pairs)
    addition = "" if remote.name in found.remotes else remote_text(remote.name, remote.url) + "\n"
    addition += pair_text(name, folder_text(folder, path), remote.name, project.project_id or "", inbox)
    if not folder.is_dir() and not manner.dry_run:
        folder.mkdir(parents=True)
    if manner.dry_run:
        _say(f"would be added to {path}:", manner)
        click.echo(addition, nl=False)
        return 0
    text, config = with_more(path, addition)
    _mark(config.pairs[name])
    _say(_contents(config.pairs[name]), manner)
    write(path, text)
    _say(
        f"{path}: pair {name} {'added' if found.pairs or found.remotes else 'written'}; what the first sync would do:",
        manner,
    )
    return plan_pairs([name], replace(manner, config=path), Asked(), None, pending_counts=False)


def _path(manner: Manner) -> Path:
    if manner.config is not None:
        path = manner.config.absolute()
        return path / FILE if path.is_dir() else path
    try:
        return find(Path.cwd())
    except NoConfig:
        return Path.cwd() / FILE


def _mark_all(found: Config, manner: Manner) -> int:
    """Mark the folders of all pairs that are not marked yet."""
    missing = [pair for pair in found.pairs.values() if not _is_marked(pair)]
    if missing and manner.dry_run:
        _say(f"would be marked: {', '.join(str(pair.folder) for pair in missing)}", manner)
        return 0
    for pair in missing:
        question = f"{pair.folder}: {_rough(pair)}. Is that the folder of pair {pair.name}, with all its archives?"
        if not _agreed(question, manner):
            raise NotGiven(
                f"{pair.folder}: not marked", hint="say --yes where this is the folder, with everything in it"
            )
        _mark(pair)
        _say(f"{_contents(pair)}: marked", manner)
    if not missing:
        _say(f"{found.path}: everything is set up; to add a pair, give --url and --project", manner)
    return plan_pairs([], replace(manner, config=found.path), Asked(), None, pending_counts=False)


def _is_marked(pair: Pair) -> bool:
    try:
        marker_id(pair.folder)
    except MarkerMissing:
        return False
    return True


def _mark(pair: Pair) -> None:
    if not _is_marked(pair):
        mark(pair.folder, known_marker(pair) or secrets.token_hex(16))


# -- what has to be known --------------------------------------------------------------------------------------


def _url(given: Given, found: Config, manner: Manner) -> str:
    if given.url is not None:
        return checked_url(given.url)
    if len(found.remotes) == 1:
        return next(iter(found.remotes.values())).url
    return checked_url(_asked("The server's address", "--url", manner))


def _remote(url: str, found: Config) -> Remote:
    """The server of this address, as the configuration calls it or will call it."""
    known = next((remote for remote in found.remotes.values() if remote.url == url), None)
    if known is not None:
        return known
    host = urlsplit(url).hostname or ""
    parts = [part for part in host.split(".")[:-1] or [host] if part not in _NAMELESS]
    return Remote(free_name(parts[-1] if parts and not parts[-1].isdigit() else "server", found.remotes), url)


def _project(given: Given, server: Found, manner: Manner) -> Project:
    wanted = given.project
    if wanted is None:
        _say_projects(server.projects, manner)
        if len(server.projects) == 1 and manner.yes:
            return server.projects[0]
        wanted = _asked("The project's id, or its number in this list", "--project", manner)
        if wanted.isdecimal() and 1 <= int(wanted) <= len(server.projects):
            by_id = [item for item in server.projects if item.project_id == wanted]
            return by_id[0] if by_id else server.projects[int(wanted) - 1]
    named = [item for item in server.projects if wanted in {item.project_id, item.name}]
    if len(named) != 1:
        names = ", ".join(f"{item.project_id} ({item.name})" for item in server.projects[:10])
        what = "is not there, or not for you" if not named else "is the name of several projects"
        raise NotGiven(
            f"project {wanted!r} {what}",
            hint=f"projects you can see: {names}" if names else "ask the administrator of the server",
        )
    return named[0]


def _say_projects(projects: Sequence[Project], manner: Manner) -> None:
    for number, project in enumerate(projects, 1):
        _say(f"{number:>4}  {project.project_id}  {project.name}", manner)


def _folder(given: Given, manner: Manner) -> Path:
    if given.folder is not None:
        folder = given.folder
    elif _can_ask(manner):
        folder = Path(click.prompt("The folder with the archives", default=".", err=True))
    else:
        folder = Path()
    if folder.is_dir() or (not folder.exists() and _agreed(f"{folder}: there is no such folder. Make it?", manner)):
        return folder
    raise NotGiven(f"{folder}: there is no such folder", hint="make it, or name another one with --folder")


def _asked(question: str, option: str, manner: Manner) -> str:
    if not _can_ask(manner):
        raise NotGiven(f"{option} is missing", hint=f"give {option}, or run this on a terminal")
    return str(click.prompt(question, err=True)).strip()


def _agreed(question: str, manner: Manner) -> bool:
    return manner.yes or (_can_ask(manner) and click.confirm(printable(question), err=True))


def _can_ask(manner: Manner) -> bool:
    return not manner.yes and not manner.as_json and sys.stdin.isatty()


# -- what is in the folder -------------------------------------------------------------------------------------


def _contents(pair: Pair) -> str:
    """How many archives, topics and duplicates a folder holds."""
    folder = ArchiveFolder(pair.folder, include=pair.include, exclude=pair.exclude)
    topics: Counter[str] = Counter()
    unread = 0
    found = folder.scan()
    for replica in found:
        try:
            topics.update(folder.open(replica).listing().topics.keys())
        except InvalidArchive:
            unread += 1
        finally:
            folder.close(replica)
    doubles = sum(count > 1 for count in topics.values())
    more = (f", {unread} not readable" if unread else "") + (
        f", {len(folder.siblings)} look like copies made in a conflict" if folder.siblings else ""
    )
    return (
        f"{pair.folder}: {counted(len(found), 'archive')}, {counted(len(topics), 'topic')}, "
        f"{counted(doubles, 'duplicate')}{more}"
    )


def _rough(pair: Pair) -> str:
    """What a folder that is not marked holds, at a glance."""
    found = sum(
        item.is_file() and item.suffix.lower() in {".bcf", ".bcfzip"} and item.name != MARKER
        for item in pair.folder.rglob("*")
    )
    return counted(found, "archive")


def _say(text: str, manner: Manner) -> None:
    if not manner.quiet and not manner.as_json:
        click.echo(printable(text), err=True)
