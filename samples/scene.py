"""A very small renderer: boxes and pipes in metres, seen through a viewpoint's own camera, drawn with Pillow.

Owns: geometry → picture. Faces are cut into tiles and painted from far to near.
"""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from parts import Camera, Vector, cross, dot, minus, unit
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Pixel = tuple[float, float]

WIDTH, HEIGHT = 640, 400
TILE = 0.5  # metres
ZOOM = 3  # drawn larger, then scaled down: smooth edges
BACKGROUND: Colour = (232, 238, 243)
INK: Colour = (45, 52, 60)
RED: Colour = (214, 40, 40)
LIGHT = unit((-0.45, -0.8, 1.3))


@dataclass(frozen=True, slots=True)
class Face:
    """A flat convex polygon, its corners counter-clockwise as seen from outside."""

    corners: tuple[Vector, ...]
    colour: Colour
    opacity: int = 255
    edges: bool = True


@dataclass(frozen=True, slots=True)
class _Tile:
    """A piece of a face; ``rims`` are the sides it shares with the face's own outline."""

    corners: tuple[Vector, ...]
    face: Face
    rims: tuple[tuple[Vector, Vector], ...]


def box(low: Vector, high: Vector, colour: Colour, opacity: int = 255) -> list[Face]:
    """An upright box between two corners."""
    (a, b, c), (d, e, f) = low, high
    return prism(((a, b), (d, b), (d, e), (a, e)), (c, f), colour, opacity)


def prism(outline: Sequence[Pixel], heights: Pixel, colour: Colour, opacity: int = 255) -> list[Face]:
    """An upright prism over an outline that runs counter-clockwise as seen from above."""
    low, high = heights
    count = len(outline)
    bottom = tuple((x, y, low) for x, y in reversed(outline))
    top = tuple((x, y, high) for x, y in outline)
    faces = [Face(bottom, colour, opacity), Face(top, colour, opacity)]
    for at in range(count):
        (x, y), (u, v) = outline[at], outline[(at + 1) % count]
        faces.append(Face(((x, y, low), (u, v, low), (u, v, high), (x, y, high)), colour, opacity))
    return faces


def pipe(start: Vector, end: Vector, radius: float, colour: Colour, opacity: int = 255) -> list[Face]:
    """A round pipe with closed ends."""
    axis = unit(minus(end, start))
    side = unit(cross(axis, (0.0, 0.0, 1.0) if abs(axis[2]) < 0.9 else (1.0, 0.0, 0.0)))
    other = cross(axis, side)
    rings: list[list[Vector]] = [[], []]
    for step in range(20):
        turn = step * math.tau / 20
        around = tuple(radius * (math.cos(turn) * s + math.sin(turn) * o) for s, o in zip(side, other, strict=True))
        for ring, (x, y, z) in zip(rings, (start, end), strict=True):
            ring.append((x + around[0], y + around[1], z + around[2]))
    near, far = rings
    faces = [Face(tuple(reversed(near)), colour, opacity), Face(tuple(far), colour, opacity)]
    for at in range(20):
        to = (at + 1) % 20
        faces.append(Face((near[at], near[to], far[to], far[at]), colour, opacity, edges=False))
    return faces


class Painter:
    """One picture in the making. Solids first, marks and labels after them."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.right = unit(cross(camera.direction, camera.up))
        self.image = Image.new("RGB", (WIDTH * ZOOM, HEIGHT * ZOOM), BACKGROUND)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def solids(self, faces: Iterable[Face]) -> None:
        """Paint faces from far to near; those seen from behind are left out."""
        tiles = [tile for face in faces if self._faces_us(face) for tile in _tiles(face)]
        tiles.sort(key=lambda tile: -self._depth(_centre(tile.corners)))
        for tile in tiles:
            self._fill(tile)

    def marks(self, faces: Iterable[Face]) -> None:
        """Paint faces over everything, as if they shone through."""
        for face in sorted(faces, key=lambda face: -self._depth(_centre(face.corners))):
            if self._faces_us(face):
                self._fill(_whole(face), shade=False)

    def line(self, points: Sequence[Vector], colour: Colour = RED, width: int = 3, *, dashed: bool = False) -> None:
        """Draw a polyline over everything."""
        places = [self.pixel(point) for point in points]
        for (x, y), (u, v) in pairwise(places):
            steps = max(1, int(math.hypot(u - x, v - y) / (9 * ZOOM))) if dashed else 1
            for step in range(steps):
                a, b = step / steps, (step + (0.55 if dashed else 1)) / steps
                ends = ((x + (u - x) * a, y + (v - y) * a), (x + (u - x) * b, y + (v - y) * b))
                self.draw.line(ends, fill=colour, width=width * ZOOM)

    def arrow(self, start: Vector, end: Vector, colour: Colour = RED, width: int = 4) -> None:
        """Draw an arrow over everything."""
        (x, y), (u, v) = self.pixel(start), self.pixel(end)
        turn = math.atan2(v - y, u - x)
        size = 14 * ZOOM
        back = (u - 0.8 * size * math.cos(turn), v - 0.8 * size * math.sin(turn))
        wings = [(u - size * math.cos(turn + by), v - size * math.sin(turn + by)) for by in (0.45, -0.45)]
        self.draw.line(((x, y), back), fill=colour, width=width * ZOOM)
        self.draw.polygon([(u, v), *wings], fill=colour)

    def label(self, text: str, at: Vector, shift: tuple[int, int], colour: Colour = RED) -> None:
        """Write a text into a box beside a point, ``shift`` pixels away, with a line that leads to the point."""
        x, y = self.pixel(at)
        font = ImageFont.load_default(15 * ZOOM)
        u, v = x + shift[0] * ZOOM, y + shift[1] * ZOOM
        left, top, right, bottom = self.draw.multiline_textbbox((u, v), text, font=font, anchor="mm", align="center")
        pad = 7 * ZOOM
        self.draw.line(((x, y), (u, v)), fill=colour, width=2 * ZOOM)
        dot_size = 4 * ZOOM
        self.draw.ellipse((x - dot_size, y - dot_size, x + dot_size, y + dot_size), fill=colour)
        frame = (left - pad, top - pad, right + pad, bottom + pad)
        self.draw.rounded_rectangle(frame, radius=6 * ZOOM, fill=(255, 255, 255), outline=colour, width=2 * ZOOM)
        self.draw.multiline_text((u, v), text, fill=INK, font=font, anchor="mm", align="center")

    def png(self, caption: str) -> bytes:
        """The finished picture with a caption, as a PNG of few colours."""
        small = self._finished(caption).quantize(80, dither=Image.Dither.NONE)
        return encoded(small, "PNG")

    def jpg(self, caption: str) -> bytes:
        """The finished picture with a caption, as a JPEG."""
        return encoded(self._finished(caption), "JPEG")

    def pixel(self, point: Vector) -> Pixel:
        """Where a point of the model is in the picture."""
        way = minus(point, self.camera.eye)
        across, upward = dot(way, self.right), dot(way, self.camera.up)
        if self.camera.angle is None:
            size = HEIGHT * ZOOM / (self.camera.scale or 1.0)
        else:
            half = math.tan(math.radians(self.camera.angle) / 2)
            size = HEIGHT * ZOOM / 2 / half / max(dot(way, self.camera.direction), 0.05)
        return (WIDTH * ZOOM / 2 + across * size, HEIGHT * ZOOM / 2 - upward * size)

    def _finished(self, caption: str) -> Image.Image:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        draw = ImageDraw.Draw(small)
        draw.rectangle((0, HEIGHT - 26, WIDTH, HEIGHT), fill=(56, 66, 78))
        font = ImageFont.load_default(14)
        draw.text((10, HEIGHT - 13), f"Harbour School, block B  -  {caption}", (255, 255, 255), font, anchor="lm")
        return small

    def _depth(self, point: Vector) -> float:
        way = minus(point, self.camera.eye)
        return dot(way, self.camera.direction) if self.camera.angle is None else math.sqrt(dot(way, way))

    def _faces_us(self, face: Face) -> bool:
        sight = self.camera.direction if self.camera.angle is None else minus(face.corners[0], self.camera.eye)
        return dot(_normal(face), sight) < 0

    def _fill(self, tile: _Tile, *, shade: bool = True) -> None:
        face = tile.face
        bright = 0.74 + 0.3 * max(0.0, dot(_normal(face), LIGHT)) if shade else 1.0
        r, g, b = (min(255, round(part * bright)) for part in face.colour)
        self.draw.polygon([self.pixel(corner) for corner in tile.corners], fill=(r, g, b, face.opacity))
        rim = (round(r * 0.62), round(g * 0.62), round(b * 0.62), 255 if face.opacity == 255 else 150)
        for start, end in tile.rims:
            self.draw.line((self.pixel(start), self.pixel(end)), fill=rim, width=ZOOM)


def encoded(image: Image.Image, form: str) -> bytes:
    """The bytes of an image file."""
    stream = io.BytesIO()
    image.save(stream, form, optimize=True, quality=82)
    return stream.getvalue()


def _centre(corners: Sequence[Vector]) -> Vector:
    count = len(corners)
    x, y, z = (sum(axis) / count for axis in zip(*corners, strict=True))
    return (x, y, z)


def _normal(face: Face) -> Vector:
    first, second, third = face.corners[:3]
    return unit(cross(minus(second, first), minus(third, second)))


def _whole(face: Face) -> _Tile:
    rims = zip(face.corners, (*face.corners[1:], face.corners[0]), strict=True)
    return _Tile(face.corners, face, tuple(rims) if face.edges else ())


def _tiles(face: Face) -> list[_Tile]:
    """A four-cornered opaque face in pieces, so that sorting by distance gets overlaps right."""
    if len(face.corners) != 4 or face.opacity < 255:
        return [_whole(face)]
    a, b, c, d = face.corners
    across, along = (max(1, math.ceil(length / TILE)) for length in (math.dist(a, b), math.dist(b, c)))

    def at(i: int, j: int) -> Vector:
        s, t = i / across, j / along
        x, y, z = ((p + (q - p) * s) * (1 - t) + (u + (v - u) * s) * t for p, q, u, v in zip(a, b, d, c, strict=True))
        return (x, y, z)

    pieces = []
    for i in range(across):
        for j in range(along):
            corners = (at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1))
            rim = (j == 0, i == across - 1, j == along - 1, i == 0)
            sides = zip(corners, (*corners[1:], corners[0]), rim, strict=True)
            rims = tuple((start, end) for start, end, outer in sides if outer and face.edges)
            pieces.append(_Tile(corners, face, rims))
    return pieces
