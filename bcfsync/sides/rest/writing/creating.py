"""Creating: a POST, the guid it gives, and what is done where ours is taken.

Owns: POST and what its answers mean. Sees: ways, net. Rules: a guid that is taken means "look again"; a guid taken
elsewhere means "take another".
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bcfsync.canonical import guid_keys
from bcfsync.changes import Change, Kind, Outcome, Status
from bcfsync.guids import derived_guid, guid_key
from bcfsync.net import Answer, Refused
from bcfsync.sides.rest.ways import Ways

Body = Callable[[str], dict[str, Any]]
Decode = Callable[[object], Any]


class Creating:
    """Creates things of any kind in one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.codec = ways.codec

    def created(self, change: Change, url: str, body: Body, decode: Decode) -> Outcome:
        """POST, with the guid where the server takes one; a guid that is taken is looked at again."""
        try:
            answer = self._post(url, body(change.guid))
        except Refused as error:
            if error.status != 409:
                raise
            if self._exists(change, url):
                return Outcome(change.step, Status.STALE, change.guid, message="its guid is there already")
            # copied archives repeat guids in other topics and projects: take another, the identity map knows both
            fresh = derived_guid("taken", guid_key(change.topic), guid_key(change.guid))
            answer = self._post(url, body(fresh))
        return self.outcome(change, answer, decode)

    def _post(self, url: str, body: dict[str, Any]) -> Answer:
        return self.http.send("POST", url, body, key=self.ways.new_key())

    def _exists(self, change: Change, url: str) -> bool:
        """Whether the guid is taken by the very thing that was to be made; document references are listed only."""
        if change.kind is Kind.REFERENCE:
            listed = self.http.get(url).data
            found = map(self.codec.decode_reference, listed if isinstance(listed, list) else ())
            return guid_key(change.guid) in guid_keys(item.guid for item in found)
        try:
            self.http.get(f"{url}/{quote(change.guid, safe='')}")
        except Refused as error:
            if error.status in {404, 410}:
                return False
            raise
        return True

    def outcome(self, change: Change, answer: Answer, decode: Decode) -> Outcome:
        """What an answer to a POST says; UNANSWERED where it does not say which guid was given."""
        data = answer.data
        if data is None and answer.location:
            data = self.http.get(answer.location).data
        if data is None:
            return Outcome(change.step, Status.UNANSWERED, message="the server does not say which guid it gave")
        value = decode(data)
        return Outcome(change.step, Status.DONE, value.guid, value)
