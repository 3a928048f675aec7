"""A codec of the book that speaks a dialect: bodies as the server takes them, answers as the book has them.

Owns: JSON of a dialect ↔ JSON of the book. Sees: words, spelling, leaving, codec. Adds nothing to the model. Rules:
the order of members is the book's, since OpenProject insists on it; what a body lacks here, the writers compare with
what was to be said, so nothing is left out in silence.
"""

from collections.abc import Callable
from typing import Any

from bcfsync.bcfapi.codec import Codec
from bcfsync.bcfapi.dialects import spelling
from bcfsync.bcfapi.dialects.leaving import left_out
from bcfsync.bcfapi.dialects.words import NO_TEXT, Dialect
from bcfsync.bcfapi.reading import Json
from bcfsync.bcfapi.shapes import present
from bcfsync.model import (
    Blob,
    Comment,
    Document,
    DocumentReference,
    Extensions,
    HeaderFile,
    Project,
    Topic,
    Viewpoint,
    Visibility,
)

_TEXTS = ("topic_type", "topic_status", "priority", "stage", "assigned_to", "description", "due_date")
_FLAGS = ("has_snapshot", "snapshot_available")


def spoken(codec: Codec, dialect: Dialect) -> Codec:
    """The codec as it speaks with a server of this dialect."""
    return Speaking(codec, dialect)


class Speaking:
    """A codec that says what the book says in one server's words."""

    def __init__(self, codec: Codec, dialect: Dialect) -> None:
        """Begin; what no dialect says otherwise is the codec's own."""
        self.codec = codec
        self.dialect = dialect
        self.encode_project = codec.encode_project
        self.encode_extensions = codec.encode_extensions
        self.encode_topic = codec.encode_topic
        self.encode_comment = codec.encode_comment
        self.encode_viewpoint = codec.encode_viewpoint
        self.encode_bitmaps = codec.encode_bitmaps
        self.encode_components = codec.encode_components
        self.encode_related = codec.encode_related
        self.encode_reference = codec.encode_reference
        self.assembled = codec.assembled

    # -- answers -----------------------------------------------------------------------------------------------

    def _given(self, data: object) -> Any:  # noqa: ANN401 - JSON
        return spelling.by_the_book(data, self.dialect)

    def decode_project(self, data: object) -> Project:
        """A project."""
        return self.codec.decode_project(self._given(data))

    def decode_extensions(self, data: object) -> Extensions:
        """The value lists, whichever version's name the users go by."""
        given = self._given(data)
        if isinstance(given, dict):
            users = given.get("users", given.get("user_id_type"))
            given = {**given, "users": users, "user_id_type": given.get("user_id_type", users)}
        return self.codec.decode_extensions(given)

    def decode_topic(self, data: object) -> Topic:
        """A topic without what has its own resource."""
        return self.codec.decode_topic(self._given(data))

    def decode_comment(self, data: object) -> Comment:
        """A comment."""
        return self.codec.decode_comment(self._given(data))

    def decode_viewpoint(self, data: object) -> Viewpoint:
        """A viewpoint without bytes; components where inline. Some only say that there is a picture (OpenAEC)."""
        given = self._given(data)
        if isinstance(given, dict) and not given.get("snapshot") and any(given.get(name) is True for name in _FLAGS):
            given = {**given, "snapshot": {"snapshot_type": "png"}}
        return self.codec.decode_viewpoint(given)

    def decode_selection(self, data: object) -> Any:  # noqa: ANN401 - the codec's
        """The selected components, wrapped, bare or null."""
        return self.codec.decode_selection(self._given(data))

    def decode_coloring(self, data: object) -> Any:  # noqa: ANN401 - the codec's
        """The colour groups, wrapped, bare or null."""
        return self.codec.decode_coloring(self._given(data))

    def decode_visibility(self, data: object) -> Visibility | None:
        """The visibility, wrapped, bare, in a list of one (BIMData) or null."""
        given = self._given(data)
        if isinstance(given, list):
            given = given[0] if given else None
        return self.codec.decode_visibility(given)

    def decode_files(self, data: object) -> tuple[HeaderFile, ...]:
        """The model files of a topic."""
        return self.codec.decode_files(self._given(data))

    def decode_related(self, data: object) -> tuple[str, ...]:
        """The guids of related topics."""
        return self.codec.decode_related(self._given(data))

    def decode_reference(self, data: object) -> DocumentReference:
        """A document reference."""
        return self.codec.decode_reference(self._given(data))

    def decode_document(self, data: object) -> Document:
        """A document without bytes."""
        return self.codec.decode_document(self._given(data))

    # -- bodies ------------------------------------------------------------------------------------------------

    def _taken(self, kind: str, body: Json) -> Json:
        """A body without what the server refuses, in its words."""
        return spelling.in_its_words(left_out(body, kind, self.dialect), self.dialect)

    def _wished(self, guid: str | None, body: Json) -> Json:
        """A body with the wish for a guid, where the server takes one though the version has no place for it."""
        if guid is None or not self.dialect.takes_guids or "guid" in body:
            return body
        return {"guid": guid, **body}

    def topic_body(self, topic: Topic, *, guid: bool) -> Json:
        """What creates a topic; with its guid, author and date where that is asked for and possible."""
        body = self._wished(topic.guid if guid else None, self.codec.topic_body(topic, guid=guid))
        if self.dialect.stamps or self.dialect.tries_stamps:
            date = topic.creation_date.xml() if topic.creation_date else None
            made = {"creation_date": date, "creation_author": topic.creation_author}
            body = {**body, **present({**made, "modified_author": topic.modified_author})}
        return present(self._taken("topic", self._without_blanks(body)))

    def topic_fields(self, topic: Topic) -> Json:
        """What replaces a topic: every member a client may write and this server takes."""
        return self._taken("topic", self._without_blanks(self.codec.topic_fields(topic)))

    def _without_blanks(self, body: Json) -> Json:
        """Null for empty texts, where those are refused."""
        if not self.dialect.null_texts:
            return body
        return {
            name: None if name in _TEXTS and isinstance(value, str) and not value.strip() else value
            for name, value in body.items()
        }

    def comment_body(self, comment: Comment, *, guid: bool) -> Json:
        """What creates (guid: yes or no) or replaces (guid: no) a comment."""
        body = self._wished(comment.guid if guid else None, self.codec.comment_body(comment, guid=guid))
        if self.dialect.text_needed and not comment.comment.strip():
            body = {**body, "comment": NO_TEXT}
        if self.dialect.stamps or self.dialect.tries_stamps:
            date = comment.date.xml() if comment.date else None
            made = {"date": date, "author": comment.author, "modified_author": comment.modified_author}
            body = {**body, **present({**made})}
        return self._taken("comment", body)

    def viewpoint_body(self, viewpoint: Viewpoint, data: Callable[[Blob], str], *, guid: bool = True) -> Json:
        """What creates a viewpoint; ``data`` fetches bytes as base64 text."""
        body = self.codec.viewpoint_body(viewpoint, self._picture(data), guid=guid)
        body = self._wished(viewpoint.guid if guid else None, body)
        if self.dialect.lower_colors:
            body = spelling.with_small_colors(body)
        return self._taken("viewpoint", body)

    def _picture(self, data: Callable[[Blob], str]) -> Callable[[Blob], str]:
        """How the bytes of a picture go: as base64, or as ``data:`` URI of it."""
        if not self.dialect.data_uri:
            return data

        def uri(blob: Blob) -> str:
            text = data(blob)
            # the first bytes of a JPEG are FF D8 FF: their base64 begins so
            kind = "jpeg" if text.startswith("/9j/") else "png"
            return f"data:image/{kind};base64,{text}"

        return uri

    def encode_files(self, files: Any) -> list[Json]:  # noqa: ANN401 - the codec's
        """The model files as put."""
        return [self._taken("files", item) for item in self.codec.encode_files(files)]

    def reference_body(self, reference: DocumentReference, *, guid: bool) -> Json:
        """What creates a document reference."""
        body = self._wished(reference.guid if guid else None, self.codec.reference_body(reference, guid=guid))
        return self._taken("document_reference", body)

    def reference_put(self, reference: DocumentReference) -> Json:
        """What replaces a document reference."""
        return self._taken("document_reference", self.codec.reference_put(reference))
