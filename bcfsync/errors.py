"""The error tree: why bcfsync could not go on, with an exit code and a hint each.

Owns: the root and the branches. Leaf classes stand next to the code that raises them and also inherit the builtin
they specialise. Exit codes: docs/errors.md.

    BcfsyncError                        70  a defect of ours
    ├── UsageError                       2  usage or configuration
    ├── LoginNeeded                      4  the server does not know us
    ├── ServerTrouble                    5  network or server, try later
    ├── Guarded                          7  a guard stopped it
    ├── InvalidArchive                   8  invalid or unreadable archive
    └── Locked                           9  another instance works on the same pair
"""


class BcfsyncError(Exception):
    """Root of everything bcfsync raises on purpose.

    The message says what happened and where; ``hint`` says what to do. Both are single lines for people.
    """

    exit_code = 70
    hint = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.hint = hint


class UsageError(BcfsyncError):
    """The command line or the configuration asks for something impossible."""

    exit_code = 2


class NoSuchTopic(UsageError, LookupError):
    """The archive has no topic of this guid."""


class LoginNeeded(BcfsyncError):
    """The server refused our credentials (HTTP 401)."""

    exit_code = 4
    hint = "set BCFSYNC_TOKEN to a token that is valid for this server"


class ServerTrouble(BcfsyncError):
    """The network or the server failed in a way that another try may mend."""

    exit_code = 5
    hint = "try again later; what was done so far is recorded and will not be done twice"


class Guarded(BcfsyncError):
    """A safety guard stopped the run before it changed anything."""

    exit_code = 7


class InvalidArchive(BcfsyncError):
    """An archive cannot be read, or a file is not an archive at all."""

    exit_code = 8


class Locked(BcfsyncError):
    """Another bcfsync process works on the same pair."""

    exit_code = 9
    hint = "wait until it has ended, then run the command again"
