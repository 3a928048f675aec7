"""A codec of the book that speaks a dialect: bodies as the server takes them, answers as the book has them.

Owns: JSON of a dialect ↔ JSON of the book. Sees: words, codec. Adds nothing to the model.
"""

from bcfsync.bcfapi.codec import Codec
from bcfsync.bcfapi.dialects.words import Dialect


def spoken(codec: Codec, dialect: Dialect) -> Codec:  # noqa: ARG001 - the book needs no change
    """The codec as it speaks with a server of this dialect."""
    return codec
