"""Lists of everything in a project, sent while they are read.

Owns: the answer to such a list. Sees: the store, the conditions of HTTP. Governed by: RFC 9110, 8.8 and 13.
"""

from collections.abc import Callable

from flask import Response

from bcfsync.server.http.conditional import streamed_answer, unchanged_answer
from bcfsync.server.query.window import Part, Window
from bcfsync.server.routing import Call
from bcfsync.server.store.database import JsonObject, Moment


def project_list(call: Call, project_id: str, window: Window, read: Callable[[Moment], Part[JsonObject]]) -> Response:
    """The part of a list that a window shows; its tag moves when anything in the project does.

    So a client that holds it is told so without anybody reading the list. The list and its tag are of one moment.
    """
    changes = call.store.projects.changes(project_id)
    held = unchanged_answer(call.tag(changes), call.modified(changes.at))
    if held is not None:
        return held
    moment = call.store.moment()
    try:
        changes = call.store.projects.changes(project_id, moment)
        part = read(moment)
        answer = streamed_answer(part, call.tag(changes), call.modified(changes.at), done=moment.close)
        return call.linked(answer, window, more=part.more)
    except BaseException:
        moment.close()
        raise
