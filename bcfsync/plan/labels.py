"""How the plan calls things before people.

Owns: words for atoms. Sees: model.
"""

from bcfsync.changes import Kind
from bcfsync.model import Comment, Document, DocumentReference, Topic, Viewpoint

_LONGEST = 48


def topic_label(topic: Topic) -> str:
    """A topic by the beginning of its guid and its title."""
    return f"{topic.guid[:4]} “{shortened(topic.title) or 'untitled'}”"


def comment_label(comment: Comment, topic: Topic) -> str:
    """A comment by its beginning, its author and its topic."""
    text = shortened(comment.comment) or "(no text)"
    by = f" by {comment.author}" if comment.author else ""
    return f"comment “{text}”{by} on {topic_label(topic)}"


def viewpoint_label(view: Viewpoint, topic: Topic) -> str:
    """A viewpoint by its guid and its topic."""
    picture = " with snapshot" if view.snapshot and view.snapshot.blob else ""
    return f"viewpoint {view.guid[:8]}{picture} of {topic_label(topic)}"


def changed_viewpoint_label(root: str, view: Viewpoint, topic: Topic) -> str:
    """A viewpoint that was changed under the guid ``root``, by the guid of its own that it gets."""
    return f"{viewpoint_label(view, topic)}, which is {root[:8]} as changed in the file"


def reference_label(reference: DocumentReference, topic: Topic) -> str:
    """A document reference by what it says and its topic."""
    said = reference.description or reference.url or reference.path or reference.guid[:8]
    return f"document reference “{shortened(said)}” of {topic_label(topic)}"


def document_label(document: Document) -> str:
    """A document by its name."""
    return f"document {document.filename}"


def part_label(kind: Kind, topic: Topic) -> str:
    """A part a topic has once: its files, relations, snippet."""
    words = {Kind.FILES: "model files", Kind.RELATED: "related topics", Kind.SNIPPET: "snippet"}
    return f"{words.get(kind, kind)} of {topic_label(topic)}"


def shortened(text: str) -> str:
    """The first line of a text, cut to what fits."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
