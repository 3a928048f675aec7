"""Entries and file names: what lies in an archive without a meaning, and what the archive itself is called.

Owns: findings about names. Sees: model, findings. Rules: BCF-XML archive layout of 2.0, 2.1 and 3.0.
"""

import posixpath
from collections.abc import Iterator

from bcfsync import findings as f
from bcfsync.findings import Finding
from bcfsync.model import Bcf

_ENDINGS = {"2.0": ".bcfzip", "2.1": ".bcf", "3.0": ".bcf"}
_ROOT = {"bcf.version", "project.bcfp", "extensions.xml", "bcf.extensions", "documents.xml", "markup.bcf"}


def entry_checks(bcf: Bcf, file_name: str) -> Iterator[Finding]:
    """Findings about the names in and of an archive.

    Args:
        bcf: the archive as it was read.
        file_name: what the archive is called.
    """
    ending = posixpath.splitext(file_name)[1].lower()
    usual = _ENDINGS[bcf.version]
    if ending != usual:
        yield Finding(f.FILE_ENDING, file_name, f"{ending or 'none'}; BCF {bcf.version} has {usual}")
    for extra in bcf.extras:
        name = posixpath.basename(extra.path).lower()
        # those the reader has told of: documents that could not be read, viewpoints without a markup
        if name not in _ROOT and not name.endswith(".bcfv"):
            yield Finding(f.UNREFERENCED, extra.path, f"{extra.blob.size or 0:,} bytes")
