"""Every switch there is, from the wire inwards: a request meets them in this order, its answer in the other.

Owns: ``CATALOGUE``, the documented table. Sees: its parts. Governed by: what servers of the field were seen doing.
"""

from bcfsync.server.mischief.catalogue.shown import LISTS, REPLIES, SHOWN
from bcfsync.server.mischief.catalogue.wire import ADDRESSES, WIRE
from bcfsync.server.mischief.catalogue.written import WRITTEN
from bcfsync.server.mischief.switches import Switch

CATALOGUE: tuple[Switch, ...] = (*WIRE, *ADDRESSES, *REPLIES, *SHOWN, *LISTS, *WRITTEN)
"""All of them; the outermost first."""

BY_NAME = {switch.name: switch for switch in CATALOGUE}
