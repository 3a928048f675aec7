"""What the bytes of a snapshot or bitmap say about themselves.

Owns: recognising PNG and JPEG and reading their size. Sees: bytes only.
Governed by: BCF-API 3.0, Viewpoints (snapshots and bitmaps are png or jpg; cameras carry an aspect ratio).
"""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def content_type(data: bytes) -> str:
    """The media type by magic bytes; what is neither PNG nor JPEG goes out as plain bytes."""
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(_JPEG):
        return "image/jpeg"
    return "application/octet-stream"


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
