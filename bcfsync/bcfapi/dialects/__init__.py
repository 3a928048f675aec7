"""How servers differ from the book: what is known of each, as data, and the few lines that data cannot say.

``words`` has the record, ``known`` one for every product we know of, ``recognising`` tells by what a server shows which
of them it is, ``speaking`` makes a codec of the book speak a dialect.
"""

from bcfsync.bcfapi.dialects.known import GENERIC, KNOWN
from bcfsync.bcfapi.dialects.speaking import spoken
from bcfsync.bcfapi.dialects.words import Dialect

__all__ = ["GENERIC", "KNOWN", "Dialect", "spoken"]
