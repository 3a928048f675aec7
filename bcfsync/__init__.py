"""bcfsync: the bridge between BCF archives and BCF REST servers.

As a library: ``open``, ``new``, ``convert``, ``compare``, ``unite`` and ``check``, and the model's values. See
docs/library.md. Everything is loaded when it is first asked for, so that the command line starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from bcfsync.diff import Difference as Difference
    from bcfsync.diff import Rules as Rules
    from bcfsync.errors import BcfsyncError as BcfsyncError
    from bcfsync.errors import InvalidArchive as InvalidArchive
    from bcfsync.findings import Finding as Finding
    from bcfsync.library import Archive as Archive
    from bcfsync.library import Conversion as Conversion
    from bcfsync.library import check as check
    from bcfsync.library import compare as compare
    from bcfsync.library import convert as convert
    from bcfsync.library import new as new
    from bcfsync.library import open as open  # noqa: A004
    from bcfsync.library import unite as unite
    from bcfsync.uniting import Union as Union

# the functions bear no name of a module: whichever is imported last would hide the other
_PLACES = {
    "Archive": "library",
    "Conversion": "library",
    "check": "library",
    "compare": "library",
    "convert": "library",
    "new": "library",
    "open": "library",
    "unite": "library",
    "Union": "uniting",
    "Difference": "diff",
    "Rules": "diff",
    "Finding": "findings",
    "BcfsyncError": "errors",
    "InvalidArchive": "errors",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = found
    return found
