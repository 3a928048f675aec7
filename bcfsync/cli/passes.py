"""What ``bcfsync import`` and ``bcfsync export`` do: one pass in one direction.

Owns: building the sides from what was asked. Decides nothing: the pass is ``run``'s. Loaded when one of them runs.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bcfsync import config
from bcfsync.changes import Kind, Site
from bcfsync.cli.learning import keep_facts, known_facts
from bcfsync.cli.options import printable
from bcfsync.cli.render import Renderer
from bcfsync.errors import InvalidArchive, UsageError
from bcfsync.execute import Ends
from bcfsync.findings import Severity
from bcfsync.net import Http
from bcfsync.plan.policy import Policy
from bcfsync.run import Planned, Timing, draw, run
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said about running."""

    url: str
    project: str
    dry_run: bool
    settle: float
    forget: bool


class NothingToImport(InvalidArchive, ValueError):
    """A readable archive without a readable topic."""

    hint = "export the archive again"


def import_files(files: tuple[Path, ...], options: Options, renderer: Renderer) -> int:
    """Bring archives into a project; the exit code."""
    locals_ = [(path, _readable(path)) for path in files]
    with ExitStack() as stack:
        for _, side in locals_:
            stack.callback(side.close)
        remote, store = _connect(options, stack)
        literal: dict[Path, frozenset[str]] = {}
        with _reported(renderer, remote, store, remote.capabilities.name):
            for path, side in locals_:
                literal[path] = _pass(Site.LOCAL, side, path, remote, store, options, renderer)
            # a relation to a topic that came with a later file gets the id the server gave that topic
            known = {key.guid for key, _ in store.links() if key.kind is Kind.TOPIC}
            for path, side in locals_:
                if literal[path] & known and not options.dry_run:
                    _pass(Site.LOCAL, side, path, remote, store, options, renderer)
    return max(renderer.tally.exit_code, 3 if _unread(locals_, renderer) else 0)


def export_project(out: Path, version: str | None, options: Options, renderer: Renderer) -> int:
    """Bring a project into an archive; the exit code."""
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{out}: there is no folder {out.absolute().parent}", hint="make the folder first")
    with ExitStack() as stack:
        remote, store = _connect(options, stack)
        side = stack.enter_context(closing(ArchiveSide(out, version or remote.base.version)))
        if version and side.version != version:
            raise UsageError(
                f"{out}: is BCF {side.version}, not {version}", hint="leave out --version, or give a new file"
            )
        with _reported(renderer, remote, store, str(out)):
            _pass(Site.REMOTE, side, out, remote, store, options, renderer)
    return renderer.tally.exit_code


def _connect(options: Options, stack: ExitStack) -> tuple[RestSide, Store]:
    http = stack.enter_context(closing(Http(options.url, config.token())))
    remote = RestSide(http, options.project)
    # a dry run that forgets plans with an empty record, and leaves the real one alone
    forgetting = options.forget and options.dry_run
    path = Path(":memory:") if forgetting else config.state_path(remote.base.url, options.project)
    store = stack.enter_context(Store(path))
    if options.forget:
        store.forget()
    remote.recall(known_facts(store))
    return remote, store


@contextmanager
def _reported(renderer: Renderer, remote: RestSide, store: Store, target: str) -> Iterator[None]:
    """However the block ends, what was learned about the server is noted, and what was done is summed up."""
    finished = False
    try:
        yield
        finished = True
    finally:
        keep_facts(store, remote)
        renderer.summary(remote.http.traffic, target, finished=finished)


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
    source: Site, local: ArchiveSide, path: Path, remote: RestSide, store: Store, options: Options, renderer: Renderer
) -> frozenset[str]:  # fmt: skip
    """One pass; gives the relations that went as they were written."""
    replica = renderer.archive = str(path.resolve())
    if not path.exists():
        # what an archive held that is no longer there does not tell what its successor lacks
        if options.dry_run:
            replica = ""
        else:
            store.forget_replica(replica)
    ends = Ends(local, remote, replica)
    policy = Policy(timedelta(seconds=options.settle))
    if options.dry_run:
        renderer.plan(draw(source, ends, store, policy).plan)
        return frozenset()
    literal: frozenset[str] = frozenset()
    for event in run(source, ends, store, policy, Timing(lambda: datetime.now(UTC), time.sleep)):
        renderer.event(event)
        if isinstance(event, Planned):
            literal = event.plan.literal
    return literal
