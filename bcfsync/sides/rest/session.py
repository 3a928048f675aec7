"""Who we are at a server and what we may do in a project of it; asked when first needed, compared with last time.

Owns: base, project, user, rights. Sees: discovery, facts, net. A right that was taken away hides topics, and another
user may see others: where user or rights are not those of last time, what is not shown is not proven to be gone.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from bcfsync.bcfapi import codec as codecs
from bcfsync.bcfapi.codec import Codec
from bcfsync.bcfapi.dialects import GENERIC, KNOWN, Dialect, refined, spoken
from bcfsync.bcfapi.dialects.recognising import by_place
from bcfsync.bcfapi.dialects.vendors import BIMDATA
from bcfsync.errors import LoginNeeded, UsageError
from bcfsync.model import Project
from bcfsync.net import Http, NotJson, Refused, Stumbled
from bcfsync.sides.rest import facts, texts_v10
from bcfsync.sides.rest.discovery import Base, base_of, found
from bcfsync.sides.rest.facts import Facts
from bcfsync.sides.rest.noticing import notice, recognise
from bcfsync.sides.rest.paging import Pager
from bcfsync.sides.rest.routes import Routes

T = TypeVar("T")
_NOT_OURS = frozenset({400, 403, 404})


class UnknownProject(UsageError, LookupError):
    """The server has no such project, or does not show it to us."""


class Session:
    """One project of one server."""

    def __init__(self, http: Http, project_id: str, learned: Facts) -> None:
        """Begin with what is known; nothing is asked.

        Args:
            http: the way to the server.
            project_id: as the server spells it.
            learned: facts of last time; those about another URL are taken out, new ones put in.
        """
        self.http = http
        self.project_id = project_id
        self.learned = learned
        self.pager = Pager(http, learned, lambda: self.dialect)
        self._base: Base | None = None
        self._asked_text = False
        self._project: Project | None = None
        if learned.get(facts.ROOT) != http.root:
            for name in facts.OF_ONE_PLACE:
                learned.pop(name, None)
        self._before = dict(learned)
        facts.forget_old_absences(learned, datetime.now(UTC).date())

    def recall(self, learned: Mapping[str, str]) -> None:
        """Take in facts of last time that were not at hand before; what was seen since counts for more."""
        told = {name: value for name, value in learned.items() if name in facts.OF_ONE_PLACE}
        if told.get(facts.ROOT, self.http.root) == self.http.root:
            self._before = {**self._before, **told}
            self.learned.update({**told, **self.learned})
            facts.forget_old_absences(self.learned, datetime.now(UTC).date())

    @property
    def base(self) -> Base:
        """Where the API is, as it was last time until that proves wrong."""
        if self._base is None:
            if facts.BASE in self.learned and facts.VERSION in self.learned:
                self._base = base_of(self.learned[facts.BASE], self.learned[facts.VERSION])
            else:
                self._base = self._discovered()
        return self._base

    @property
    def routes(self) -> Routes:
        """The addresses of the project."""
        return Routes(self.base.url, self.project_id, small=self.dialect.lower_guids)

    @property
    def dialect(self) -> Dialect:
        """What is known of the server, as data: of its product, refined by what it taught itself."""
        name = self.learned.get(facts.SAID) or self.learned.get(facts.DIALECT, "")
        return refined(KNOWN.get(name, GENERIC), self.learned)

    @property
    def codec(self) -> Codec:
        """The JSON of the version spoken, in the server's dialect."""
        return spoken(codecs.for_version(self.version), self.dialect)

    @property
    def version(self) -> str:
        """The version spoken; of 1.0 with the name of its text, as soon as the server shows which one it is."""
        version = self.base.version
        if version != texts_v10.VERSION:
            return version
        if not self._asked_text:
            self._asked_text = True
            texts_v10.text_of(self.http, self.routes, self.learned)
        text = self.learned.get(facts.TEXT)
        return f"{version}-{text}" if text else version

    @property
    def project(self) -> Project:
        """The project, as it is now.

        Raises:
            UnknownProject: and the hint names those that are there.
        """
        return self._verify()

    @property
    def user(self) -> str | None:
        """Who we are there, where the server says so."""
        self._verify()
        return self.learned.get(facts.USER) or None

    @property
    def trusted(self) -> bool:
        """Whether user and rights are those of last time."""
        self._verify()
        same = (self._before.get(name) == self.learned.get(name) for name in (facts.USER, facts.RIGHTS))
        return facts.USER in self._before and all(same)

    def connect(self) -> None:
        """Ask for everything now.

        Raises:
            UnknownProject: and the hint names those that are there.
            ServerTrouble, LoginNeeded: (subclasses) the server cannot be used.
        """
        self._base = self._discovered()
        self._project = self._verified()

    def found(self, read: Callable[[], T]) -> T:
        """What is read; where the base of last time leads nowhere, the way is looked for once more."""
        try:
            return read()
        except (Refused, UnknownProject) as error:
            remembered = self._project is None and facts.BASE in self._before
            gone = isinstance(error, UnknownProject) or error.status in {404, 410}
            if not (remembered and gone):
                raise
        self.connect()
        return read()

    # -- asking ------------------------------------------------------------------------------------------------

    def _verify(self) -> Project:
        if self._project is None:
            self._project = self.found(self._verified)
        return self._project

    def _discovered(self) -> Base:
        seen = found(self.http)
        base = seen.base
        known = self.learned.get(facts.BASE, base.url), self.learned.get(facts.VERSION, base.version)
        if (base.url, base.version) != known:
            for name in facts.OF_ONE_BASE:
                self.learned.pop(name, None)
        self.learned.update({facts.ROOT: self.http.root, facts.BASE: base.url, facts.VERSION: base.version})
        recognise(self.learned, by_place(base.url, seen.offered))
        return base

    def _verified(self) -> Project:
        data = self._project_data()
        rights = data.get("authorization") if isinstance(data, dict) else None
        self.learned[facts.RIGHTS] = _name_of(rights) if isinstance(rights, dict) and rights else ""
        notice(self.learned, [data])
        self._look_for_full_topics(data)
        project = self.codec.decode_project(data)
        self.learned[facts.USER] = self._current_user() or ""
        return project

    def _look_for_full_topics(self, project: object) -> None:
        """BIMData at a host of its customer shows itself by full topics alone, as long as a project has no topic.

        Where projects have numbers, and nothing is known of the server, they are asked for once; what comes is the list
        that is read next.
        """
        numbered = isinstance(project, dict) and str(project.get("project_id")).isdecimal()
        asked = any(self.learned.get(name) for name in (facts.SAID, facts.DIALECT, facts.FULL_TOPICS))
        if not numbered or asked or self.base.version != "2.1":
            return
        url = f"{self.routes.project}/{BIMDATA.full_topic}?img_format=url"
        try:
            answer = self.http.get(url)
        except (Refused, NotJson, Stumbled):
            self.learned[facts.FULL_TOPICS] = facts.NO
            return
        if isinstance(answer.data, list):
            self.pager.peeked[url] = answer
            self.learned[facts.DIALECT] = BIMDATA.name
        else:
            self.learned[facts.FULL_TOPICS] = facts.NO

    def _project_data(self) -> Any:  # noqa: ANN401 - JSON
        url = self.routes.project
        try:
            try:
                return self.http.get(f"{url}?includeAuthorization=true").data
            except Refused as error:
                if error.status != 400:
                    raise
                return self.http.get(url).data  # a server that takes no parameters
        except Refused as error:
            if error.status not in _NOT_OURS:
                raise
            raise UnknownProject(
                f"{self.http.root}: project {self.project_id!r} is not there, or not for you",
                hint=self._known_projects(),
            ) from error

    def _known_projects(self) -> str:
        try:
            found = [self.codec.decode_project(item) for item in self.pager.whole(self.routes.projects).items]
        except (Refused, ValueError):
            found = []
        names = ", ".join(f"{item.project_id} ({item.name})" for item in found[:10])
        return f"projects you can see: {names}" if names else "ask the administrator of the server for the project's id"

    def _current_user(self) -> str | None:
        """Who we are: some servers do not say, and in 1.0 none can."""
        if not self.base.user_url:
            return None
        try:
            data = self.http.get(self.base.user_url).data
        except LoginNeeded:
            raise
        except (Refused, ValueError):
            return None
        found = data.get("id") if isinstance(data, dict) else None
        return found if isinstance(found, str) and found else None


def _name_of(rights: dict[str, Any]) -> str:
    """A short name for what is allowed, in whatever order it is said."""
    said = {name: sorted(map(str, value)) if isinstance(value, list) else value for name, value in rights.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
