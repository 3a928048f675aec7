"""A turn: a folder and a server brought together, both ways."""

from bcfsync.turn.events import Absent, Braked, InSync, Missing, Pass, StaleSave, TurnEvent, Unreadable, Unsettled
from bcfsync.turn.partner import Partner, Way
from bcfsync.turn.turning import imagined, rehearse, turn

__all__ = [
    "Absent",
    "Braked",
    "InSync",
    "Missing",
    "Partner",
    "Pass",
    "StaleSave",
    "TurnEvent",
    "Unreadable",
    "Unsettled",
    "Way",
    "imagined",
    "rehearse",
    "turn",
]
