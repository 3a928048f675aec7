"""Placed pictures in BCF-API 1.0: kinds as numbers, heights as integers, in both of its texts.

Owns: what the two share of a bitmap ↔ model. Sees: reading, shapes, model. Rules: BCF-API 1.0, Viewpoint.
"""

from bcfsync.bcfapi.reading import Json, JsonObject, kind
from bcfsync.bcfapi.shapes import encode_point, finite
from bcfsync.model import Bitmap

_READ = {0: "png", 1: "jpg"}  # 2 is BMP, which is never written
_WORDS = {"png": "png", "jpg": "jpg", "jpeg": "jpg"}


def picture_kind(node: JsonObject, name: str) -> str:
    """Png or jpg, by number, or by the word of later versions; BMP and whatever else counts as png and is told.

    The bytes tell the truth, and a lost picture would be worse than a mistaken one.
    """
    said = node.value(name)
    if isinstance(said, str):
        found = _WORDS.get(said.strip().lower())
    else:
        number = node.integer(name)
        found = None if number is None else _READ.get(number)
    if found is None and node.odd is not None and isinstance(said, str | int) and not isinstance(said, bool):
        node.odd.append(f"{node.what}.{name}: expected 0 (PNG) or 1 (JPG), got {kind(said)}: {said!r:.20}")
    return found or "png"


def kind_number(picture_type: str) -> int:
    """The number of png or jpg."""
    return 1 if picture_type == "jpg" else 0


def encode_placed(bitmap: Bitmap) -> Json | None:
    """Place and height, which is an integer here and so rounded; None where JSON cannot hold the numbers."""
    if not finite(bitmap.location, bitmap.normal, bitmap.up, bitmap.height):
        return None
    return {
        "location": encode_point(bitmap.location),
        "normal": encode_point(bitmap.normal),
        "up": encode_point(bitmap.up),
        "height": round(bitmap.height),
    }
