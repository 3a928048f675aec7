"""Which version of files goes with which version of the API.

Owns: that table. Sees nothing. API 1.0 came with BCF-XML 2.0; its files are written as 2.1, which loses nothing of them
and which every program reads.
"""

_FILES = {"3.0": "3.0", "2.1": "2.1"}


def file_version(api: str) -> str:
    """The version of a new archive for a server that speaks this version of the API."""
    return _FILES.get(api, "2.1")
