"""What changed in a rewritten archive, told by its directory alone: nothing is unpacked.

Owns: the comparison of two listings. Sees: reading.
"""

from collections.abc import Mapping

from bcfsync.archive.reading import Archive


def listing(archive: Archive) -> dict[str, str]:
    """What to remember of an archive: of each usable entry the checksum and size its directory states.

    Plain text, so that it can be stored anywhere.
    """
    return {name: archive.checksum(name) for name in archive.names}


def changed_entries(remembered: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    """The entries that are new, gone, or different; the same bytes packed in another way count as the same."""
    return frozenset(name for name, _ in remembered.items() ^ now.items())


def changed_folders(remembered: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    """The folders of the changed entries, which for most entries are topics; "" is the root of the archive."""
    return frozenset(name.rpartition("/")[0] for name in changed_entries(remembered, now))
