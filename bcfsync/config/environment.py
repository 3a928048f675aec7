"""What the environment says: tokens, where the state lies, who is at the keyboard.

Owns: environment variables. Sees: platformdirs.
"""

import getpass
import hashlib
import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import platformdirs

TOKEN_VARIABLE = "BCFSYNC_TOKEN"  # noqa: S105 - the name of a variable, no secret
SECRET_VARIABLE = "BCFSYNC_CLIENT_SECRET"  # noqa: S105 - as above
STATE_VARIABLE = "BCFSYNC_STATE"


def token(remote: str = "") -> str | None:
    """The bearer token for the server, or for the remote of this name, where one is set for it."""
    found = os.environ.get(token_variable(remote), "").strip()
    return found or None


def token_variable(remote: str = "") -> str:
    """The name of the variable that holds the token of a remote; without a name, of the one server there is."""
    return f"{TOKEN_VARIABLE}_{remote.upper().replace('-', '_')}" if remote else TOKEN_VARIABLE


def client_secret(remote: str = "") -> str | None:
    """The secret of our program at the remote of this name, else at any, where one is set."""
    own = f"{SECRET_VARIABLE}_{remote.upper().replace('-', '_')}" if remote else SECRET_VARIABLE
    return os.environ.get(own, "").strip() or os.environ.get(SECRET_VARIABLE, "").strip() or None


def may_open_browser() -> bool:
    """Whether a browser would get a window of its own; one that draws into the terminal would hide what is said."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in {"win32", "darwin"} or any(os.environ.get(name) for name in names)


def logins_folder() -> Path:
    """Where logins are kept."""
    return state_folder() / "logins"


def user_name() -> str:
    """Who is at the keyboard, by the operating system's account; "" where it does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""  # an account without a name, as in containers


def wants_tracebacks() -> bool:
    """Whether a defect shall print its traceback."""
    return bool(os.environ.get("BCFSYNC_DEBUG"))


def wants_color() -> bool:
    """Whether a terminal may be given colors: NO_COLOR (no-color.org) and a dumb one say no."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def child_environment(*, token: str, state: Path) -> dict[str, str]:
    """The environment for a bcfsync of our own making: this one's, with another token and state, in UTF-8."""
    return {**os.environ, TOKEN_VARIABLE: token, STATE_VARIABLE: str(state), "PYTHONUTF8": "1"}


def state_folder() -> Path:
    """Where the state of all pairs lies: a local folder of this user, never beside the archives."""
    given = os.environ.get(STATE_VARIABLE)
    return Path(given) if given else Path(platformdirs.user_state_dir("bcfsync", appauthor=False))


def state_path(server: str, project_id: str) -> Path:
    """The state of one project on one server, whatever API version it is reached by."""
    return state_folder() / f"{_state_name(_root(server), project_id)}.db"


def known_base(root: str) -> str | None:
    """The versioned base that was found behind a server's URL last time: a hint, which may have become wrong."""
    try:
        found = json.loads(_base_file(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    base = found.get("base") if isinstance(found, dict) and found.get("root") == root else None
    return base if isinstance(base, str) else None


def keep_base(root: str, base: str) -> None:
    """Remember the base behind a URL; where that cannot be, it is looked for again."""
    if known_base(root) == base:
        return
    path = _base_file(root)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"root": root, "base": base}), encoding="utf-8")


def _base_file(root: str) -> Path:
    return state_folder() / "bases" / f"{hashlib.sha256(root.encode()).hexdigest()[:16]}.json"


def pair_state(server: str, project_id: str, marker: str) -> Path:
    """The folder for the state of one folder of archives and one project on one server.

    ``marker`` is the folder's own id: its record stays with it when it is moved, and when the pair is renamed.
    """
    return state_folder() / "pairs" / _state_name(_root(server), project_id, marker)


def _root(server: str) -> str:
    return re.sub(r"(/bcf)?/\d+\.\d+$", "", server.rstrip("/")).removesuffix("/bcf")


def _state_name(root: str, project_id: str, *more: str) -> str:
    digest = hashlib.sha256("\n".join((root, project_id, *more)).encode()).hexdigest()[:16]
    name = re.sub(r"[^\w.-]+", "-", f"{root.rpartition('://')[2]}-{project_id}").strip("-")[:60]
    return f"{name}-{digest}"
