"""Desktop tools: programs that hold an archive in memory and save their whole copy later, each with its habits.

The habits are those of product.md 1.4 that concern contents. What a habit changes is no person's edit; what it drops is
excused by name, and only as far as the tool had loaded it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sim_folder import SimFolder
from sim_ledger import Ledger, Written, tokens_in
from sim_people import Edit, Writer

from bcfsync.dates import timestamp
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Comment, Topic

HABITS = (
    "rename over",
    "rename over",
    "rename over",
    "subset",
    "dropper",
    "renamer",
    "synthesiser",
    "dateless",
    "clock behind",
    "clock ahead",
    "upper case",
    "renumberer",
    "gap",
    "truncate",
)
"""How a tool saves; most just save."""

TOOL_OVER_TOOL = "one desktop tool saved an older copy over what another had loaded or written, and saved"
DROPPED = "a tool dropped a member it does not know, which reads as clearing it (W4 needs knowledge of the tool)"
SUBSET_OVER_SUBSET = "a tool left out of its export what it had saved before and the engine had not seen yet"
UNSAVED = "subset export under mirror: what is not in it counts as deleted"


@dataclass
class Tool:
    """A program with an archive open. ``pending`` are edits in memory, which nobody but its user knows of."""

    name: str
    habit: str
    reshows: bool = False
    archive: str = ""
    copy: Bcf | None = None
    loaded: frozenset[str] = frozenset()
    pending: list[Edit] = field(default_factory=list)

    def writer(self, now: datetime) -> Writer:
        """Whoever works with it."""
        skew = {"clock behind": timedelta(days=-1), "clock ahead": timedelta(days=1)}.get(self.habit, timedelta(0))
        avoids = frozenset({"stage", "labels"}) if self.habit == "dropper" else frozenset[str]()
        return Writer(f"{self.name}@example.com", now + skew, self.habit != "dateless", avoids, self.reshows)

    def open(self, folder: SimFolder, archive: str) -> bool:
        """Load an archive; False where there is none, or half of one."""
        file = folder.files.get(archive)
        if file is None or file.torn or not folder.mounted:
            return False
        self.archive, self.copy, self.pending = archive, file.bcf, []
        self.loaded = frozenset(tokens_in(file.bcf.topics))
        return True

    def edit(self, edit: Edit) -> None:
        """Change the copy in memory."""
        self.copy = edit.bcf
        self.pending.append(edit)


@dataclass
class Saving:
    """One save: the copy with the tool's habits, and what the ledger learns of it."""

    tool: Tool
    folder: SimFolder
    ledger: Ledger
    now: datetime
    token: Callable[[], str]
    guid: Callable[[], str]
    mirrors: bool
    numbers: Sequence[int]
    known: frozenset[str]
    met: frozenset[str]
    brought: frozenset[str]

    def save(self) -> str:
        """Save over whatever lies under the name now; gives how to say so."""
        tool = self.tool
        copy = tool.copy
        if copy is None:
            return "has nothing to save"
        published = [written for edit in tool.pending for written in edit.written]
        for written in published:
            self.ledger.publish(written)
            told = self.brought & tool.loaded
            if told & set(written.over) or (told and written.what == "description"):
                self.ledger.third.add(written.token)
            if tool.archive not in self.met:
                self.ledger.unmet.add(written.token)
        for edit in tool.pending:
            self.ledger.delete(edit.deleted, tool.name)
        saved = self._with_habit(copy)
        self._excuse_other_tools(saved)
        stale = self._is_stale()
        shown = tokens_in(saved.topics)
        self.folder.save(tool.archive, saved, shown, torn=tool.habit == "truncate" and self.numbers[3] % 2 == 0)
        tool.copy, tool.pending = saved, []
        tool.loaded = frozenset(shown)
        self.ledger.counts["saves"] += 1
        self.ledger.counts["stale saves"] += stale
        return f"saves {tool.archive}" + (", over writes it has not seen" if stale else "")

    def _is_stale(self) -> bool:
        file = self.folder.files.get(self.tool.archive)
        if file is None:
            return False
        return any(token not in self.tool.loaded for token in tokens_in(file.bcf.topics) if token in self.ledger.writes)

    def _excuse_other_tools(self, saved: Bcf) -> None:
        """What another tool saved in this very file since this one loaded it is gone by people's own doing."""
        file = self.folder.files.get(self.tool.archive) or self.folder.last.get(self.tool.archive)
        if file is None:
            return
        kept = set(tokens_in(saved.topics))
        lost = [item for item in tokens_in(file.bcf.topics) if item in file.by_tools - self.tool.loaded - kept]
        self.ledger.excuse(lost, TOOL_OVER_TOOL)
        unseen = [
            item for item in tokens_in(file.bcf.topics) if item in file.by_tools - kept and item not in self.known
        ]
        if self.tool.habit == "subset":
            self.ledger.excuse(unseen, SUBSET_OVER_SUBSET)

    # -- habits ------------------------------------------------------------------------------------------------

    def _with_habit(self, copy: Bcf) -> Bcf:  # noqa: PLR0911 - one line a habit
        match self.tool.habit:
            case "subset" if len(copy.topics) > 1:
                return self._subset(copy)
            case "dropper":
                return self._dropped(copy)
            case "renamer":
                return replace(copy, topics=tuple(map(_renamed, copy.topics)))
            case "synthesiser":
                return replace(copy, topics=tuple(map(self._synthesised, copy.topics)))
            case "upper case":
                return replace(copy, topics=tuple(map(_upper, copy.topics)))
            case "renumberer":
                return replace(copy, topics=tuple(replace(t, index=at) for at, t in enumerate(copy.topics, 1)))
            case _:
                return copy

    def _subset(self, copy: Bcf) -> Bcf:
        """Only some topics, those with pending edits among them."""
        edited = {token for edit in self.tool.pending for written in edit.written for token in (written.token,)}
        one = copy.topics[self.numbers[2] % len(copy.topics)]
        kept = [topic for topic in copy.topics if edited & set(tokens_in(topic))] or [one]
        left = [t for t in copy.topics if not any(t is item for item in kept)]
        if self.mirrors:
            for topic in left:
                self.ledger.delete(tokens_in(topic), UNSAVED)
        return replace(copy, topics=tuple(kept))

    def _dropped(self, copy: Bcf) -> Bcf:
        for topic in copy.topics:
            self.ledger.excuse([*tokens_in(topic.stage), *tokens_in(topic.labels)], DROPPED)
        return replace(copy, topics=tuple(replace(topic, stage=None, labels=()) for topic in copy.topics))

    def _synthesised(self, topic: Topic) -> Topic:
        """A comment to hold a viewpoint, where a topic has none."""
        if topic.comments:
            return topic
        token = self.token()
        self.ledger.publish(Written(token, (), self.tool.name, "comment a tool makes"))
        made = Comment(self.guid(), f"viewpoint {token}", timestamp(self.now), self.tool.name)
        return replace(topic, comments=(made,))


def _renamed(topic: Topic) -> Topic:
    status = topic.topic_status
    if status is None or status.startswith("Offen"):
        return topic
    return replace(topic, topic_status="Offen" if status == "Open" else f"Offen {status}")


def _upper(topic: Topic) -> Topic:
    comments = tuple(
        replace(item, guid=item.guid.upper(), viewpoint_guid=item.viewpoint_guid and item.viewpoint_guid.upper())
        for item in topic.comments
    )
    views = tuple(replace(item, guid=item.guid.upper()) for item in topic.viewpoints)
    return replace(topic, guid=topic.guid.upper(), comments=comments, viewpoints=views)


def has_topic(bcf: Bcf, guid: str) -> bool:
    """Whether a model holds a topic, however its guid is spelled."""
    return any(guid_key(item.guid) == guid_key(guid) for item in bcf.topics)
