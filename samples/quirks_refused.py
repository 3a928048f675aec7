"""Twins of files that must be refused, in clear words: a bomb, a bare document, a cut-off copy.

Owns: the table of samples Q11, Q14 and Q15 of section 6.1. Sees: quirk_words, quirk_zip.
"""

from quirk_words import (
    CAMERA,
    Sample,
    files,
    issue,
    markup,
    t,
    v,
    view,
    viewed,
    visinfo,
)
from quirk_zip import BZIP2, FAT, Entry, dotnet, java, packed


def _bomb(name: str) -> bytes:
    inner = {key: str(data).encode() for key, data in files(name, issue("Boom"), view(v(name), "")).items()}
    return packed(
        [
            *(Entry(key, data) for key, data in inner.items()),
            Entry(f"{t(name)}/snapshot.png", bytes(17 << 20), 0, BZIP2, FAT),
        ]
    )


_CUT = "q15-cut-off-while-streaming.bcf"
_HALF = dotnet(viewed("q15", issue("Half a file")))
_STREAM = java(viewed(_CUT, issue("Still writing")))

SAMPLES = (
    Sample(
        "q11-zip-bomb.bcf",
        ("Q11",),
        "a snapshot of 17 MiB of zeros, packed by bzip2 into fewer than a hundred bytes",
        "refused by its directory, before anything is unpacked",
        _bomb("q11"),
        error="times its size",
    ),
    Sample(
        "q14-bare-markup.bcf",
        ("Q14",),
        "not an archive, but the markup.bcf of one: the endings are the same",
        "refused with words that say what it is",
        markup("q14", issue("Where is my archive?")).encode(),
        error="bare XML file",
    ),
    Sample(
        "q14-bare-viewpoint.bcf",
        ("Q14",),
        "a viewpoint file, with a BOM, saved as .bcf",
        "refused with the same words",
        b"\xef\xbb\xbf" + visinfo(CAMERA, v("q14b")).encode(),
        error="bare XML file",
    ),
    Sample(
        "q15-cut-off.bcf",
        ("Q15",),
        "a copy that stopped after two thirds",
        "refused: the directory is missing",
        _HALF[: len(_HALF) * 2 // 3],
        error="cut off: its directory is missing",
    ),
    Sample(
        _CUT,
        ("Q15", "1.2 streamed zips"),
        "a streamed zip before its end: sizes stand nowhere yet",
        "refused: unreadable, not shorter",
        _STREAM[: _STREAM.index(b"PK\1\2")],
        error="cut off: its directory is missing",
    ),
)
