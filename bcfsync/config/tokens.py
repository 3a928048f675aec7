"""The token for a server: from the environment, or from a command that prints it.

Owns: which token goes to which server. Sees: environment, values. A token is neither logged nor shown.
"""

import subprocess
from collections.abc import Iterable
from urllib.parse import urlsplit

from bcfsync.config.environment import token, token_variable
from bcfsync.config.values import Remote
from bcfsync.errors import LoginNeeded

_SECONDS = 30.0


class TokenCommandFailed(LoginNeeded, OSError):
    """The command that prints the token cannot be run, or prints none."""

    hint = "run the command of token_command by hand and see what it says"


def token_for(remote: Remote, remotes: Iterable[Remote], *, seconds: float = _SECONDS) -> str | None:
    """The token of a server; None where nobody gave one.

    The server's own variable counts first, then ``BCFSYNC_TOKEN`` where all servers of the configuration are one
    host (else one host's secret would reach another), then its command.

    Raises:
        TokenCommandFailed: there is only a command, and it fails.
    """
    found = token(remote.name)
    if found is None and len({urlsplit(item.url).netloc for item in (*remotes, remote)}) == 1:
        found = token()
    if found is None and remote.token_command:
        found = _printed(remote, seconds)
    return found


def login_hint(remote: Remote) -> str:
    """What to do where a server refuses, or misses, a token."""
    variable = token_variable(remote.name)
    return f"run bcfsync auth login {remote.name}; or set {variable} to a token that is valid for {remote.url}"


def _printed(remote: Remote, seconds: float) -> str:
    """The first line a command prints; never through a shell, and nothing it says is repeated."""
    where = f"remote.{remote.name}.token_command"
    try:
        done = subprocess.run(  # noqa: S603 - the words of the user's own configuration
            remote.token_command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TokenCommandFailed(f"{where}: printed nothing within {seconds:g} seconds") from error
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "impossible words"
        raise TokenCommandFailed(f"{where}: {remote.token_command[0]} cannot be run: {said}") from error
    if done.returncode:
        raise TokenCommandFailed(f"{where}: ended with code {done.returncode}")
    found = done.stdout.decode("utf-8", "replace").strip()
    if not found:
        raise TokenCommandFailed(f"{where}: printed nothing")
    return found.splitlines()[0].strip()
