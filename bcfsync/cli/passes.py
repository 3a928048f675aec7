"""What ``bcfsync import`` and ``bcfsync export`` do: one pass in one direction.

Owns: building the sides from what was asked. Decides nothing: the pass is ``run``'s. Loaded when one of them runs.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bcfsync import config
from bcfsync.changes import Kind, Site
from bcfsync.cli.connecting import There
from bcfsync.cli.learning import keep_facts, known_facts
from bcfsync.cli.options import printable
from bcfsync.cli.progress import Progress, progress_of
from bcfsync.cli.render import Renderer
from bcfsync.errors import InvalidArchive, UsageError
from bcfsync.findings import Severity
from bcfsync.interpreting import ends_of
from bcfsync.plan.policy import Policy
from bcfsync.quiet import Stillness
from bcfsync.run import Planned, Timing, draw, run
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.earlier import BELIEVED, Earlier
from bcfsync.sides.remembered import Remembered
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import BlobShelf, Recollection, Store
from bcfsync.versions import file_version


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said about running."""

    there: There
    project: str
    dry_run: bool
    settle: float
    forget: bool
    policy: Policy = field(default_factory=Policy)


class NothingToImport(InvalidArchive, ValueError):
    """A readable archive without a readable topic."""

    hint = "export the archive again"


def import_files(files: tuple[Path, ...], options: Options, renderer: Renderer) -> int:
    """Bring archives into a project; the exit code."""
    locals_ = [(path, _readable(path)) for path in files]
    with ExitStack() as stack:
        for _, side in locals_:
            stack.callback(side.close)
        link = _connect(options, stack, renderer)
        literal: dict[Path, frozenset[str]] = {}
        archives = {_replica(path): _state(side, options) for path, side in locals_}
        still = Stillness(link.store, "import", _now)
        if not options.dry_run and still.lasts(archives, link.server):
            with _reported(renderer, link, _name(link, options)):
                return 0
        with _reported(renderer, link, link.server.capabilities.name):
            for path, side in locals_:
                literal[path] = _pass(Site.LOCAL, side, path, link, options, renderer)
            # a relation to a topic that came with a later file gets the id the server gave that topic
            known = {key.guid for key, _ in link.store.links() if key.kind is Kind.TOPIC}
            for path, side in locals_:
                if literal[path] & known and not options.dry_run:
                    _pass(Site.LOCAL, side, path, link, options, renderer)
        code = max(renderer.tally.exit_code, 3 if _unread(locals_, renderer) else 0)
        _keep_still(still, archives, link, options, renderer, code)
    return code


def export_project(out: Path, version: str | None, options: Options, renderer: Renderer) -> int:
    """Bring a project into an archive; the exit code."""
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{out}: there is no folder {out.absolute().parent}", hint="make the folder first")
    with ExitStack() as stack:
        link = _connect(options, stack, renderer)
        side = stack.enter_context(closing(ArchiveSide(out, version or file_version(link.server.base.version))))
        if version and side.version != version:
            raise UsageError(
                f"{out}: is BCF {side.version}, not {version}", hint="leave out --version, or give a new file"
            )
        still = Stillness(link.store, "export", _now)
        with _reported(renderer, link, str(out)):
            if not options.dry_run and still.lasts({_replica(out): _state(side, options)}, link.server):
                return 0
            _pass(Site.REMOTE, side, out, link, options, renderer)
        code = renderer.tally.exit_code
        _keep_still(still, {_replica(out): _state(side, options)}, link, options, renderer, code)
    return code


@dataclass(frozen=True, slots=True)
class Link:
    """The way to a project: the server, what is remembered of it, and the state."""

    server: RestSide
    remote: Remembered
    store: Store
    shown: Progress


def _connect(options: Options, stack: ExitStack, renderer: Renderer) -> Link:
    http = stack.enter_context(options.there.session())
    # a dry run that forgets plans with an empty record, and leaves the real one alone
    forgetting = options.forget and options.dry_run
    base = None if forgetting else config.known_base(http.root)
    with ExitStack() as attempt:
        if base is not None:
            store = attempt.enter_context(Store(config.state_path(base, options.project)))
            server = RestSide(http, options.project, known_facts(store, http.root), dialect=options.there.dialect)
        else:
            server = RestSide(http, options.project, dialect=options.there.dialect)
        path = Path(":memory:") if forgetting else config.state_path(server.base.url, options.project)
        if base is None or path != config.state_path(base, options.project):
            attempt.close()
            store = attempt.enter_context(Store(path))
            server.recall(known_facts(store, http.root))
        stack.push(attempt.pop_all())
    if options.forget:
        store.forget()
    if not forgetting:
        config.keep_base(http.root, server.base.url)
    home = path.with_suffix("")
    earlier = None
    if not forgetting:
        recollection = stack.enter_context(Recollection(home / "seen.db"))
        if options.forget:
            recollection.forget_others(frozenset())
        earlier = Earlier(recollection, _now)
    remote = Remembered(server, None if forgetting else BlobShelf(home), earlier)
    shown = progress_of(server, lambda: http.traffic, as_json=renderer.as_json, quiet=renderer.quiet)
    return Link(server, remote, store, shown)


def _name(link: Link, options: Options) -> str:
    """What to call a project that was not asked for its name."""
    return f"{link.server.http.root} ({options.project}, BCF-API {link.server.base.version})"


def _now() -> datetime:
    return datetime.now(UTC)


def _replica(path: Path) -> str:
    return str(path.resolve())


def _state(side: ArchiveSide, options: Options) -> str | None:
    """The state of an archive, and by which words it is sent."""
    said = "" if options.policy == Policy() else f" {options.policy!r}"
    return side.tag and side.tag + said


def _keep_still(
    still: Stillness, archives: Mapping[str, str | None], link: Link, options: Options, renderer: Renderer, code: int
) -> None:
    """Put on record that nothing was left to do, or that something was."""
    if options.dry_run:
        return
    tally = renderer.tally
    wrote = any(sum(count.values()) for count in (tally.created, tally.updated, tally.deleted))
    calm = code == 0 and not wrote and not link.store.is_waiting(_now() - BELIEVED)
    tag = link.remote.listing().tag if calm else None
    for replica, archive in archives.items():
        if calm:
            still.note(replica, archive, tag)
        else:
            still.end(replica)


@contextmanager
def _reported(renderer: Renderer, link: Link, target: str) -> Iterator[None]:
    """How far the block is, is shown; however it ends, what was learned is noted, and what was done is summed up."""
    finished = False
    try:
        with link.shown:
            yield
        finished = True
    finally:
        keep_facts(link.store, link.server)
        renderer.summary(link.server.http.traffic, target, finished=finished)


def _readable(path: Path) -> ArchiveSide:
    """An archive with at least one topic; read before the server is even asked."""
    side = ArchiveSide(path)
    if side.tag is None:
        raise NothingToImport(f"{path}: no such file", hint="check the path")
    if not side.bcf.topics:
        broken = [finding for finding in side.findings if finding.rule.severity is Severity.ERROR]
        why = f": {broken[0]}" if broken else ""
        raise NothingToImport(f"{path}: no topic can be read{why}")
    return side


def _unread(locals_: list[tuple[Path, ArchiveSide]], renderer: Renderer) -> bool:
    """Say which documents of the archives could not be read: their topics were not imported."""
    numbers = {"F201", "F203", "F114", "F204"}
    found = [(path, item) for path, side in locals_ for item in side.findings if item.rule.number in numbers]
    if not renderer.as_json:
        for path, finding in found:
            click.echo(f" x {printable(f'{path.name}: {finding}')}; its topic was not imported", err=True)
    return bool(found)


def _pass(
    source: Site, local: ArchiveSide, path: Path, link: Link, options: Options, renderer: Renderer
) -> frozenset[str]:
    """One pass; gives the relations that went as they were written."""
    replica = renderer.archive = _replica(path)
    store = link.store
    if not path.exists():
        # what an archive held that is no longer there does not tell what its successor lacks
        if options.dry_run:
            replica = ""
        else:
            store.forget_replica(replica)
    policy = replace(options.policy, settle=timedelta(seconds=options.settle))
    ends = ends_of(local, link.remote, store, replica, policy)
    if options.dry_run:
        plan = draw(source, ends, store, policy).plan
        with link.shown.aside():
            renderer.plan(plan)
        return frozenset()
    literal: frozenset[str] = frozenset()
    for event in run(source, ends, store, policy, Timing(_now, time.sleep)):
        link.shown.event(event)
        with link.shown.aside():
            renderer.event(event)
        if isinstance(event, Planned):
            literal = event.plan.literal
    return literal
