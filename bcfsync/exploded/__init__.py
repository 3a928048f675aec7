"""An archive as a folder of text and pictures that git can review, and back to the same model.

Owns: the tree. Sees: model, archive for limits and names. Rules: docs/merge.md.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from bcfsync.exploded.reading import BrokenTree, Tree, is_tree, read_tree
from bcfsync.exploded.tree import laid_out
from bcfsync.exploded.writing import Explosion, FolderTaken, write_tree
from bcfsync.model import Bcf, Blob

__all__ = ["BrokenTree", "Explosion", "FolderTaken", "Tree", "explode", "is_tree", "read_tree"]


def explode(bcf: Bcf, open_blob: Callable[[Blob], AbstractContextManager[IO[bytes]]], folder: Path) -> Explosion:
    """Lay a model out in a folder: the same model gives the same tree, byte for byte.

    Args:
        bcf: the model, of any version.
        open_blob: how the bytes of its blobs are reached.
        folder: a new or an empty one, or one that an earlier explosion made: there, only what changed is written,
            and files of the earlier explosion that are no more are removed. Files of others are left alone.

    Raises:
        FolderTaken: the folder holds something else; nothing was written.
        BrokenTree: the folder's earlier explosion is damaged; nothing was written.
        CannotWrite: the folder cannot be written.
    """
    return write_tree(laid_out(bcf), open_blob, folder)
