"""What can go wrong on the way to a server and back, in our words.

Owns: the errors of ``net``. Sees: errors.
"""

from bcfsync.errors import BcfsyncError, ServerTrouble, UsageError


class InsecureUrl(UsageError, ValueError):
    """A URL that would send the token in clear text, or is no web address."""

    hint = "use https://; plain http:// is accepted for this machine only"


class BadProxy(UsageError, ValueError):
    """The environment names a proxy that cannot be used."""

    hint = "correct HTTPS_PROXY or ALL_PROXY, or name the server in NO_PROXY"


class Unreachable(ServerTrouble, OSError):
    """The server cannot be reached; nothing was sent."""

    hint = "check the URL and the network, then run the command again"


class BadCertificate(ServerTrouble, OSError):
    """The server's certificate is not one of this host, or nobody this machine trusts vouches for it."""

    hint = "nothing was sent; check the URL and the clock, or have your company's root certificate installed"


class Unanswered(ServerTrouble, OSError):
    """A request was sent and no answer came: it may or may not have been carried out."""

    hint = "run the command again: it finds out what arrived and completes the rest"


class Stumbled(ServerTrouble, OSError):
    """The server broke over one request (500 and the like); others may go well."""

    hint = "report it to whoever runs the server"


class Broken(Stumbled):
    """The connection broke while the server answered a read, each time; or no answer came."""

    hint = "check the network, then run the command again"


class TooLarge(Stumbled, OverflowError):
    """An answer is larger than anything the resource can be, or comes so slowly that it never ends."""


class TryLater(ServerTrouble, OSError):
    """The server asks to be left alone for longer than anybody waits."""

    hint = "run the command again then; what was done so far is recorded and will not be done twice"


class NotJson(ServerTrouble, ValueError):
    """The server answered something else than JSON: a login page, a proxy's message, a cut-off text."""

    hint = "check the URL: it must be that of a BCF server"
    MIDWAY = "it was understood before, so the URL is right: a proxy or a sign-in page came between; run it again"
    """The hint where an answer of the same server was understood in this run."""


class Refused(BcfsyncError, ValueError):
    """The server understood and said no (4xx, or 501: not offered); ``status`` says how.

    ``members`` are names of members of the body that a 400 or 422 seems to be about: the best guess from what it said,
    among them words that name nothing. ``in_disguise`` where it was said with 200 and an error object: then ``status``
    is 400, whatever was meant.
    """

    exit_code = 3
    hint = "ask the administrator of the server what you may do there"

    def __init__(
        self, message: str, status: int, members: frozenset[str] = frozenset(), *, in_disguise: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.members = members
        self.in_disguise = in_disguise
