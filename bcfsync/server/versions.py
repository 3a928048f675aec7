"""The versions of the API that this server speaks.

Owns: their names, and under which base each is spoken. Sees: nothing. Governed by: BCF-API 1.0, 2.1 and 3.0.

Of 1.0 there are two texts that no client can tell apart by their number: the tag v1.0 of February 2015, and the text of
November 2015, which has OData, PATCH and other URLs of pictures. The later one is spoken under ``/bcf/2.0``, too, as
Catenda does.
"""

from collections.abc import Mapping
from typing import Literal

Version = Literal["1.0", "1.0-late", "2.1", "3.0"]
"""``1.0`` is the tag, ``1.0-late`` the text of November 2015."""

VERSIONS: tuple[Version, ...] = ("2.1", "3.0")
"""Those that share their routes."""

TAG_10: Version = "1.0"
LATE_10: Version = "1.0-late"
BOTH_10: tuple[Version, ...] = (TAG_10, LATE_10)

_TEXTS = "https://github.com/buildingSMART/BCF-API/tree/"
TEXTS: Mapping[Version, str] = {
    "1.0": f"{_TEXTS}v1.0",
    "1.0-late": f"{_TEXTS}96fa794",
    "2.1": f"{_TEXTS}release_2_1",
    "3.0": f"{_TEXTS}release_3_0",
}
"""Where each can be read."""


def bases(*, late_10: bool = False) -> Mapping[str, Version]:
    """What is spoken below ``/bcf/1.0``, ``/bcf/2.0`` and so on.

    Args:
        late_10: Whether ``/bcf/1.0`` speaks the later text, as servers do that were written after it.
    """
    return {"1.0": LATE_10 if late_10 else TAG_10, "2.0": LATE_10, "2.1": "2.1", "3.0": "3.0"}
