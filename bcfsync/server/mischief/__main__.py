"""``python -m bcfsync.server.mischief docs/server.md`` writes the catalogue between its markers.

Owns: the markers. Sees: the table, one file. Governed by: nothing outside.
"""

import sys
from pathlib import Path

from bcfsync.server.mischief.table import markdown

OPENING, CLOSING = "<!-- mischief -->\n", "<!-- /mischief -->"


def written(page: str) -> str:
    """The page with the tables of now."""
    before, _, rest = page.partition(OPENING)
    _, _, after = rest.partition(CLOSING)
    return f"{before}{OPENING}{markdown()}{CLOSING}{after}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
