"""Everything in a text that takes a body, each with a body it takes.

Owns: the list of writing routes and the members each must have. Sees: the bodies, furniture. Governed by: the tables of
members of BCF-API 1.0, 2.1 and 3.0 (what is required, what is a whole number).
"""

from dataclasses import dataclass

import request_bodies as bodies
from furniture import Furniture, image_of
from request_bodies import Body
from texts import LATE, V21, V30

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A writing route and a body it takes.

    ``required`` members must be there, and not be null unless they are ``nullable``; ``whole`` ones are whole numbers.
    """

    method: str
    url: str
    body: object
    required: tuple[Path, ...] = ()
    whole: tuple[Path, ...] = (("index",),)
    nullable: bool = False

    def __repr__(self) -> str:
        return f"{self.method} {self.url}"


_SNIPPET = tuple(("bim_snippet", name) for name in ("snippet_type", "is_external", "reference", "reference_schema"))
_TOPIC: tuple[Path, ...] = (("title",), *_SNIPPET)


def json_targets(f: Furniture) -> list[Target]:
    """The routes that take JSON, of a furnished project."""
    topic = bodies.topic(f.text, f.words)
    comment = {**bodies.comment(f.text, f.words), "viewpoint_guid": f.url("{v}")}
    if f.text is not V30:
        comment["reply_to_comment_guid"] = f.url("{c}")
    texts: tuple[Path, ...] = (("status",), ("comment",)) if f.text.is_1_0 else (("comment",),)
    # 3.0's text of a comment may be absent, as this one has a viewpoint
    texts = () if f.text is V30 else texts
    related = [{"related_topic_guid": f.new_topic("Related").rpartition("/")[2]}]
    shared = [
        Target("PUT", f.url("P"), {"name": "A"}, (("name",),)),
        Target("POST", f.url("P/topics"), _with_guid(f, topic), _TOPIC),
        Target("PUT", f.topic, topic, _TOPIC),
        Target("PUT", f.url("T/files"), bodies.files(f.text)),
        Target("PUT", f.url("T/related_topics"), related, ((0, "related_topic_guid"),)),
        Target("POST", f.url("T/comments"), _with_guid(f, comment), texts),
        Target("PUT", f.comment, comment, texts),
        Target("POST", f.url("T/viewpoints"), _with_guid(f, bodies.viewpoint(f.text)), (), _whole_of_viewpoint(f)),
    ]
    return [*shared, *(_old(f, topic, comment) if f.text.is_1_0 else _new(f))]


def _new(f: Furniture) -> list[Target]:
    reference = bodies.reference(f.text)
    posted, put = _with_guid(f, reference), reference
    required: tuple[Path, ...] = ()
    if f.text is V21:
        put, required = {**reference, "guid": f.url("{r}")}, (("guid",),)
    return [
        Target("POST", f.url("T/document_references"), posted),
        Target("PUT", f.url("T/document_references/{r}"), put, required),
    ]


def _old(f: Furniture, topic: Body, comment: Body) -> list[Target]:
    extensions = bodies.extensions(f.text)
    names: tuple[Path, ...] = tuple((name,) for name in extensions)
    targets = [
        Target("POST", f.url("B/projects"), {"name": "A"}, (("name",),)),
        Target("POST", f.url("P/extensions"), extensions, names, nullable=True),
        Target("PUT", f.url("P/extensions"), extensions, names, nullable=True),
        Target("PUT", f.viewpoint, bodies.viewpoint(f.text), (), _whole_of_viewpoint(f)),
        Target("PUT", f.url("V/components"), bodies.components_of_1_0()),
        Target("PUT", f.url("T/document_references"), [bodies.reference(f.text)]),
    ]
    if f.text is not LATE:
        return targets
    return [
        *targets,
        Target("PATCH", f.url("P"), {"name": "A"}),
        Target("PATCH", f.url("P/extensions"), extensions),
        Target("PATCH", f.topic, topic, _SNIPPET),
        Target("PATCH", f.comment, comment),
        Target("PATCH", f.viewpoint, bodies.viewpoint(f.text), (), _whole_of_viewpoint(f)),
    ]


def _with_guid(f: Furniture, body: Body) -> Body:
    """3.0 takes the guid the client wants, so it may be a wrong one."""
    return {**body, "guid": "6d7a1b1e-0003-4000-8000-00000000000f"} if f.text is V30 else body


def _whole_of_viewpoint(f: Furniture) -> tuple[Path, ...]:
    if f.text.is_1_0:
        return (("bitmap", "height"), ("bitmaps", "bitmap", 0, "height"))
    return (("index",),)


def places(f: Furniture) -> list[str]:
    """Every place that has something to read: what is asked before and after."""
    old, new = ("V/components",), ("V/selection", "V/coloring", "V/visibility")
    shared = ("B/projects", "P", "P/extensions", "P/topics", "P/documents", "P/documents/{d}", "T", "T/files",
              "T/related_topics", "T/comments", "T/comments/{c}", "T/viewpoints", "V", "T/document_references",
              f"V/{image_of(f.text)}", "T/snippet")  # fmt: skip
    return [f.furnish(path) for path in (*shared, *(old if f.text.is_1_0 else new))]
