"""Anything people, programs and faults can do to the real stack, in any order; then it comes to rest with all of it.

A long run: ``make machine EXAMPLES=1000 STEPS=60``.
"""

import os
from contextlib import closing

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from real_oracle import converged, nobody_deleted
from real_people import FILE_EDITS, WEB_EDITS, People, Tool, retitle, rezip, set_member, web_set_member
from real_seams import AFTER, BEFORE, COMMIT, LOST, REPLACE, REQUEST, WRITE, Fault
from real_stack import Stack, archive_bytes, tokens, valid

from bcfsync.plan.policy import Deletes, Policy
from bcfsync.run import Applied

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("BCFSYNC_MACHINE_EXAMPLES", "0"))
STEPS = int(os.environ.get("BCFSYNC_MACHINE_STEPS", "14"))
SMALL = st.integers(0, 5)
FAULTS = st.one_of(
    st.builds(Fault, st.just(COMMIT), st.integers(1, 24), st.sampled_from([BEFORE, AFTER])),
    st.builds(Fault, st.just(WRITE), st.integers(1, 6), st.sampled_from([BEFORE, AFTER, LOST])),
    st.builds(Fault, st.just(REQUEST), st.integers(1, 40), st.sampled_from([BEFORE, LOST])),
    st.builds(Fault, st.just(REPLACE), st.integers(1, 6), st.sampled_from([BEFORE, AFTER])),
)
FILE_CHANGES = st.lists(st.tuples(SMALL, st.sampled_from(FILE_EDITS), SMALL, SMALL), max_size=3)
WEB_CHANGES = st.lists(st.tuples(st.sampled_from(WEB_EDITS), SMALL, SMALL), max_size=3)


class ProjectMachine(RuleBasedStateMachine):
    """A project of two archives and a server, with people on both sides."""

    def __init__(self) -> None:
        super().__init__()
        self.people: People | None = None
        self.tool: Tool | None = None
        self.looked: dict[str, object] = {}

    @initialize(
        api=st.sampled_from(["3.0", "2.1"]),
        version=st.sampled_from(["2.1", "3.0"]),
        deletes=st.sampled_from(list(Deletes)),
        shared=st.booleans(),
        met=st.booleans(),
    )
    def begin(self, api, version, deletes, shared, met):
        self.stack = Stack(api, Policy(deletes=deletes), version)
        self.people = People(self.stack)
        first, second, third = (self.people.first_topic() for _ in range(3))
        self.people.begin("week.bcf", (first, second))
        self.people.begin("mep.bcf", (third, second) if shared else (third,))
        if met:
            self.stack.settle()

    def teardown(self):
        if self.people is None:
            return
        try:
            converged(self.people)
        finally:
            self.stack.close()

    # -- archives ----------------------------------------------------------------------------------------------

    def free(self, which):
        """An archive that no program has in its memory: two that save over each other lose things without us."""
        paths = [path for path in self.stack.archives() if self.tool is None or path.name != self.tool.name]
        return paths[which % len(paths)] if paths else None

    @rule(file=SMALL, edit=st.sampled_from(FILE_EDITS), which=SMALL, number=SMALL)
    def somebody_edits_a_file(self, file, edit, which, number):
        if path := self.free(file):
            note(f"{edit.__name__} in {path.name}")
            self.people.edit_file(path, edit, which, number)

    @rule(file=SMALL, which=SMALL)
    def a_program_that_knows_only_zip_edits_a_file(self, file, which):
        if path := self.free(file):
            retitle(self.people, path, which)

    @rule(file=SMALL, number=SMALL)
    def a_program_packs_a_file_anew(self, file, number):
        if path := self.free(file):
            rezip(path, number)

    @rule(file=SMALL)
    def somebody_renames_a_file(self, file):
        if path := self.free(file):
            self.people.made += 1
            path.rename(path.with_name(f"moved{self.people.made}.bcf"))

    @rule(file=SMALL)
    def somebody_removes_a_file(self, file):
        path = self.free(file)
        if path and len(self.stack.archives()) > 2:
            gone = set(tokens(archive_bytes(path)))
            path.unlink()
            elsewhere = {token for other in self.stack.archives() for token in tokens(archive_bytes(other))}
            elsewhere.update(tokens(self.stack.server_bytes()))
            self.people.deleted(sorted(gone - elsewhere), "whoever removed the archive")
            self.people.removed |= gone

    # -- the server --------------------------------------------------------------------------------------------

    @rule(edit=st.sampled_from(WEB_EDITS), which=SMALL, number=SMALL)
    def anna_edits_on_the_server(self, edit, which, number):
        note(edit.__name__)
        self.people.edit_server(edit, which, number)

    @rule(file=SMALL, which=SMALL, number=SMALL)
    def both_sides_edit_one_member(self, file, which, number):
        if path := self.free(file):
            self.people.edit_file(path, set_member, which, number)
            self.people.edit_server(web_set_member, which, number)

    @rule(number=SMALL, winner=st.sampled_from(["files", "server", None]))
    def somebody_decides_a_conflict(self, number, winner):
        with closing(self.stack.state_open()) as store:
            open_ = store.conflicts()
            if not open_:
                return
            found = open_[number % len(open_)]
            value = None if winner else f"decided {self.people.token()}"
            store.decide(found.key, found.field, winner, value)
        ours, theirs = (set(tokens([(text or "").encode()])) for text in (found.local, found.remote))
        losers = {"files": theirs - ours, "server": ours - theirs, None: ours | theirs}[winner]
        for token in losers:
            self.people.ledger.settled.setdefault(token, "decided against")

    # -- a program that keeps what it loaded -------------------------------------------------------------------

    @precondition(lambda self: self.tool is None)
    @rule(file=SMALL)
    def a_tool_loads_a_file(self, file):
        if path := self.free(file):
            self.tool = Tool.load(self.people, path)

    @precondition(lambda self: self.tool is not None)
    @rule(edit=st.sampled_from(FILE_EDITS), which=SMALL, number=SMALL)
    def the_tool_edits_its_copy(self, edit, which, number):
        note(edit.__name__)
        self.tool.edit(edit, which, number)

    @precondition(lambda self: self.tool is not None)
    @rule(number=SMALL, stays=st.booleans())
    def the_tool_saves_its_copy(self, number, stays):
        self.tool.save(number)
        if not stays:
            self.tool = None

    # -- the engine --------------------------------------------------------------------------------------------

    @rule()
    def a_turn(self):
        self.looked_at(self.stack.turn())

    @rule(files=FILE_CHANGES, webs=WEB_CHANGES, fault=FAULTS)
    def a_turn_with_much_to_do_is_struck(self, files, webs, fault):
        for change in files:
            self.somebody_edits_a_file(*change)
        for change in webs:
            self.anna_edits_on_the_server(*change)
        self.a_turn_that_is_struck(fault)

    @precondition(lambda self: self.tool is None)
    @rule(file=SMALL, webs=WEB_CHANGES, later=WEB_CHANGES, edits=FILE_CHANGES, number=SMALL)
    def a_tool_saves_over_what_came_meanwhile(self, file, webs, later, edits, number):
        self.a_tool_loads_a_file(file)
        for changes in (webs, later):
            for change in changes:
                self.anna_edits_on_the_server(*change)
            self.a_turn()
        if self.tool is None:
            return
        for _, edit, which, at in edits:
            self.the_tool_edits_its_copy(edit, which, at)
        self.the_tool_saves_its_copy(number, stays=False)

    @rule()
    def time_passes(self):
        self.stack.sleep(90)

    @rule(fault=FAULTS)
    def a_turn_that_is_struck(self, fault):
        self.looked_at(self.stack.turn(fault))

    @rule()
    def a_turn_for_which_deletions_were_named(self):
        self.stack.options["allowed"] = 9
        self.looked_at(self.stack.turn())
        self.stack.options.clear()

    def looked_at(self, told):
        steps = [f"{item.step.verb} {item.step.label}" for item in told.events if isinstance(item, Applied)]
        note(f"turn: {told.ended!r} {steps}")
        nobody_deleted(self.people, told.requests)

    @invariant()
    def every_archive_is_whole_and_valid(self):
        if self.people is None:
            return
        for path in self.stack.archives():
            stamp = path.stat().st_mtime_ns, path.stat().st_size
            if self.looked.get(path.name) != stamp:
                valid(path)
                self.looked[path.name] = stamp


TestProject = ProjectMachine.TestCase
TestProject.settings = settings(
    max_examples=EXAMPLES or 8,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
)
