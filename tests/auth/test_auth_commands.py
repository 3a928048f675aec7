"""``bcfsync auth`` at a terminal, and every command that uses a login; and what is written down while they run."""

import base64
import json
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sign_in_desk import RINGLESS, Person, Site, site_in
from signing_in import ANNA, PASSWORDS, SECRET

from bcfsync.auth import Vault
from bcfsync.auth.login import end_of


def configured(person: Person, site: Site, *lines: str) -> None:
    text = "\n".join(("[remote.cde]", f'url = "{site.url}"', *lines))
    (person.folder / "bcfsync.toml").write_text(text)


def logins(person: Person):
    return Vault(person.folder / "state" / "logins", RINGLESS).logins()


def test_a_person_signs_in_and_every_command_goes_on_with_it(site, person):
    configured(person, site)
    assert "signed in as anna@example.com" in person.run("auth", "login", "cde").err
    (login,) = logins(person)
    assert (login.grant, login.remote, login.user) == ("browser", "cde", ANNA)
    assert person.run("remote", "test", "cde").out.startswith("cde: BCF-API 3.0, as anna@example.com")
    assert "token: login" in person.run("remote", "list").out
    export = person.run("export", "--url", f"{site.url}/bcf/2.1", "--project", "demo", "out.bcf")
    assert export.code == 0, export.err
    (line,) = person.run("auth", "status", "--json").lines
    assert line["user"] == ANNA
    assert line["works"]
    assert line["rights"]["demo"]


def test_a_server_below_a_base_of_its_own_is_signed_in_at(tmp_path, person):
    with site_in(tmp_path / "below", faults=["base:/opencde"]) as below:
        run = person.run("auth", "login", "--url", below.url)
        assert run.code == 0, run.err
        assert person.run("auth", "status").code == 0


def test_a_device_is_confirmed_elsewhere(site, person):
    run = person.run("auth", "login", "--url", site.url, "--device")
    assert run.code == 0, run.err
    assert "type " in run.err
    assert logins(person)[0].grant == "device"


def test_a_program_signs_in_by_its_secret(site, person):
    person.environment["BCFSYNC_CLIENT_SECRET"] = SECRET
    run = person.run("auth", "login", "--url", site.url, "--client-credentials", "--client-id", "robot", "--json")
    assert run.code == 0, run.err
    assert run.summary["user"] == "bot@example.com"
    assert run.summary["renewable"]


@pytest.mark.parametrize(
    ("words", "typed", "shown"),
    [
        (["--basic", "--user", ANNA], PASSWORDS[ANNA], "signed in by basic, as anna@example.com"),
        (["--token-stdin"], "static\n", "signed in by token, as ci@example.com"),
        (["--token-stdin"], "Bearer static\n", "signed in by token, as ci@example.com"),
    ],
)
def test_what_is_piped_in_is_taken(site, person, words, typed, shown):
    run = person.run("auth", "login", "--url", site.url, *words, typed=typed)
    assert run.code == 0, run.err
    assert shown in person.run("auth", "status").out


@pytest.mark.parametrize(
    ("words", "typed", "code"),
    [
        (["--basic", "--user", ANNA], "wrong", 4),
        (["--basic", "--user", "a:b"], "wrong", 2),
        (["--basic"], "wrong", 2),
        (["--token-stdin"], "wrong", 4),
        (["--token-stdin"], "", 2),
        (["--token-stdin"], "two words", 2),
        (["--token-stdin"], "ümlaut", 2),
        (["--api-key"], "wrong", 4),
        (["--client-credentials"], "wrong", 2),
        (["--client-credentials", "--client-id", "robot"], "wrong-secret", 4),
        (["--client-credentials", "--client-id", "nobody"], "wrong-secret", 4),
        (["--client-id", "bcfsync", "--redirect", "http://example.com/"], "", 2),
        (["--issuer", "http://example.com/"], "", 2),
    ],
)
def test_what_is_wrong_is_said_and_not_kept(site, person, words, typed, code):
    said = person.run("auth", "login", "--url", site.url, *words, typed=typed).explained(code)
    assert len(typed) < 5 or typed not in said
    assert logins(person) == []


def test_a_dry_run_signs_nobody_in(site, person):
    site.requests.clear()
    run = person.run("auth", "login", "--url", site.url, "--dry-run")
    assert (run.code, "would sign in by browser" in run.err) == (0, True)
    assert not site.requests


def test_nobody_says_which_server(site, person):
    assert "give --url" in person.run("auth", "login").explained(2)
    assert "give --url" in person.run("auth", "login", "cde").explained(2)
    configured(person, site, "[remote.other]", f'url = "{site.url}"')
    assert "cde, other" in person.run("auth", "login").explained(2)
    assert 'did you mean "cde"' in person.run("auth", "login", "cd").explained(2)


def test_signing_out_ends_the_tokens_at_the_server_too(site, person):
    configured(person, site)
    person.run("auth", "login", "cde")
    (login,) = logins(person)
    assert person.run("auth", "logout").code == 0
    assert logins(person) == []
    assert not site.takes(login.header)
    assert "nobody is signed in" in person.run("auth", "logout").explained(4)
    assert "bcfsync auth login cde" in person.run("remote", "test").explained(4)
    status = person.run("auth", "status")
    assert (status.code, "not signed in" in status.out) == (4, True)


def test_where_there_is_no_login_at_all_the_status_says_so(person):
    status = person.run("auth", "status")
    assert (status.code, "bcfsync auth login --url" in status.out) == (0, True)
    assert person.run("auth", "status", "--json").out == ""


def test_signing_out_of_a_server_that_is_gone_forgets_all_the_same(site, person):
    person.run("auth", "login", "--url", site.url)
    (login,) = logins(person)
    vault = Vault(person.folder / "state" / "logins", RINGLESS)
    vault.write(replace(login, revoke_url=f"{site.url}/nowhere"))
    run = person.run("auth", "logout", "--url", site.url)
    assert run.code == 3
    assert "could not be told" in run.err
    assert logins(person) == []


def test_a_token_of_the_environment_counts_before_the_login(site, person):
    configured(person, site)
    person.run("auth", "login", "cde")
    person.environment["BCFSYNC_TOKEN"] = "static"
    assert "as ci@example.com" in person.run("remote", "test").out
    person.environment["BCFSYNC_TOKEN_CDE"] = "wrong"
    assert person.run("remote", "test").code == 4


def test_a_revoked_login_is_one_line_that_says_what_to_run(site, person):
    configured(person, site)
    person.run("auth", "login", "cde")
    (login,) = logins(person)
    httpx.post(login.revoke_url, data={"client_id": "bcfsync", "token": login.refresh})
    said = person.run("export", "--url", site.url, "--project", "demo", "out.bcf").explained(4)
    assert "run bcfsync auth login cde" in said
    status = person.run("auth", "status", "cde")
    assert status.code == 4
    assert "warning: cde: ended" in status.err


def test_the_configuration_says_how_to_sign_in(site, person):
    configured(
        person, site, 'client_id = "robot"', 'scope = "bcf openid"', f'issuer = "{site.url}"', 'dialect = "generic"'
    )
    run = person.run("auth", "login", "cde", "--client-credentials", typed=SECRET)
    assert run.code == 0, run.err
    assert set(logins(person)[0].scope.split()) == {"bcf", "openid"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('dialect = "bimdate"', 'did you mean "bimdata"'),
        ('client_id = "two words"', "client_id"),
        ('issuer = "http://example.com"', "clear text"),
        ("scope = 7", "scope"),
        ('scope = ["a b"]', "is no scope"),
        ('redirect = "https://example.com/back"', "redirect"),
        ('redirect = "http://localhost/back"', "redirect"),
        ('key_scheme = "Api Key"', "key_scheme"),
        ('client_secret = "s"', "secrets do not belong into this file"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(site, person, line, said):
    configured(person, site, line)
    assert said in person.run("auth", "login", "cde").explained(2)


def test_no_secret_is_written_anywhere_but_into_the_vault(site, person):
    configured(person, site)
    person.environment["BCFSYNC_DEBUG"] = "1"
    runs = [person.run("auth", "login", "cde")]
    secrets = [logins(person)[0].access, logins(person)[0].refresh]
    runs.append(person.run("auth", "status", "--json", "-v"))
    runs.append(person.run("remote", "list", "--json"))
    runs.append(person.run("export", "--url", site.url, "--project", "demo", "out.bcf", "-v"))
    runs.append(person.run("auth", "login", "--url", site.url, "--basic", "--user", ANNA, typed=PASSWORDS[ANNA]))
    secrets += [PASSWORDS[ANNA], logins(person)[0].access]
    runs.append(person.run("auth", "login", "--url", site.url, "--basic", "--user", ANNA, typed="wrong-password"))
    secrets.append("wrong-password")
    httpx.post(f"{site.url}/oauth2/revoke", data={"client_id": "bcfsync", "token": secrets[1]})
    runs.append(person.run("remote", "test", "cde"))
    said = "".join(run.out + run.err for run in runs)
    vault = person.folder / "state" / "logins"
    written = [path for path in person.folder.rglob("*") if path.is_file() and path.parent != vault]
    assert (person.folder / "bcfsync.toml") in written
    for secret in secrets:
        assert secret not in said
        for path in written:
            assert secret.encode() not in path.read_bytes(), path


def test_what_ends_soon_is_said_before_it_does(site, person):
    soon = base64.urlsafe_b64encode(json.dumps({"exp": int(time.time()) + 7200}).encode()).rstrip(b"=").decode()
    person.run("auth", "login", "--url", site.url, "--token-stdin", typed="static")
    vault = Vault(person.folder / "state" / "logins", RINGLESS)
    vault.write(replace(vault.logins()[0], ends=end_of(f"e30.{soon}.x")))
    run = person.run("auth", "status", "--offline")
    assert "ends in 2 hours" in run.err or "ends in 119 minutes" in run.err or "ends in 120 minutes" in run.err


@pytest.mark.parametrize(
    ("words", "typed", "mine"),
    [
        (["--no-browser"], "", []),
        (["--device"], "", []),
        (["--client-credentials", "--client-id", "robot"], SECRET, [SECRET]),
        (["--basic", "--user", ANNA], PASSWORDS[ANNA], [PASSWORDS[ANNA]]),
        (["--token-stdin"], "a-token-of-mine", ["a-token-of-mine"]),
        (["--api-key"], "a-key-of-mine", ["a-key-of-mine"]),
    ],
    ids=["browser", "device", "client", "basic", "token", "key"],
)
def test_no_way_to_sign_in_leaves_a_secret_where_the_vault_is_not(tmp_path, monkeypatch, person, words, typed, mine):
    """Signed in, used, refused, renewed in vain, asked of a server that is gone: with all the words there are."""
    configured_tokens = {"a-token-of-mine": "ci@example.com", "a-key-of-mine": "ci@example.com"}
    person.environment["BCFSYNC_DEBUG"] = "1"
    with site_in(tmp_path / "server", tokens=configured_tokens) as site:
        configured(person, site, 'key_scheme = "Bearer"')
        runs = [person.run("auth", "login", "cde", *words, typed=typed)]
        assert runs[0].code == 0, runs[0].err
        (login,) = logins(person)
        secrets = {*mine, login.access, login.refresh, login.secret} - {""}
        export = ("export", "out.bcf", "--remote", "cde", "--project")
        runs += [person.run(*export, "demo", "-v"), person.run(*export, "none", "-v", "--json")]
        vault = Vault(person.folder / "state" / "logins", RINGLESS)
        past = login.made - timedelta(days=1)
        vault.write(replace(login, token_url=f"{site.url}/nowhere", expires=past))
        runs.append(person.run(*export, "demo", "-v"))
        vault.write(replace(login, access=f"not-{login.access}"))
        runs += [person.run(*export, "demo", "-v"), person.run("auth", "status", "--json", "-v")]
    monkeypatch.setattr("time.sleep", lambda _: None)  # nobody has to be waited for who is gone
    runs += [person.run(*export, "demo", "-v"), person.run("auth", "logout", "cde", "-v")]
    said = "".join(run.out + run.err for run in runs)
    written = [path for path in person.folder.rglob("*") if path.is_file()]
    outside = [path for path in written if not {vault_of(person), tmp_path / "server"} & set(path.parents)]
    assert {run.code for run in runs} > {0}, "something was meant to fail"
    for secret in secrets:
        assert secret not in said
        assert not [path for path in outside if secret.encode() in path.read_bytes()]


def vault_of(person: Person) -> Path:
    return person.folder / "state" / "logins"
