"""A topic or a whole archive as one JSON document in the API's shapes: what ``show --json`` prints.

Owns: how the resources nest. Sees: codec, shapes, model. Rules: BCF-API shapes of the codec's version; every file
as ``size`` in bytes and ``sha256``, null where nobody has read it yet.
"""

from bcfsync.bcfapi import shapes
from bcfsync.bcfapi.codec import Resources
from bcfsync.bcfapi.reading import Json
from bcfsync.model import Bcf, Blob, Document, Topic, Viewpoint


def show_bcf(bcf: Bcf, codec: Resources) -> Json:
    """Project, extensions (null where there are none), documents and topics of an archive."""
    return {
        "project": codec.encode_project(bcf.project) if bcf.project else None,
        "extensions": codec.encode_extensions(bcf.extensions) if bcf.extensions else None,
        "documents": [_document(document) for document in bcf.documents],
        "topics": [show_topic(topic, codec) for topic in bcf.topics],
    }


def show_topic(topic: Topic, codec: Resources) -> Json:
    """The topic as its server would answer it, with everything that has its own resource there."""
    return {
        **codec.encode_topic(topic),
        "files": codec.encode_files(topic.files),
        "comments": [codec.encode_comment(comment, topic.guid) for comment in topic.comments],
        "viewpoints": [_viewpoint(viewpoint, codec) for viewpoint in topic.viewpoints],
        "related_topics": codec.encode_related(topic.related_topics),
        "document_references": [codec.encode_reference(reference) for reference in topic.document_references],
    }


def _viewpoint(viewpoint: Viewpoint, codec: Resources) -> Json:
    shown = codec.encode_viewpoint(viewpoint) | codec.encode_bitmaps(viewpoint, _measure)
    if viewpoint.snapshot:
        shown["snapshot"] = shapes.encode_snapshot(viewpoint.snapshot) | _measure(viewpoint.snapshot.blob)
    if viewpoint.components:
        shown["components"] = codec.encode_components(viewpoint.components)
    return shown


def _document(document: Document) -> Json:
    named = shapes.present({"guid": document.guid, "filename": document.filename, "description": document.description})
    return named | _measure(document.blob)


def _measure(blob: Blob | None) -> Json:
    return {"size": blob.size if blob else None, "sha256": blob.sha256 if blob else None}
