"""The pictures of the story: one scene per issue, each drawn through the camera of the viewpoint it belongs to.

Owns: what the building looks like around each issue. Sees: scene.
"""

import math

from parts import Camera, Vector
from scene import BACKGROUND, RED, Colour, Face, Painter, box, pipe, prism

CONCRETE: Colour = (196, 196, 190)
WALL: Colour = (236, 229, 214)
FLOOR: Colour = (212, 205, 192)
STEEL: Colour = (96, 120, 150)
DUCT: Colour = (150, 196, 214)
GLASS: Colour = (150, 200, 226)
WOOD: Colour = (186, 132, 84)
GRASS: Colour = (176, 204, 152)
ORANGE: Colour = (240, 140, 40)
BLUE: Colour = (60, 130, 210)
GREEN: Colour = (40, 140, 80)
ROOF: Colour = (150, 88, 74)


def duct_and_beam(camera: Camera) -> Painter:
    """A round duct runs through a steel beam over the corridor."""
    painter = Painter(camera)
    painter.solids(
        [
            *box((0, 0, -0.25), (8, 4, 0), FLOOR),
            *box((0, 3.8, 0), (8, 4, 3.4), WALL),
            *box((0.6, 1.6, 0), (1.0, 2.0, 2.7), CONCRETE),
            *box((7.0, 1.6, 0), (7.4, 2.0, 2.7), CONCRETE),
            *box((0.2, 1.7, 2.7), (7.8, 1.9, 2.78), STEEL),
            *box((0.2, 1.77, 2.78), (7.8, 1.83, 3.12), STEEL),
            *box((0.2, 1.7, 3.12), (7.8, 1.9, 3.2), STEEL),
            *pipe((4, -0.6, 2.95), (4, 1.7, 2.95), 0.3, DUCT),
            *pipe((4, 1.9, 2.95), (4, 3.8, 2.95), 0.3, DUCT),
        ]
    )
    painter.marks(box((3.76, 1.66, 2.7), (4.24, 1.94, 3.2), RED, 200))
    painter.label("Duct D600 runs through\nbeam B-12: overlap 250 mm", (4, 1.7, 2.95), (150, 105))
    painter.label("Beam B-12", (1.6, 1.7, 2.95), (-40, -52), STEEL)
    return painter


def missing_opening(camera: Camera) -> Painter:
    """A pipe goes through a fire wall that has no opening for it."""
    painter = Painter(camera)
    painter.solids(
        [
            *box((0, -2.2, -0.2), (7, 2.2, 0), FLOOR),
            *box((0, 0, 0), (1.0, 0.25, 3), WALL),
            *box((2.0, 0, 0), (7, 0.25, 3), WALL),
            *box((1.0, 0, 2.1), (2.0, 0.25, 3), WALL),
            *box((1.05, 0.05, 0), (1.95, 0.12, 2.05), WOOD),
            *pipe((4.6, -2.1, 2.2), (4.6, 0, 2.2), 0.16, (90, 150, 110)),
            *pipe((4.6, 0.25, 2.2), (4.6, 2.1, 2.2), 0.16, (90, 150, 110)),
        ]
    )
    frame: list[Vector] = [(4.2, 0, 1.8), (5.0, 0, 1.8), (5.0, 0, 2.6), (4.2, 0, 2.6), (4.2, 0, 1.8)]
    painter.marks([Face(tuple(frame[:4]), RED, 90, edges=False)])
    painter.line(frame, dashed=True)
    painter.label("No opening in wall W-07\nwanted: 400 x 400 mm", (4.2, 0, 1.8), (-75, 75))
    painter.label("Pipe DN 150", (4.6, -1.6, 2.36), (70, -50), GREEN)
    return painter


def person(x: float, y: float, z: float) -> list[Face]:
    """A plain figure, 1.78 m tall."""
    coat: Colour = (70, 84, 110)
    skin: Colour = (224, 178, 140)
    return [
        *box((x - 0.12, y - 0.17, z), (x + 0.12, y + 0.17, z + 0.85), (60, 62, 70)),
        *box((x - 0.16, y - 0.24, z + 0.85), (x + 0.16, y + 0.24, z + 1.48), coat),
        *box((x - 0.11, y - 0.11, z + 1.5), (x + 0.11, y + 0.11, z + 1.78), skin),
    ]


def low_headroom(camera: Camera) -> Painter:
    """The slab above the stair leaves 1.85 m of headroom."""
    painter = Painter(camera)
    steps = [
        face
        for at in range(12)
        for face in box((1.2 + 0.29 * at, 0.6, 0.17 * at), (1.49 + 0.29 * at, 2.0, 0.17 * (at + 1)), CONCRETE)
    ]
    painter.solids(
        [
            *box((-0.6, 0, -0.2), (6.4, 2.6, 0), FLOOR),
            *box((-0.6, 2.4, 0), (6.4, 2.6, 4.2), WALL),
            *steps,
            *box((4.68, 0.6, 1.84), (6.4, 2.4, 2.04), CONCRETE),
            *person(0.4, 1.3, 0),
        ]
    )
    painter.solids(box((-0.6, 0.4, 2.87), (3.0, 2.4, 3.15), (206, 206, 200)))
    painter.marks(box((2.2, 0.6, 2.8), (3.0, 2.0, 2.87), RED, 200))
    painter.arrow((2.8, 0.55, 1.9), (2.8, 0.55, 2.87))
    painter.arrow((2.8, 0.55, 1.9), (2.8, 0.55, 1.02))
    painter.label("Headroom 1.85 m\nrequired: 2.10 m", (2.8, 0.55, 1.9), (115, 78))
    painter.label("Slab L1", (0.8, 0.4, 3.0), (-60, -48), (110, 110, 105))
    return painter


def pillar_in_window(camera: Camera) -> Painter:
    """A round pillar stands in the middle of a classroom window."""
    painter = Painter(camera)
    painter.solids([*box((-0.5, -2.4, -0.2), (10.5, 0.3, 0), GRASS), *box((0, 0, 0), (10, 0.3, 3.6), WALL)])
    for left in (0.8, 3.9, 7.0):
        painter.solids(box((left, -0.04, 1.0), (left + 2.2, 0, 2.7), (250, 250, 248)))
        painter.solids(box((left + 0.1, -0.07, 1.1), (left + 1.05, -0.04, 2.6), GLASS))
        painter.solids(box((left + 1.15, -0.07, 1.1), (left + 2.1, -0.04, 2.6), GLASS))
    pillars = [face for x in (0.25, 9.75) for face in pipe((x, -0.9, 0), (x, -0.9, 3.6), 0.2, CONCRETE)]
    painter.solids([*pillars, *pipe((5.0, -0.9, 0), (5.0, -0.9, 3.6), 0.2, RED)])
    painter.solids(box((-0.3, -1.3, 3.6), (10.3, 0.6, 3.85), (206, 206, 200)))
    painter.label("Pillar C-05 stands\nin front of window F-11", (5.0, -1.1, 1.4), (-150, 92))
    return painter


def fire_door(camera: Camera) -> Painter:
    """The escape door of the stair opens against the way out."""
    painter = Painter(camera)
    painter.solids(
        [
            *box((0, -3, -0.2), (6, 2.4, 0), FLOOR),
            *box((0, 0, 0), (2.4, 0.25, 2.9), WALL),
            *box((3.6, 0, 0), (6, 0.25, 2.9), WALL),
            *box((2.4, 0, 2.15), (3.6, 0.25, 2.9), WALL),
        ]
    )
    frame: Colour = (90, 90, 95)
    for low, high in (((2.34, 0), (2.42, 2.2)), ((3.58, 0), (3.66, 2.2)), ((2.34, 2.12), (3.66, 2.2))):
        painter.solids(box((low[0], -0.03, low[1]), (high[0], 0.02, high[1]), frame))
    painter.arrow((3.9, -2.7, 0.02), (3.2, 1.7, 0.02), GREEN, 6)
    turn = math.radians(66)
    x, y, u, v = 2.42, -0.03, 2.42 + 1.12 * math.cos(turn), -0.03 - 1.12 * math.sin(turn)
    painter.solids(prism(((x, y - 0.06), (u, v), (u + 0.05, v + 0.03), (x + 0.06, y)), (0.02, 2.1), ORANGE))
    arc: list[Vector] = [
        (2.42 + 1.15 * math.cos(math.radians(a)), -0.03 - 1.15 * math.sin(math.radians(a)), 0.01)
        for a in range(0, 67, 6)
    ]
    painter.line(arc, ORANGE, 3, dashed=True)
    painter.label("way out", (3.75, -1.75, 0.02), (95, 0), GREEN)
    painter.label("Fire door T-03 (EI 30)\nmust open outwards", (u, v, 1.3), (-150, -20), ORANGE)
    return painter


def sloped_terrace(camera: Camera) -> Painter:
    """The terrace slab slopes towards the door instead of away from it."""
    painter = Painter(camera)
    high, low = 0.42, 0.12
    slab = [
        Face(((0, -4, high), (7, -4, high), (7, 0, low), (0, 0, low)), CONCRETE),
        Face(((0, -4, -0.1), (7, -4, -0.1), (7, -4, high), (0, -4, high)), CONCRETE),
        Face(((7, -4, -0.1), (7, 0, -0.1), (7, 0, low), (7, -4, high)), CONCRETE),
        Face(((0, 0, -0.1), (0, -4, -0.1), (0, -4, high), (0, 0, low)), CONCRETE),
    ]
    painter.solids(
        [
            *box((-0.8, -5, -0.3), (7.8, 0.3, -0.1), GRASS),
            *box((0, 0, -0.1), (2.6, 0.3, 3), WALL),
            *box((4.4, 0, -0.1), (7, 0.3, 3), WALL),
            *box((2.6, 0, 2.3), (4.4, 0.3, 3), WALL),
            *box((2.6, 0.02, -0.1), (3.48, 0.1, 2.3), GLASS),
            *box((3.52, 0.02, -0.1), (4.4, 0.1, 2.3), GLASS),
        ]
    )
    painter.solids(slab)
    puddle: list[Vector] = [
        (1.2, -0.05, low),
        (2.0, -0.75, 0.18),
        (3.6, -0.95, 0.19),
        (5.2, -0.7, 0.17),
        (5.9, -0.05, low),
    ]
    painter.marks([Face(tuple(puddle), BLUE, 150, edges=False)])
    for x in (1.4, 3.5, 5.6):
        painter.arrow((x, -3.6, 0.4), (x, -1.3, 0.22))
    painter.label("Slope runs TOWARDS the door", (3.5, -2.4, 0.3), (30, 92))
    painter.label("water collects here", (2.0, -0.4, 0.15), (-115, -38), BLUE)
    return painter


def roof_drains(camera: Camera) -> Painter:
    """The architect draws three drains on the roof, the pipes come up at two."""
    painter = Painter(camera)
    painter.solids(box((0, 0, -0.6), (12, 6, 0), (170, 174, 178)))
    painter.solids([*box((0, 5.7, 0), (12, 6, 0.5), WALL), *box((0, 0.3, 0), (0.3, 5.7, 0.5), WALL)])
    painter.solids(box((8.0, 3.4, 0), (10.2, 5.0, 1.1), DUCT))
    for x in (2.2, 6.0):
        painter.solids(pipe((x, 2.4, 0), (x, 2.4, 0.1), 0.3, (60, 66, 74)))
    ring: list[Vector] = [
        (9.8 + 0.55 * math.cos(math.radians(a)), 1.7 + 0.55 * math.sin(math.radians(a)), 0.02)
        for a in range(0, 361, 10)
    ]
    painter.marks([Face(tuple(ring[:-1]), RED, 80, edges=False)])
    painter.line(ring, dashed=True)
    painter.solids([*box((0, 0, 0), (12, 0.3, 0.5), WALL), *box((11.7, 0.3, 0), (12, 5.7, 0.5), WALL)])
    painter.label("Drain 3 is missing\nin the MEP model", (9.8, 1.7, 0.02), (75, 82))
    painter.label("Drain 1", (2.2, 2.4, 0.1), (-40, 62), (70, 76, 84))
    painter.label("Drain 2", (6.0, 2.4, 0.1), (-40, 62), (70, 76, 84))
    return painter


def south_wall(camera: Camera) -> Painter:
    """The south wall alone, everything else hidden."""
    painter = Painter(camera)
    painter.solids(box((0, 0, 0), (18, 0.35, 6.4), (206, 140, 112)))
    for storey in (0.9, 4.2):
        for left in (1.0, 3.6, 11.6, 14.2):
            painter.solids(box((left, -0.02, storey), (left + 1.8, 0, storey + 1.5), BACKGROUND))
    painter.solids(box((8.0, -0.02, 0), (10.0, 0, 2.4), BACKGROUND))
    painter.solids(box((8.0, -0.02, 4.2), (10.0, 0, 5.7), BACKGROUND))
    painter.label("Which brick for this wall?", (13.0, 0, 3.4), (60, 128))
    return painter


def building(camera: Camera, at: Vector, shift: tuple[int, int], text: str) -> Painter:
    """The whole of block B from outside, with one place marked."""
    painter = Painter(camera)
    painter.solids(box((-3, -5, -0.3), (21, 11, 0), GRASS))
    painter.solids(box((7.5, -5, 0), (10.5, 0, 0.04), FLOOR))
    for storey in (0.0, 3.3):
        painter.solids(box((0, 0, storey), (18, 8, storey + 3.2), WALL))
        painter.solids(box((-0.1, -0.1, storey + 3.2), (18.1, 8.1, storey + 3.3), CONCRETE))
    openings = []
    for storey in (0.9, 4.2):
        for left in (1.0, 3.6, 11.6, 14.2):
            openings += box((left, -0.06, storey), (left + 1.8, 0, storey + 1.5), GLASS)
        for left in (1.0, 4.6):
            openings += box((18, left, storey), (18.06, left + 2.2, storey + 1.5), GLASS)
    openings += box((8.0, -0.06, 4.2), (10.0, 0, 5.7), GLASS)
    openings += box((8.0, -0.06, 0.04), (10.0, 0, 2.4), WOOD)
    painter.solids(openings)
    painter.solids(
        [
            Face(((-0.5, -0.6, 6.5), (18.5, -0.6, 6.5), (18.5, 4, 8.8), (-0.5, 4, 8.8)), ROOF),
            Face(((18.5, 8.6, 6.5), (-0.5, 8.6, 6.5), (-0.5, 4, 8.8), (18.5, 4, 8.8)), ROOF),
            Face(((18, 0, 6.5), (18, 8, 6.5), (18, 4, 8.6)), WALL),
        ]
    )
    painter.label(text, at, shift)
    return painter
