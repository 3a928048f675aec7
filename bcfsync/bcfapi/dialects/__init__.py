"""How servers differ from the book: what is known of each, as data, and the few lines that data cannot say.

``words`` has the record, ``known`` one for every product we know of, ``recognising`` tells by what a server shows which
of them it is, ``learning`` refines a record by what the server itself taught, ``speaking`` makes a codec of the book
speak a dialect (``spelling`` has its names, ``leaving`` what stays out of bodies).
"""

from bcfsync.bcfapi.dialects.known import GENERIC, KNOWN
from bcfsync.bcfapi.dialects.learning import refined
from bcfsync.bcfapi.dialects.speaking import spoken
from bcfsync.bcfapi.dialects.words import Dialect

__all__ = ["GENERIC", "KNOWN", "Dialect", "refined", "spoken"]
