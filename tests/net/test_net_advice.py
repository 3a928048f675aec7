"""What a person is told to do about certificates and proxies."""

import ssl

import pytest

from bcfsync.net import Http, Seams, Unreachable, advice

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("code", "words", "todo"),
    [
        (10, "certificate has expired", "renew its certificate"),
        (9, "certificate is not yet valid", "correct this machine's clock"),
        (62, "Hostname mismatch, certificate is not valid for 'cde.test'", "get a certificate for cde.test"),
        (64, "IP address mismatch, certificate is not valid for '10.0.0.1'", "get a certificate for cde.test"),
        (18, "self-signed certificate", "install the root certificate"),
        (20, "unable to get local issuer certificate", "SSL_CERT_FILE"),
        (0, "The certificate was not valid for the name", "get a certificate for cde.test"),
    ],
)
def test_each_flaw_of_a_certificate_has_somebody_who_can_mend_it(code, words, todo):
    error = ssl.SSLCertVerificationError(words)
    error.verify_code, error.verify_message = code, words
    hint = advice.of_certificate(error, "cde.test")
    assert todo in hint
    assert hint.startswith("nothing was sent; ")
    assert "\n" not in hint


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, "https://cde.test", ""),
        ({"HTTPS_PROXY": "http://proxy.test:3128"}, "https://cde.test/x", "proxy.test:3128"),
        ({"HTTPS_PROXY": "http://anna:s3cret@proxy.test:3128/"}, "https://cde.test", "proxy.test:3128"),
        ({"HTTPS_PROXY": "proxy.test"}, "https://cde.test", "proxy.test"),
        ({"ALL_PROXY": "http://proxy.test:1"}, "https://cde.test", "proxy.test:1"),
        ({"HTTP_PROXY": "http://proxy.test:1"}, "https://cde.test", ""),
        ({"HTTPS_PROXY": "http://proxy.test:1", "NO_PROXY": "cde.test"}, "https://cde.test", ""),
        ({"HTTPS_PROXY": "http://proxy.test:1", "NO_PROXY": "test"}, "https://cde.test:8443", ""),
        ({"HTTPS_PROXY": "http://proxy.test:1"}, "https://127.0.0.1:8443", ""),
        ({"HTTPS_PROXY": "http://[::bad"}, "https://cde.test", ""),
    ],
)
def test_the_proxy_in_between_is_known_without_its_password(monkeypatch, variables, url, proxy):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert advice.proxy_to(url) == proxy


def test_a_proxy_that_is_away_is_named_and_its_password_is_not(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://anna:s3cret@127.0.0.1:9")
    with pytest.raises(Unreachable) as caught:
        Http("https://cde.test", "t0ken", Seams(sleep=lambda _: None)).get("https://cde.test/x")
    told = f"{caught.value} {caught.value.hint}"
    assert "through the proxy 127.0.0.1:9" in told
    assert "NO_PROXY" in told
    assert "s3cret" not in told
    assert caught.value.exit_code == 5
