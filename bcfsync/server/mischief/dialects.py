"""Servers of the field as sets of switches.

Owns: ``DIALECTS``. Sees: nothing. Governed by: what is known of those servers: their code, documentation, clients.
A dialect is as near as switches get; what only one vendor has, such as routes of its own, is in ``vendors``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """A server of the field.

    Args:
        name: What it is called on the command line.
        does: What is special about it.
        switches: As they would be written on the command line.
    """

    name: str
    does: str
    switches: tuple[str, ...]


_AS_ANYWHERE = ("if-match-ignored", "no-links")
_NO_TAGS = ("etag-none", "if-match-ignored")

DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        "openproject",
        "2.1 below /api; strict viewpoints, own guids, weak tags, no paging, few parts",
        (
            "base:/api",
            "versions:2.1",
            "without:versions,foundation,files,snippet,related_topics,document_references,documents,events,comments.delete",
            "without:bitmaps,status=501",
            "guid-case:lower",
            "content-type-required",
            "etag-exact",
            "etag-weak",
            *_AS_ANYWHERE,
            "delete-204",
            "components-inline:list",
            "dates-seconds",
            "odata-ignored",
            "guid-ignored",
            "reject:topics.labels,topics.stage,topics.bim_snippet,topics.reference_links",
            "unknown-values:rejected",
            "unknown-references",
            "key-order",
            "bitmaps-banned",
            "aspect-ratio-banned",
            "put-reset",
            "viewpoint-deletable",
        ),
    ),
    Dialect(
        "bimdata",
        "2.1 with routes of its own: full-topic, webhooks, import and export; guid, author and date are the client's",
        ("versions:2.1", "if-match-ignored", "paging-ignored", "no-links", "delete-204", "events-named-events"),
    ),
    Dialect(
        "catenda",
        "the later text of 1.0 (as 2.0), 2.1 and 3.0 below /opencde; text for booleans",
        ("base:/opencde", "versions:2.0,2.1,3.0", *_AS_ANYWHERE, "string-booleans", "dates-seconds", "literal-dollar"),
    ),
    Dialect("bimcollab", "2.1 and 3.0, nothing known that is odd", ("versions:2.1,3.0", *_AS_ANYWHERE)),
    Dialect(
        "trimble", "2.1 and 3.0, own guids, pages", ("versions:2.1,3.0", *_AS_ANYWHERE, "guid-ignored", "page-cap:100")
    ),
    Dialect(
        "openaec",
        "2.1; PUT merges, no authors, no events, errors of its own, small bodies",
        (
            "413:2M",
            "versions:2.1",
            "errors:error",
            *_NO_TAGS,
            "delete-204",
            "rename:author=author_id",
            "drop:comments.topic_guid",
            "authors-missing",
            "events-empty",
            "components-unwrapped",
            "odata-ignored",
            "newest-first",
            "guid-ignored",
            "no-bump",
            "put-merge",
            "due-day",
            "visible-by-default",
            "viewpoint-mutable",
            "viewpoint-deletable",
        ),
    ),
    Dialect(
        "bimrocket",
        "2.1; 200 for everything, 204 for what is not there, labels and clipping planes lost",
        (
            "versions:2.1",
            "without:files,related_topics,document_references,documents,events,snippet,bitmaps",
            "errors:code",
            "missing:204",
            "delete-idempotent",
            *_NO_TAGS,
            "create-200",
            "rename:modified_date=modify_date,modified_author=modify_author,reply_to_comment_guid=replay_to_comment_guid",
            "components-inline:all",
            "orderby-camel",
            "paging-ignored",
            "guid-ignored",
            "drop:topics.labels,topics.index,viewpoints.bitmaps,viewpoints.clipping_planes",
            "viewpoint-deletable",
        ),
    ),
    Dialect(
        "opencdeserver",
        "3.0; no tags, no paging, no documents, no events",
        ("versions:3.0", "without:documents,events", *_NO_TAGS, "odata-ignored"),
    ),
    Dialect(
        "bcfserver",
        "3.0; own guids for topics and comments, pages of 100 at multiples, PUT merges, 400 for what is not there",
        (
            "versions:3.0",
            "missing:400",
            *_NO_TAGS,
            "no-links",
            "skip-multiples",
            "page-default:100",
            "guid-ignored:topics,comments",
            "unknown-values:rejected",
            "data-uri-refused",
            "put-merge",
        ),
    ),
    Dialect(
        "linear",
        "3.0 below /api; the first 100 topics, parts of answers, 503 at first",
        (
            "503:first=2",
            "base:/api",
            "versions:3.0",
            "without:viewpoint,snapshot",
            *_NO_TAGS,
            "delete-204",
            "put-partial",
            "odata-ignored",
            "first-only:100",
            "guid-ignored:topics",
        ),
    ),
    Dialect(
        "massing",
        "2.1 and 3.0; nothing can be changed or deleted, the newest 2000 topics, authors and dates are the client's",
        (
            "versions:2.1,3.0",
            "without:foundation,extensions,viewpoint,components,topics.put,topics.delete,comments.put,comments.delete",
            *_NO_TAGS,
            "newest-only:2000",
            "guid-ignored",
            "client-stamps",
        ),
    ),
    Dialect(
        "openconstructionerp",
        "3.0 below /api/v1/opencde; slashes after lists, cameras alone, nothing can be deleted",
        (
            "base:/api/v1/opencde",
            "slashes:307",
            "versions:3.0",
            "without:components,snapshot,extensions,topics.delete,comments.delete,viewpoints.delete",
            "errors:detail",
            *_NO_TAGS,
            "auth-blank",
            "odata-ignored",
            "guid-ignored",
            "drop:topics.server_assigned_id,viewpoints.snapshot,viewpoints.components,viewpoints.bitmaps",
            "put-merge",
        ),
    ),
    Dialect(
        "fileengine",
        "2.1; guids are the client's and overwrite, descriptions are lost",
        (
            "versions:2.1",
            "without:files,snippet,related_topics,document_references,documents,events,components",
            "errors:detail",
            *_NO_TAGS,
            "delete-204",
            "odata-ignored",
            "guid-honoured",
            "guid-overwrites",
            "drop:topics.description",
            "put-merge:null-clears",
            "viewpoint-deletable",
        ),
    ),
    Dialect(
        "stefanherle",
        "3.0, to be read only and by everybody; errors come with 200",
        ("versions:3.0", "without:writes,auth", "no-sign-in", "errors-200", *_NO_TAGS, "odata-ignored"),
    ),
    Dialect(
        "bcf2graphql",
        "3.0, to be read only; camel case",
        ("versions:3.0", "without:writes", "camel-case", *_NO_TAGS, "odata-ignored"),
    ),
    Dialect("1.0-late", "the later text of 1.0 where the first one is otherwise", ("late-1.0",)),
)
