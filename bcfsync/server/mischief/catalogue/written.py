"""Switches of what is written: guids, stamps, contents, viewpoints.

Owns: ``WRITTEN``. Sees: the switches. Governed by: what servers of the field were seen doing.
"""

from bcfsync.server.mischief import bodies, identities, stamps, views
from bcfsync.server.mischief.switches import Switch

WRITTEN = (
    Switch(
        "auto-comment",
        "adds a comment of its own to every change of a topic",
        "OpenProject's notices",
        stamps.auto_comment,
        "TEXT",
        words=None,
    ),
    Switch(
        "guid-honoured",
        "takes the guids of clients in 2.1, too; 409 when one is in use",
        "BIMData, FileEngine",
        None,
        habits=identities.honours_in_2_1,
    ),
    Switch(
        "guid-ignored",
        "mints every guid itself",
        "OpenProject, OpenAEC, bimrocket; topics at BCFserver and linear-bcf-connector",
        identities.guid_ignored,
        "topics,comments,viewpoints,…",
        words=None,
    ),
    Switch(
        "guid-rejected",
        "refuses bodies with a guid (422)",
        "schema-strict servers of 2.1",
        identities.guid_rejected,
        "topics,comments,viewpoints,…",
        words=None,
    ),
    Switch(
        "guid-overwrites",
        "replaces what has this guid without a word",
        "FileEngine",
        identities.guid_overwrites,
    ),
    Switch(
        "guid-taken",
        "has another status for a guid in use",
        "BIMData's import: 400",
        identities.guid_taken,
        "STATUS (400)",
        words=1,
    ),
    Switch("client-stamps", "takes authors and dates from clients", "BIMData, Massing", stamps.client_stamps),
    Switch(
        "no-bump", "does not move a topic's modified_date for what happens below it", "2.1; OpenAEC", stamps.no_bump
    ),
    Switch(
        "reject",
        "refuses members that are not empty (422)",
        "OpenProject: labels, stage, bim_snippet",
        bodies.reject,
        "NAME,… or KIND.NAME,…",
        words=None,
    ),
    Switch(
        "unknown-values",
        "refuses values the project does not offer (422), or takes its first one",
        "OpenProject refuses; others take a default",
        bodies.unknown_values,
        "rejected or default",
        words=1,
    ),
    Switch(
        "unknown-references",
        "refuses related topics and replies that name what is not there (422)",
        "OpenProject (replies)",
        bodies.unknown_references,
    ),
    Switch("empty-refused", "refuses empty texts where null is meant (400)", "BIMData", bodies.empty_refused),
    Switch(
        "comment-text-required",
        "refuses comments without words (400)",
        "schema-strict servers",
        bodies.comment_text_required,
    ),
    Switch(
        "key-order",
        "refuses viewpoints whose members are others or in another order (422)",
        "OpenProject",
        views.key_order,
    ),
    Switch("bitmaps-banned", "refuses viewpoints with the member bitmaps (422)", "OpenProject", views.bitmaps_banned),
    Switch(
        "aspect-ratio-banned", "refuses cameras with an aspect ratio (422)", "OpenProject", views.aspect_ratio_banned
    ),
    Switch(
        "snapshot-required",
        "refuses viewpoints without a snapshot (400)",
        "servers made around pictures",
        views.snapshot_required,
    ),
    Switch("data-uri-refused", "refuses pictures as data: URI (400)", "BCFserver", views.data_uri_refused),
    Switch(
        "drop",
        "neither keeps nor shows members",
        "labels at bimrocket, description at FileEngine, clipping planes and bitmaps at bimrocket",
        bodies.drop,
        "NAME,… or KIND.NAME,…",
        words=None,
    ),
    Switch(
        "put-merge",
        "lets PUT change what is in its body and leave the rest",
        "BCFserver, OpenAEC, OpenConstructionERP; null clears at FileEngine",
        bodies.put_merge,
        "null-ignored or null-clears",
        words=1,
    ),
    Switch(
        "put-reset",
        "lets PUT without type, status or priority set the project's first ones",
        "OpenProject",
        bodies.put_reset,
    ),
    Switch("put-blanks", "lets PUT write empty texts where its body has none", "servers of forms", bodies.put_blanks),
    Switch("text-trimmed", "trims texts and the ends of their lines", "web frameworks", bodies.text_trimmed),
    Switch("text-crlf", "ends lines with CR LF", "web forms", bodies.text_crlf),
    Switch("due-day", "keeps a due date as a day", "OpenAEC", bodies.due_day),
    Switch(
        "camera-rounded",
        "rounds the numbers of cameras, lines and planes",
        "databases of decimals",
        views.camera_rounded,
        "DIGITS (3)",
        words=1,
    ),
    Switch(
        "images-recoded",
        "writes pictures anew: the same pixels in other bytes, without their metadata",
        "servers with an image pipeline",
        views.images_recoded,
    ),
    Switch(
        "visible-by-default", "shows everything where a viewpoint does not say", "OpenAEC", views.visible_by_default
    ),
    Switch("viewpoint-mutable", "takes PUT for viewpoints", "OpenAEC; BIMData with PATCH", views.viewpoint_mutable),
    Switch(
        "viewpoint-deletable",
        "takes DELETE for viewpoints in 2.1, too; comments about it lose their pointer",
        "OpenProject, OpenAEC, bimrocket, FileEngine",
        views.viewpoint_deletable,
    ),
)
