"""Pictures that no model renders: a photograph from the site and a sketch on a floor plan.

Owns: what the site manager sends. Sees: Pillow.
"""

import math
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scene import INK, RED, encoded

CHALK = (250, 220, 70)


def honeycombed_wall() -> bytes:
    """A JPEG of board-marked concrete with a nest of gravel at the foot, ringed in yellow chalk."""
    chance = random.Random(12)  # noqa: S311 - the grain of a picture, the same every time
    picture = Image.new("RGB", (640, 420), (150, 150, 146))
    draw = ImageDraw.Draw(picture)
    for at in range(7):
        grey = 148 + chance.randint(-9, 9)
        draw.rectangle((0, 60 * at, 640, 60 * at + 58), fill=(grey, grey, grey - 5))
        draw.line((0, 60 * at + 59, 640, 60 * at + 59), fill=(110, 110, 106), width=2)
    for hole in (120, 520):
        draw.ellipse((hole - 9, 96, hole + 9, 114), fill=(70, 70, 68), outline=(120, 120, 116), width=3)
    draw.rectangle((0, 372, 640, 420), fill=(120, 104, 84))
    for _ in range(420):
        turn, far = chance.uniform(0, math.tau), math.sqrt(chance.random())
        x, y, size = 330 + 118 * far * math.cos(turn), 312 + 52 * far * math.sin(turn), chance.uniform(3, 9)
        grey = chance.choice((62, 74, 96, 128, 168))
        draw.ellipse((x - size, y - size, x + size, y + size * 0.8), fill=(grey, grey - 4, grey - 10))
    picture = _grained(picture.filter(ImageFilter.GaussianBlur(0.7)), chance)
    draw = ImageDraw.Draw(picture)
    ring = [(330 + 160 * math.cos(a / 20), 308 + 84 * math.sin(a / 20 + 0.1)) for a in range(128)]
    draw.line(ring, fill=CHALK, width=5, joint="curve")
    draw.text((500, 214), "W-12\n12 March", fill=CHALK, font=ImageFont.load_default(26))
    return encoded(picture, "JPEG")


def plan_sketch() -> Image.Image:
    """A floor plan with two rooms, a corridor, door swings, and a red cloud around a fire door."""
    picture = Image.new("RGB", (960, 720), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(30)
    for x, y, u, v in ((60, 60, 900, 76), (60, 644, 900, 660), (60, 60, 76, 660), (884, 60, 900, 660)):
        draw.rectangle((x, y, u, v), fill=INK)
    for x, y, u, v in ((76, 380, 200, 392), (290, 380, 640, 392), (730, 380, 884, 392), (460, 76, 472, 380)):
        draw.rectangle((x, y, u, v), fill=INK)
    for hinge, leaf_end, angle in ((200, 296, 270), (640, 476, 0)):
        draw.arc((hinge - 90, 296, hinge + 90, 476), angle, angle + 90, fill=INK, width=3)
        draw.line((hinge, 386, hinge, leaf_end), fill=INK, width=6)
    for text, x, y in (("Classroom B1.04", 260, 200), ("Stair hall B1.05", 680, 200), ("Corridor B1.00", 300, 530)):
        draw.text((x, y), text, fill=(90, 98, 106), font=font, anchor="mm")
    for at in range(18):
        turn = at * math.tau / 18
        left, top, degrees = 662 + 130 * math.cos(turn), 382 + 100 * math.sin(turn), math.degrees(turn)
        draw.arc((left, top, left + 56, top + 56), degrees - 100, degrees + 100, fill=RED, width=5)
    draw.text((690, 585), "T-03: swing the other way", fill=RED, font=font, anchor="mm")
    return picture.resize((480, 360), Image.Resampling.BOX)


def sketch_png() -> bytes:
    """The sketch as a drawing."""
    return encoded(plan_sketch().quantize(16, dither=Image.Dither.NONE), "PNG")


def sketch_jpg() -> bytes:
    """The sketch as somebody photographed it: on a wooden table, a little askew."""
    table = Image.new("RGB", (560, 440), (150, 112, 76))
    draw = ImageDraw.Draw(table)
    for at in range(0, 440, 44):
        draw.line((0, at, 560, at + 6), fill=(122, 88, 58), width=3)
    paper = plan_sketch().convert("RGBA").rotate(4, Image.Resampling.BICUBIC, expand=True)
    table.paste(paper, (24, 18), paper)
    return encoded(table.filter(ImageFilter.GaussianBlur(0.6)), "JPEG")


def _grained(picture: Image.Image, chance: random.Random) -> Image.Image:
    coarse = Image.frombytes("L", (160, 105), chance.randbytes(160 * 105)).resize(
        picture.size, Image.Resampling.BICUBIC
    )
    fine = Image.frombytes("L", picture.size, chance.randbytes(picture.width * picture.height))
    grain = Image.blend(coarse, fine, 0.35).convert("RGB")
    return Image.blend(picture, grain, 0.13)
