"""Where logins are kept: private, whole, and nowhere else."""

import os
import stat
from dataclasses import replace

import pytest
from sign_in_desk import NOW

from bcfsync.auth import Grant, Login, LoginUnreadable, Vault
from bcfsync.auth.keys import Keyring
from bcfsync.auth.login import basic_access, end_of, mark_of
from bcfsync.errors import Locked

A, B = "https://a.example.com", "https://b.example.com"
LOGIN = Login(
    A, "site", Grant.BROWSER, NOW, "the-access", "the-refresh", "the-secret", expires=NOW, lifetime=600.0, ends=NOW,
    user="anna", scope="bcf", client_id="us", by_body=True, token_url=f"{A}/t", revoke_url=f"{A}/r",
)  # fmt: skip


class Ring:
    """A keyring of the system."""

    def __init__(self):
        self.texts = {}
        self.locked = False

    def set_password(self, service, name, text):
        if self.locked:
            raise RuntimeError
        self.texts[service, name] = text

    def get_password(self, service, name):
        if self.locked:
            raise RuntimeError
        return self.texts.get((service, name))

    def delete_password(self, service, name):
        del self.texts[service, name]


@pytest.fixture
def ring():
    return Ring()


@pytest.fixture
def ringed(tmp_path, ring):
    return Vault(tmp_path / "logins", Keyring(ring))


def _text(vault):
    return "".join(path.read_text() for path in vault._folder.glob("*.json"))


def test_a_login_comes_back_as_it_was(vault):
    vault.write(LOGIN)
    assert vault.read(A, "site") == LOGIN
    assert vault.read(A, "") is None
    assert vault.read(B, "site") is None


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_only_its_user_can_read_it_whatever_was_there_before(vault):
    vault.write(LOGIN)
    (path,) = vault._folder.glob("*.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    vault.write(LOGIN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_login_of_a_name_counts_before_that_of_the_address(vault):
    assert vault.best(A, "site") is None
    general = replace(LOGIN, remote="")
    vault.write(general)
    assert vault.best(A, "site") == general
    vault.write(LOGIN)
    assert vault.best(A, "site") == LOGIN
    assert vault.best(A, "other") == general
    assert vault.best(A) == general


def test_an_address_takes_the_login_of_a_name_where_there_is_only_one(vault):
    vault.write(LOGIN)
    assert vault.best(A) == LOGIN
    vault.write(replace(LOGIN, remote="second"))
    assert vault.best(A) is None


@pytest.mark.parametrize(
    ("signed_in", "asked", "found"),
    [
        (A, f"{A}/api", True),
        (f"{A}/api", A, True),
        (A, f"{A}.evil.org", False),
        (f"{A}/api", f"{A}/apis", False),
        (f"{A}/one", f"{A}/two", False),
        (A, B, False),
    ],
)
def test_an_address_further_down_on_the_host_is_the_same_server(vault, signed_in, asked, found):
    vault.write(replace(LOGIN, root=signed_in))
    assert (vault.best(asked) is not None) == found


def test_the_keyring_holds_what_gives_new_tokens_and_the_file_does_not(ringed, ring):
    ringed.write(LOGIN)
    assert "the-access" in _text(ringed)
    assert "the-refresh" not in _text(ringed)
    assert "the-secret" not in _text(ringed)
    assert ringed.read(A, "site") == LOGIN
    (kept,) = ring.texts.values()
    assert "the-refresh" in kept


@pytest.mark.parametrize("grant", [Grant.BASIC, Grant.TOKEN, Grant.API_KEY])
def test_a_token_that_lasts_is_in_the_keyring_alone(ringed, grant):
    login = Login(A, "", grant, NOW, "the-access")
    ringed.write(login)
    assert "the-access" not in _text(ringed)
    assert ringed.read(A, "") == login


def test_a_keyring_that_is_locked_is_done_without_and_said_when_its_part_is_needed(ringed, ring):
    ring.locked = True
    ringed.write(LOGIN)
    assert ringed.read(A, "site") == LOGIN
    ring.locked = False
    login = Login(A, "", Grant.TOKEN, NOW, "the-access")
    ringed.write(login)
    ring.locked = True
    with pytest.raises(LoginUnreadable, match="keyring"):
        ringed.read(A, "")


def test_a_crash_between_keyring_and_file_loses_nothing(ringed, ring):
    begun = replace(LOGIN, begun=mark_of(LOGIN.refresh))
    ringed.write(begun)
    (path,) = ringed._folder.glob("*.json")
    before = path.read_bytes()
    ringed.write(replace(LOGIN, access="new-access", refresh="new-refresh"))
    path.write_bytes(before)
    found = ringed.read(A, "site")
    assert found.refresh == "new-refresh"
    assert not found.is_unsure


def test_signing_out_leaves_nothing(ringed, ring):
    ringed.write(LOGIN)
    ringed.remove(LOGIN)
    ringed.remove(LOGIN)
    assert ringed.read(A, "site") is None
    assert not ring.texts


@pytest.mark.parametrize(
    "text", ["{", "[]", "7", "null", "{}", '{"grant": "browser"}', '{"grant": 7}', "\x00\xff", '{"grant": "magic"}']
)
def test_a_file_that_holds_no_login_is_said_and_passed_over(vault, text):
    vault.write(LOGIN)
    (path,) = vault._folder.glob("*.json")
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(LoginUnreadable):
        vault.read(A, "site")
    assert vault.logins() == []


def test_a_write_that_fails_leaves_the_login_as_it_was(vault, monkeypatch):
    vault.write(LOGIN)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        vault.write(replace(LOGIN, refresh="another"))
    assert vault.read(A, "site") == LOGIN
    assert [path.suffix for path in vault._folder.iterdir()] == [".json"]


def test_who_waits_too_long_for_another_process_is_told(tmp_path):
    waits = []
    vault = Vault(tmp_path, sleep=waits.append)
    with vault.locked(LOGIN), pytest.raises(Locked, match="renews"), vault.locked(LOGIN):
        pass
    assert 120 <= sum(waits) < 125


def test_a_password_goes_as_rfc_7617_has_it():
    assert basic_access("test", "123£") == "dGVzdDoxMjPCow=="


@pytest.mark.parametrize(
    ("token", "year"),
    [
        ("e30.eyJleHAiOjE3Njc5Njk2MDB9.x", 2026),
        ("e30.eyJleHAiOiJ4In0.x", None),
        ("e30.e30.x", None),
        ("e30.!!.x", None),
        ("a.b", None),
        ("opaque", None),
        ("e30.eyJleHAiOjFlOTk5fQ.x", None),
    ],
)
def test_the_end_of_a_jwt_is_read(token, year):
    found = end_of(token)
    assert (found and found.year) == year
