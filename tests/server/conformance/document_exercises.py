"""Rows of documents and references to them.

Owns: those exercises. Sees: the shared ones. Governed by: BCF-API 1.0, 2.1 and 3.0, "Document reference services",
"Document services".
"""

import request_bodies as bodies
from exercises import guarded, refuses, shows, unknown, write
from furniture import Furniture
from likeness import differences
from replies import ERRORS, Wrong, decoded
from texts import V21, V30


def references_of_1_0(f: Furniture) -> None:
    """The whole list; what comes back with its guid may be sent again with it."""
    url = f.url("T/document_references")
    body = [bodies.reference(f.text), {"description": "No target"}]
    write(f, "PUT", url, body, "[reference]")
    shows(f, url, "[reference]", body)
    got = decoded(f.asker.get(url, "[reference]"))
    write(f, "PUT", url, got, "[reference]")
    shows(f, url, "[reference]", got)
    guarded(f, "PUT", url, json=got)
    refuses(f, "PUT", url, got)


def posted_reference(f: Furniture) -> None:
    """One reference, to a document of the project or to a URL, never both."""
    url = f.url("T/document_references")
    internal = {"document_guid": f.url("{d}"), "description": "Inside"}
    for body in (bodies.reference(f.text), internal):
        reply = f.asker.ask("POST", url, 201, "reference", json=body)
        made = decoded(reply)
        if made not in decoded(f.asker.get(url, "[reference]")):
            raise Wrong(f"POST {url}: the answer is not in the list")
        if found := differences(body, made):
            raise Wrong(f"POST {url}: the answer differs from what was sent: {found}")
    f.asker.ask("POST", url, ERRORS, json=internal | {"url": "https://example.com"})
    wanted = "6d7a1b1e-0001-4000-8000-" + f.url("{t}").rpartition("-")[2]
    reply = f.asker.ask("POST", url, 201, "reference", json=bodies.reference(f.text, guid=wanted))
    if f.text is V30:
        if f.created_guid(reply) != wanted:
            raise Wrong(f"POST {url}: guid {wanted} was wanted, {f.created_guid(reply)} given")
        f.asker.ask("POST", url, 409, json=bodies.reference(f.text, guid=wanted))
    refuses(f, "POST", url, bodies.reference(f.text))


def put_reference(f: Furniture) -> None:
    """2.1 has the guid in the body, too; 3.0 has not."""
    url = f.url("T/document_references/{r}")
    guid = {"guid": f.url("{r}")} if f.text is V21 else {}
    body = {"url": "https://example.com/other", "description": "Other", **guid}
    listed = f.url("T/document_references")
    write(f, "PUT", url, body, "reference")
    if not any(not differences(body, got) for got in decoded(f.asker.get(listed, "[reference]"))):
        raise Wrong(f"PUT {url}: the list does not show it")
    f.asker.ask("PUT", url, 412, json=body, headers={"If-Match": '"no-such-tag"'})
    f.asker.ask("PUT", url, ERRORS, json=body | {"document_guid": f.url("{d}")})
    if guid:
        f.asker.ask("PUT", url, ERRORS, json=body | {"guid": "00000000-dead-4bad-8bad-000000000000"})
        f.asker.ask("PUT", url, ERRORS, json={"url": "https://example.com/other"})
    refuses(f, "PUT", url, body, missing=ERRORS)


def posted_document(f: Furniture) -> None:
    """Bytes under a name; in 3.0 under the guid the client wants."""
    url = f.url("P/documents")
    for name, header in (("plan.pdf", bodies.named("plan.pdf")), ("Wände ☂.pdf", _named_by_rfc_5987("Wände ☂.pdf"))):
        reply = f.asker.ask("POST", url, f.created, "document", content=b"%PDF", headers=header)
        listed = decoded(f.asker.get(url, "[document]"))
        if not any(one["guid"] == f.created_guid(reply) and one["filename"] == name for one in listed):
            raise Wrong(f"POST {url}: {name} is not in the list")
    wanted = "6d7a1b1e-0002-4000-8000-" + f.url("{t}").rpartition("-")[2]
    named = bodies.named("a.pdf")
    reply = f.asker.ask("POST", f"{url}?guid={wanted}", f.created, "document", content=b"1", headers=named)
    if f.text is V30:
        if f.created_guid(reply) != wanted:
            raise Wrong(f"POST {url}: guid {wanted} was wanted, {f.created_guid(reply)} given")
        f.asker.ask("POST", f"{url}?guid={wanted}", 409, content=b"1", headers=named)
        f.asker.ask("POST", f"{url}?guid=none", ERRORS, content=b"1", headers=named)
    f.asker.without_credentials("POST", url, 401)
    f.asker.ask("POST", unknown(url), 404, content=b"1", headers=named)


def document(f: Furniture) -> None:
    """The bytes, and their name in Content-Disposition."""
    url = f.url("P/documents/{d}")
    reply = f.asker.read(url, media="application/octet-stream")
    if reply.content != b"%PDF" or "plan.pdf" not in reply.headers.get("Content-Disposition", ""):
        raise Wrong(f"GET {url}: {reply.content[:20]!r} as {reply.headers.get('Content-Disposition')}")
    f.asker.without_credentials("GET", url, 401)
    f.asker.ask("GET", unknown(url), 404)


def _named_by_rfc_5987(name: str) -> dict[str, str]:
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())
    header = f"attachment; filename=\"document\"; filename*=UTF-8''{encoded}"
    return {**bodies.BINARY, "Content-Disposition": header}
