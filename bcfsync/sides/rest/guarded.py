"""PUTs that do not overwrite what somebody else wrote a moment before, where a server can be made to see to it.

Owns: If-Match, and finding out whether it is heeded. Sees: net. Source: RFC 9110; no version of the BCF-API speaks of
If-Match, so its enforcement is proved by the first PUT that is wanted anyway: it goes out with a tag that cannot be
right. Refused, it is heeded, and the PUT goes again with the right one; taken, it is not, and nothing is lost: the
PUT would have been unprotected all the same.
"""

from typing import Any

from bcfsync.net import Answer, Http, Refused
from bcfsync.sides.rest.facts import ENFORCED, IF_MATCH, IGNORED, MISREAD, UNTAGGED, Facts

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
        elif self.learned.get(IF_MATCH) in {None, UNTAGGED}:
            try:
                answer = self.http.send("PUT", url, body, match=_WRONG)
            except Refused as error:
                if error.status not in MOVED and not error.in_disguise:
                    raise
            else:
                self.learned[IF_MATCH] = IGNORED
                return answer
        return self._sent("PUT", url, body, read)

    def delete(self, url: str, read: Answer) -> None:
        """Delete what was read; nothing is tried out on the way.

        Raises:
            Refused: with a status of ``MOVED``, where it is something else by now, or may not go.
        """
        self._sent("DELETE", url, None, read)

    def _sent(self, method: str, url: str, body: Any, read: Answer) -> Answer:  # noqa: ANN401 - JSON
        if read.etag is None or self.learned.get(IF_MATCH) == MISREAD:
            return self.http.send(method, url, body)
        known = self.learned.get(IF_MATCH)
        try:
            answer = self.http.send(method, url, body, match=read.etag)
        except Refused as error:
            # a proxy may give out tags that the server behind it does not know: then none would ever do
            if error.status != 412 or known == ENFORCED or self.read(url).etag != read.etag:
                raise
            self.learned[IF_MATCH] = MISREAD
            return self.http.send(method, url, body)
        if method == "PUT" and known != IGNORED:
            self.learned[IF_MATCH] = ENFORCED
        return answer
