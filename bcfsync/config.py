"""Configuration: what comes from outside the command line. The only reader of the environment.

Owns: environment variables and where the state lies. Sees: platformdirs.
"""

import hashlib
import os
import re
from pathlib import Path

import platformdirs

TOKEN_VARIABLE = "BCFSYNC_TOKEN"  # noqa: S105 - the name of a variable, no secret
STATE_VARIABLE = "BCFSYNC_STATE"


def token() -> str | None:
    """The bearer token for the server, where one is set."""
    found = os.environ.get(TOKEN_VARIABLE, "").strip()
    return found or None


def wants_tracebacks() -> bool:
    """Whether a defect shall print its traceback."""
    return bool(os.environ.get("BCFSYNC_DEBUG"))


def child_environment(*, token: str, state: Path) -> dict[str, str]:
    """The environment for a bcfsync of our own making: this one's, with another token and state, in UTF-8."""
    return {**os.environ, TOKEN_VARIABLE: token, STATE_VARIABLE: str(state), "PYTHONUTF8": "1"}


def state_folder() -> Path:
    """Where the state of all pairs lies: a local folder of this user, never beside the archives."""
    given = os.environ.get(STATE_VARIABLE)
    return Path(given) if given else Path(platformdirs.user_state_dir("bcfsync", appauthor=False))


def state_path(server: str, project_id: str) -> Path:
    """The state of one project on one server, whatever API version it is reached by."""
    root = re.sub(r"(/bcf)?/\d+\.\d+$", "", server.rstrip("/")).removesuffix("/bcf")
    digest = hashlib.sha256(f"{root}\n{project_id}".encode()).hexdigest()[:16]
    name = re.sub(r"[^\w.-]+", "-", f"{root.split('://')[-1]}-{project_id}").strip("-")[:60]
    return state_folder() / f"{name}-{digest}.db"
