"""Seeds that once found something, with what it was: each is played again, shortened by nothing."""

import pytest
from sim_oracle import judge
from sim_scenario import drawn
from sim_server import PROFILES

BY_NAME = {profile.name: profile for profile in PROFILES}

LOST_ANSWER = "a write whose answer was lost, an edit across before the next turn, and a preference"
NOT_KEPT = "what a server does not keep, in a write whose answer was lost, was taken for an edit of the server"
LABELS = "labels a server does not keep were sent each turn beside a member in conflict since the first meeting"
MERGED = "a topic came back with the file's own text, which had only been merged into the server's"
NOWHERE = "the last archive of a topic is removed before the engine has seen it without the topic"
RECORD = "the server was on record with a label that a stale save had taken back, and the server, too"
OLD_NOTE = "an older copy was saved after a crash between a write and the note of what it said, and taken for it"
CLOCK = "our clock jumped back a day between the start of a create and its arrival"
SEVERAL = "several topics that arrived without an answer on a server that drops labels were taken for none of them"
RESHOWN = "a viewpoint deleted on the server and changed in the file was sent again under its guid, and once more"
ANOTHER_FILE = "what was sent out of a file was taken for the past of another one that had its name before"
AGAIN = "a text written once more proved that a write beside it had been seen"
BACKUP = "a state from a backup sent a comment again"
LACKING = "a comment new to a program that had loaded the rest of its topic before was deleted with its save"
SAME_SECOND = "an edit in the very second in which a create arrived without an answer lost against a preference"
DROPPED = "labels a program had dropped showed that it had loaded a write that took the last one off"
HALF = "a stale save over an archive without a record made a difference look agreed on"
COPY = "a topic sent without an answer was unknown to the copy of its file"
UNKNOWN_BASE = "a stale save over a member that never had a common past"

FOUND = [
    ("keeps-guids+if-match", 221, LOST_ANSWER),
    ("keeps-guids+if-match", 1745, LOST_ANSWER),
    ("mints+if-match", 8371, LOST_ANSWER),
    ("capped", 2061, LOST_ANSWER),
    ("keeps-guids", 1821, UNKNOWN_BASE),
    ("dropping", 1966, LABELS),
    ("dropping", 20099, NOT_KEPT),
    ("lagging", 20478, LABELS),
    ("capped", 5547, MERGED),
    ("hiding", 8270, RECORD),
    ("hiding", 149, NOWHERE),
    ("dropping", 200019, CLOCK),
    ("dropping", 200886, SEVERAL),
    ("reshowing", 200144, RESHOWN),
    ("reshowing", 200313, RESHOWN),
    ("two-machines+mints", 1363, ANOTHER_FILE),
    ("lagging", 101506, AGAIN),
    ("mints", 101759, BACKUP),
    ("two-machines+mints", 264, OLD_NOTE),
    ("keeps-guids+if-match", 1001167, LACKING),
    ("normalising", 1000869, LACKING),
    ("lagging", 1001446, LACKING),
    ("mints+if-match", 1003815, SAME_SECOND),
    ("lagging", 1002562, DROPPED),
    ("keeps-guids", 1003037, HALF),
    ("mints", 1000356, COPY),
]


@pytest.mark.parametrize(("profile", "seed", "what"), FOUND)
def test_what_was_found_once_is_found_no_more(profile, seed, what):
    findings = judge(drawn(BY_NAME[profile], seed)).findings
    assert not findings, (what, findings)
