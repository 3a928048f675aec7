"""What is different between two archives, for people and programs, without the noise that saving makes.

Owns: the comparison. Sees: model, canonical, guids, dates; no files: what bytes are the same is told by content keys.
Rules: docs/diff.md.
"""

from bcfsync.diff.compare import diff
from bcfsync.diff.rules import DEGREES, IGNORABLE, METRES, Rules
from bcfsync.diff.values import (
    CameraChange,
    Changed,
    ColorChange,
    ComponentsChange,
    Difference,
    FieldChange,
    ListChange,
    Parts,
    Swap,
    TopicChange,
    ViewpointChange,
)

__all__ = [
    "DEGREES",
    "IGNORABLE",
    "METRES",
    "CameraChange",
    "Changed",
    "ColorChange",
    "ComponentsChange",
    "Difference",
    "FieldChange",
    "ListChange",
    "Parts",
    "Rules",
    "Swap",
    "TopicChange",
    "ViewpointChange",
    "diff",
]
