"""What a pass over a single archive does with words: as its options say, else as the pair of the configuration does.

Owns: finding that pair. Decides nothing.
"""

from collections.abc import Collection
from pathlib import Path

from bcfsync.config.reading import load
from bcfsync.config.values import Config
from bcfsync.plan.policy import Attribution, Policy, Unknown


def policy_for(
    project: str,
    unknown: str | None,
    attribution: str | None,
    remote: str | None = None,
    attributed_by: Collection[str] = (),
) -> Policy:
    """The policy of one import or export.

    Args:
        project: its id on the server.
        unknown: what the command line says; None where it says nothing.
        attribution: the same.
        remote: the name of a server in the nearest ``bcfsync.toml``: the words of its pair with that project count.
        attributed_by: accounts the command line names, besides those of the pair.

    Raises:
        BadConfig: (or a subclass) a server was named, and there is no configuration that can be used.
    """
    known = Policy() if remote is None else _of_pair(load(None, Path.cwd()), remote, project)
    return Policy(
        unknown=Unknown(unknown) if unknown else known.unknown,
        wording=known.wording,
        attribution=Attribution(attribution) if attribution else known.attribution,
        attributed_by=known.attributed_by | set(attributed_by),
    )


def _of_pair(found: Config, remote: str, project: str) -> Policy:
    pairs = (pair for pair in found.pairs.values() if (pair.remote.name, pair.project) == (remote, project))
    pair = next(pairs, None)
    if pair is None:
        return Policy()
    return Policy(
        unknown=pair.unknown,
        wording=pair.wording,
        attribution=pair.attribution,
        attributed_by=frozenset(pair.attributed_by),
    )
