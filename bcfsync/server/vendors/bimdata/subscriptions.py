"""Webhooks: who wants to be told of what.

Owns: the table ``webhook``. Sees: the database. Governed by: BIMData's documentation, "Webhooks".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bcfsync.server.refusals import Missing
from bcfsync.server.store.database import Database

EVENTS = (
    "bcf.topic.creation",
    "bcf.topic.update",
    "bcf.topic.deletion",
    "bcf.topic.full.creation",
    "bcf.topic.full.update",
    "bcf.comment.creation",
    "bcf.comment.update",
    "bcf.comment.deletion",
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook; those of a whole cloud have no project."""

    id: int
    project_id: str | None
    events: tuple[str, ...]
    url: str
    secret: str


class Subscriptions:
    """The webhooks of the cloud and of its projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listing(self, project_id: str | None) -> list[Subscription]:
        """The webhooks of one level, in the order they were made."""
        rows = self._database.rows("SELECT * FROM webhook WHERE project_id IS ? ORDER BY id", project_id)
        return [
            Subscription(row["id"], row["project_id"], tuple(json.loads(row["events"])), row["url"], row["secret"])
            for row in rows
        ]

    def get(self, project_id: str | None, number: str) -> Subscription:
        """One webhook of one level.

        Raises:
            Missing: There is none of this number.
        """
        found = [webhook for webhook in self.listing(project_id) if str(webhook.id) == number]
        if not found:
            raise Missing("Not found.")
        return found[0]

    def of_event(self, project_id: str, event: str) -> list[Subscription]:
        """Those that want to know of an event in a project."""
        return [webhook for level in (None, project_id) for webhook in self.listing(level) if event in webhook.events]

    def create(self, project_id: str | None, events: Sequence[str], url: str, secret: str) -> Subscription:
        """Add a webhook."""
        sql = "INSERT INTO webhook (project_id, events, url, secret) VALUES (?, ?, ?, ?)"
        number = self._database.run(sql, project_id, json.dumps(list(events)), url, secret)
        return Subscription(number, project_id, tuple(events), url, secret)

    def replace(self, webhook: Subscription) -> None:
        """Change a webhook."""
        sql = "UPDATE webhook SET events = ?, url = ?, secret = ? WHERE id = ?"
        self._database.run(sql, json.dumps(list(webhook.events)), webhook.url, webhook.secret, webhook.id)

    def delete(self, webhook: Subscription) -> None:
        """Remove a webhook."""
        self._database.run("DELETE FROM webhook WHERE id = ?", webhook.id)
