"""From words on a command line to switches that are on.

Owns: the notation ``name:argument,key=value``, the look-up. Sees: the catalogue. Governed by: nothing outside.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from bcfsync.server.mischief.catalogue import BY_NAME, CATALOGUE
from bcfsync.server.mischief.dialects import DIALECTS
from bcfsync.server.mischief.layer import Mischief
from bcfsync.server.mischief.switches import BadMischief, Setting

_SHOWN = 60
_Named = TypeVar("_Named")


def chosen(dialects: Iterable[str] = (), faults: Iterable[str] = (), seed: int = 0) -> Mischief:
    """What was asked for.

    Args:
        dialects: Names of servers of the field; what stands behind a colon is for the routes a vendor has of its own.
        faults: Switches as ``name:argument,key=value``; one that a dialect has, too, takes the place of the dialect's.
        seed: Chances depend on it; the same seed and requests give the same faults.

    Raises:
        BadMischief: There is no such dialect or switch, or it takes no such argument; the message names those like it.
    """
    presets = {dialect.name: dialect for dialect in DIALECTS}
    named = [*dialects]
    names = [text.partition(":")[0] for text in named]
    from_dialects = [_setting(text, seed) for name in names for text in _found(name, presets, "dialect").switches]
    given = [_setting(text, seed) for text in faults]
    replaced = {setting.name for setting in given}
    settings = [setting for setting in from_dialects if setting.name not in replaced] + given
    # all others look at paths as they are below it
    order = {switch.name: at for at, switch in enumerate(CATALOGUE)} | {"base": -1}
    unique = dict.fromkeys((s.name, s.words, tuple((s.keys or {}).items())) for s in settings)
    settings = [Setting(name, words, dict(keys), seed) for name, words, keys in unique]
    settings.sort(key=lambda setting: order[setting.name])
    return Mischief(tuple((BY_NAME[setting.name], setting) for setting in settings), tuple(named))


def _setting(text: str, seed: int) -> Setting:
    name, _, rest = text.strip().partition(":")
    switch = _found(name, BY_NAME, "fault")
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    keys: dict[str, str] = {}
    words = []
    for part in parts:
        key, sign, value = part.partition("=")
        if sign:
            keys[key.strip()] = value.strip()
        else:
            words.append(part)
    setting = Setting(name, tuple(words), keys, seed)
    switch.check(setting)
    return setting


def _found(name: str, known: Mapping[str, _Named], what: str) -> _Named:
    found = known.get(name)
    if found is None:
        like = difflib.get_close_matches(name[:_SHOWN], known, n=3, cutoff=0.5)
        told = f"; there is {', '.join(like)}" if like else ""
        raise BadMischief(f"there is no {what} '{name[:_SHOWN]}'{told}")
    return found
