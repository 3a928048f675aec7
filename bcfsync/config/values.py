"""What ``bcfsync.toml`` says, as values.

Owns: the configuration's dataclasses. Sees: the words of a policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bcfsync.plan.policy import Attribution, Deletes, Place, Prefer, Unknown
from bcfsync.plan.wording import Wording

INBOX = "inbox.bcf"
"""Where new topics of the server go, where a pair does not say."""


class Mode(StrEnum):
    """Which way a pair goes."""

    TWO_WAY = "two-way"
    PULL = "pull"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What signing in at a server takes, beyond its address; "" and () for what bcfsync finds out.

    Attributes:
        client_id: who we are there as a program.
        issuer: the OpenID issuer behind it.
        scopes: what to ask for.
        redirect: where the browser has to come back to, where the server knows only that address.
        scheme: the word before an API key in the header.
    """

    client_id: str = ""
    issuer: str = ""
    scopes: tuple[str, ...] = ()
    redirect: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Remote:
    """A server.

    Attributes:
        name: what people call it.
        url: its address.
        token_command: the words of a command that prints its token.
        dialect: its product; "" for what bcfsync finds out.
        sign_in: what signing in there takes.
        requests_per_second: no more than so many, for as long as it takes; None for net's own rate.
        most_in_flight: no more requests than so many at once; None for net's own number.
    """

    name: str
    url: str
    token_command: tuple[str, ...] = ()
    dialect: str = ""
    sign_in: SignIn = SignIn()
    requests_per_second: float | None = None
    most_in_flight: int | None = None


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
        unknown: what becomes of values the server's lists do not have.
        wording: which words of the files stand for which values of the server.
        attribution: where a comment says who said it, on a server that takes no author.
        attributed_by: other accounts there as which bcfsync says so.
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
    unknown: Unknown = Unknown.HOLD
    wording: Wording = field(default_factory=Wording)
    attribution: Attribution = Attribution.NONE
    attributed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """A whole ``bcfsync.toml``; the order is that of the file."""

    path: Path
    remotes: Mapping[str, Remote]
    pairs: Mapping[str, Pair]
