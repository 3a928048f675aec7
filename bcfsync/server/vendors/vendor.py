"""The form in which a vendor's dialect is handed to the wiring.

Owns: ``Vendor``. Sees: route tables, refusals. Governed by: nothing outside.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from bcfsync.server.refusals import Refusal
from bcfsync.server.routing import Route


def _go_on() -> Response | None:
    return None


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Vendor:
    """A dialect that has routes of its own.

    Args:
        root_routes: Those beside ``/bcf/{version}``; the standard ones have to be among them, if they are to be there.
        tables: Those below ``/bcf/{version}``, in place of the standard ones; None leaves these.
        schemes: Names in the Authorization header that stand for bearer tokens here, in lower case.
        arrived: Asked before every request; an answer it gives is sent instead of the route's.
        refused: The body and status a refusal has here; None leaves the standard ones.
        close: Ends what runs beside the requests.
    """

    root_routes: tuple[Route, ...]
    tables: tuple[tuple[Route, ...], ...] | None = None
    schemes: tuple[str, ...] = ()
    arrived: Callable[[], Response | None] = _go_on
    refused: Callable[[Refusal], Response] | None = None
    close: Callable[[], None] = _nothing
