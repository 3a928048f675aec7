"""The server misbehaving on purpose: faults of the wire and habits of servers of the field, each one switch.

Owns: the catalogue of switches, the dialects made of them, and the layer they form around the application.
Sees: everything of the server; nothing of the server sees a switch, but for what ``Habits`` holds.
Governed by: what servers were seen doing where BCF-API 1.0, 2.1 and 3.0 say otherwise or nothing.

A switch (``switches``) is a function made of its setting: it gets a request and whom it may pass it on to, and gives an
answer. They lie around the application as skins (``layer``), in the order of the ``catalogue``.
"""

from bcfsync.server.mischief.choosing import chosen
from bcfsync.server.mischief.layer import Mischief
from bcfsync.server.mischief.switches import BadMischief
from bcfsync.server.mischief.table import markdown, table, text

__all__ = ["BadMischief", "Mischief", "chosen", "markdown", "table", "text"]
