"""The record of a dialect: every way a server is known to differ from the BCF-API, as data.

Owns: ``Dialect``, and what stands for no text. Sees nothing. What a field says is what a product does, or what a
server was seen to do; the default of every field is what the book says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NO_TEXT = "(no text)"
"""Stands for a comment without any text where one is needed; read back as no text."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is known of a server beyond the version it speaks.

    Kinds of things are named as in ``changes.Kind``: topic, comment, viewpoint, document_reference, document, files,
    related_topics, snippet.

    Attributes:
        name: what people call it.
        takes_guids: versions without a place for a guid of ours take one all the same.
        stamps: authors and dates of topics and comments are the client's to send.
        tries_stamps: nobody knows whether they are; they are sent until the first answer tells.
        refused: by kind, members the server refuses a body for; they are left out of every body.
        dropped: by kind, members it takes and does not keep; they are sent, since nobody promised it stays so.
        renamed: its names of members, and what the book calls them.
        camel_case: it spells members of its answers in camel case.
        null_texts: an empty text is refused where null is meant.
        text_needed: a comment has to have words.
        lower_colors: colours are hexadecimal in small letters.
        needs_snapshot: a viewpoint has to have a snapshot.
        needs_camera: a viewpoint has to have a camera.
        data_uri: pictures go as ``data:`` URI.
        absent: what it has no routes for: kinds, and ``events``, ``extensions``, ``components``, ``single_viewpoint``.
        inline_components: components and pictures come inside viewpoints; ``list`` in lists only, ``all`` everywhere.
        mutable_viewpoints: a viewpoint may change under its guid.
        put: what PUT does with what its body leaves out: ``replace``, ``merge`` (nothing can be cleared), ``reset`` (to
            the project's first values), or ``none`` where there is no PUT.
        undeletable: kinds it does not delete although the version has a route for it, or that take along what is no
            issue.
        also_deletes: kinds it deletes although the version has no route for it.
        comment_takes_viewpoint: who deletes a comment there deletes the viewpoint it shows.
        orders: its name of ``$orderby``; None where lists cannot be sorted.
        pages: whether lists can be read in pages at all.
        page: the size pages have to have; None for any.
        cap: lists end after so many items and there is no way to the rest.
        full_topic: the path, below the project, of whole topics in one request; None for none.
        bulk_import: the path, below the API's root, that takes archives and keeps guids, authors and dates.
        read_only: it takes no writes.
        overwrites: whoever creates under a guid that is there replaces what has it, without a word.
        lower_guids: guids in paths have to be in small letters.
        authorization: the word before the secret in ``Authorization``.
        scopes: what a sign-in has to ask for.
        issuer: the OpenID issuer people sign in at, where all of the product have one.
    """

    name: str = "generic"
    takes_guids: bool = False
    stamps: bool = False
    tries_stamps: bool = False
    refused: Mapping[str, frozenset[str]] = field(default_factory=dict)
    dropped: Mapping[str, frozenset[str]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    camel_case: bool = False
    null_texts: bool = False
    text_needed: bool = False
    lower_colors: bool = False
    needs_snapshot: bool = False
    needs_camera: bool = False
    data_uri: bool = False
    absent: frozenset[str] = frozenset()
    inline_components: str | None = None
    mutable_viewpoints: bool = False
    put: str = "replace"
    undeletable: frozenset[str] = frozenset()
    also_deletes: frozenset[str] = frozenset()
    comment_takes_viewpoint: bool = False
    orders: str | None = "$orderby"
    pages: bool = True
    page: int | None = None
    cap: int | None = None
    full_topic: str | None = None
    bulk_import: str | None = None
    read_only: bool = False
    overwrites: bool = False
    lower_guids: bool = False
    authorization: str = "Bearer"
    scopes: tuple[str, ...] = ()
    issuer: str = ""
