"""What a person, or whoever runs their network, can do about a certificate or a proxy that is in the way.

Owns: those hints, and which proxy of the environment leads to a host, without its user and password. Sees: addresses.
"""

import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from bcfsync.net.addresses import is_loopback

_EXPIRED, _NOT_YET = 10, 9
_OWN_NAME = 62, 64
_CHAIN = "or on Linux let SSL_CERT_FILE name a PEM file with it, which has to be there"
# the numbers are OpenSSL's X509_V_ERR_*; other stores give words only
_WORDS = {"expired": _EXPIRED, "not yet valid": _NOT_YET, "mismatch": _OWN_NAME[0], "not valid for": _OWN_NAME[0]}


def of_certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    """What to do about a certificate that is not taken; nothing was sent."""
    code = error.verify_code or 0
    said = str(error).lower()
    code = next((number for words, number in _WORDS.items() if words in said), code)
    if code == _EXPIRED:
        return "nothing was sent; have whoever runs the server renew its certificate, or correct this machine's clock"
    if code == _NOT_YET:
        return "nothing was sent; correct this machine's clock, or have whoever runs the server look at its certificate"
    if code in _OWN_NAME:
        return f"nothing was sent; check the URL, or have whoever runs the server get a certificate for {host}"
    return f"nothing was sent; have your IT install the root certificate behind it in this machine's store, {_CHAIN}"


def of_proxy(proxy: str) -> str:
    """What to do where a proxy does not lead to the server."""
    return f"check HTTPS_PROXY or ALL_PROXY ({proxy}), ask your IT, or name the server in NO_PROXY"


def of_sign_in(proxy: str) -> str:
    """What to do where a proxy wants to know who asks."""
    name = proxy or "HOST:PORT"
    return f"set HTTPS_PROXY to http://USER:PASSWORD@{name}, or have your IT let this program through without"


def proxy_to(url: str) -> str:
    """Host and port of the proxy that requests to an address go through; "" where they go directly."""
    parts = urlsplit(url)
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not found or is_loopback(parts.hostname) or proxy_bypass(parts.netloc):
        return ""
    try:
        proxy = urlsplit(found if "://" in found else f"http://{found}")
        port = proxy.port
    except ValueError:
        return ""  # wiring refuses it
    return f"{proxy.hostname}:{port}" if port else proxy.hostname or ""
