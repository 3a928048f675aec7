"""The ways to a first token: by browser, by device, by a secret; and who stands in between."""

import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from sign_in_desk import fill_in, walk_through
from signing_in import SECRET

from bcfsync.auth import BadAnswer, Client, Denied, NoSignIn, ReceiverBusy
from bcfsync.auth.asking import network
from bcfsync.auth.granting import Ways, by_browser, by_device, by_secret, device_of
from bcfsync.auth.places import Places, look
from bcfsync.auth.receiving import Receiver
from bcfsync.auth.registering import registered
from bcfsync.net import Http, Seams

US = Client("bcfsync")


@pytest.fixture
def places(site):
    http = Http(site.url, None)
    yield look(http, network)
    http.close()


def shown_to(person):
    return Ways(show=lambda url: threading.Thread(target=person, args=(url,), daemon=True).start(), seconds=10)


def test_a_person_signs_in_in_a_browser(site, places):
    urls = []

    def person(url):
        urls.append(url)
        assert "Signed in" in walk_through(url).text

    with Receiver() as receiver:
        tokens, _ = by_browser(places, US, "openid bcf", receiver, shown_to(person))
    assert site.takes(f"Bearer {tokens.access}")
    asked = parse_qs(urlsplit(urls[0]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 40
    assert tokens.refresh


def test_a_browser_that_is_back_before_it_has_been_opened_is_let_in(places):
    ways = Ways(show=walk_through, seconds=5)
    with Receiver() as receiver:
        assert by_browser(places, US, "", receiver, ways)[0].access


def test_a_person_who_refuses_is_believed(places):
    def person(url):
        assert "Not signed in" in walk_through(url, "deny").text

    with Receiver() as receiver, pytest.raises(Denied, match="access_denied"):
        by_browser(places, US, "", receiver, shown_to(person))


def _back(url: str, **changes: str | None) -> httpx.Response:
    """The browser comes back with something else than the server gave it."""
    target = urlsplit(fill_in(url).headers["Location"])
    query = {**dict(parse_qsl(target.query)), **changes}
    kept = {name: value for name, value in query.items() if value is not None}
    return httpx.get(target._replace(query=urlencode(kept)).geturl())


def test_an_answer_to_another_sign_in_is_ignored(places):
    def person(url):
        assert _back(url, state="another").status_code == 400
        assert _back(url, state=None).status_code == 400
        assert _back(url, state="ä").status_code == 400
        walk_through(url)

    with Receiver() as receiver:
        assert by_browser(places, US, "", receiver, shown_to(person))[0].access


@pytest.mark.parametrize("issuer", ["https://evil.example.com", None, ""])
def test_a_browser_that_comes_back_from_another_server_is_not_let_in(site, places, issuer):
    assert places.names_itself
    site.requests.clear()
    with Receiver() as receiver, pytest.raises(BadAnswer, match="came back from"):
        by_browser(places, US, "", receiver, shown_to(lambda url: _back(url, iss=issuer)))
    assert site.exchanges == 0


def test_a_code_that_is_none_is_refused_without_being_shown(places):
    with Receiver() as receiver, pytest.raises(Denied) as told:
        by_browser(places, US, "", receiver, shown_to(lambda url: _back(url, code="stolen-code")))
    assert "stolen-code" not in str(told.value)


def test_nobody_comes(places):
    ways = Ways(show=lambda _: None, seconds=0.3)
    with Receiver() as receiver, pytest.raises(Denied, match="nobody signed in within"):
        by_browser(places, US, "", receiver, ways)


def test_the_receiver_has_one_page_for_one_answer_and_idle_connections_do_not_stop_it():
    with Receiver() as receiver, ThreadPoolExecutor(1) as pool:
        receiver.expect("st")
        port = urlsplit(receiver.redirect).port
        import socket  # noqa: PLC0415

        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        waiting = pool.submit(receiver.answer, 10.0)
        assert httpx.get(f"{receiver.redirect}favicon.ico").status_code == 404
        assert httpx.get(receiver.redirect).status_code == 404
        assert httpx.post(receiver.redirect).status_code == 501
        page = httpx.get(f"{receiver.redirect}?code=c&state=st")
        assert waiting.result() == {"code": "c", "state": "st"}
        assert "script" not in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        for connection in idle:
            connection.close()


def test_a_fixed_address_is_used_as_it_is_registered():
    with Receiver() as other:
        port = urlsplit(other.redirect).port
        with pytest.raises(ReceiverBusy, match=str(port)):
            Receiver(f"http://localhost:{port}/back")
    with Receiver(f"http://localhost:{port}/oidc-callback") as receiver, ThreadPoolExecutor(1) as pool:
        assert receiver.redirect == f"http://localhost:{port}/oidc-callback"
        receiver.expect("st")
        waiting = pool.submit(receiver.answer, 10.0)
        assert httpx.get(f"http://127.0.0.1:{port}/?code=c&state=st").status_code == 404
        httpx.get(f"http://127.0.0.1:{port}/oidc-callback?code=c&state=st")
        assert waiting.result()["code"] == "c"


@pytest.mark.parametrize("redirect", ["https://localhost:1/", "http://example.com:80/", "http://0.0.0.0:1/"])
def test_the_browser_comes_back_to_this_machine_only(redirect):
    with pytest.raises(ReceiverBusy):
        Receiver(redirect)


def test_a_device_waits_until_somebody_confirms_it(site, places):
    waits = []
    ways = Ways(show=lambda _: None, sleep=lambda seconds: (waits.append(seconds), _confirm())[0])
    device = device_of(places, US, "bcf", ways)

    def _confirm():
        if len(waits) == 2:
            assert fill_in(device.whole_url).status_code == 200

    tokens, _ = by_device(places, US, device, ways)
    assert site.takes(f"Bearer {tokens.access}")
    assert waits == [1.0, 1.0]
    assert device.code not in repr(device)


def test_a_device_that_is_refused_is_out(places):
    ways = Ways(show=lambda _: None, sleep=lambda _: None)
    device = device_of(places, US, "", ways)
    fill_in(device.whole_url, "deny")
    with pytest.raises(Denied, match="access_denied"):
        by_device(places, US, device, ways)


def test_nobody_confirms(places):
    ways = Ways(show=lambda _: None, sleep=lambda _: None)
    device = device_of(places, US, "", ways)
    with pytest.raises(Denied, match="nobody confirmed"):
        by_device(places, US, device, ways)


def test_a_program_signs_in_by_its_secret(site, places):
    tokens, _, client = by_secret(places, Client("robot", SECRET), "", Ways(show=lambda _: None))
    assert site.takes(f"Bearer {tokens.access}")
    assert not client.by_body
    assert SECRET not in repr(client)
    assert tokens.access not in repr(tokens)


def test_a_wrong_secret_is_refused_without_being_shown(places):
    with pytest.raises(Denied) as told:
        by_secret(places, Client("robot", "wrong-secret"), "", Ways(show=lambda _: None))
    assert "wrong-secret" not in str(told.value)


def test_a_server_that_looks_for_the_secret_in_the_form_gets_it_there():
    def answer(request):
        if "Authorization" in request.headers:
            return httpx.Response(401, json={"error": "invalid_client"})
        assert b"client_secret=geheim" in request.content
        return httpx.Response(201, json={"access_token": "a", "token_type": "bearer", "expires_in": "3600"})

    def wire(root):
        return Http(root, None, Seams(transport=httpx.MockTransport(answer)))

    places = Places(token="https://a.example.com/t")
    _, _, client = by_secret(places, Client("us", "geheim"), "", Ways(show=lambda _: None, wire=wire))
    assert client.by_body


@pytest.mark.parametrize("ask", [
    lambda ways: by_browser(Places(token="https://a.example.com/t"), US, "", None, ways),
    lambda ways: device_of(Places(token="https://a.example.com/t"), US, "", ways),
    lambda ways: by_secret(Places(), US, "", ways),
])  # fmt: skip
def test_what_a_server_does_not_offer_is_said(ask):
    with pytest.raises(NoSignIn):
        ask(Ways(show=lambda _: None))


def test_a_program_registers_as_bcf_has_it_and_then_signs_in(site, places):
    with Receiver() as receiver:
        client = registered(places, receiver.redirect, network)
        tokens, _ = by_browser(places, client, "", receiver, shown_to(walk_through))
    assert client.secret
    assert client.client_id != "bcfsync"
    assert site.takes(f"Bearer {tokens.access}")


def test_a_program_registers_as_openid_has_it():
    asked = []

    def answer(request):
        asked.append(request.content.decode())
        return httpx.Response(201, json={"client_id": "c-1"})

    def wire(root):
        return Http(root, None, Seams(transport=httpx.MockTransport(answer)))

    places = Places(register_open="https://a.example.com/reg")
    assert registered(places, "http://127.0.0.1:1/", wire) == Client("c-1")
    assert '"redirect_uris"' in asked[0]
    assert registered(Places(), "", wire) is None


@pytest.mark.parametrize("said", [{}, [], "x", {"client_id": 7}, {"client_id": "c", "client_secret": 7}])
def test_a_registration_that_gives_nothing_is_said(said):
    def wire(root):
        return Http(root, None, Seams(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=said))))

    with pytest.raises(BadAnswer):
        registered(Places(register="https://a.example.com/reg"), "http://127.0.0.1:1/", wire)
