"""Listening on a port, with waitress.

Owns: sockets, threads and what a connection does at its end. Sees: waitress, a WSGI application.
Governed by: RFC 9112, 6.3 and 9.3: an answer without a body or in chunks does not end the connection.
"""

import errno
import logging
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

from bcfsync import __version__
from bcfsync.errors import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LARGEST_REQUEST = 2 * 1024**3 + 1024**2
_PATIENCE = 60.0  # seconds in which a client has to take something of a large answer


class PortInUse(UsageError, OSError):
    """The port cannot be had."""

    hint = "choose another one with --port"


class NoSuchAddress(UsageError, ValueError):
    """The host is not one to listen on."""

    hint = "leave out --host, or give an address of this machine"


class _Task(WSGITask):
    """Keeps the connection where HTTP/1.1 lets it.

    waitress 3 ends it after every answer without a length: after each 304, which is what a client that only asks
    whether anything is new gets all day, and after each list that is sent as it is read.
    """

    def set_close_on_finish(self) -> None:
        request: Any = self.request  # the stubs know the refused ones only
        wishes_to_end = request.headers.get("CONNECTION", "").lower() == "close"
        is_framed = not self.has_body or (self.chunked_response and request.command != "HEAD")
        if self.version != "1.1" or wishes_to_end or not is_framed:
            super().set_close_on_finish()


class _Channel(HTTPChannel):
    """Gives up a client that asks for much and then reads nothing.

    waitress 3 would wait for it without end, which keeps a thread, and the data as it was for that answer.
    """

    task_class = _Task

    def _flush_outbufs_below_high_watermark(self) -> None:
        channel: Any = self  # the stubs know nothing of what follows
        most = channel.adj.outbuf_high_watermark
        if channel.total_outbufs_len <= most:
            return
        with channel.outbuf_lock:
            self._flush_exception(self._flush_some, do_close=False)  # type: ignore[attr-defined]
            while channel.connected and channel.total_outbufs_len > most:
                before = channel.total_outbufs_len
                channel.server.pull_trigger()
                if not channel.outbuf_lock.wait(_PATIENCE) and channel.total_outbufs_len == before:
                    channel.will_close = True
                    with suppress(OSError):  # gone already
                        channel.socket.shutdown(socket.SHUT_RDWR)  # so that the thread of the sockets looks at it
                    raise ClientDisconnected


class Listener:
    """A server that listens from the start, and answers while it runs.

    It has many threads, since a server that is slow on purpose sleeps in them.

    Raises:
        PortInUse: Somebody else listens there, or it may not be had.
        NoSuchAddress: The host is no address of this machine.
    """

    def __init__(self, app: "WSGIApplication", host: str, port: int, *, threads: int = 32) -> None:
        logging.getLogger("waitress").setLevel(logging.ERROR)
        try:
            # an OSError out of an answer ends its connection without a word: that is how answers get lost on purpose
            server: Any = create_server(
                app,
                host=host,
                port=port,
                threads=threads,
                ident=f"bcfsync/{__version__}",
                log_socket_errors=False,
                max_request_body_size=_LARGEST_REQUEST,
                clear_untrusted_proxy_headers=False,
            )
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise NoSuchAddress(f"{host}: no address of this machine") from error
            raise PortInUse(f"{host}:{port}: cannot listen: {error.strerror or error}") from error
        except ValueError as error:
            raise NoSuchAddress(f"{host}: no address of this machine") from error
        # a name such as localhost may stand for several sockets, which then share the port that was asked for
        listening = [part for part in (server, *getattr(server, "map", {}).values()) if hasattr(part, "channel_class")]
        for part in listening:
            part.channel_class = _Channel
        self._trigger: Any = listening[0].trigger
        self._server = server
        self.port: int = getattr(self._server, "effective_port", port)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def stop(self) -> None:
        """Make ``run`` come to its end, from another thread."""
        with suppress(OSError):  # it was awake: it has closed already, with the pipe that was to wake it
            self._trigger.pull_trigger(self._server.close)

    def run(self) -> None:
        """Answer until the process is told to stop; then let go of the port."""
        try:
            self._server.run()
        finally:
            # waitress itself lets its threads go only where it is interrupted
            self._server.task_dispatcher.shutdown()
            self._server.close()
