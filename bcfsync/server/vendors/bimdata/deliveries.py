"""Messages to those who asked to be told, sent beside the requests.

Owns: the queue, the thread, retries, the signature, and which addresses a message may go to. Sees: sockets.
Governed by: BIMData's documentation, "Webhooks" (payload, ``x-bimdata-signature``). Order, retries and time limits are
not documented there: here messages go out in order, three times at most, and what waits is lost when the server ends.
"""

import hashlib
import hmac
import http.client
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bcfsync import __version__

_MOST_WAITING = 1000
_PATIENCE = 5.0  # seconds for each step of a connection
_WAITS = (1.0, 5.0)
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to one address, and the secret it is signed with."""

    url: str
    secret: str
    message: bytes


class AddressRefused(OSError):
    """The address is none that this server sends anything to."""


def signature(secret: str, message: bytes) -> str:
    """What ``x-bimdata-signature`` says: HMAC-SHA256 of the bytes of the body, in hexadecimal."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def complaint(url: str, *, anywhere: bool) -> str | None:
    """What is wrong with an address, by its text alone; nobody is asked for it."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "enter a valid URL"
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or port == 0:
        return "enter a valid http or https URL"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "enter a valid URL"
    if not anywhere and not _is_here(host):
        return "this server sends to addresses of its own machine only"
    return None


class Deliveries:
    """The queue and the thread that empties it; the thread lives from the first message to ``close``.

    Args:
        anywhere: Whether messages may leave this machine.
        waits: Seconds before each further attempt.
        patience: Seconds that each step of a connection may take.
    """

    def __init__(self, *, anywhere: bool = False, waits: Sequence[float] = _WAITS, patience: float = _PATIENCE) -> None:
        self._anywhere = anywhere
        self._patience = patience
        self._waits = tuple(waits)
        self._queue: queue.Queue[Delivery | None] = queue.Queue(_MOST_WAITING)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.lost = 0

    def add(self, delivery: Delivery) -> None:
        """Send a message some time; never waits, and drops it when too many wait already."""
        with self._lock:
            if self._closing.is_set():
                return
            try:
                self._queue.put_nowait(delivery)
            except queue.Full:
                self.lost += 1
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when nothing waits any more."""
        self._queue.join()

    def close(self) -> None:
        """End the thread; what still waits is dropped."""
        with self._lock:
            self._closing.set()
            thread = self._thread
        if thread is not None:
            self._empty()
            self._queue.put(None)
            thread.join(3 * self._patience + 1)

    def _empty(self) -> None:
        try:
            while True:
                self._queue.get_nowait()
                self._queue.task_done()
        except queue.Empty:
            return

    def _work(self) -> None:
        while (delivery := self._queue.get()) is not None:
            try:
                if not self._is_sent(delivery):
                    self.lost += 1
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _is_sent(self, delivery: Delivery) -> bool:
        for wait in (0.0, *self._waits):
            if self._closing.wait(wait):
                return False
            try:
                status = _post(delivery, anywhere=self._anywhere, patience=self._patience)
            except AddressRefused:
                return False
            except (OSError, http.client.HTTPException, ValueError):
                continue
            if status not in _PASSING:
                return 200 <= status < 300
        return False


def _post(delivery: Delivery, *, anywhere: bool, patience: float) -> int:
    parts = urlsplit(delivery.url)
    is_secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
    kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
    connection = kind(host, port, timeout=patience)
    try:
        # connected here, to the very address that was looked at: a name may stand for another one a moment later
        connection.sock = _connected(_addresses(host, port, anywhere=anywhere), port, patience)
        if is_secure:
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"bcfsync/{__version__}",
            "x-bimdata-signature": signature(delivery.secret, delivery.message),
        }
        connection.request("POST", target, delivery.message, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _addresses(host: str, port: int, *, anywhere: bool) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    if not addresses or not (anywhere or all(_is_loopback(address) for address in addresses)):
        raise AddressRefused(f"{host} is not this machine")
    return addresses


def _connected(addresses: Sequence[str], port: int, patience: float) -> socket.socket:
    """A connection to the first address that answers."""
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout=patience)
        except OSError:
            continue  # the next one may, as with a name that stands for ::1 and 127.0.0.1
    return socket.create_connection((addresses[-1], port), timeout=patience)


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or _is_loopback(host)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False
