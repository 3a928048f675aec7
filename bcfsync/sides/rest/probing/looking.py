"""What can be found out by reading alone.

Owns: paging, filters, order, events, other versions, which routes there are, and which lists have tags. Sees: asking,
findings. The names of the findings are those of the card.
"""

from bcfsync.bcfapi.dialects.vendors import BIMDATA
from bcfsync.sides.rest.probing.asking import Asking, Told
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES, Findings
from bcfsync.sides.rest.routes import Routes

_FUTURE = "2999-01-01T00:00:00Z"
_MUCH = 100_000


def look(asking: Asking, routes: Routes, findings: Findings, there: int = 0) -> None:
    """Find out what reading tells; more is known of a project that has topics, ``there`` at least."""
    everything = asking.get(routes.topics)
    findings.note("etag.topics", everything.tag if everything.ok else UNKNOWN, everything)
    _paging(asking, routes, findings, everything, max(there, len(everything.items)))
    _filtering(asking, routes, findings, everything)
    _ordering(asking, routes, findings)
    _events(asking, routes, findings)
    _routes(asking, routes, findings, everything)


def _routes(asking: Asking, routes: Routes, findings: Findings, everything: Told) -> None:
    """Which routes there are beyond topics and their threads, as far as reading tells."""
    documents = asking.get(routes.documents)
    findings.note("routes.documents", _there(documents), documents)
    full = asking.get(f"{routes.project}/{BIMDATA.full_topic}?img_format=url")
    findings.note("full_topic", YES if isinstance(full.data, list) else NO if full.known else UNKNOWN, full)
    api = routes.base.rpartition("/")[0]
    versions = asking.get(f"{api}/versions")
    offered = _ids(versions.members.get("versions"))
    others = sorted(offered - {routes.base.rpartition("/")[2]})
    findings.note("versions.others", (" ".join(others) or "none") if offered else UNKNOWN, versions)
    topic = next((_guid(item) for item in everything.items if _guid(item)), "")
    for name in ("files", "related_topics", "document_references"):
        if topic and findings.value(f"routes.{name}") == UNKNOWN:
            told = asking.get(routes.part(topic, name))
            findings.note(f"routes.{name}", _there(told), told)


def _there(told: Told) -> bool | None:
    return True if told.ok else False if told.absent else None


def _ids(versions: object) -> set[str]:
    items = versions if isinstance(versions, list) else []
    return {str(item["version_id"]) for item in items if isinstance(item, dict) and "version_id" in item}


def _paging(asking: Asking, routes: Routes, findings: Findings, everything: Told, there: int) -> None:
    one = asking.get(f"{routes.topics}?$top=1")
    enough = there > 1
    findings.note("paging.top", _works(one, len(one.items) == 1, enough=enough), one)
    second = asking.get(f"{routes.topics}?$top=1&$skip=1")
    moved = bool(one.items) and [_guid(item) for item in second.items] not in ([_guid(one.items[0])], [])
    skips = moved and len(second.items) == 1
    findings.note("paging.skip", _works(second, skips, enough=enough), one, second)
    many = asking.get(f"{routes.topics}?$top={_MUCH}")
    more = len(many.items) > len(everything.items)
    default = str(len(everything.items)) if more and many.ok and everything.ok else UNKNOWN
    findings.note("paging.default", default, everything, many)
    behind = asking.get(f"{routes.topics}?$top={_MUCH}&$skip={len(many.items)}") if many.items else None
    known = {_guid(item) for item in many.items}
    capped = behind is not None and findings.value("paging.skip") == "works" and _new(behind, known)
    findings.note("paging.cap", str(len(many.items)) if capped else UNKNOWN, many, *([behind] if behind else []))


def _new(told: Told, known: set[str]) -> bool:
    return any(_guid(item) not in known for item in told.items)


def _works(told: Told, worked: bool, *, enough: bool) -> str:  # noqa: FBT001 - a judgement
    if told.refused:
        return "error"
    if not told.ok or not enough:
        return UNKNOWN
    return "works" if worked else "ignored"


def _filtering(asking: Asking, routes: Routes, findings: Findings, everything: Told) -> None:
    told = asking.get(f"{routes.topics}?$filter=modified_date%20ge%20{_FUTURE}")
    nothing = isinstance(told.data, list) and not told.items
    findings.note("filter", _works(told, nothing, enough=bool(everything.items)), told)


def _ordering(asking: Asking, routes: Routes, findings: Findings) -> None:
    for name in ("$orderby", "$orderBy"):
        up = asking.get(f"{routes.topics}?{name}=creation_date%20asc")
        down = asking.get(f"{routes.topics}?{name}=creation_date%20desc")
        first, last = [_date(item) for item in up.items], [_date(item) for item in down.items]
        enough = len(set(first)) > 1 and all(first) and all(last)
        value = _works(up, first == sorted(first) and last == sorted(last, reverse=True), enough=enough)
        if value == "works" or name == "$orderby":
            findings.note("orderby", value, up, down)
            findings.note("orderby.name", name if value == "works" else UNKNOWN, up, down)
        if value != "ignored":
            return


def _events(asking: Asking, routes: Routes, findings: Findings) -> None:
    told = asking.get(f"{routes.topics}/events")
    findings.note("events", told.ok if told.ok or told.refused else UNKNOWN, told)
    event = next((item for item in told.items if isinstance(item, dict)), {})
    key = next((name for name in ("actions", "events") if name in event), UNKNOWN)
    findings.note("events.key", key, told)
    findings.note("events.there", (YES if told.items else NO) if told.ok else UNKNOWN, told)


def _guid(item: object) -> str:
    return str(item.get("guid")).lower() if isinstance(item, dict) else ""


def _date(item: object) -> str:
    return str(item.get("creation_date") or "") if isinstance(item, dict) else ""
