"""Entry names made safe and comparable: separators, encodings, paths that leave the archive, litter.

Owns: names. Sees: findings. Rules: the implementation guide of BCF-XML asks for ``/``.
"""

import re
import zipfile

_DRIVE = re.compile(r"[A-Za-z]:")
_UTF8_FLAG = 0x800


def decoded_name(info: zipfile.ZipInfo) -> str:
    """The entry's name; unflagged names are UTF-8 where that is valid (seen: RDF.BCF), else CP437."""
    # orig_filename, because zipfile itself cuts names at NUL and turns the local separator into /
    name = info.orig_filename
    if info.flag_bits & _UTF8_FLAG:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name


def tidied(name: str) -> str:
    """The name without parts that mean nothing: ``./`` and doubled separators."""
    if name.startswith("./") or "/./" in name or "//" in name.lstrip("/"):
        kept = [part for part in name.split("/")[:-1] if part not in {"", "."}]
        root = "/" if name.startswith("/") else ""
        return root + "/".join([*kept, name.rpartition("/")[2]])
    return name


def is_unsafe(name: str) -> bool:
    """Whether a name with ``/`` is absolute, has a drive, a NUL, or climbs out of the archive by ``..``."""
    return (
        name.startswith("/")
        or bool(_DRIVE.match(name))
        or "\0" in name
        or any(part == ".." for part in name.split("/"))
    )


def is_litter(name: str) -> bool:
    """Whether an entry is the operating system's own: AppleDouble files, .DS_Store, Thumbs.db."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"}
