"""What ``bcfsync remote probe`` does: tries a server out, keeps its card, shows it, writes it to a file, reads one.

Owns: the words around a probe. Sees: probing, cards. Decides nothing.
"""

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from bcfsync import config
from bcfsync.cli.cards import cards_of, keep_card
from bcfsync.cli.connecting import NoRemote, There, there
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.pairs import configured
from bcfsync.cli.signing_in import configuration
from bcfsync.config.tables import nearest
from bcfsync.errors import UsageError
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.probing.card import BadCard, Card, read, written
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES
from bcfsync.sides.rest.probing.probe import Manners, Probed, probe
from bcfsync.sides.rest.probing.scratch import TITLE, is_ours
from bcfsync.sides.rest.side import RestSide

_CLOCK = 1.1
"""Longer than a server that counts seconds needs for another one."""


_VALUES = 15
"""What the longest of the usual values takes in a line, with the space before it."""


class NoCard(UsageError, LookupError):
    """No card is kept of this server."""

    hint = "make one with bcfsync remote probe"


class WhichProject(UsageError, LookupError):
    """Nothing says which project to try it in."""

    hint = "give --project"


class NotAgreed(UsageError, ValueError):
    """Something would stay on the server, and nobody said that it may."""

    hint = "say -y to go on all the same, or --passive to look only"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line said."""

    name: str | None
    url: str | None
    project: str | None
    passive: bool
    out: Path | None


def probe_server(wanted: Wanted, manner: Manner) -> int:
    """Try a server out; 0, 1 where somebody says no, or 3 where scratch topics stayed behind."""
    wanted = _named(wanted, manner)
    place = _place(wanted, manner)
    project = wanted.project or _project(wanted, manner)
    with place.session() as http:
        side = RestSide(http, project, dialect=place.dialect)
        active = not wanted.passive and not _is_undeletable(side, manner)
        if active and not _agreed(project, manner, stay=_stay(side)):
            return 1
        config.keep_base(http.root, side.base.url)
        card = _blank(side, active=active)
        known = _left_behind(side, card.base)
        before = next((old for old in cards_of(card.base) if not old.hearsay and old.user == card.user), card)
        keep = _keeper(before)
        found = probe(http, side.reader.routes, side.base.version, Manners(active, known, keep, _pause))
    card = _filled(card, found) if active else _looked(before, card, found)
    keep_card(card)
    _told(card, wanted.out, manner)
    if active and found.findings.value("create.topic") != YES and not manner.quiet:
        said = f"the server made no topic ({_evidence(card, 'create.topic')}), so nothing could be tried on one"
        click.echo(printable(f" ! {said}"), err=True)
    if found.left and active:
        where = f"{card.base}, project {project}: {', '.join(sorted(found.left))}"
        said = f"scratch topics that could not be deleted; find them by the title {TITLE!r} at {where}"
        click.echo(printable(f" ! {said}"), err=True)
        return 3
    return 0


def show_cards(wanted: Wanted, manner: Manner) -> int:
    """Show the card that is kept of a server, or write it to a file."""
    place = _place(_named(wanted, manner), manner)
    base = config.known_base(place.url) or config.known_base(place.url.rstrip("/")) or place.url.rstrip("/")
    cards = cards_of(base)
    if not cards:
        raise NoCard(f"{place.url}: no card is kept of it")
    _told(cards[0], wanted.out, manner)
    return 0


def import_card(path: Path, manner: Manner) -> int:
    """Keep a card from elsewhere."""
    try:
        with path.open("rb") as stream:
            text = stream.read(2_000_000)
    except OSError as error:
        raise BadCard(f"{path}: {error.strerror or 'cannot be read'}") from error
    try:
        card = read(text)
    except BadCard as error:
        raise BadCard(f"{path}: {error}") from error
    if not manner.dry_run:
        keep_card(card)
    _told(card, None, manner)
    return 0


def _named(wanted: Wanted, manner: Manner) -> Wanted:
    """With the only server of the configuration, where none is named."""
    remotes = configuration(manner).remotes if wanted.name is None and wanted.url is None else {}
    return replace(wanted, name=next(iter(remotes))) if len(remotes) == 1 else wanted


def _place(wanted: Wanted, manner: Manner) -> There:
    if wanted.name is None or wanted.url is not None:
        return there(wanted.url, wanted.name)
    found = configured(manner)
    if wanted.name not in found.remotes:
        raise NoRemote(f"{found.path}: there is no server {wanted.name!r}", hint=nearest(wanted.name, found.remotes))
    return There(found.remotes[wanted.name].url, found.remotes[wanted.name], found.remotes)


def _project(wanted: Wanted, manner: Manner) -> str:
    """The project of the only pair with a server."""
    pairs = configured(manner).pairs.values() if wanted.name else ()
    ids = {pair.project for pair in pairs if pair.remote.name == wanted.name}
    if len(ids) != 1:
        raise WhichProject("it is not clear in which project to try it")
    return ids.pop()


def _agreed(project: str, manner: Manner, *, stay: bool) -> bool:
    """Say what will be done, and ask; where topics stay behind, nothing is done that nobody agreed to.

    Raises:
        NotAgreed: nobody can be asked, and topics would stay behind.
    """
    ending = "changes them, and deletes them again, if the server deletes topics"
    if stay:
        ending = "and changes them; this server deletes no topics: they stay there"
    said = f"makes two topics titled {TITLE!r} in project {project}, {ending}"
    if not manner.quiet:
        click.echo(printable(said), err=True)
    if manner.yes:
        return True
    if _is_watched():
        return click.confirm("Go on?", default=False, err=True)
    if stay:
        raise NotAgreed("two topics would stay on the server for good")
    return True


def _is_watched() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _stay(side: RestSide) -> bool:
    """Whether the server deleted no topics when it was tried last."""
    tried = (it for card in cards_of(side.base.url) if not card.hearsay for it in card.findings)
    return any(it.name == "delete.topic" and it.value == NO for it in tried)


def _is_undeletable(side: RestSide, manner: Manner) -> bool:
    """Whether the API is one without a way to delete topics: nothing is tried there."""
    if not side.base.version.startswith("1."):
        return False
    if not manner.quiet:
        said = f"BCF-API {side.base.version} has no way to delete topics, so nothing is tried out: it is only looked at"
        click.echo(printable(said), err=True)
    return True


def _left_behind(side: RestSide, base: str) -> frozenset[str]:
    """Scratch topics of earlier probes: those on record, and where there are some, all that are plainly ours."""
    known = frozenset(guid for old in cards_of(base) if not old.hearsay for guid in old.scratch)
    if not known:
        return known
    # where the server mints guids, the one on record may not be the one it has, and lists may have many pages
    listed = [item for item in side.reader.listed().items if isinstance(item, dict) and is_ours(item)]
    return known | {str(item["guid"]) for item in listed if item.get("guid")}


def _evidence(card: Card, name: str) -> str:
    return next((it.evidence for it in card.findings if it.name == name), "")


def _blank(side: RestSide, *, active: bool) -> Card:
    user = side.learned.get(facts.USER, "")
    return Card(side.base.url, side.base.version, user, datetime.now(UTC).date().isoformat(), active)


def _keeper(card: Card) -> Callable[[frozenset[str]], None]:
    def keep(guids: frozenset[str]) -> None:
        keep_card(replace(card, scratch=tuple(sorted(guids))))

    return keep


def _filled(card: Card, found: Probed) -> Card:
    proven = tuple(sorted(found.facts.items()))
    return replace(card, findings=tuple(found.findings), facts=proven, scratch=tuple(sorted(found.left)))


def _looked(before: Card, card: Card, found: Probed) -> Card:
    """What was only looked at is news; what was tried out before stays true."""
    if not before.active:
        return _filled(card, found)
    news = {it.name: it for it in found.findings if it.value != UNKNOWN}
    return replace(before, probed=card.probed, findings=tuple(news.get(it.name, it) for it in before.findings))


def _pause() -> None:
    time.sleep(_CLOCK)


def _told(card: Card, out: Path | None, manner: Manner) -> None:
    if out is not None:
        try:
            out.write_text(written(card, handed_round=True), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{out}: {error.strerror or 'cannot be written'}", hint="give another file") from error
    if manner.as_json:
        findings = [{"name": it.name, "value": it.value, "evidence": it.evidence} for it in card.findings]
        head = {"base": card.base, "bcf_api": card.version, "user": card.user, "probed": card.probed}
        more = {"active": card.active, "hearsay": card.hearsay, "facts": dict(card.facts)}
        click.echo(json_text({"type": "card", **head, **more, "scratch": list(card.scratch), "findings": findings}))
    elif not manner.quiet:
        _table(card, verbose=manner.verbose)


def _table(card: Card, *, verbose: bool) -> None:
    source = "from elsewhere, no run relies on it" if card.hearsay else "tried out" if card.active else "only looked"
    click.echo(printable(f"{card.base} (BCF-API {card.version}), {card.probed}, {source}"))
    found = sorted(card.findings, key=lambda it: it.name)
    width = max((len(it.name) for it in found), default=0)
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    if room and room < width + 16:  # longer values than this are rare
        width = 0
    for it in found:
        line = f"  {it.name:<{width}}  {printable(it.value)}"
        evidence = printable(it.evidence) if verbose else ""
        if evidence and room and len(line) + len(evidence) + 2 > room:
            click.echo(line)
            click.echo(f"      {evidence}")
        else:
            click.echo(f"{line:<{width + _VALUES}}  {evidence}".rstrip())
