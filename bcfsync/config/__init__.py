"""Configuration: what comes from outside the command line. The only reader of the environment.

Owns: environment variables, where the state lies, ``bcfsync.toml`` → frozen values. Sees: platformdirs, net's check of
addresses, the words of a policy. Reading ``bcfsync.toml`` is in ``reading``, imported by those who need it.
"""

from bcfsync.config.environment import (
    STATE_VARIABLE,
    TOKEN_VARIABLE,
    child_environment,
    client_secret,
    keep_base,
    known_base,
    logins_folder,
    may_open_browser,
    pair_state,
    state_folder,
    state_path,
    token,
    user_name,
    wants_color,
    wants_tracebacks,
)

__all__ = [
    "STATE_VARIABLE",
    "TOKEN_VARIABLE",
    "child_environment",
    "client_secret",
    "keep_base",
    "known_base",
    "logins_folder",
    "may_open_browser",
    "pair_state",
    "state_folder",
    "state_path",
    "token",
    "user_name",
    "wants_color",
    "wants_tracebacks",
]
