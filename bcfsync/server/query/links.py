"""The ``Link`` header: where the neighbours of a page are.

Owns: the URLs of next, previous and first page. Sees: the window, no Flask. Governed by: RFC 8288. No version of the
API asks for it: a client that does not know it loses nothing.
"""

from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from bcfsync.server.query.window import UNLIMITED, Window

_KEPT = "$-._~!*(),:/@'"


def links(url: str, window: Window, *, more: bool) -> str | None:
    """The value of the header, or None when there is nothing to tell.

    Args:
        url: Of the request, with its query.
        window: What it asked for.
        more: Whether there are items after those.
    """
    if not 0 < window.top < UNLIMITED:
        return None
    pages = []
    if more:
        pages.append(("next", window.skip + window.top, window.top))
    if window.skip:
        # a page before that would begin before the first item is shorter, so that none is sent twice
        start = max(0, window.skip - window.top)
        pages += [("prev", start, min(window.top, window.skip)), ("first", 0, window.top)]
    return ", ".join(f'<{_turned(url, window, start, size)}>; rel="{rel}"' for rel, start, size in pages) or None


def _turned(url: str, window: Window, skip: int, top: int) -> str:
    turning = {"$skip": skip, "$top": top}
    if window.pages == "page":
        turning = {"page": skip // window.top + 1, "page_size": window.top}
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in turning]
    options = [*kept, *((name, str(value)) for name, value in turning.items())]
    query = "&".join(f"{quote(name, safe=_KEPT)}={quote(value, safe=_KEPT)}" for name, value in options)
    return urlunsplit((parts.scheme, parts.netloc, quote(parts.path, safe=_KEPT + "%"), query, ""))
