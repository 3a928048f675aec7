"""What of a model must survive a way through a file: names of files may change, bytes and words may not."""

import hashlib
import io
from contextlib import contextmanager
from dataclasses import replace

from bcfsync.bcffile import open_bcf
from bcfsync.guids import guid_key, written_guid
from bcfsync.model import Bcf, Blob, Components, Extensions
from bcfsync.saving import write_bcf
from bcfsync.versions import fitted


def opened(path):
    """The model of an archive, its blobs with digests, and its findings."""
    with open_bcf(path) as file:

        def measured(blob):
            with file.open(blob) as stream:
                return replace(blob, sha256=hashlib.sha256(stream.read()).hexdigest())

        return with_blobs(file.bcf, measured), file.findings


def rewritten(source, target, version):
    """The archive written again in a version."""
    with open_bcf(source) as file:
        write_bcf(target, fitted(file.bcf, version), file.open)
    return target


def from_memory(contents):
    """How a writer gets bytes that a test holds by their locators."""

    @contextmanager
    def open_blob(blob):
        yield io.BytesIO(contents[blob.locator])

    return open_blob


def with_blobs(bcf, change):
    """The model with every blob changed."""

    def blob(item):
        return replace(item, blob=change(item.blob)) if item and item.blob else item

    def view(item):
        return replace(item, snapshot=blob(item.snapshot), bitmaps=tuple(map(blob, item.bitmaps)))

    def topic(item):
        return replace(
            item,
            bim_snippet=blob(item.bim_snippet),
            files=tuple(map(blob, item.files)),
            viewpoints=tuple(map(view, item.viewpoints)),
        )

    return replace(
        bcf,
        topics=tuple(map(topic, bcf.topics)),
        documents=tuple(map(blob, bcf.documents)),
        extras=tuple(map(blob, bcf.extras)),
    )


def types_come_from_comments(bcf):
    """Whether 3.0 takes a type or a status from 2.0 comments; marked as invented, it lasts for one writing only."""
    return any(
        (comment.status and not topic.topic_type) or (comment.verbal_status and not topic.topic_status)
        for topic in bcf.topics
        for comment in topic.comments
    )


def essence(bcf: Bcf, version: str) -> Bcf:
    """The model without names of files and without what the version has no place for."""
    bcf = with_blobs(bcf, lambda blob: Blob("", blob.size, blob.sha256))
    extensions = None if bcf.extensions == Extensions() else bcf.extensions
    documents = tuple(
        replace(item, path=None, description=item.description if version == "3.0" else None) for item in bcf.documents
    )
    # documents are equal as a set: 2.x has no list of them
    return replace(
        bcf,
        version=version,
        extensions=extensions,
        documents=tuple(sorted(documents, key=lambda item: item.guid)),
        topics=tuple(_topic(item, version) for item in bcf.topics),
        extras=tuple(sorted(bcf.extras, key=lambda item: item.path)),
    )


def _topic(topic, version):
    return replace(
        topic,
        guid=guid_key(topic.guid),
        folder=None,
        synthetic=frozenset(),
        server_assigned_id=topic.server_assigned_id if version == "3.0" else None,
        related_topics=tuple(map(guid_key, topic.related_topics)),
        comments=tuple(map(_comment, topic.comments)),
        viewpoints=tuple(_view(item, version) for item in topic.viewpoints),
        document_references=tuple(map(_reference, topic.document_references)),
    )


def _comment(comment):
    return replace(
        comment,
        guid=guid_key(comment.guid),
        comment=comment.comment if comment.comment.strip() else "",
        viewpoint_guid=written_guid(comment.viewpoint_guid) if comment.viewpoint_guid else None,
        reply_to_comment_guid=None,
        status=None,
        verbal_status=None,
        synthetic=frozenset(),
    )


def _reference(reference):
    path = None if reference.document_guid else reference.path
    return replace(reference, guid=guid_key(reference.guid), path=path)


def _view(view, version):
    perspective, orthogonal = view.perspective_camera, view.orthogonal_camera
    if version == "2.1":
        perspective = replace(perspective, aspect_ratio=None) if perspective else None
        orthogonal = replace(orthogonal, aspect_ratio=None) if orthogonal else None
    elif perspective:
        orthogonal = None
    components = replace(view.components, flat=()) if view.components else None
    return replace(
        view,
        guid=guid_key(view.guid),
        alias=None,
        reference=None,
        synthetic=frozenset(),
        perspective_camera=perspective,
        orthogonal_camera=orthogonal,
        snapshot=replace(view.snapshot, reference=None) if view.snapshot else None,
        bitmaps=tuple(replace(item, reference=None) for item in view.bitmaps),
        components=None if components == Components() else components,
    )
