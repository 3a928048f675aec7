"""A project on a server, as a side of a pair.

Owns: the session with one project. Sees: discovery, reading, writing.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from bcfsync.bcfapi import codec as codecs
from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Key,
    Listing,
    Outcome,
    ProjectInfo,
    Side,
    Status,
    Verb,
)
from bcfsync.errors import LoginNeeded, UsageError
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Topic
from bcfsync.net import Http, Refused, Unanswered
from bcfsync.sides.draft import listed
from bcfsync.sides.rest.discovery import discover
from bcfsync.sides.rest.reading import ProjectReader
from bcfsync.sides.rest.routes import Routes
from bcfsync.sides.rest.writing import ProjectWriter


class UnknownProject(UsageError, LookupError):
    """The server has no such project, or does not show it to us."""


class RestSide:
    """One project of a BCF server.

    ``keeps_guids`` is what is known of the server: True or False once proved, None before; ask again after a run.
    """

    def __init__(self, http: Http, project_id: str, *, keeps_guids: bool | None = None) -> None:
        """Find the API and the project.

        Raises:
            UnknownProject: and the hint names those that are there.
            ServerTrouble, LoginNeeded: (subclasses) the server cannot be used.
        """
        self.http = http
        self.base = discover(http)
        self.codec = codecs.for_version(self.base.version)
        self.routes = Routes(self.base.url, project_id)
        self.reader = ProjectReader(http, self.routes, self.codec)
        self.keeps_guids = keeps_guids
        self.project = self._project(project_id)
        self._user = self._current_user()
        self._topics: dict[str, Topic] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, as far as it is known."""
        name = f"{self.http.root} ({self.project.name or self.project.project_id}, BCF-API {self.base.version})"
        return Capabilities(name, client_guid=self.keeps_guids is True, user=self._user)

    def listing(self) -> Listing:
        """All topics of the project."""
        self._topics = {guid_key(topic.guid): topic for topic in self.reader.topics()}
        return Listing({key: listed(topic) for key, topic in self._topics.items()})

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:
        """Whole topics; viewpoints that are ``known`` come without components, since they never change."""
        found = [self._topics[key] for key in keys if key in self._topics]
        whole = self.reader.whole(found, known)
        documents = self.reader.documents()
        return Bodies(
            {guid_key(topic.guid): topic for topic in whole},
            documents,
            ProjectInfo(self.project, self._extensions()),
            self.capabilities,
        )

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Fetch the bytes of a picture, snippet or document."""
        with self.http.open(blob.locator) as stream:
            yield stream

    def moved(self, tag: str | None) -> bool:  # noqa: ARG002 - nothing is known of its tags yet
        """Whether the project may have changed."""
        return True

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """Which topics the server says are not there, asked one by one."""
        return frozenset(key for key in keys if self._is_gone(key))

    def _is_gone(self, key: str) -> bool:
        try:
            self.http.get(self.routes.topic(key))
        except Refused as error:
            return error.status in {404, 410}
        return False

    def apply(self, changes: Iterable[Change], source: Side) -> Iterator[Outcome]:
        """Send the changes one by one; a lost answer is an outcome first and the end of the run after."""
        writer = ProjectWriter(self.http, self.routes, self.codec, source, sends_guids=self.base.version != "2.1")
        for change in changes:
            try:
                outcome = writer.write(change)
            except Unanswered as error:
                yield Outcome(change.step, Status.UNANSWERED, change.guid, message=str(error))
                raise
            self._learn(change, outcome)
            yield outcome

    def close(self) -> None:
        """End the session."""
        self.http.close()

    def _learn(self, change: Change, outcome: Outcome) -> None:
        """Whether the server keeps our guids shows in its first answers; one that does not is believed for good."""
        if change.verb is Verb.CREATE and outcome.status is Status.DONE and not outcome.adopted:
            kept = guid_key(outcome.guid) == guid_key(change.guid)
            self.keeps_guids = kept if self.keeps_guids is None else self.keeps_guids and kept

    def _project(self, project_id: str) -> Any:  # noqa: ANN401
        try:
            return self.codec.decode_project(self.http.get(self.routes.project).data)
        except Refused as error:
            if error.status not in {400, 403, 404}:
                raise
            raise UnknownProject(
                f"{self.http.root}: project {project_id!r} is not there, or not for you", hint=self._known_projects()
            ) from error

    def _known_projects(self) -> str:
        try:
            found = [self.codec.decode_project(item) for item in self.reader.pages(self.routes.projects)]
        except (Refused, ValueError):
            found = []
        names = ", ".join(f"{item.project_id} ({item.name})" for item in found[:10])
        return f"projects you can see: {names}" if names else "ask the administrator of the server for the project's id"

    def _current_user(self) -> str | None:
        """Who we are: some servers do not say."""
        try:
            data = self.http.get(self.base.user_url).data
        except LoginNeeded:
            raise
        except (Refused, ValueError):
            return None
        found = data.get("id") if isinstance(data, dict) else None
        return found if isinstance(found, str) and found else None

    def _extensions(self) -> Any:  # noqa: ANN401
        try:
            return self.codec.decode_extensions(self.http.get(self.routes.extensions).data)
        except Refused:
            return None
