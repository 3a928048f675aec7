"""Every blob of a model, whatever it belongs to.

Owns: the walk over a model's bytes. Sees: model.
"""

from collections.abc import Callable
from dataclasses import replace

from bcfsync.model import Bcf, Blob, Topic, Viewpoint


def with_blobs(bcf: Bcf, change: Callable[[Blob], Blob]) -> Bcf:
    """The model with every one of its blobs changed, in the model's order; all else is as it was."""
    return replace(
        bcf,
        documents=tuple(
            replace(item, blob=change(item.blob)) if item.blob is not None else item for item in bcf.documents
        ),
        topics=tuple(topic_with_blobs(topic, change) for topic in bcf.topics),
        extras=tuple(replace(item, blob=change(item.blob)) for item in bcf.extras),
    )


def topic_with_blobs(topic: Topic, change: Callable[[Blob], Blob]) -> Topic:
    """The topic with the blobs of its snippet, model files, snapshots and bitmaps changed."""
    snippet = topic.bim_snippet
    if snippet is not None and snippet.blob is not None:
        snippet = replace(snippet, blob=change(snippet.blob))
    return replace(
        topic,
        bim_snippet=snippet,
        files=tuple(replace(item, blob=change(item.blob)) if item.blob is not None else item for item in topic.files),
        viewpoints=tuple(view_with_blobs(view, change) for view in topic.viewpoints),
    )


def view_with_blobs(view: Viewpoint, change: Callable[[Blob], Blob]) -> Viewpoint:
    """The viewpoint with the blobs of its snapshot and bitmaps changed."""
    snapshot = view.snapshot
    if snapshot is not None and snapshot.blob is not None:
        snapshot = replace(snapshot, blob=change(snapshot.blob))
    bitmaps = (replace(item, blob=change(item.blob)) if item.blob is not None else item for item in view.bitmaps)
    return replace(view, snapshot=snapshot, bitmaps=tuple(bitmaps))
