"""Members left out of bodies, by the path they have there.

Owns: paths of members, and bodies without them. Sees: words. A path is that of the JSON: ``stage``,
``components.coloring``; ``aspect_ratio`` alone means that of either camera.
"""

from bcfsync.bcfapi.dialects.words import Dialect
from bcfsync.bcfapi.reading import Json

_CAMERAS = ("perspective_camera", "orthogonal_camera")


def left_out(body: Json, kind: str, dialect: Dialect) -> Json:
    """A body without what the server refuses of this kind."""
    for path in dialect.refused.get(kind, ()):
        for one in _spelled_out(path):
            body = _without(body, one.split("."))
    return body


def never_kept(dialect: Dialect) -> frozenset[str]:
    """The members a server is known to refuse or to drop, as ``topic.stage``; those of viewpoints as in ``Unkept``."""
    known = (dialect.refused, dialect.dropped)
    return frozenset(f"{kind}.{path}" for each in known for kind, paths in each.items() for path in paths)


def _spelled_out(path: str) -> tuple[str, ...]:
    return tuple(f"{camera}.{path}" for camera in _CAMERAS) if path == "aspect_ratio" else (path,)


def _without(body: Json, path: list[str]) -> Json:
    """A copy without the member at a path, in every item where it leads through a list."""
    name, rest = path[0], path[1:]
    if name not in body:
        return body
    if not rest:
        return {key: value for key, value in body.items() if key != name}
    inner = body[name]
    if isinstance(inner, dict):
        return {**body, name: _without(inner, rest)}
    if isinstance(inner, list):
        return {**body, name: [_without(item, rest) if isinstance(item, dict) else item for item in inner]}
    return body
