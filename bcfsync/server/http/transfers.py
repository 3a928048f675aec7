"""Large binaries up and down: never whole in memory, and under their own names.

Owns: Content-Disposition in both directions, and the spool of an upload. Sees: the request, blobs.
Governed by: Foundation API 1.0, "Binary Files"; RFC 6266 and RFC 5987 for names beyond ASCII.
"""

import itertools
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import parse_options_header

from bcfsync.server.http.conditional import binary_answer
from bcfsync.server.refusals import Malformed, Missing
from bcfsync.server.store.blobs import Blob, Blobs

LARGEST_UPLOAD = 2 * 1024**3

_IN_MEMORY = 1024 * 1024
_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*[^;]+", re.IGNORECASE)


def download(blobs: Blobs, blob: Blob, content_type: str, filename: str | None = None) -> Response:
    """A stored blob; 304 without it when the client holds it already.

    Its first piece is read at once: where nobody writes between finding the blob and this, a picture, which is seldom
    more than that, arrives whole although another may take its place.
    """
    pieces = _pieces(blobs, blob)
    response = binary_answer(pieces, blob.size, blob.digest, content_type)
    if response.status_code == 200:
        response.response = itertools.chain([*itertools.islice(pieces, 1)], pieces)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if filename is not None:
        plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in filename)
        names = {"filename": plain}
        if plain != filename:
            names["filename*"] = "UTF-8''" + quote(filename, safe="", errors="replace")
        response.headers.set("Content-Disposition", "attachment", **names)
    return response


@contextmanager
def upload() -> Iterator[IO[bytes]]:
    """The bytes of the request, on disk where they are many.

    Raises:
        RequestEntityTooLarge: (of Werkzeug) there are more than ``LARGEST_UPLOAD``.
    """
    request.max_content_length = LARGEST_UPLOAD
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        shutil.copyfileobj(request.stream, spool)
        spool.seek(0)
        yield spool


def uploaded_name() -> str:
    """The name of the uploaded file.

    Raises:
        Malformed: There is none, or none that can be shown.
    """
    header = request.headers.get("Content-Disposition", "")
    # RFC 6266: the extended form wins wherever it stands; Werkzeug lets the last one win
    extended = _EXTENDED_NAME.search(header)
    options = parse_options_header(f"attachment; {extended[0]}" if extended else header)[1]
    name = options.get("filename", "")
    if not name.strip() or not name.isprintable():
        raise Malformed("Content-Disposition: must carry the document's filename")
    return name


def _pieces(blobs: Blobs, blob: Blob) -> Iterator[bytes]:
    try:
        yield from blobs.pieces(blob)
    except Missing as error:
        # the head of the answer is out: a client that counts bytes sees that they are not whole
        raise ConnectionAbortedError("deleted while it was read") from error
