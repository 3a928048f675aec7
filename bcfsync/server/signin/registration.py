"""Programs that register themselves as clients.

Owns: the body of a registration and its answer. Sees: the store's credentials. Governed by: BCF-API 1.0, 2.1 and
Foundation API 1.0, "OAuth2 dynamic client registration" (which is older than RFC 7591, and not it).
"""

import uuid

from flask import Response, request

from bcfsync.server.http.conditional import encoded
from bcfsync.server.refusals import Refusal
from bcfsync.server.shapes.members import Members, json_value
from bcfsync.server.signin import redirects
from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.store.credentials import Credentials
from bcfsync.server.store.database import JsonObject

_LONGEST_NAME = 60
_LONGEST_DESCRIPTION = 4000
_LONGEST_URL = 2000
_MOST_CLIENTS = 1000
_LARGEST_BODY = 64 * 1024  # anybody may send one


class NoMoreClients(Refusal, PermissionError):
    """As many clients have registered themselves as the server keeps."""

    status = 403


def register(credentials: Credentials, options: SignInOptions) -> Response:
    """Take in the client that the body describes.

    Raises:
        Malformed: The body is not what the specification describes; the message names the member.
        NoMoreClients: Too many have come already.
        RequestEntityTooLarge: (of Werkzeug) the body is longer than any such description is.
    """
    request.max_content_length = _LARGEST_BODY
    members = _checked(json_value(request.get_data()))
    client_id, secret = str(uuid.uuid4()), options.new_secret()
    with credentials.writing():
        if credentials.count_clients() >= _MOST_CLIENTS:
            raise NoMoreClients(f"the server keeps no more than {_MOST_CLIENTS} registered clients")
        credentials.add_client(client_id, secret, members)
    answer = encoded({"client_id": client_id, "client_secret": secret})
    return Response(answer, 201, {"Cache-Control": "no-store"}, content_type="application/json")


def _checked(body: object) -> JsonObject:
    members = Members(body)
    name = members.text("client_name", required=True) or ""
    description = members.text("client_description") or ""
    url = members.text("client_url")
    redirect_url = members.text("redirect_url", required=True) or ""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        members.wrong("client_name", f"must have 1 to {_LONGEST_NAME} printable characters")
    if len(description) > _LONGEST_DESCRIPTION:
        members.wrong("client_description", f"must have at most {_LONGEST_DESCRIPTION} characters")
    if url is not None and (len(url) > _LONGEST_URL or not url.startswith(("http://", "https://"))):
        members.wrong("client_url", f"must be a web address of at most {_LONGEST_URL} characters")
    if not redirects.may_be_registered(redirect_url):
        members.wrong("redirect_url", "must be https, http on the user's own machine, or a private-use scheme")
    return {
        "client_name": name.strip(),
        "client_description": description,
        "client_url": url,
        "redirect_url": redirect_url,
    }
