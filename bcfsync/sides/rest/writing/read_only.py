"""Servers that are to be read only, and how that shows.

Owns: what a refused first topic says of the server. Sees: ways, net, facts. Rules: 405 and 501 say that there is no
such method. 404, and 400 as BCFserver and error objects have it, say so where a made-up address is answered alike; else
they may mean this user, or this topic. What is found out is kept with what is absent, and asked again after a week.
"""

from bcfsync.errors import BcfsyncError, ServerTrouble
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.facts import Facts
from bcfsync.sides.rest.ways import Ways

_NO_TOPICS = "topic.post"
_NOWHERE = "bcfsync-asks-for-nothing"


class ReadOnlyServer(BcfsyncError, ValueError):
    """The server takes no topics from anybody: archives can be made from it, not brought into it."""

    exit_code = 3
    hint = 'use bcfsync export; in bcfsync.toml, give its pairs mode = "pull"'


def is_read_only(ways: Ways) -> bool:
    """Whether the server is known to take nothing."""
    return ways.dialect.read_only or takes_no_topics(ways.learned)


def takes_no_topics(learned: Facts) -> bool:
    """Whether the server was found to have no way to make a topic."""
    return _NO_TOPICS in facts.names(learned, facts.ABSENT)


def note_refused_topic(ways: Ways, error: Refused) -> None:
    """Learn from the refusal of a topic, where it was not the topic that was refused."""
    if error.status in {405, 501} or (error.status in {400, 404} and _goes_for_anything(ways, error)):
        facts.add(ways.learned, facts.ABSENT, _NO_TOPICS)


def _goes_for_anything(ways: Ways, error: Refused) -> bool:
    """Whether an address that cannot be there is answered in the same words."""
    try:
        ways.http.get(f"{ways.routes.project}/{_NOWHERE}")
    except Refused as other:
        return other.status == error.status and _words(other) == _words(error)
    except ServerTrouble:
        return False
    return False


def _words(error: Refused) -> str:
    """What the server said, without the address it was asked at."""
    return str(error).rpartition("the server answered ")[2]
