"""Pictures by their first bytes: no imaging library, no decoding.

Owns: the size of a PNG or JPEG, and what is wrong with a snapshot. Sees: findings.
Rules: BCF-XML 3.0 asks for snapshots of at most 1500 pixels on the longest side.
"""

from collections.abc import Iterator
from struct import unpack

from bcfsync import findings as f
from bcfsync.findings import Finding

LONGEST_SIDE = 1500


def snapshot_checks(entry: str, head: bytes) -> Iterator[Finding]:
    """Findings about a snapshot, by the beginning of its bytes (64 KiB are enough)."""
    if not head:
        yield Finding(f.IMAGE_TYPE, entry, "it has no bytes at all")
    size = image_size(head)
    if size and max(size) > LONGEST_SIDE:
        yield Finding(f.IMAGE_SIZE, entry, f"{size[0]} by {size[1]} pixels")


def image_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG or JPEG by its first bytes; None where they do not tell."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = unpack(">II", head[16:24])
        return width, height
    return _jpeg_size(head) if head.startswith(b"\xff\xd8") else None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:  # a fill byte before the marker
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + int(unpack(">H", head[at + 2 : at + 4])[0])
    return None
