"""The versions of the API that this server speaks.

Owns: their names. Sees: nothing. Governed by: BCF-API 2.1 and 3.0.
"""

from typing import Literal

Version = Literal["2.1", "3.0"]

VERSIONS: tuple[Version, ...] = ("2.1", "3.0")
