"""PUTs that do not overwrite what somebody else wrote a moment before, where a server can be made to see to it.

Owns: If-Match, and finding out whether it is heeded. Sees: net. Source: RFC 9110; no version of the BCF-API speaks of
If-Match, so its enforcement is proved by the first PUT that is wanted anyway: it goes out with a tag that cannot be
right. Refused, it is heeded, and the PUT goes again with the right one; taken, it is not, and nothing is lost: the
PUT would have been unprotected all the same.
"""

from typing import Any

from bcfsync.net import Answer, Http, Refused
from bcfsync.sides.rest.facts import ENFORCED, IF_MATCH, IGNORED, UNTAGGED, Facts

_WRONG = '"bcfsync-asks-whether-this-is-heeded"'
MOVED = frozenset({409, 412})
"""What servers answer when the resource is no longer the one that was read."""


class Guarded:
    """Reads what is written next, and writes it only over what was read, as far as the server lets us."""

    def __init__(self, http: Http, learned: Facts) -> None:
        self.http = http
        self.learned = learned

    def read(self, url: str) -> Answer:
        """The resource as it is now, with a tag no compression has weakened."""
        return self.http.get(url, exact=True)

    def put(self, url: str, body: Any, read: Answer) -> Answer:  # noqa: ANN401 - JSON
        """Replace what was read.

        Raises:
            Refused: with a status of ``MOVED``, where it is something else by now.
        """
        if read.etag is None:
            self.learned.setdefault(IF_MATCH, UNTAGGED)
            return self.http.send("PUT", url, body)
        if self.learned.get(IF_MATCH) not in {ENFORCED, IGNORED}:
            try:
                answer = self.http.send("PUT", url, body, match=_WRONG)
            except Refused as error:
                if error.status not in MOVED:
                    raise
            else:
                self.learned[IF_MATCH] = IGNORED
                return answer
            answer = self.http.send("PUT", url, body, match=read.etag)
            self.learned[IF_MATCH] = ENFORCED
            return answer
        return self.http.send("PUT", url, body, match=read.etag)
