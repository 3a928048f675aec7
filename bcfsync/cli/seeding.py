"""Filling the reference server from archives: topics keep the guids, authors and dates they have in the file.

Owns: archive → the server's seeding calls. Sees: bcffile, the API's shapes, the annex's store.
"""

import base64
from pathlib import Path

from bcfsync.bcfapi import v30
from bcfsync.bcffile import BcfFile, open_bcf
from bcfsync.errors import UsageError
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Extensions, Topic
from bcfsync.server.refusals import Refusal
from bcfsync.server.store import ServerStore
from bcfsync.versions import fitted


class SeedDoesNotFit(UsageError, ValueError):
    """The project cannot take an archive: it holds its topics already, or refuses what they say."""

    hint = "seed each topic once, into a fresh folder"


def seed(store: ServerStore, project_id: str, path: Path) -> int:
    """Put all topics of an archive into a project; gives how many.

    Raises:
        InvalidArchive: (a subclass) the archive cannot be read.
        SeedDoesNotFit: a topic is there already; the project is as it was.
    """
    try:
        with open_bcf(path) as file, store.writing():
            return _seeded(store, project_id, file)
    except Refusal as refusal:
        raise SeedDoesNotFit(f"{path}: {refusal}") from refusal


def _seeded(store: ServerStore, project_id: str, file: BcfFile) -> int:
    # a server has no topic without author and date
    topics = fitted(file.bcf, "2.1").topics
    for document in file.bcf.documents:
        known = document.blob and guid_key(document.guid) not in {
            guid_key(str(item["guid"])) for item in store.documents.listing(project_id)
        }
        if document.blob and known:
            store.seed_document(project_id, document.guid, document.filename, _bytes(file, document.blob))
    for topic in topics:
        _seed_topic(store, project_id, topic, file)
    _offer(store, project_id, file.bcf.extensions or Extensions())
    return len(topics)


def _offer(store: ServerStore, project_id: str, extensions: Extensions) -> None:
    """Add the archive's lists to the project's; a list that is empty there takes any value, and stays so."""
    offered = {name: known for name, known in store.projects.extensions(project_id).items() if known}
    own = {name: getattr(extensions, name) or () for name in offered}
    store.projects.set_extensions(
        project_id, {name: list(dict.fromkeys((*known, *own[name]))) for name, known in offered.items()}
    )


def _seed_topic(store: ServerStore, project_id: str, topic: Topic, file: BcfFile) -> None:
    store.seed_topic(project_id, v30.encode_topic(topic), v30.encode_files(topic.files), list(topic.related_topics))
    for view in topic.viewpoints:
        body = v30.viewpoint_body(view, lambda blob: base64.b64encode(_bytes(file, blob)).decode())
        store.seed_viewpoint(project_id, topic.guid, body)
    for comment in topic.comments:
        body = v30.encode_comment(comment, topic.guid)
        body["reply_to_comment_guid"] = comment.reply_to_comment_guid
        store.seed_comment(project_id, topic.guid, body)
    for reference in topic.document_references:
        store.seed_document_reference(project_id, topic.guid, v30.reference_body(reference, guid=True))
    snippet = topic.bim_snippet
    if snippet and snippet.blob and not snippet.is_external:
        store.seed_snippet(project_id, topic.guid, _bytes(file, snippet.blob))


def _bytes(file: BcfFile, blob: Blob) -> bytes:
    with file.open(blob) as stream:
        return stream.read()
