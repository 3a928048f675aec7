"""Certificates and proxies: real sockets of this machine, and the environment."""

import datetime as dt
import http.server
import ipaddress
import ssl
import sys
import threading
from contextlib import contextmanager

import pytest

from bcfsync.errors import ServerTrouble
from bcfsync.net import BadCertificate, BadProxy, Http, Seams, Unreachable

x509 = pytest.importorskip("cryptography.x509")
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


class Authority:
    """Whoever vouches for servers, and its certificate as a file."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's authority")])
        self.certificate = (
            self._begun(name, name, self.key.public_key(), NOW + DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    @staticmethod
    def _begun(subject, issuer, key, end):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
        serial = x509.random_serial_number()
        return builder.serial_number(serial).not_valid_before(NOW - 9 * DAY).not_valid_after(end)

    def context(self, *names, end=NOW + DAY):
        """A server's side of TLS, with a certificate for these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            self._begun(subject, self.certificate.subject, key.public_key(), end)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        file = self.folder / "server.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


class Says(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def do_CONNECT(self) -> None:
        self.server.asked.append(f"CONNECT {self.path}")
        self.send_error(407)

    def log_message(self, *_args) -> None:
        pass


@contextmanager
def listening(context=None):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        server.asked = []
        server.handle_error = lambda *_args: None
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        worker = threading.Thread(target=server.serve_forever, args=(0.01,))
        worker.start()
        try:
            yield server
        finally:
            server.shutdown()
            worker.join()


@pytest.fixture
def authority(tmp_path, monkeypatch):
    if sys.platform in {"win32", "darwin"}:
        pytest.skip("a test cannot put an authority into the store of this system")
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def asked_by_https(server) -> Http:
    http_ = Http(f"https://127.0.0.1:{server.server_address[1]}", "t0ken", Seams(sleep=lambda _: None))
    try:
        assert http_.get(f"{http_.root}/x").data == []
    finally:
        http_.close()
    return http_


def test_a_certificate_the_systems_store_vouches_for_is_good(authority):
    with listening(authority.context(HERE)) as server:
        asked_by_https(server)
        assert server.asked == ["/x"]


@pytest.mark.parametrize(
    ("names", "end", "words"),
    [([x509.DNSName("other.test")], NOW + DAY, "127.0.0.1"), ([HERE], NOW - DAY, "expired")],
    ids=["another host's", "expired"],
)
def test_a_certificate_that_is_not_good_is_told_in_a_line_and_not_tried_again(authority, names, end, words):
    with listening(authority.context(*names, end=end)) as server:
        with pytest.raises(BadCertificate, match=r"the certificate is not one to trust for 127\.0\.0\.1") as caught:
            asked_by_https(server)
        assert server.asked == []
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 5


def test_a_certificate_nobody_here_vouches_for_is_not_good(authority, monkeypatch, tmp_path):
    (tmp_path / "others").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path / "others").file))
    with listening(authority.context(HERE)) as server, pytest.raises(BadCertificate, match=r"127\.0\.0\.1"):
        asked_by_https(server)


def test_a_write_to_a_host_with_a_bad_certificate_was_not_sent(authority):
    with listening(authority.context(x509.DNSName("other.test"))) as server:
        root = f"https://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(BadCertificate):
            Http(root, "t0ken", Seams(sleep=lambda _: None)).send("POST", f"{root}/x", {})


def test_a_server_without_tls_is_told(authority):
    with listening() as server, pytest.raises(Unreachable, match="cannot be reached"):
        asked_by_https(server)


# -- proxies -------------------------------------------------------------------------------------------------

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy", "NO_PROXY")


@pytest.fixture
def proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    with listening() as server:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.server_address[1]}")
        yield server


def test_a_server_is_reached_by_the_environments_proxy(proxy):
    http_ = Http("https://server.test", "t0ken", Seams(sleep=lambda _: None))
    with pytest.raises(Unreachable, match="the proxy wants a sign-in: 407") as caught:
        http_.get("https://server.test/x")
    assert proxy.asked == ["CONNECT server.test:443"]
    assert f"http://USER:PASSWORD@127.0.0.1:{proxy.server_address[1]}" in caught.value.hint


def test_a_write_a_proxy_stopped_was_not_sent(proxy):
    http_ = Http("https://server.test", "t0ken", Seams(sleep=lambda _: None))
    with pytest.raises(Unreachable):
        http_.send("POST", "https://server.test/x", {})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached_without_a_proxy(proxy, host):
    with listening() as server:
        root = f"http://{host}:{server.server_address[1]}"
        assert Http(root, "t0ken").get(f"{root}/x").data == []
    assert proxy.asked == []


@pytest.mark.parametrize("address", ["socks5://user:s3cret@127.0.0.1:1", "nonsense://x", "ftp://x"])
def test_a_proxy_that_is_none_is_told_without_its_password(monkeypatch, address):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("all_proxy", address)
    with pytest.raises(BadProxy) as caught:
        Http("https://server.test", "t0ken")
    assert "s3cret" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_port_where_nobody_listens_is_unreachable():
    with listening() as server:
        port = server.server_address[1]
    with pytest.raises(ServerTrouble, match="cannot be reached"):
        Http(f"http://127.0.0.1:{port}", None, Seams(sleep=lambda _: None)).get(f"http://127.0.0.1:{port}/x")
