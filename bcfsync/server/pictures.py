"""What the bytes of a snapshot or bitmap say about themselves.

Owns: recognising PNG, JPEG and BMP and reading the size of the first two. Sees: bytes only.
Governed by: BCF-API 3.0, Viewpoints (snapshots and bitmaps are png or jpg; cameras carry an aspect ratio); BCF-API 1.0
(bitmaps may be bmp).
"""

from collections.abc import Mapping

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_BMP = b"BM"
_MEDIA_TYPES: Mapping[str | None, str] = {"png": "image/png", "jpg": "image/jpeg", "bmp": "image/bmp"}
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def kind(data: bytes) -> str | None:
    """``png``, ``jpg`` or ``bmp`` by the first 16 bytes, or None."""
    if data.startswith(_PNG):
        return "png"
    if data.startswith(_JPEG):
        return "jpg"
    # two letters are little to go by, so the four zeros after the size must be there, too
    return "bmp" if data.startswith(_BMP) and data[6:10] == bytes(4) else None


def content_type(data: bytes) -> str:
    """The media type by magic bytes; what is no picture known here goes out as plain bytes."""
    return _MEDIA_TYPES.get(kind(data), "application/octet-stream")


def aspect_ratio(data: bytes) -> float | None:
    """Width divided by height, or None when the bytes do not tell."""
    width, height = 0, 0
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    elif data.startswith(_JPEG):
        width, height = _jpeg_size(data)
    return width / height if width and height else None


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _JPEG_FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0, 0
