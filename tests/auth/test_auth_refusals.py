"""A sign-in that does not come about: asked for in two ways at once, refused by the server, interrupted by a person."""

import re
import socket
import threading

import pytest
from sign_in_desk import RINGLESS, Person, fill_in, walk_through
from signing_in import SECRET

from bcfsync.auth import Denied, Vault
from bcfsync.net import Refused


def kept(person: Person):
    return Vault(person.folder / "state" / "logins", RINGLESS).logins()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--device", "--basic"], ["--device", "--basic"]),
        (["--token-stdin", "--api-key"], ["--token-stdin", "--api-key"]),
        (["--basic", "--client-credentials", "--device"], ["--device", "--client-credentials", "--basic"]),
        (["--user", "anna"], ["--user", "--basic"]),
        (["--device", "--user", "anna"], ["--user", "--basic", "--device"]),
    ],
)
def test_two_ways_at_once_are_one_line_that_names_both(site, person, words, named):
    site.requests.clear()
    said = person.run("auth", "login", "--url", site.url, *words, typed="secret").explained(2)
    assert all(name in said for name in named)
    assert not site.requests


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["--client-credentials", "--client-id", "nobody"], SECRET, "'nobody'"),
        (["--client-credentials", "--client-id", "robot"], "wrong-secret", "'robot'"),
        (["--device", "--client-id", "nobody"], "", "'nobody'"),
    ],
)
def test_a_program_the_server_does_not_know_is_named_and_its_secret_is_not(site, person, words, typed, said):
    told = person.run("auth", "login", "--url", site.url, *words, typed=typed).explained(4)
    assert said in told
    assert "--client-id" in told
    assert "BCFSYNC_CLIENT_SECRET" in told
    assert not typed or typed not in told
    assert kept(person) == []


@pytest.mark.parametrize(
    ("words", "say_no"), [(["--device"], fill_in), (["--no-browser"], walk_through)], ids=["device", "browser"]
)
def test_a_person_who_says_no_is_told_to_say_yes(site, person, words, say_no):
    person.browse = lambda url: threading.Thread(target=say_no, args=(url, "deny"), daemon=True).start()
    told = person.run("auth", "login", "--url", site.url, *words).explained(4)
    assert site.url in told
    assert "access_denied" in told
    assert "say yes" in told


def test_a_page_that_nobody_answers_has_a_reason_to_look_for(site, person):
    person.browse = lambda _url: None
    words = ["--no-browser", "--client-id", "nobody", "--timeout", "5"]
    told = person.run("auth", "login", "--url", site.url, *words).explained(4)
    assert "check --client-id and --redirect" in told


@pytest.mark.parametrize(
    ("code", "todo"),
    [
        ("expired_token", "run the command again"),
        ("invalid_grant", "run the command again"),
        ("unauthorized_client", "allow this way"),
        ("invalid_scope", "--scope"),
        ("something_else", "bcfsync auth login"),
    ],
)
def test_every_refusal_of_the_book_says_what_to_do(code, todo):
    assert todo in Denied("no", code).hint


@pytest.mark.parametrize("words", [["--no-browser"], ["--device"]], ids=["browser", "device"])
def test_an_interrupted_sign_in_is_one_line_and_leaves_nothing(site, person, monkeypatch, words):
    shown: list[str] = []

    def interrupt(url: str) -> None:
        shown.append(url)
        raise KeyboardInterrupt

    person.browse = interrupt
    monkeypatch.setattr("bcfsync.cli.main.os._exit", _leave)
    run = person.run("auth", "login", "--url", site.url, *words)
    assert run.code == 130
    assert run.err.splitlines()[-1] == "interrupted; nobody was signed in"
    assert kept(person) == []
    assert not list(person.folder.rglob("*.json"))
    for port in re.findall(r"redirect_uri=http%3A%2F%2F127.0.0.1%3A(\d+)", shown[0]):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(port))) != 0


def _leave(code: int) -> None:
    raise SystemExit(code)


def test_a_refusal_without_json_is_a_refusal_all_the_same(site, person, monkeypatch):
    def refuse(*_: object) -> None:
        raise Refused(f"{site.url}/token: the server answered 403", 403)

    monkeypatch.setattr("bcfsync.cli.signing_in.by_secret", refuse)
    words = ["--client-credentials", "--client-id", "robot"]
    told = person.run("auth", "login", "--url", site.url, *words, typed=SECRET).explained(4)
    assert "nothing was kept" in told
    assert kept(person) == []
