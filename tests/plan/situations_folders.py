"""Scenarios: a folder of several archives, and what must not be tried."""

from dataclasses import replace

from scenarios import done, nothing, reasons, remote_edit, rich_topic, scenario
from situations_deleting import titled, titles
from worlds import (
    C1,
    C2,
    LOCAL,
    REMOTE,
    T1,
    T2,
    V1,
    Bytes,
    MemorySide,
    bring,
    comment,
    drop,
    edit,
    fetch,
    only,
    plan,
    reword,
    synced,
    texts,
    topic,
    view,
    world,
)

from bcfsync.changes import Cause, Kind, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import Bcf
from bcfsync.plan.policy import Deletes, Place, Placing, Policy

INBOX, SITE = "/files/inbox.bcf", "/files/site.bcf"
RULES = (Place(SITE, label="Site"),)


class Folder:
    """Two archives over one server; the server's new topics go to the inbox, those labelled "Site" to the other."""

    def __init__(self, mint, inbox=(), site=(), remote=(), deletes=Deletes.NEVER):
        first = world(mint=mint, local=inbox, remote=remote, replica=INBOX)
        second = replace(first, replica=SITE, local=MemorySide(user=None, bcf=Bcf("3.0", topics=tuple(site))))
        second.local.blobs = Bytes()
        self.archives = {INBOX: first, SITE: second}
        self.deletes = deletes

    def policy(self, name):
        others = (each.local.bcf.topics for other, each in self.archives.items() if other != name)
        held = frozenset(guid_key(item.guid) for topics in others for item in topics)
        placing = Placing(name, INBOX, RULES, held, frozenset(self.archives))
        return Policy(placing=placing, deletes=self.deletes)

    def go(self, one_way, name):
        self.archives[name].policy = self.policy(name)
        return one_way(self.archives[name])

    def turn(self, order=(INBOX, SITE)):
        """Every archive in, every archive out; the steps that were done and what was held."""
        told = [(name, self.go(one_way, name)) for one_way in (bring, fetch) for name in order if name in self.archives]
        steps = [(name, step.verb, step.kind) for name, each in told for step, _ in each.ended]
        return steps, [(name, hold) for name, each in told for hold in each.holds]

    def held(self, name):
        return titles(self.archives[name].local)

    @property
    def remote(self):
        return self.archives[INBOX].remote

    def local(self, name):
        return self.archives[name].local

    def settled(self):
        for order in ((INBOX, SITE), (SITE, INBOX)):
            steps, _ = self.turn(order)
            assert not steps


ORDERS = ((INBOX, SITE), (SITE, INBOX))
OURS, THEIRS = topic(T1, title="Ours"), topic(T2, title="Theirs", labels=("Site",))


@scenario("N1")
def new_topic_on_the_server(mint):
    for order in ORDERS:
        found = Folder(mint, remote=[OURS])
        found.turn(order)
        assert (found.held(INBOX), found.held(SITE)) == (["Ours"], [])
        found.settled()


@scenario("N2")
def new_topic_that_a_rule_names(mint):
    for order in ORDERS:
        found = Folder(mint, remote=[OURS, THEIRS])
        found.turn(order)
        assert (found.held(INBOX), found.held(SITE)) == (["Ours"], ["Theirs"])
        edit(found.remote, titled(found.remote, "Ours").guid, labels=("Site",))
        found.turn(order)
        assert (found.held(INBOX), found.held(SITE)) == (["Ours"], ["Theirs"])
        found.settled()


@scenario("N3")
def topic_of_one_archive(mint):
    for order in ORDERS:
        found = Folder(mint, inbox=[OURS], site=[topic(V1, title="Of the site")])
        found.turn(order)
        assert (found.held(INBOX), found.held(SITE)) == (["Ours"], ["Of the site"])
        assert titles(found.remote) == ["Of the site", "Ours"]
        found.settled()


@scenario("N4")
def topic_of_two_archives_dropped_from_one(mint):
    for deletes in Deletes:
        for order in ORDERS:
            for dropped, kept in (ORDERS[0], ORDERS[1]):
                found = Folder(mint, inbox=[OURS], site=[OURS], deletes=deletes)
                found.turn(order)
                drop(found.local(dropped), T1)
                edit(found.remote, only(found.remote).guid, priority="High")
                steps, holds = found.turn(order)
                assert (dropped, Verb.UNBIND, Kind.TOPIC) in steps
                assert not holds
                assert (found.held(dropped), found.held(kept)) == ([], ["Ours"])
                assert only(found.local(kept)).priority == "High"
                found.settled()


@scenario("N5")
def dropped_from_all_archives(mint):
    for deletes in Deletes:
        for order in ORDERS:
            found = Folder(mint, inbox=[topic(V1, title="Another")], site=[OURS], deletes=deletes)
            found.turn(order)
            drop(found.local(SITE), T1)
            steps, holds = found.turn(order)
            wanted = {
                Deletes.NEVER: ([], [Cause.MISSING]),
                Deletes.ASK: ([], [Cause.ASKED]),
                Deletes.MIRROR: ([(SITE, Verb.DELETE, Kind.TOPIC)], []),
            }
            assert (steps, [item.cause for _, item in holds]) == wanted[deletes]
            assert found.held(INBOX) == ["Another"]
            assert len(found.remote.bcf.topics) == (1 if deletes is Deletes.MIRROR else 2)
            found.settled()


@scenario("N6")
def dropped_from_all_archives_at_once(mint):
    for order in ORDERS:
        found = Folder(mint, inbox=[OURS, topic(V1, title="Another")], site=[OURS], deletes=Deletes.MIRROR)
        found.turn(order)
        for name in order:
            drop(found.local(name), T1)
        found.turn(order)
        assert titles(found.remote) == ["Another"]
        found.settled()


@scenario("N7")
def dropped_from_its_archive_and_edited(mint):
    for deletes in Deletes:
        for order in ORDERS:
            found = Folder(mint, site=[OURS, THEIRS], deletes=deletes)
            found.turn(order)
            drop(found.local(SITE), T1)
            edit(found.remote, titled(found.remote, "Ours").guid, priority="High")
            found.turn(order)
            assert (found.held(INBOX), found.held(SITE)) == ([], ["Ours", "Theirs"])
            found.settled()


@scenario("N8")
def its_archive_is_no_longer_there(mint):
    for forgotten in (False, True):
        found = Folder(mint, site=[OURS, topic(V1, title="Another")])
        found.turn()
        del found.archives[SITE]
        if forgotten:
            found.archives[INBOX].store.forget_replica(SITE)
        _, holds = found.turn()
        assert {(name, item.reason, item.cause) for name, item in holds} == {
            (INBOX, "is in no archive any more; not sent again", Cause.MISSING)
        }
        assert len(holds) == 2
        edit(found.remote, titled(found.remote, "Ours").guid, comments=(comment(C2, "Still there"),))
        found.turn()
        assert found.held(INBOX) == ["Ours"]
        assert len(found.remote.bcf.topics) == 2


@scenario("N9")
def moved_from_one_archive_to_another(mint):
    for order in ORDERS:
        found = Folder(mint, inbox=[rich_topic()], deletes=Deletes.MIRROR)
        found.turn(order)
        moved = only(found.local(INBOX))
        drop(found.local(INBOX), T1)
        found.local(SITE).bcf = replace(found.local(SITE).bcf, topics=(moved,))
        found.turn(order)
        assert (found.held(INBOX), found.held(SITE)) == ([], ["Duct clashes with beam"])
        assert len(found.remote.bcf.topics) == 1
        found.settled()


# -- what must not be tried --------------------------------------------------------------------------------------


@scenario("Q1")
def quarantined(mint):
    found = world(mint=mint, local=[rich_topic(), topic(T2, title="Another", comments=(comment(C2, "OK"),))])
    found.policy = Policy(quarantined={key_of(Kind.TOPIC, "", T1): "the server said no"})
    told = bring(found)
    assert titles(found.remote) == ["Another"]
    assert [(item.kind, item.reason, item.cause) for item in told.holds] == [
        (Kind.TOPIC, "the server said no", Cause.QUARANTINED),
        (Kind.VIEWPOINT, "needs what is held: the server said no", Cause.QUARANTINED),
        (Kind.COMMENT, "needs what is held: the server said no", Cause.QUARANTINED),
    ]
    found.policy = Policy()
    assert len(bring(found).writes) == 3
    found.policy = Policy(quarantined={key_of(Kind.COMMENT, T1, C1): "the server said no"})
    reword(found.local, T1, "OK", comment="Fine")
    edit(found.local, priority="High")
    assert done(told := bring(found)) == [(Verb.UPDATE, Kind.TOPIC)]
    assert [item.kind for item in told.holds] == [Kind.COMMENT]


@scenario("Q2")
def fought_about(mint):
    found = synced(mint=mint, local=[topic(comments=(comment(),))])
    found.policy = Policy(fought=frozenset({key_of(Kind.COMMENT, T1, C1)}))
    reword(found.local, T1, "OK", comment="Fine")
    (reason,) = reasons(bring(found))
    assert "again and again" in reason
    remote_edit(found, comments=tuple(replace(item, comment="No") for item in only(found.remote).comments))
    reword(found.local, T1, "Fine", comment="OK")
    assert reasons(fetch(found)) == [reason]
    assert (texts(only(found.local)), texts(only(found.remote))) == (["OK"], ["No"])


@scenario("Q3")
def quarantined_viewpoint(mint):
    """What does not hang on it goes on."""
    for bring_or_fetch, source in ((bring, LOCAL), (fetch, REMOTE)):
        held = topic(viewpoints=(view(),), comments=(comment(C1, "With", viewpoint_guid=V1), comment(C2, "Without")))
        found = world(mint=mint, **{str(source): [held]})
        unknown = [step.kind for step in plan(found, source).steps]
        assert unknown == [Kind.TOPIC, Kind.VIEWPOINT, Kind.COMMENT, Kind.COMMENT]
        found.policy = Policy(quarantined={key_of(Kind.VIEWPOINT, T1, V1): "no"})
        assert len(bring_or_fetch(found).holds) == 2
        assert texts(only(found.side(source.other))) == ["Without"]
        assert nothing(fetch(found) if source is LOCAL else bring(found))
