"""Whether the parameters of an OAuth request are made of what they may be made of.

Owns: repeated parameters and their characters. Sees: authlib's errors. Governed by: RFC 6749, 3.1 and 3.2 (none may be
repeated) and appendix A (their characters).
"""

import re

from authlib.oauth2.rfc6749 import InvalidRequestError
from werkzeug.datastructures import MultiDict

_LONGEST = 4000
# what a parameter is made of; those of people (username, password) may hold anything
_QUOTABLE = re.compile(r"[ !#-\[\]-~]*")
_VISIBLE = re.compile(r"[ -~]*")
_PARAMETERS = {
    **dict.fromkeys(("response_type", "redirect_uri", "scope", "grant_type", "code_challenge_method"), _QUOTABLE),
    **dict.fromkeys(("client_id", "client_secret", "state", "code", "refresh_token", "token", "nonce"), _VISIBLE),
    **dict.fromkeys(("code_challenge", "code_verifier", "device_code", "token_type_hint", "prompt"), _VISIBLE),
    **dict.fromkeys(("username", "password"), re.compile(r"(?s:.*)")),
}


def screened(parameters: MultiDict[str, str]) -> None:
    """Do nothing with parameters that are well-formed; unknown ones are not looked at.

    Raises:
        InvalidRequestError: One is given twice, is too long, or has a character it cannot have.
    """
    for name, form in _PARAMETERS.items():
        values = parameters.getlist(name)
        if len(values) > 1:
            raise InvalidRequestError(f"{name}: given more than once")
        if any(len(value) > _LONGEST or not form.fullmatch(value) for value in values):
            raise InvalidRequestError(f"{name}: too long, or with characters it cannot have")
