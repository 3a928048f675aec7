"""What a client asks first: versions, who am I (how to sign in: ``signin``).

Owns: ``/foundation/…``, ``/bcf/versions``, ``/bcf/version`` and the route 2.1 has in place of Foundation. Sees: the
request. Governed by: Foundation API 1.0; BCF-API 1.0 and 2.1, Public Services.
"""

from collections.abc import Mapping

from flask import Response, current_app, request

from bcfsync.server.http.conditional import json_answer
from bcfsync.server.routing import Call, Route
from bcfsync.server.versions import TEXTS, Version

_FOUNDATION_TEXT = "https://github.com/buildingSMART/foundation-API/tree/release_1_0"


def get_bcf_versions(_call: Call) -> Response:
    """The list 2.1 describes; 3.0 clients ask Foundation instead."""
    versions = [{"version_id": base, "detailed_version": TEXTS[spoken]} for base, spoken in _bases().items()]
    return json_answer({"versions": versions})


def get_bcf_version(_call: Call) -> Response:
    """The one version of which 1.0 knows."""
    return json_answer({"version_id": "1.0", "detailed_version": TEXTS[_bases()["1.0"]]})


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
            "version_id": base,
            "detailed_version": TEXTS[spoken],
            "api_base_url": f"{root}bcf/{base}",
        }
        for base, spoken in _bases().items()
    ]
    return json_answer({"versions": [foundation, *bcf]})


def get_current_user(call: Call) -> Response:
    """Whose token this is."""
    return json_answer({"id": call.user.id, "name": call.user.name})


def _bases() -> Mapping[str, Version]:
    bases: Mapping[str, Version] = current_app.config["BASES"]
    return bases


ROOT_ROUTES = (
    Route("GET", "/bcf/version", get_bcf_version, public=True),
    Route("GET", "/bcf/versions", get_bcf_versions, public=True),
    Route("GET", "/foundation/versions", get_foundation_versions, public=True),
    Route("GET", "/foundation/1.0/current-user", get_current_user),
)

ROUTES = (Route("GET", "/current-user", get_current_user, versions=("2.1",)),)
