"""The connections of a session: time-outs, certificates, proxies.

Owns: how httpx is set up. Sees: addresses, errors. Certificates are judged by the system's own store (truststore), so a
company's root certificate counts where it is installed; nothing switches that off. Proxies are those of the environment
(HTTPS_PROXY, ALL_PROXY, NO_PROXY, as httpx reads them), but never for this machine.
"""

import ssl

import httpx
import truststore

from bcfsync import __version__
from bcfsync.net import advice
from bcfsync.net.addresses import is_loopback, short
from bcfsync.net.arriving import ACCEPTED
from bcfsync.net.errors import BadCertificate, BadProxy, Broken, Unreachable
from bcfsync.net.pacing import MOST

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_LIMITS = httpx.Limits(max_connections=MOST + 4, max_keepalive_connections=MOST + 4)
_HEADERS = {
    "User-Agent": f"bcfsync/{__version__}",
    "Accept": "application/json, */*;q=0.5",
}


def client_for(host: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    """A client without any sign-in of its own, for a session with this host.

    A server on this machine is asked for nothing packed: that costs both of us more than it saves.

    Raises:
        BadProxy: the environment names a proxy that is none.
    """
    try:
        return httpx.Client(
            headers={**_HEADERS, "Accept-Encoding": "identity" if is_loopback(host) else ACCEPTED},
            timeout=_TIMEOUT,
            limits=_LIMITS,
            follow_redirects=False,
            transport=transport,
            mounts=_past_proxies(host),
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
    except (httpx.InvalidURL, ValueError, ImportError) as error:
        # the address of a proxy may hold a password: its text is not repeated
        raise BadProxy("the environment names a proxy that cannot be used") from error


def _past_proxies(host: str) -> dict[str, httpx.BaseTransport | None]:
    """This machine is reached directly: a proxy would get the token, and means another machine by this name."""
    here = ["localhost", "127.0.0.1", "::1", *([host] if is_loopback(host) else [])]
    return {f"all://[{name}]" if ":" in name else f"all://{name}": None for name in here}


def failure(url: str, error: Exception) -> Unreachable | BadCertificate | Broken:
    """Why no answer came to what was never sent, or may be sent again."""
    bad = _certificate(error)
    if bad is not None:
        host = httpx.URL(url).host
        why = (bad.verify_message or str(bad)).rstrip(".")
        said = f"{short(url)}: the certificate is not one to trust for {host}: {why}"
        return BadCertificate(said, hint=advice.of_certificate(bad, host))
    said = str(error) or type(error).__name__
    if _wants_sign_in(error):
        return Unreachable(
            f"{short(url)}: the proxy wants a sign-in: {said}", hint=advice.of_sign_in(advice.proxy_to(url))
        )
    if isinstance(error, httpx.ProxyError | httpx.ConnectError | httpx.ConnectTimeout):
        return _unreached(url, said, proxied=isinstance(error, httpx.ProxyError))
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        return Broken(f"{short(url)}: the server does not answer: {said}")
    if isinstance(error, httpx.NetworkError | httpx.TimeoutException) and not isinstance(error, httpx.ReadError):
        return Unreachable(f"{short(url)}: the server cannot be reached: {said}")
    kind = Unreachable if is_final(error) else Broken
    return kind(f"{short(url)}: the connection broke: {said}")


def _unreached(url: str, said: str, *, proxied: bool) -> Unreachable:
    """Why there is no connection; ``proxied`` where the proxy says so itself."""
    proxy = advice.proxy_to(url)
    hint = advice.of_proxy(proxy) if proxy else ""
    if proxied:
        return Unreachable(f"{short(url)}: the proxy does not lead to the server: {said}", hint=hint)
    if "WRONG_VERSION_NUMBER" in said:
        hint = hint or "check the port of the URL"
        return Unreachable(f"{short(url)}: the server cannot be reached: nothing there speaks TLS", hint=hint)
    way = f" through the proxy {proxy}" if proxy else ""
    return Unreachable(f"{short(url)}: the server cannot be reached{way}: {said}", hint=hint)


def is_final(error: BaseException) -> bool:
    """Whether trying again does not help: it was the certificate, the request itself, or a sign-in at a proxy."""
    request = isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol)
    return request or _certificate(error) is not None or _wants_sign_in(error)


def _wants_sign_in(error: BaseException) -> bool:
    """Whether a proxy does not know us: each wrong try may count against somebody's account."""
    return isinstance(error, httpx.ProxyError) and str(error).startswith("407")


def _certificate(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The verdict on the certificate, where that is what an error is about."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None
