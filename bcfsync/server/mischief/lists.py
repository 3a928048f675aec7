"""Lists as servers give them: capped, paged in their own way, unfiltered, without end.

Owns: the switches of query options. Sees: exchanges. Governed by: BCF-API 2.1 and Foundation API 1.0, "Sorting,
Filtering and Pagination"; what of it servers leave out.
"""

import uuid
from collections.abc import Callable

from bcfsync.server.mischief.exchange import Answer, Around, Ask, Asked, JsonObject
from bcfsync.server.mischief.switches import Context, Setting

_NO_PAGES = {"$top": None, "$skip": None, "page": None, "page_size": None}
_NO_OPTIONS = {**_NO_PAGES, "$filter": None, "$orderby": None, "filter": None, "sort": None}


def _of_lists(change: Callable[[Asked], Asked]) -> Around:
    """A switch that changes what lists are asked for."""

    def around(asked: Asked, ask: Ask) -> Answer:
        return ask(change(asked) if asked.method == "GET" and asked.place.is_list else asked)

    return around


def _part(asked: Asked, size: int, *, newest_first: bool = False) -> dict[str, str | None]:
    """The options for so many items; 1.0 may be either of its texts, each of which overlooks the other's words."""
    options: dict[str, str | None] = {"$top": str(size)}
    if newest_first:
        options["$orderby"] = "creation_date desc"
    if asked.place.version == "1.0":
        options |= {"page_size": str(size), **({"sort": "-creation_date"} if newest_first else {})}
    return options


def page_default(setting: Setting, _context: Context) -> Around:
    """Without ``$top`` there are so many items and no more."""
    size = setting.count(100)

    def sized(asked: Asked) -> Asked:
        is_sized = asked.option("$top") or asked.option("page_size")
        return asked if is_sized else asked.with_options(_part(asked, size))

    return _of_lists(sized)


def page_cap(setting: Setting, _context: Context) -> Around:
    """No page is longer than this, whatever ``$top`` says."""
    size = setting.count(100)

    def capped(asked: Asked) -> Asked:
        wanted = asked.number("page_size" if asked.option("page_size") else "$top")
        return asked if wanted is not None and wanted <= size else asked.with_options(_part(asked, size))

    return _of_lists(capped)


def first_only(setting: Setting, _context: Context) -> Around:
    """The first so many, and no way to the others."""
    size = setting.count(100)

    def around(asked: Asked, ask: Ask) -> Answer:
        if not (asked.method == "GET" and asked.place.is_list):
            return ask(asked)
        answer = ask(asked.with_options({**_NO_PAGES, **_part(asked, size)}))
        answer.headers.remove("Link")
        return answer

    return around


def newest_only(setting: Setting, _context: Context) -> Around:
    """The newest so many topics, the newest first; every option is ignored."""
    size = setting.count(2000)

    def around(asked: Asked, ask: Ask) -> Answer:
        if not (asked.method == "GET" and asked.place.is_list_of("topics")):
            return ask(asked)
        answer = ask(asked.with_options({**_NO_OPTIONS, **_part(asked, size, newest_first=True)}))
        answer.headers.remove("Link")
        return answer

    return around


def newest_first(_setting: Setting, _context: Context) -> Around:
    """Topics come newest first unless another order is asked for."""

    def ordered(asked: Asked) -> Asked:
        is_free = asked.place.kind == "topics" and asked.option("$orderby") is None
        return asked.with_options({"$orderby": "creation_date desc"}) if is_free else asked

    return _of_lists(ordered)


def skip_multiples(_setting: Setting, _context: Context) -> Around:
    """``$skip`` is divided by ``$top`` and what remains is lost."""

    def floored(asked: Asked) -> Asked:
        top, skip = asked.number("$top"), asked.number("$skip")
        if not top or skip is None:
            return asked
        return asked.with_options({"$skip": str(skip // top * top)})

    return _of_lists(floored)


def odata_ignored(_setting: Setting, _context: Context) -> Around:
    """No option of a query is looked at: the whole list, every time."""
    return _ignoring(*_NO_OPTIONS)


def filter_ignored(_setting: Setting, _context: Context) -> Around:
    """``$filter`` is not looked at: a question about changes finds everything."""
    return _ignoring("$filter", "filter")


def paging_ignored(_setting: Setting, _context: Context) -> Around:
    """``$top`` and ``$skip`` are not looked at: every page is the whole list."""
    return _ignoring(*_NO_PAGES)


def _ignoring(*names: str) -> Around:
    return _of_lists(lambda asked: asked.with_options(dict.fromkeys(names)) if asked.options else asked)


def orderby_camel(_setting: Setting, _context: Context) -> Around:
    """Only ``$orderBy`` sorts; ``$orderby`` is not looked at."""
    return _of_lists(lambda asked: asked.with_options({"$orderby": asked.option("$orderBy"), "$orderBy": None}))


def literal_dollar(_setting: Setting, _context: Context) -> Around:
    """An option whose ``$`` comes as ``%24`` is not looked at."""

    def literal(asked: Asked) -> Asked:
        parts = asked.environ.get("QUERY_STRING", "").split("&")
        return asked.with_environ(QUERY_STRING="&".join(part for part in parts if not part.startswith("%24")))

    return _of_lists(literal)


def no_links(_setting: Setting, _context: Context) -> Around:
    """Pages do not say that there are more."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        answer.headers.remove("Link")
        return answer

    return around


def endless_pages(setting: Setting, _context: Context) -> Around:
    """There is always a next page: of items nobody made, or of the last ones again."""
    kind = setting.one_of("new", "same")

    def around(asked: Asked, ask: Ask) -> Answer:
        top, skip = asked.number("$top"), asked.number("$skip") or 0
        if not top or asked.method != "GET" or not asked.place.is_list_of("topics", "comments", "viewpoints"):
            return ask(asked)
        answer = ask(asked.without_conditions())
        found = answer.json()
        if not answer.is_good or not isinstance(found, list):
            return answer
        if len(found) < top:
            models = found or ask(asked.reading(asked.path, "$top=1")).json()
            found += [_invented(models[at % len(models)], kind, skip + at) for at in range(len(found), top) if models]
            answer.set_json(found)
            answer.headers.remove("ETag")
        after = asked.with_options({"$top": str(top), "$skip": str(skip + top)})
        answer.headers["Link"] = f'<{asked.url}?{after.environ["QUERY_STRING"]}>; rel="next"'
        return answer

    return around


def _invented(model: JsonObject, kind: str, at: int) -> JsonObject:
    return model if kind == "same" else {**model, "guid": str(uuid.UUID(int=at + (4 << 76) + (8 << 60)))}
