"""Pictures as servers take them: named by what their bytes are, and small enough.

Owns: the only use of Pillow. Sees: bytes. Source: BCF-API 2.1 and 3.0: png or jpg; 3.0: 1500 pixels on the longer side.
An archive's own picture stays as it is: only what is sent is made anew.
"""

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

LONGEST = 1500
"""Pixels on the longer side of a picture that was too large."""

_MOST_PIXELS = 120_000_000
_QUALITY = 85
_PNG, _JPEG, _BMP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be sent: ``kind`` is png or jpg."""

    kind: str
    data: bytes

    @property
    def said(self) -> str:
        """What it is, for people."""
        return f"{self.kind}, {len(self.data):,} bytes"


def picture(data: bytes, kind: str) -> Picture:
    """A picture as an archive has it, under the type its bytes say; what is neither PNG nor JPEG becomes a PNG.

    Bytes no program here can read go as they are, under ``kind``.
    """
    if data.startswith(_PNG):
        return Picture("png", data)
    if data.startswith(_JPEG):
        return Picture("jpg", data)
    made = _made(data, "PNG", None) if data.startswith(_BMP) else None
    return Picture(kind, data) if made is None else Picture("png", made)


def scaled(original: Picture) -> Picture | None:
    """The picture as a JPEG of at most ``LONGEST`` pixels; None where it cannot be read, or would not be smaller."""
    made = _made(original.data, "JPEG", LONGEST)
    return Picture("jpg", made) if made is not None and len(made) < len(original.data) else None


def _made(data: bytes, form: str, longest: int | None) -> bytes | None:
    from PIL import Image as Pillow  # noqa: PLC0415 - hardly any run needs it, and it takes a while to load

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its size is looked at below
            image: Image.Image = Pillow.open(io.BytesIO(data), formats=("PNG", "JPEG", "BMP"))
        if image.width * image.height > _MOST_PIXELS:
            return None
        if longest is not None:
            image.draft("RGB", (longest, longest))
            image.thumbnail((longest, longest))
        flat = _on_white(image) if form == "JPEG" else image
        out = io.BytesIO()
        flat.save(out, form, quality=_QUALITY)
        return out.getvalue()
    except (OSError, ValueError, SyntaxError, MemoryError, Pillow.DecompressionBombError):
        return None


def _on_white(image: "Image.Image") -> "Image.Image":
    """Without transparency, which JPEG lacks."""
    from PIL import Image as Pillow  # noqa: PLC0415 - as above

    if image.mode in {"RGB", "L"}:
        return image
    shown = image.convert("RGBA")
    ground = Pillow.new("RGBA", shown.size, "white")
    ground.alpha_composite(shown)
    return ground.convert("RGB")
