"""Entry names made safe and comparable: separators, encodings, paths that leave the archive, litter.

Owns: names. Sees: findings. Rules: the implementation guide of BCF-XML asks for ``/``.
"""

import re
import zipfile

_DRIVE = re.compile(r"[A-Za-z]:")
# each part begins with a letter or digit: no dots, no AppleDouble, no drive; and the name does not end with a slash
_ORDINARY = re.compile(r"(?:[A-Za-z0-9][\w .()+-]*/)*[A-Za-z0-9][\w .()+-]*", re.ASCII)
_WINDOWS_LITTER = ("Thumbs.db", "desktop.ini")
_UTF8_FLAG = 0x800


def decoded_name(info: zipfile.ZipInfo) -> str:
    """The entry's name; unflagged names are UTF-8 where that is valid (seen: RDF.BCF), else CP437."""
    # orig_filename, because zipfile itself cuts names at NUL and turns the local separator into /
    name = info.orig_filename
    if info.flag_bits & _UTF8_FLAG or name.isascii():
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name


def is_ordinary(name: str) -> bool:
    """Whether a name is so plain that it is tidy, safe and no litter: nearly all are, and this is one look."""
    return _ORDINARY.fullmatch(name) is not None and not name.endswith(_WINDOWS_LITTER)


def tidied(name: str) -> str:
    """The name without parts that mean nothing: ``./`` and doubled separators."""
    if name.startswith("./") or "/./" in name or "//" in name.lstrip("/"):
        kept = [part for part in name.split("/")[:-1] if part not in {"", "."}]
        root = "/" if name.startswith("/") else ""
        return root + "/".join([*kept, name.rpartition("/")[2]])
    return name


def is_unsafe(name: str) -> bool:
    """Whether a name with ``/`` is absolute, has a drive, a NUL, names no file, or climbs out of the archive."""
    return (
        name.startswith("/")
        or name.rpartition("/")[2] in {"", "."}
        or bool(_DRIVE.match(name))
        or "\0" in name
        or any(part == ".." for part in name.split("/"))
    )


def is_litter(name: str) -> bool:
    """Whether an entry is the operating system's own: AppleDouble files, .DS_Store, Thumbs.db."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] in {".DS_Store", *_WINDOWS_LITTER}
