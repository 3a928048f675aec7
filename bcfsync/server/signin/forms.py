"""The proof that a filled-in form was one of ours, and in whose browser.

Owns: the cookie and the hidden member of every form. Sees: a secret of the store. Governed by: RFC 6749, 10.12.
A form of another site can neither read the cookie nor make the member that fits it.
"""

import hashlib
import hmac

from flask import Response, request

from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.store.credentials import Credentials

MEMBER = "form_token"

_COOKIE = "bcfsync_form"
_KEPT_AS = "form_key"
_LONGEST_OPEN = 3600


class Forms:
    """Makes and checks the hidden member; it holds for one browser, one address and one hour."""

    def __init__(self, credentials: Credentials, options: SignInOptions) -> None:
        self._credentials = credentials
        self._new_secret = options.new_secret

    def browser(self) -> str:
        """What the browser is known by; a fresh name where it has none."""
        return request.cookies.get(_COOKIE) or self._new_secret()

    def member(self, browser: str) -> str:
        """The value of the hidden member."""
        now = self._credentials.now()
        return f"{now}.{self._mark(browser, now)}"

    def is_ours(self) -> bool:
        """Whether the current request is a form of ours, filled in where it was shown."""
        browser = request.cookies.get(_COOKIE)
        time, _, mark = request.form.get(MEMBER, "").partition(".")
        if not browser or not time.isdecimal() or len(time) > 12 or not mark.isascii():
            return False
        age = self._credentials.now() - int(time)
        return 0 <= age < _LONGEST_OPEN and hmac.compare_digest(mark, self._mark(browser, int(time)))

    def remember(self, response: Response, browser: str) -> None:
        """Let the browser keep its name, out of reach of scripts and of requests that other sites send."""
        # below a base of its own the server's pages are not at its host's root
        path = f"{request.script_root}/oauth2"
        response.set_cookie(_COOKIE, browser, path=path, httponly=True, samesite="Lax", secure=request.is_secure)

    def _mark(self, browser: str, time: int) -> str:
        key = self._credentials.kept(_KEPT_AS, self._new_secret)
        address = request.full_path
        return hmac.new(key.encode(), repr((browser, time, address)).encode(), hashlib.sha256).hexdigest()
