"""What every write of 1.0 answers.

Owns: status and Location. Sees: the conditions of HTTP. Governed by: BCF-API 1.0, "HTTP Status Codes" and the examples:
the text speaks of 302 to where the resource can be read, its examples show bodies. This server does what the examples
do, and says in Location where to read.
"""

from flask import Response, request

from bcfsync.server.http.conditional import json_answer


def written(value: object, status: int = 200, *, below: str | None = None) -> Response:
    """The representation after a write, and where it is.

    Args:
        value: The representation.
        status: 201 for what is new.
        below: The last part of the URL of what a POST made; without it, it is where the request went.
    """
    response = json_answer(value, status, location=below)
    if below is None:
        response.headers["Location"] = request.base_url
    return response
