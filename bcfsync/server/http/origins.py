"""Pages of other origins may call the API: cross-origin resource sharing.

Owns: the headers named Access-Control-…. Sees: finished answers. Governed by: the Fetch standard, "CORS protocol";
BCF-API 2.1 and Foundation API 1.0, "Cross Origin Resource Sharing (CORS)".
Credentials are headers here, never cookies, so every origin may be let in; what is made for people stays closed.
"""

from flask import Response, request

_SHOWN = "ETag, Last-Modified, Link, Location, Content-Disposition, Retry-After, WWW-Authenticate"
_A_DAY = "86400"


def opened(response: Response) -> Response:
    """The answer with what browsers want to read before they let a foreign page see it."""
    is_page = response.mimetype == "text/html" and request.method != "OPTIONS"
    is_for_people = is_page or request.blueprint in {"page", "people"}  # pictures, too
    if "Origin" not in request.headers or is_for_people:
        return response
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = _SHOWN
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        wanted = request.headers.get("Access-Control-Request-Headers", "")
        headers["Access-Control-Allow-Headers"] = wanted or "Authorization"
        headers["Access-Control-Max-Age"] = _A_DAY
        response.vary.add("Access-Control-Request-Headers")
    return response
