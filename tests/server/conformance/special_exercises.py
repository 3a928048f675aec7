"""Rows with a nature of their own: signing in, extensions, binaries, rules of one resource.

Owns: those exercises. Sees: the shared ones. Governed by: BCF-API 1.0, 2.1, 3.0 and Foundation API 1.0, the section of
each resource.
"""

import httpx
import request_bodies as bodies
from exercises import Exercise, guarded, putting, reading, refuses, shows, unknown, write
from furniture import Furniture
from likeness import differences
from reference_server import png
from replies import ERRORS, Wrong, decoded
from request_bodies import Body
from texts import V21, V30

# --- services ---------------------------------------------------------------------------------------------------------


def auth(f: Furniture) -> None:
    """The discovery of how to sign in is for everybody."""
    reading(f.text.auth, "auth", public=True)(f)


def current_user(f: Furniture) -> None:
    assert f.text.current_user is not None
    f.asker.read(f.text.current_user, "current_user")
    f.asker.without_credentials("GET", f.text.current_user, 401)


def registration(f: Furniture) -> None:
    """A program registers itself where the discovery says."""
    found = decoded(f.asker.get(f.text.auth, "auth"))
    assert isinstance(found, dict)
    where = found.get("oauth2_dynamic_client_reg_url")
    if not where:
        raise Wrong(f"GET {f.text.auth}: no oauth2_dynamic_client_reg_url")
    url, body = httpx.URL(where).raw_path.decode(), bodies.registration()
    made = [decoded(f.asker.ask("POST", url, 201, "registration", json=body)) for _ in range(2)]
    if made[0]["client_id"] == made[1]["client_id"]:
        raise Wrong(f"POST {url}: two programs are one client")
    wrongs: tuple[object, ...] = (
        {**body, "client_name": "x" * 61},
        {**body, "client_description": "x" * 4001},
        {**body, "client_name": 7},
        {name: value for name, value in body.items() if name != "client_name"},
        {name: value for name, value in body.items() if name != "redirect_url"},
        [],
    )
    for wrong in wrongs:
        f.asker.ask("POST", url, ERRORS, json=wrong)


# --- extensions of 1.0 ------------------------------------------------------------------------------------------------


def _project_of_its_own(f: Furniture) -> Furniture:
    """Its extensions may be changed without spoiling anybody's."""
    url = f.create(f.url("B/projects"), {"name": "Extensions"}, "project")
    return Furniture(f.asker, url.rpartition("/")[2])


def posted_extensions(f: Furniture) -> None:
    own = _project_of_its_own(f)
    url, body = own.url("P/extensions"), bodies.extensions(f.text)
    f.asker.ask("POST", url, f.created, "extensions", json=body)
    shows(own, url, "extensions", body)
    refuses(own, "POST", url, body)


def put_extensions(f: Furniture) -> None:
    putting("P/extensions", lambda own: bodies.extensions(own.text), "extensions")(_project_of_its_own(f))


def patched_extensions(f: Furniture) -> None:
    own = _project_of_its_own(f)
    url, body = own.url("P/extensions"), bodies.extensions(f.text)
    write(own, "PUT", url, body, "extensions")
    write(own, "PATCH", url, {"topic_type": ["Fault"]}, "extensions")
    shows(own, url, "extensions", {**body, "topic_type": ["Fault"]})
    guarded(own, "PATCH", url, json={"topic_type": ["Fault"]})
    refuses(own, "PATCH", url, {"topic_type": ["Fault"]})


# --- topics -----------------------------------------------------------------------------------------------------------


def topic_cleared(f: Furniture) -> None:
    """A PUT is a whole replacement: an optional member left out is cleared; what the server signs stays."""
    before = decoded(f.asker.get(f.topic, "topic"))
    body = {"title": "Bare", "creation_author": "mallory@example.com", "creation_date": "1999-01-01T00:00:00Z"}
    write(f, "PUT", f.topic, {"title": "Bare"}, "topic")
    f.asker.ask("PUT", f.topic, f.put, "topic", json=body)
    after = decoded(f.asker.get(f.topic, "topic"))
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    kept = {
        name: before[name]
        for name in ("guid", "creation_author", "creation_date", "server_assigned_id")
        if name in before
    }
    if found := differences(kept, after):
        raise Wrong(f"PUT {f.topic}: changed what is the server's: {found}")
    # who gives a topic its number is not said, so a server may keep its own
    cleared = dict.fromkeys(name for name in bodies.topic(f.text, f.words) if name not in {"title", "index"})
    if found := differences(cleared, after):
        raise Wrong(f"PUT {f.topic}: what is left out stays: {found}")


def snippet(f: Furniture) -> None:
    """Bytes for a topic whose snippet is in the topic; none for another."""
    url = f.url("T/snippet")
    f.asker.ask("GET", url, 404)
    for content in (bodies.IFC, b"", bytes(range(256)) * 300, bodies.IFC):
        f.asker.ask("PUT", url, f.put_binary, content=content, headers=bodies.named("wall.ifc"))
        if f.asker.get(url).content != content:
            raise Wrong(f"GET {url}: other bytes than those sent")
    f.asker.refuses_stale_tags("PUT", url, content=b"x", headers=bodies.BINARY)
    f.asker.without_credentials("PUT", url, 401)
    external = {"bim_snippet": bodies.snippet(f.words, is_external=True, reference="https://example.com/a.ifc")}
    for other in (external, {"bim_snippet": None}):
        topic = f.new_topic(**other)
        f.asker.ask("PUT", f"{topic}/snippet", ERRORS, content=b"x", headers=bodies.BINARY)
        f.asker.ask("GET", f"{topic}/snippet", 404)
    f.asker.ask("PUT", unknown(url), 404, content=b"x", headers=bodies.BINARY)


def related(f: Furniture) -> list[Body]:
    return [{"related_topic_guid": f.new_topic(f"Related {i}").rpartition("/")[2]} for i in range(2)]


def offered_files(f: Furniture) -> None:
    """Every file the server offers, it takes."""
    offered = decoded(f.asker.get(f.furnish("P/files_information"), "[file_information]"))
    assert isinstance(offered, list)
    files = [information["file"] for information in offered]
    write(f, "PUT", f.url("T/files"), files, "[file]")
    shows(f, f.url("T/files"), "[file]", files)


# --- comments ---------------------------------------------------------------------------------------------------------


def comment(f: Furniture) -> Body:
    """With everything a comment can refer to."""
    body = {**bodies.comment(f.text, f.words), "viewpoint_guid": f.url("{v}")}
    if f.text is V30:
        return body
    return {**body, "reply_to_comment_guid": f.first_comment}


def comment_without_text(f: Furniture) -> None:
    """3.0: the text may be absent where there is a viewpoint; it is never blank."""
    url, viewpoint = f.url("T/comments"), f.url("{v}")
    f.asker.ask("POST", url, 201, "comment", json={"viewpoint_guid": viewpoint})
    for wrong in ({}, {"comment": ""}, {"comment": " \n"}, {"comment": "", "viewpoint_guid": viewpoint}):
        f.asker.ask("POST", url, ERRORS, json=wrong)


# --- viewpoints -------------------------------------------------------------------------------------------------------


def other_viewpoint(f: Furniture) -> Body:
    body = bodies.viewpoint(f.text)
    return {**body, "perspective_camera": None, "orthogonal_camera": bodies.camera(f.text, "view_to_world_scale")}


def viewpoint_rules(f: Furniture) -> None:
    """3.0 wants a camera or a snapshot, a camera for all else, and never two; 2.1 has no such rules."""
    url, full = f.url("T/viewpoints"), bodies.viewpoint(f.text)
    perspective = {"perspective_camera": full["perspective_camera"]}
    snapshot = {"snapshot": full["snapshot"]}
    both = perspective | {"orthogonal_camera": bodies.camera(f.text, "view_to_world_scale")}
    for good in (perspective, snapshot, perspective | snapshot):
        f.asker.ask("POST", url, 201, "viewpoint", json=good)
    bare = [snapshot | {part: full[part]} for part in ("lines", "clipping_planes", "bitmaps", "components")]
    for body in ({}, both, *bare):
        f.asker.ask("POST", url, 201 if f.text is V21 else ERRORS, "viewpoint", json=body)


def viewpoint_in_use(f: Furniture) -> None:
    """A viewpoint a comment refers to stays; without the comment it goes."""
    url = f.new_comment(viewpoint_guid=f.url("{v}"))
    f.asker.ask("DELETE", f.viewpoint, 409)
    f.asker.get(f.viewpoint, "viewpoint")
    f.asker.ask("DELETE", url, 200)
    f.asker.ask("DELETE", f.viewpoint, 200)


def components(f: Furniture) -> None:
    """Selection, coloring and visibility say what the POST said; without components, the defaults."""
    sent = bodies.components()
    for part in ("selection", "coloring", "visibility"):
        shows(f, f.url(f"V/{part}"), part, {part: sent[part]})
    bare = f.create(f.url("T/viewpoints"), {"perspective_camera": bodies.camera(f.text)}, "viewpoint")
    shows(f, f"{bare}/selection", "selection", {"selection": []})
    shows(f, f"{bare}/coloring", "coloring", {"coloring": []})
    for nothing in ("snapshot", "bitmaps/00000000-dead-4bad-8bad-000000000000"):
        f.asker.ask("GET", f"{bare}/{nothing}", 404)


def image(path: str) -> Exercise:
    """The 1.0 way of an image: bytes, 201, no body."""

    def exercise(f: Furniture) -> None:
        url = f.url(path)
        for content in (png(3, 2), bodies.JPG):
            reply = f.asker.ask("PUT", url, 201, content=content, headers=bodies.BINARY)
            if reply.content:
                raise Wrong(f"PUT {url}: the answer has a body")
            if f.asker.get(url).content != content:
                raise Wrong(f"GET {url}: other bytes than those sent")
        f.asker.refuses_stale_tags("PUT", url, content=png(), headers=bodies.BINARY)
        f.asker.without_credentials("PUT", url, 401)
        f.asker.ask("PUT", unknown(url), 404, content=png(), headers=bodies.BINARY)

    return exercise
