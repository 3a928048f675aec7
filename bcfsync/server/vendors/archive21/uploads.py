"""Archives as they are uploaded: one file in a form.

Owns: finding it. Sees: the request. Governed by: RFC 7578.
"""

from typing import IO

from flask import request

from bcfsync.server.refusals import Malformed

_LARGEST_FILE = 512 * 1024**2


def uploaded(field: str | None = None) -> IO[bytes]:
    """The one file of a multipart form; without a name it may stand in any field.

    Raises:
        Malformed: There is none, or more than one.
    """
    request.max_content_length = _LARGEST_FILE
    files = [file for name, listed in request.files.lists() for file in listed if field in {None, name}]
    if len(files) != 1:
        raise Malformed(f"{field or 'file'}: one file must be submitted as multipart/form-data")
    return files[0].stream
