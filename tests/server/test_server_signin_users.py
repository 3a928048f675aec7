"""Users and clients written down in a file."""

import re
from pathlib import Path

import pytest
from werkzeug.security import generate_password_hash

from bcfsync.server.signin.users_file import UsersUnusable, read_users
from bcfsync.server.users import User, Users

FILE = """
[[user]]
id = "anna@example.com"
name = "Anna"
password = "open sesame"
token = "of-anna"
role = "admin"

[[user]]
id = "bot@example.com"
role = "reader"
projects = ["demo"]

[[client]]
id = "cde"
name = "The CDE"
secret = "hush"
redirect_uris = ["https://cde.example.com/back", "http://127.0.0.1/"]
acts_as = "Bot@example.com"

[[client]]
id = "native"
loopback = true
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "users.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_file_says_who_there_is_and_with_which_programs(written):
    found = read_users(written(FILE))
    users = Users(found.accounts)
    assert users.listing() == [
        User("anna@example.com", "Anna", "admin"),
        User("bot@example.com", "bot@example.com", "reader", ("demo",)),
    ]
    assert users.by_password("anna@example.com", "open sesame") == users.by_token(b"of-anna")
    cde, native = found.clients
    assert (cde.name, cde.acts_as, cde.is_public) == ("The CDE", "Bot@example.com", False)
    assert cde.check_client_secret("hush")
    assert cde.check_redirect_uri("http://127.0.0.1:7777/")
    assert (native.name, native.is_public, native.any_loopback) == ("native", True, True)


def test_a_password_may_stand_there_as_its_hash(written):
    hashed = generate_password_hash("open sesame", method="scrypt:128:8:1")
    found = read_users(written(f'[[user]]\nid = "a@b.c"\npassword = "{hashed}"\n'))
    assert Users(found.accounts).by_password("a@b.c", "open sesame")


def test_an_empty_file_names_nobody(written):
    found = read_users(written(""))
    assert (found.accounts, found.clients) == ((), ())


A = '[[user]]\nid = "a@b.c"\n'
C = '[[client]]\nid = "c"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[user", "not TOML"),
        (b"\xff", "not TOML"),
        ("users = 1", "users: unknown; there are [[user]] and [[client]]"),
        ("user = 1", "user: write [[user]]"),
        ('[user]\nid = "a"', "user: write [[user]]"),
        ("user = [1]", "user 1: must be a table"),
        ("[[user]]", "user 1: id: must be there"),
        ("[[user]]\nid = 7", "user 1: id: must be a text"),
        ('[[user]]\nid = " "', "user 1 ( ): id: must be a text that is not empty"),
        ('[[user]]\nid = "a:b"', "user 1 (a:b): id: must have no colon"),
        ('[[user]]\nid = "a\\nb"', "user 1: id: must be there"),
        (A + 'role = "king"', "user 1 (a@b.c): role: must be one of admin, editor, contributor, reader"),
        (A + 'pasword = "x"', "user 1 (a@b.c): pasword: unknown; there are id, name, password, token, role"),
        (A + 'token = "a b"', "user 1 (a@b.c): token: must have 1 to 255"),
        (A + 'password = "scrypt:1"', "user 1 (a@b.c): password: begins like a scrypt hash"),
        (A + f'password = "scrypt:2:8:1$s${"0" * 128}"', "password: is a scrypt hash that would"),
        (A + f'password = "scrypt:4194304:8:1$s${"0" * 128}"', "password: is a scrypt hash that would"),
        (A + "password = 1234", "user 1 (a@b.c): password: must be a text"),
        (A + '[[user]]\nid = "A@b.c"', "user 2: id: user 1 has the same"),
        (A + 'token = "t"\n[[user]]\nid = "d"\ntoken = "t"', "user 2: token: user 1 has the same"),
        ("[[client]]", "client 1: id: must be there"),
        (C + C, "client 2: id: client 1 has the same"),
        ('[[client]]\nid = "bcfsync"', "client 1 (bcfsync): id: is the client that is always there"),
        (C + 'redirect_uris = ["http://example.com"]', "client 1 (c): redirect_uris: http://example.com: must be"),
        (C + 'redirect_uris = "https://example.com"', "client 1 (c): redirect_uris: must be a list"),
        (C + 'loopback = "yes"', "client 1 (c): loopback: must be true or false"),
        (C + 'acts_as = "a@b.c"', "client 1 (c): acts_as: needs a secret"),
        (C + 'secret = "s"\nacts_as = "a@b.c"', "client 1 (c): acts_as: a@b.c: no user has this id"),
        (C + 'secret = "ä"', "client 1 (c): secret: must have 1 to 255"),
    ],
)
def test_what_makes_no_sense_is_refused_by_file_user_and_member(written, text, complaint):
    path = written(text)
    with pytest.raises(UsersUnusable) as refused:
        read_users(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 2
    assert refused.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsersUnusable, match=r"none\.toml: cannot be read"):
        read_users(tmp_path / "none.toml")
    with pytest.raises(UsersUnusable, match="cannot be read"):
        read_users(tmp_path)


def test_a_complaint_shows_no_password(written):
    with pytest.raises(UsersUnusable) as refused:
        read_users(written(A + 'password = "scrypt:secret"'))
    assert "secret" not in str(refused.value)


def test_the_file_the_documentation_shows_can_be_used(written):
    page = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(\[\[user\]\].*?)```", page, re.DOTALL)
    found = read_users(written(shown[1]))
    assert found.accounts
    assert found.clients
