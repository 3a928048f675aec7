"""Viewpoints, as they are made, with their pictures inside the request.

Owns: a viewpoint's body. Sees: creating, bcfapi. Source: BCF-API 2.1 and 3.0: a viewpoint never changes.
"""

import base64
from dataclasses import replace

from bcfsync.changes import Change, Outcome, Side, Status
from bcfsync.model import Blob, Viewpoint
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.creating import Creating


class ViewpointWriter:
    """Makes viewpoints of one project; ``source`` is where bytes come from."""

    def __init__(self, ways: Ways, source: Side) -> None:
        self.ways = ways
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.source = source

    def create(self, change: Change, view: Viewpoint) -> Outcome:
        """Make a viewpoint with its components and pictures."""
        outcome = self.creating.created(
            change,
            self.routes.part(change.topic, "viewpoints"),
            lambda guid: self.codec.viewpoint_body(
                self._sendable(replace(view, guid=guid)), self._base64, guid=self.ways.sends_guids
            ),
            self.codec.decode_viewpoint,
        )
        if outcome.status is not Status.DONE:
            return outcome
        # the answer holds neither components nor bytes: what was sent is what the server has
        kept = replace(view, guid=outcome.guid)
        both = view.perspective_camera and view.orthogonal_camera and self.ways.sends_guids
        note = "the server takes one camera; the orthogonal one stays in the file" if both else ""
        return replace(outcome, value=kept, message=note)

    def _sendable(self, view: Viewpoint) -> Viewpoint:
        """Without pictures that are named but not there."""
        snapshot = view.snapshot if view.snapshot and view.snapshot.blob else None
        return replace(view, snapshot=snapshot, bitmaps=tuple(item for item in view.bitmaps if item.blob))

    def _base64(self, blob: Blob) -> str:
        with self.source.open(blob) as stream:
            return base64.b64encode(stream.read()).decode("ascii")
