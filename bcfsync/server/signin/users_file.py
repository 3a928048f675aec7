"""Users and clients as somebody writes them down: a TOML file.

Owns: its members and the complaints about them. Sees: tomllib, the users. Governed by: docs/server.md, "Users".
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bcfsync.errors import UsageError
from bcfsync.server.signin import redirects
from bcfsync.server.signin.clients import OWN_CLIENT, Client
from bcfsync.server.store.credentials import digest
from bcfsync.server.users import ROLES, Account, Role, User

_LONGEST_ID = 254
_LARGEST_FILE = 10_000_000
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,255}=*")
_VISIBLE = re.compile(r"[!-~]{1,255}")
_HASHED = re.compile(r"scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2})\$[^$]+\$[0-9a-f]{128}")
_DEAREST_HASH = 1 << 20  # n * r: 128 MB

_USER_MEMBERS = ("id", "name", "password", "token", "role", "projects")
_CLIENT_MEMBERS = ("id", "name", "secret", "redirect_uris", "loopback", "acts_as")


class UsersUnusable(UsageError, ValueError):
    """The file of users cannot be read, or says something that makes no sense."""

    hint = "correct what the line names; docs/server.md shows a file of users"


@dataclass(frozen=True, slots=True)
class UsersFile:
    """What a file of users says."""

    accounts: tuple[Account, ...]
    clients: tuple[Client, ...]


def read_users(path: Path) -> UsersFile:
    """The users and clients of a TOML file.

    Raises:
        UsersUnusable: It cannot be read or used; the message names the file, the user or client, the member.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UsersUnusable(f"{path}: larger than {_LARGEST_FILE // 1_000_000} MB")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsersUnusable(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsersUnusable(f"{path}: not TOML: {error}") from error
    unknown = content.keys() - {"user", "client"}
    if unknown:
        raise UsersUnusable(f"{path}: {min(unknown)}: unknown; there are [[user]] and [[client]]")
    accounts = tuple(_account(entry) for entry in _entries(path, content, "user"))
    clients = tuple(_client(entry) for entry in _entries(path, content, "client"))
    _check_accounts(path, accounts)
    _check_clients(path, clients, {account.user.id.casefold() for account in accounts})
    return UsersFile(accounts, clients)


class _Entry:
    """One ``[[user]]`` or ``[[client]]``, which complains about its members."""

    def __init__(self, place: str, members: dict[str, object]) -> None:
        self._place = place
        self._members = members

    def wrong(self, member: str, complaint: str) -> NoReturn:
        raise UsersUnusable(f"{self._place}: {member}: {complaint}")

    def known(self, names: tuple[str, ...]) -> None:
        for name in self._members:
            if name not in names:
                self.wrong(name, f"unknown; there are {', '.join(names)}")

    def text(self, name: str) -> str | None:
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.wrong(name, "must be a text that is not empty")
        return value

    def flag(self, name: str) -> bool:
        value = self._members.get(name, False)
        if not isinstance(value, bool):
            self.wrong(name, "must be true or false")
        return value

    def lacks(self, name: str) -> bool:
        return name not in self._members

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._members.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(name, "must be a list of texts")
        return tuple(value)


def _entries(path: Path, content: dict[str, object], kind: str) -> list[_Entry]:
    entries = content.get(kind, [])
    if not isinstance(entries, list):
        raise UsersUnusable(f"{path}: {kind}: write [[{kind}]], with two brackets, above each")
    found = []
    for number, members in enumerate(entries, 1):
        if not isinstance(members, dict):
            raise UsersUnusable(f"{path}: {kind} {number}: must be a table, [[{kind}]]")
        name = members.get("id")
        place = f"{path}: {kind} {number}" + (f" ({name})" if isinstance(name, str) and name.isprintable() else "")
        found.append(_Entry(place, members))
    return found


def _account(entry: _Entry) -> Account:
    entry.known(_USER_MEMBERS)
    user_id = entry.text("id")
    if user_id is None or len(user_id) > _LONGEST_ID or not user_id.isprintable() or user_id != user_id.strip():
        entry.wrong("id", f"must be there: an e-mail address of at most {_LONGEST_ID} characters")
    if ":" in user_id:
        entry.wrong("id", "must have no colon, which ends it in HTTP Basic")
    token = entry.text("token")
    if token is not None and not _TOKEN.fullmatch(token):
        entry.wrong("token", "must have 1 to 255 of the characters A-Z a-z 0-9 - . _ ~ + /")
    projects = None if entry.lacks("projects") else entry.texts("projects")
    user = User(user_id, entry.text("name") or user_id, _role(entry), projects)
    password = entry.text("password")
    if password is None or not password.startswith("scrypt:"):
        return Account.of(user, password=password, token=token)
    return Account(user, _hash(entry, password), token)


def _role(entry: _Entry) -> Role:
    role = entry.text("role") or "editor"
    if role not in ROLES:
        entry.wrong("role", f"must be one of {', '.join(ROLES)}")
    return role


def _hash(entry: _Entry, text: str) -> str:
    found = _HASHED.fullmatch(text)
    if found is None:
        entry.wrong("password", "begins like a scrypt hash and is none, as werkzeug.security makes them")
    n, r, p = map(int, found.groups())
    if n < 128 or n & (n - 1) or r < 1 or not 1 <= p <= 16 or n * r > _DEAREST_HASH:
        entry.wrong("password", "is a scrypt hash that would take too much to check, or none that can be")
    return text


def _client(entry: _Entry) -> Client:
    entry.known(_CLIENT_MEMBERS)
    client_id = entry.text("id")
    if client_id is None or not _VISIBLE.fullmatch(client_id):
        entry.wrong("id", "must be there, with 1 to 255 characters of ASCII and no space")
    if client_id == OWN_CLIENT.client_id:
        entry.wrong("id", "is the client that is always there")
    secret = entry.text("secret")
    if secret is not None and not _VISIBLE.fullmatch(secret):
        entry.wrong("secret", "must have 1 to 255 characters of ASCII and no space")
    uris = entry.texts("redirect_uris")
    for uri in uris:
        if not redirects.may_be_registered(uri):
            entry.wrong("redirect_uris", f"{uri}: must be https, http on the user's machine, or a private-use scheme")
    acts_as = entry.text("acts_as")
    if acts_as is not None and secret is None:
        entry.wrong("acts_as", "needs a secret")
    return Client(
        client_id,
        entry.text("name") or client_id,
        None if secret is None else digest(secret),
        uris,
        any_loopback=entry.flag("loopback"),
        acts_as=acts_as,
    )


def _check_accounts(path: Path, accounts: tuple[Account, ...]) -> None:
    _once(path, "user", "id", (account.user.id.casefold() for account in accounts))
    _once(path, "user", "token", (account.token for account in accounts))


def _check_clients(path: Path, clients: tuple[Client, ...], user_ids: set[str]) -> None:
    _once(path, "client", "id", (client.client_id for client in clients))
    for number, client in enumerate(clients, 1):
        if client.acts_as is not None and client.acts_as.casefold() not in user_ids:
            place = f"{path}: client {number} ({client.client_id})"
            raise UsersUnusable(f"{place}: acts_as: {client.acts_as}: no user has this id")


def _once(path: Path, kind: str, member: str, values: Iterable[str | None]) -> None:
    seen: dict[str, int] = {}
    for number, value in enumerate(values, 1):
        if value is not None and seen.setdefault(value, number) != number:
            raise UsersUnusable(f"{path}: {kind} {number}: {member}: {kind} {seen[value]} has the same")
