"""Who is asking: bearer tokens.

Owns: the check of the Authorization header. Sees: the request. Governed by: BCF-API 2.1 and Foundation API 1.0,
"Authentication"; RFC 6750 for the header.
"""

import hmac
from collections.abc import Mapping

from flask import request

from bcfsync.server.refusals import Unauthorized
from bcfsync.server.users import User


def user_of_request(tokens: Mapping[str, str]) -> User:
    """The user whose token the request carries.

    Raises:
        Unauthorized: There is no token, or the server does not know it.
    """
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        challenge = {"WWW-Authenticate": 'Bearer realm="bcfsync"'}
        raise Unauthorized("a bearer token is needed", headers=challenge)
    user = None
    for token, owner in tokens.items():
        if hmac.compare_digest(token.encode(), given.token.encode(errors="surrogateescape")):
            user = owner
    if user is None:
        challenge = {"WWW-Authenticate": 'Bearer realm="bcfsync", error="invalid_token"'}
        raise Unauthorized("the token is not known here", headers=challenge)
    return User(user, user)
