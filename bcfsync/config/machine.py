"""Which machine this is, where several may keep one folder: what stays the same as long as the state is at its place.

Owns: the file ``machine`` in the state folder. Sees: environment.
"""

import hashlib
import re
import socket
from pathlib import Path

from bcfsync.archive.writing import replacing
from bcfsync.config.environment import state_folder, user_name
from bcfsync.sides.lease import Machine

_FILE = "machine"
_SYSTEM = Path("/etc/machine-id")
_IDENTITY = re.compile(r"[0-9a-f]{32}")


def this_machine() -> Machine:
    """This machine, with this user and this state folder.

    The identity is made of their names, so that it is the same again after the state was deleted; and it is written
    down, so that it goes with a state that is moved, and outlives a container's name.

    Raises:
        CannotWrite: the state folder takes nothing.
    """
    folder, host, user = state_folder(), socket.gethostname(), user_name()
    path = folder / _FILE
    found = _text(path)
    if not _IDENTITY.fullmatch(found):
        parts = (host, user, str(folder.absolute()), _text(_SYSTEM))
        found = hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:32]
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as stream:
            stream.write(found.encode())
    return Machine(found, host, user)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""  # other systems have no such file
