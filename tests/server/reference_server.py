"""A server in this process, a clock that ticks when it is read, and bodies to send."""

import base64
import itertools
import struct
import uuid
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx

from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore

TOKENS = {"token-a": "anna@example.com", "token-b": "ben@example.com"}


class TickingClock:
    """One second later at every look."""

    def __init__(self) -> None:
        self._seconds = itertools.count()

    def __call__(self) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=next(self._seconds))


def png(width: int = 2, height: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def vector(x: float = 0.0, y: float = 0.0, z: float = 1.0) -> dict[str, float]:
    return {"x": x, "y": y, "z": z}


def camera(**other: object) -> dict[str, object]:
    vectors = {name: vector() for name in ("camera_view_point", "camera_direction", "camera_up_vector")}
    return {**vectors, "field_of_view": 60.0, "aspect_ratio": 1.5, **other}


def full_viewpoint() -> dict[str, object]:
    """A POST body that both versions take, with every part there is."""
    wall = {"ifc_guid": "2MF28NhmDBiRVyFakgdbCT"}
    return {
        "index": 3,
        "perspective_camera": camera(),
        "lines": [{"start_point": vector(), "end_point": vector(1.0)}],
        "clipping_planes": [{"location": vector(), "direction": vector()}],
        "snapshot": {"snapshot_type": "png", "snapshot_data": base64.b64encode(png()).decode()},
        "bitmaps": [
            {
                "bitmap_type": "jpg",
                "bitmap_data": base64.b64encode(b"\xff\xd8\xff\xe0rest").decode(),
                "location": vector(),
                "normal": vector(),
                "up": vector(),
                "height": 1666,
            }
        ],
        "components": {
            "selection": [wall],
            "coloring": [{"color": "#FF0000", "components": [wall]}],
            "visibility": {"default_visibility": True, "exceptions": [wall]},
        },
    }


def fresh() -> str:
    return str(uuid.uuid4())


def serve(store: ServerStore, *faults: str) -> Iterator[httpx.Client]:
    app = create_app(store, tokens=TOKENS, mischief=chosen(faults=faults))
    app.testing = True  # a defect is a traceback here, not a 500
    with httpx.Client(
        transport=httpx.WSGITransport(app), base_url="http://server", headers={"Authorization": "Bearer token-a"}
    ) as client:
        yield client
