"""The version bridge: what a file version demands and a model lacks, and what it cannot hold and a model has.

Owns: fitting and converting models. Sees: model, and bcfxml for the forms of 2.0. Rules: docs/conversion.md.
"""

from bcfsync.versions.apis import file_version
from bcfsync.versions.converting import Converted, converted
from bcfsync.versions.fitting import NO_AUTHOR, NO_STATUS, NO_TITLE, NO_TYPE, UNKNOWN, WRITABLE, fitted
from bcfsync.versions.flat import flattened
from bcfsync.versions.losses import Loss
from bcfsync.versions.remarks import Remark

__all__ = [
    "NO_AUTHOR",
    "NO_STATUS",
    "NO_TITLE",
    "NO_TYPE",
    "UNKNOWN",
    "WRITABLE",
    "Converted",
    "Loss",
    "Remark",
    "converted",
    "file_version",
    "fitted",
    "flattened",
]
