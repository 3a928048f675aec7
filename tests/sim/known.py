"""Seeds that are known to find something, with the reason: docs/reliability.md says what it means for people.

Each is played by ``test_sim_known.py``, which says when one of them has become right.
"""

LOST_ANSWER = "a write whose answer was lost, an edit across before the next turn, and a preference"
UNKNOWN_BASE = "a stale save over a member that never had a common past"
LABELS = "labels a server does not keep, beside a member in conflict at the first meeting"
NOWHERE = "the last archive of a topic is removed before the engine has seen it without the topic"

KNOWN = {
    ("keeps-guids+if-match", 221): LOST_ANSWER,
    ("keeps-guids+if-match", 1745): LOST_ANSWER,
    ("keeps-guids", 1821): UNKNOWN_BASE,
    ("hiding", 149): NOWHERE,
    ("dropping", 1966): LABELS,
}
