"""Where a redirect leads, and whether we go there.

Owns: the rules, and the corrected forms of addresses. Sees: addresses, errors. Rules: docs/network.md.

A read is followed on its own server, and to the same host by https. Bytes are followed to another host, by https and
without Authorization. A write goes out again, with the same method, only where 307 or 308 says so, or 301 corrects the
spelling of its address (a slash at its end), and only on the same server: these say that nothing was done. A POST goes
out again for such a correction alone, since a second one makes a second topic. 302 and 303 answer a write that was
carried out: its result is read. Whatever else they mean, a write never goes out twice for it.
"""

from urllib.parse import urlsplit, urlunsplit

from bcfsync.errors import ServerTrouble
from bcfsync.net.addresses import is_safe_elsewhere, is_upgrade, origin_of, short
from bcfsync.net.errors import Stumbled, Unanswered

MOST_HOPS = 3
_AGAIN = frozenset({307, 308})
_SEE = frozenset({302, 303})
_FOR_GOOD = frozenset({301, 308})


class Redirects:
    """What is known of the addresses of one server."""

    def __init__(self, root: str) -> None:
        self.ours = origin_of(root)
        self._given = self.ours
        self._below = f"{root}/"
        self._slashed: dict[str, bool] = {}
        self._moved: dict[str, str] = {}

    def own(self, url: str) -> str:
        """The address in its corrected form, if it is on this server: the token goes nowhere else.

        Raises:
            Stumbled: it is not.
        """
        if self.ours is self._given and url.startswith(self._below):
            return self._corrected(url)  # which needs no look at its parts
        theirs = origin_of(url)
        if theirs == self._given != self.ours:
            parts = urlsplit(url)
            url = urlunsplit((self.ours[0], self._netloc(), parts.path, parts.query, ""))
        elif theirs != self.ours:
            raise Stumbled(f"{short(url)}: the server refers to another host", hint="give the URL of that host")
        return self._corrected(url)

    def elsewhere(self, url: str) -> str:
        """An address on any host that bytes may be fetched from.

        Raises:
            Stumbled: it is not safe.
        """
        if not is_safe_elsewhere(origin_of(url), self.ours):
            raise Stumbled(f"{short(url)}: the server refers to an address that is not https")
        return url

    def of_read(self, asked: str, target: str, status: int, *, bytes_: bool) -> tuple[str, bool]:
        """Where to read on, and whether without Authorization from there.

        Raises:
            Stumbled: it leads to where we do not go.
        """
        theirs = origin_of(target)
        if theirs == self.ours:
            self._learn(asked, target, status)
            return target, False
        if is_upgrade(self.ours, theirs):
            self.ours = theirs
            return target, False
        if bytes_ and is_safe_elsewhere(theirs, self.ours):
            return target, True
        return self.own(target), False

    def of_write(self, method: str, asked: str, target: str, status: int) -> bool:
        """Whether the write has to go out again, to the target; else its result is to be read there.

        Raises:
            ServerTrouble: it leads to where we do not go, and nothing was done.
            Unanswered: the same, and nobody knows whether it was done.
        """
        said = f"{short(asked)}: {method} was redirected to {short(target)}"
        theirs = origin_of(target)
        if theirs != self.ours:
            nothing = status not in _SEE or is_upgrade(self.ours, theirs)
            if nothing:
                raise ServerTrouble(f"{said}; nothing was written", hint="give the URL the server redirects to")
            raise Unanswered(f"{said}, which is another host", hint="give the URL the server redirects to")
        if status in _SEE:
            return False
        corrected = _unslashed(asked) == _unslashed(target)
        same_twice = method != "POST" and (status in _AGAIN or (status == 301 and _last(asked) == _last(target)))
        if same_twice or (corrected and status in {*_AGAIN, 301}):
            self._learn(asked, target, status)
            return True
        if status in _AGAIN:
            raise ServerTrouble(f"{said}; nothing was written", hint="give the URL the server redirects to")
        raise Unanswered(f"{said}; whether it was carried out, nobody knows")

    # -- corrected forms ---------------------------------------------------------------------------------------

    def _learn(self, asked: str, target: str, status: int) -> None:
        """A slash counts for all addresses that end in the same word; another place for this one."""
        old, new = urlsplit(asked).path, urlsplit(target).path
        if old.rstrip("/") == new.rstrip("/"):
            self._slashed[_last(asked)] = new.endswith("/")
        elif status in _FOR_GOOD and urlsplit(asked).query == urlsplit(target).query:
            self._moved[old] = new

    def _corrected(self, url: str) -> str:
        if not (self._moved or self._slashed):
            return url
        parts = urlsplit(url)
        path = self._moved.get(parts.path, parts.path)
        slash = self._slashed.get(path.rstrip("/").rpartition("/")[2])
        if slash is not None:
            path = path.rstrip("/") + "/" * slash
        return url if path == parts.path else urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    def _netloc(self) -> str:
        _, host, port = self.ours
        name = f"[{host}]" if ":" in host else host
        return name if port == 443 else f"{name}:{port}"


def _unslashed(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


def _last(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]
