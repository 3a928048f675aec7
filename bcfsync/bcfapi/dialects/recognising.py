"""Which product a server is, by what it shows: its host, where its API is, what it offers, members of its own.

Owns: signs of products. Sees: nothing. Nothing is asked here. A sign has to be one product's alone: who is taken for
another is asked too little. What shows no sign is generic, and learns.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

_HOSTS = (
    (".bimdata.io", "bimdata"),
    (".bimcollab.com", "bimcollab"),
    (".connect.trimble.com", "trimble"),
    (".catenda.com", "catenda"),
    (".bimsync.com", "catenda"),
    (".openproject.com", "openproject"),
    (".bimtrackapp.co", "bimtrack"),
)
_PATHS = (
    (re.compile(r".*/api/v1/opencde/bcf/[\d.]+"), "openconstructionerp"),
    (re.compile(r".*/opencde/bcf/[\d.]+"), "catenda"),
)
_UNLISTED = re.compile(r".*/api/bcf/2\.1")
_MEMBERS = (
    ("bimdata_viewer_layout", "bimdata"),
    ("modify_author", "bimrocket"),
    ("replay_to_comment_guid", "bimrocket"),
    ("author_id", "openaec"),
)
_PREFIXES = (("bimsync_", "catenda"),)


def by_place(base: str, offered: Collection[str] | None) -> str | None:
    """The product whose API is at such a place; None where many have theirs there.

    Args:
        base: the versioned base.
        offered: the versions the server lists; empty where it has no list; None where nobody looked.
    """
    try:
        parts = urlsplit(base)
        host = f".{(parts.hostname or '').lower()}"
    except ValueError:
        return None
    found = next((name for ending, name in _HOSTS if host.endswith(ending)), None)
    found = found or next((name for path, name in _PATHS if path.fullmatch(parts.path)), None)
    if found is None and offered is not None and not offered and _UNLISTED.fullmatch(parts.path):
        return "openproject"  # the only one known to speak 2.1 without saying so
    return found


def by_members(items: Iterable[object]) -> str | None:
    """The product whose own members these objects have; None where they have none."""
    for item in items:
        if isinstance(item, dict):
            found = next((product for name, product in _MEMBERS if name in item), None)
            starts = (
                (start, product) for start, product in _PREFIXES if any(str(key).startswith(start) for key in item)
            )
            found = found or next((product for _, product in starts), None)
            if found:
                return found
    return None
