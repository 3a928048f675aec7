"""What ``bcfsync.toml`` says, as values.

Owns: the configuration's dataclasses. Sees: the words of a policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bcfsync.plan.policy import Deletes, Place, Prefer

INBOX = "inbox.bcf"
"""Where new topics of the server go, where a pair does not say."""


class Mode(StrEnum):
    """Which way a pair goes."""

    TWO_WAY = "two-way"
    PULL = "pull"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Remote:
    """A server; ``token_command`` are the words of a command that prints its token."""

    name: str
    url: str
    token_command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A folder of archives and a project on a server.

    Attributes:
        name: what people call it.
        folder: absolute.
        remote: the server.
        project: its id on the server.
        include: patterns below the folder of what is an archive of the pair; every archive where there are none.
        exclude: patterns of what is none all the same.
        mode: which way it goes.
        deletes: whether deletions travel.
        file_version: of archives that are made; None for the server's.
        writes_to: the archive for topics that no archive holds yet, relative to the folder, with ``/``.
        conflicts: whose value wins, by member; "*" for all others.
        poll: seconds between two looks of ``watch``.
        places: rules where new topics go instead of ``writes_to``.
    """

    name: str
    folder: Path
    remote: Remote
    project: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    mode: Mode = Mode.TWO_WAY
    deletes: Deletes = Deletes.NEVER
    file_version: str | None = None
    writes_to: str = INBOX
    conflicts: Mapping[str, Prefer] = field(default_factory=dict)
    poll: float = 60.0
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """A whole ``bcfsync.toml``; the order is that of the file."""

    path: Path
    remotes: Mapping[str, Remote]
    pairs: Mapping[str, Pair]
