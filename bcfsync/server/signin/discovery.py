"""Where and how clients sign in, in all the shapes they ask for it.

Owns: the documents. Sees: the options. Governed by: BCF-API 1.0 and 2.1, Foundation API 1.0, "Authentication" (three
shapes); OpenID Connect Discovery 1.0, 3; RFC 8414, 2; RFC 9207, 3. A member that is missing means: not supported.
"""

from bcfsync.server.signin.clients import DEVICE_GRANT, SCOPES
from bcfsync.server.signin.endpoints import DEVICE_PAGE
from bcfsync.server.signin.options import SignInOptions

AUTHORIZE = "/oauth2/auth"
TOKEN = "/oauth2/token"  # noqa: S105 - a path
REVOKE = "/oauth2/revoke"
REGISTER = "/oauth2/reg"
DEVICE_AUTHORIZATION = "/oauth2/device_authorization"
DEVICE = DEVICE_PAGE
USERINFO = "/oauth2/userinfo"
KEYS = "/oauth2/jwks"

_METHODS = ["client_secret_basic", "client_secret_post", "none"]


def auth_of_1_0(root: str, options: SignInOptions, *, offered: bool) -> dict[str, object]:
    """What ``/bcf/auth`` says; both URLs are required there, so they are empty where nobody can sign in."""
    if not offered:
        return {"oauth2_auth_url": "", "oauth2_token_url": ""}
    urls: dict[str, object] = {"oauth2_auth_url": root + AUTHORIZE, "oauth2_token_url": root + TOKEN}
    if options.registration:
        urls["oauth2_dynamic_client_reg_url"] = root + REGISTER
    return urls


def auth(root: str, options: SignInOptions, *, offered: bool, basic: bool) -> dict[str, object]:
    """What 2.1 and Foundation 1.0 say."""
    if not offered:
        return {"http_basic_supported": basic, "supported_oauth2_flows": []}
    flows = ["authorization_code_grant"]
    if options.password_grant:
        flows.append("resource_owner_password_credentials_grant")
    return {
        **auth_of_1_0(root, options, offered=True),
        "http_basic_supported": basic,
        "supported_oauth2_flows": flows,
    }


def authorization_server(root: str, options: SignInOptions) -> dict[str, object]:
    """The metadata of OAuth 2. The registration endpoint is left out, as the one there is takes other bodies."""
    grants = ["authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT]
    if options.password_grant:
        grants.append("password")
    return {
        "issuer": root,
        "authorization_endpoint": root + AUTHORIZE,
        "token_endpoint": root + TOKEN,
        "jwks_uri": root + KEYS,
        "revocation_endpoint": root + REVOKE,
        "device_authorization_endpoint": root + DEVICE_AUTHORIZATION,
        "scopes_supported": [*SCOPES],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "token_endpoint_auth_methods_supported": _METHODS,
        "revocation_endpoint_auth_methods_supported": _METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


def openid(root: str, options: SignInOptions) -> dict[str, object]:
    """The metadata of OpenID Connect."""
    return {
        **authorization_server(root, options),
        "userinfo_endpoint": root + USERINFO,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "name", "email"],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
