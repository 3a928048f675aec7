"""What people do in a browser: sign in for a program, confirm a device.

Owns: the two forms and what follows them. Sees: the authority, the pages. Governed by: RFC 6749, 4.1.1 and 4.1.2; RFC
8628, 3.3; RFC 9207 (the answer says who gives it). A browser is sent nowhere that the client has not registered.
"""

from urllib.parse import urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from flask import Response, request
from werkzeug.datastructures import MultiDict

from bcfsync.server.signin import redirects
from bcfsync.server.signin.authority import Authority, current_request, parameters_of
from bcfsync.server.signin.forms import MEMBER, Forms
from bcfsync.server.signin.identity import issuer
from bcfsync.server.signin.pages import page
from bcfsync.server.signin.passwords import Guesses, TooManyGuesses
from bcfsync.server.signin.screening import screened
from bcfsync.server.store.credentials import StoredDevice
from bcfsync.server.users import User

_TOO_LONG_OPEN = "This page was open for too long, or your browser keeps no cookies. Please try again."
_WRONG = "There is no such user, or the password is not right."
_NO_SUCH_CODE = "No program waits with this code. Codes are good for some minutes; look again, or start anew there."
_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class Browser:
    """The routes for people.

    Args:
        authority: Knows clients, grants and passwords.
        forms: Tells our forms from others.
        guesses: Of the codes of devices.
    """

    def __init__(self, authority: Authority, forms: Forms, guesses: Guesses) -> None:
        self._authority = authority
        self._forms = forms
        self._guesses = guesses

    def authorize(self) -> Response:
        """Let somebody sign in for a client, which is then given a code."""
        try:
            self._check(parameters_of(current_request()))
            grant = self._authority.get_consent_grant()
        except OAuth2Error as error:
            return self._refused(error)
        if request.method != "POST":
            return self._login(grant)
        if not self._forms.is_ours():
            return self._login(grant, 403, _TOO_LONG_OPEN)
        user = None
        if request.form.get("answer") != "deny":
            try:
                user = self._who_signs_in()
            except TooManyGuesses as refusal:
                return self._login(grant, 429, _wait(refusal), refusal)
            if user is None:
                return self._login(grant, 403, _WRONG)
        response: Response = self._authority.create_authorization_response(grant_user=user, grant=grant)
        return _sent_back(response)

    def device(self) -> Response:
        """Let somebody confirm that a program without a browser may act for them."""
        user_code = _tidy(request.values.get("user_code", ""))
        if not user_code:
            return page("device", title="Connect a program", user_code="")
        try:
            self._guesses.allow(request.remote_addr)
        except TooManyGuesses as refusal:
            return _later(page("device", 429, title="Connect a program", user_code="", notice=_wait(refusal)), refusal)
        device = self._authority.credentials.device_to_confirm(user_code)
        if device is None:
            self._guesses.was_wrong(request.remote_addr)
            return page("device", 404, title="Connect a program", user_code=user_code, notice=_NO_SUCH_CODE)
        if request.method != "POST":
            return self._confirmation(device, user_code)
        if not self._forms.is_ours():
            return self._confirmation(device, user_code, 403, _TOO_LONG_OPEN)
        return self._judged(device, user_code)

    def _judged(self, device: StoredDevice, user_code: str) -> Response:
        if request.form.get("answer") == "deny":
            self._authority.credentials.judge_device(device, None)
            return page("message", title="Refused", message="The program was refused. You can close this page.")
        try:
            user = self._who_signs_in()
        except TooManyGuesses as refusal:
            return _later(self._confirmation(device, user_code, 429, _wait(refusal)), refusal)
        if user is None:
            return self._confirmation(device, user_code, 403, _WRONG)
        self._authority.credentials.judge_device(device, user.id)
        return page("message", title="Connected", message="The program goes on by itself. You can close this page.")

    def _check(self, parameters: MultiDict[str, str]) -> None:
        """Look at what decides where the browser may be sent, in this order, before anything else.

        Raises:
            OAuth2Error: It may be sent nowhere, or back with this error.
        """
        screened(parameters)
        client = self._authority.clients.by_id(parameters.get("client_id", ""))
        if client is None:
            raise InvalidClientError(description="client_id: no program of this name is known here")
        target = parameters.get("redirect_uri") or client.get_default_redirect_uri()
        if target is None or not client.check_redirect_uri(target):
            raise InvalidRequestError("redirect_uri: not an address that the program has registered")
        if parameters.get("response_type") != "code":
            refusal = "response_type: must be code"
            raise OAuth2Error(
                refusal, error="unsupported_response_type", redirect_uri=target, state=parameters.get("state")
            )

    def _who_signs_in(self) -> User | None:
        form = request.form
        return self._authority.passwords.user(form.get("username", "").strip(), form.get("password", ""))

    def _login(
        self, grant: AuthorizationCodeGrant, status: int = 200, notice: str = "", wait: TooManyGuesses | None = None
    ) -> Response:
        browser = self._forms.browser()
        response = page(
            "login",
            status,
            form_target=redirects.form_target(grant.redirect_uri),
            title="Sign in",
            client=grant.client.name,
            target=_place(grant.redirect_uri),
            is_here=redirects.is_loopback(grant.redirect_uri),
            notice=notice,
            **self._fields(browser),
        )
        self._forms.remember(response, browser)
        return response if wait is None else _later(response, wait)

    def _confirmation(self, device: StoredDevice, user_code: str, status: int = 200, notice: str = "") -> Response:
        client = self._authority.clients.by_id(device.client_id)
        browser = self._forms.browser()
        response = page(
            "device",
            status,
            title="Connect a program",
            client=client.name if client is not None else device.client_id,
            user_code=user_code,
            notice=notice,
            **self._fields(browser),
        )
        self._forms.remember(response, browser)
        return response

    def _fields(self, browser: str) -> dict[str, str]:
        name = request.form.get("username") or request.args.get("login_hint", "")
        return {MEMBER: self._forms.member(browser), "username": name[:254]}

    def _refused(self, error: OAuth2Error) -> Response:
        """Back to the client where that is safe, else a page for the one who sits there.

        An address that somebody registered is not led to before anybody has signed in: this server would be a way to
        send people anywhere (RFC 9700, 4.11.2).
        """
        if error.redirect_uri and self._is_safe(error.redirect_uri):
            return _sent_back(self._authority.handle_error_response(None, error))
        message = error.get_error_description() or error.error or ""
        return page(
            "message",
            400,
            title="This sign-in cannot go on",
            message="The program that sent you here asked for something that this server does not do.",
            reason=message,
        )

    def _is_safe(self, redirect_uri: str) -> bool:
        client = self._authority.query_client(request.args.get("client_id", ""))
        return redirects.is_loopback(redirect_uri) or (client is not None and not client.is_anybodys)


def _sent_back(response: Response) -> Response:
    """303, as a form leads there; with the server's own name."""
    if response.location:
        response.location = add_params_to_uri(response.location, [("iss", issuer())])
        response.status_code = 303
        response.headers["Cache-Control"] = "no-store"
    return response


def _later(response: Response, refusal: TooManyGuesses) -> Response:
    response.headers["Retry-After"] = refusal.headers["Retry-After"]
    return response


def _wait(refusal: TooManyGuesses) -> str:
    return f"That was wrong too often. Please wait {refusal.seconds} seconds."


def _place(redirect_uri: str) -> str:
    """Where the browser goes next, in words for people."""
    parts = urlsplit(redirect_uri)
    return parts.netloc or f"{parts.scheme}:"


def _tidy(user_code: str) -> str:
    """The code as it was issued, however somebody typed it (RFC 8628, 6.1)."""
    letters = "".join(letter for letter in user_code.upper()[:40] if letter in _CODE_LETTERS)
    return f"{letters[:4]}-{letters[4:]}" if letters else ""
