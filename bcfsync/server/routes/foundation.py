"""What a client asks first: versions, authentication, who am I.

Owns: ``/foundation/…``, ``/bcf/versions`` and the two routes 2.1 has in place of Foundation. Sees: the request.
Governed by: Foundation API 1.0; BCF-API 2.1, Public Services.
"""

from flask import Response, request

from bcfsync.server.http.conditional import json_answer
from bcfsync.server.routing import Call, Route
from bcfsync.server.versions import VERSIONS

_BCF_TEXT = "https://github.com/buildingSMART/BCF-API/tree/release_"
_FOUNDATION_TEXT = "https://github.com/buildingSMART/foundation-API/tree/release_1_0"


def get_bcf_versions(_call: Call) -> Response:
    """The list 2.1 describes; 3.0 clients ask Foundation instead."""
    versions = [{"version_id": version, "detailed_version": _bcf_text(version)} for version in VERSIONS]
    return json_answer({"versions": versions})


def get_foundation_versions(_call: Call) -> Response:
    """Every API this server speaks, with its base URL."""
    root = request.root_url
    foundation = {
        "api_id": "foundation",
        "version_id": "1.0",
        "detailed_version": _FOUNDATION_TEXT,
        "api_base_url": f"{root}foundation/1.0",
    }
    bcf = [
        {
            "api_id": "bcf",
            "version_id": version,
            "detailed_version": _bcf_text(version),
            "api_base_url": f"{root}bcf/{version}",
        }
        for version in VERSIONS
    ]
    return json_answer({"versions": [foundation, *bcf]})


def get_auth(_call: Call) -> Response:
    """How to log in: with a token from the one who runs the server; there is no OAuth2 to announce."""
    return json_answer({"http_basic_supported": False})


def get_current_user(call: Call) -> Response:
    """Whose token this is."""
    return json_answer({"id": call.user.id, "name": call.user.name})


def _bcf_text(version: str) -> str:
    return _BCF_TEXT + version.replace(".", "_")


ROOT_ROUTES = (
    Route("GET", "/bcf/versions", get_bcf_versions, public=True),
    Route("GET", "/foundation/versions", get_foundation_versions, public=True),
    Route("GET", "/foundation/1.0/auth", get_auth, public=True),
    Route("GET", "/foundation/1.0/current-user", get_current_user),
)

ROUTES = (
    Route("GET", "/auth", get_auth, public=True, versions=("2.1",)),
    Route("GET", "/current-user", get_current_user, versions=("2.1",)),
)
