"""Which dialects have routes of their own, and what they can be told on the command line.

Owns: their names, and the notation ``bimdata:full-topic-put=delete,guid-taken=409``. Sees: the vendors' packages.
Governed by: nothing outside.
"""

from collections.abc import Iterable
from dataclasses import replace

from bcfsync.server.mischief.switches import BadMischief
from bcfsync.server.store import ServerStore
from bcfsync.server.vendors import openproject
from bcfsync.server.vendors.bimdata.dialect import Switches
from bcfsync.server.vendors.bimdata.mounting import vendor as bimdata
from bcfsync.server.vendors.vendor import Vendor

ARGUMENTS = {
    "full-topic-put=keep": Switches(full_topic_put="keep"),
    "full-topic-put=delete": Switches(full_topic_put="delete"),
    "plain-http=forwarded": Switches(plain_http="forwarded"),
    "plain-http=redirect": Switches(plain_http="redirect"),
    "plain-http=allow": Switches(plain_http="allow"),
    "guid-taken=400": Switches(taken=400),
    "guid-taken=409": Switches(taken=409),
    "webhooks-anywhere=no": Switches(webhooks_anywhere=False),
    "webhooks-anywhere=yes": Switches(webhooks_anywhere=True),
}
"""What can stand behind ``bimdata:``, and what it does."""

_FIELDS = {
    "full-topic-put": "full_topic_put",
    "plain-http": "plain_http",
    "guid-taken": "taken",
    "webhooks-anywhere": "webhooks_anywhere",
}


def vendor_of(dialects: Iterable[str], store: ServerStore) -> Vendor | None:
    """What the named dialects bring along; of several that have routes of their own, BIMData counts.

    Args:
        dialects: Their names on the command line, maybe with arguments; most bring nothing.
        store: The data.

    Raises:
        BadMischief: A dialect is given arguments that it does not take.
    """
    given = [text.partition(":")[::2] for text in dialects]
    for name, arguments in given:
        if arguments and name != "bimdata":
            raise BadMischief(f"{name}: this dialect takes no arguments")
    for name, arguments in given:
        if name == "bimdata":
            return bimdata(store, _switches(arguments))
    return openproject.VENDOR if any(name == "openproject" for name, _ in given) else None


def _switches(text: str) -> Switches:
    switches = Switches()
    for argument in filter(None, (part.strip() for part in text.split(","))):
        if argument not in ARGUMENTS:
            raise BadMischief(f"bimdata: takes {', '.join(ARGUMENTS)}; not {argument}")
        field = _FIELDS[argument.partition("=")[0]]
        switches = replace(switches, **{field: getattr(ARGUMENTS[argument], field)})
    return switches
