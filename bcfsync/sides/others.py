"""Whether another program has an archive open: one that saves its own copy later would undo what we write.

Owns: lock files beside an archive, and what the system tells of open files. Best effort: whoever keeps a file in its
memory only cannot be seen. Sources: ``~$x`` of Microsoft Office, ``.~lock.x#`` of LibreOffice, ``x.lck`` of AutoCAD.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_SHARING_VIOLATION = 32


def whoever_has(path: Path) -> str | None:
    """Who has the file open, in words that finish "waiting for …"; None where nobody is seen to. Close it yourself."""
    lock = next((name for name in _lock_files(path.name) if (path.parent / name).exists()), None)
    if lock is not None:
        return f"another program, whose lock file is {lock},"
    if sys.platform == "win32":
        return "another program" if _is_shared(path) else None
    return next(_programs(path), None)


def _lock_files(name: str) -> tuple[str, ...]:
    stem = name.rpartition(".")[0]
    return f"~${name}", f".~lock.{name}#", f"{name}.lck", f"{stem}.lck"


def _programs(path: Path) -> Iterator[str]:
    """Programs of this user that have the file open, where the system keeps /proc; others cannot be looked at."""
    own, wanted = os.getpid(), os.path.realpath(path)
    with contextlib.suppress(OSError):  # no /proc: nothing is known
        for process in os.listdir("/proc"):  # noqa: PTH208 - thousands of names, no paths
            if process.isdigit() and int(process) != own and _has_open(process, wanted):
                yield f"{_name_of(process)} (process {process})"


def _has_open(process: str, wanted: str) -> bool:
    folder = f"/proc/{process}/fd/"
    try:
        return any(_target(folder + handle) == wanted for handle in os.listdir(folder))  # noqa: PTH208
    except OSError:
        return False  # another user's, or ended meanwhile


def _target(handle: str) -> str:
    try:
        return os.readlink(handle)  # noqa: PTH115 - thousands of them
    except OSError:
        return ""


def _name_of(process: str) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "another program"


if sys.platform == "win32":

    def _is_shared(path: Path) -> bool:
        """Whether somebody else has it open: then nobody can open it for himself alone."""
        import ctypes  # noqa: PLC0415 - Windows only

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = ctypes.c_void_p
        handle = kernel.CreateFileW(str(path), 0x80000000, 0, None, 3, 0x80, None)  # read, share nothing, existing
        if handle == ctypes.c_void_p(-1).value:
            return ctypes.get_last_error() == _SHARING_VIOLATION
        kernel.CloseHandle(ctypes.c_void_p(handle))
        return False
