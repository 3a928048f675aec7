"""The products we know of, a record each.

Owns: what is known. Sees: words. Source: the products' code and documentation, and what their servers answered. A route
stands as absent only where a product surely lacks it: what is wrongly so is not asked for, and missing in the archive.
"""

from collections.abc import Mapping

from bcfsync.bcfapi.dialects.vendors import BIMDATA, OPENPROJECT
from bcfsync.bcfapi.dialects.words import Dialect

GENERIC = Dialect(tries_stamps=True)
"""A server nothing is known of; what it does is learned."""

_EVERY = frozenset({"topic", "comment", "viewpoint"})

CATENDA = Dialect("catenda")
"""Catenda (bimsync): a project is a topic board; the later 1.0 goes as 2.0, and booleans of discovery are texts."""

BIMCOLLAB = Dialect("bimcollab", scopes=("openid", "offline_access", "bcf"))
"""BIMcollab: 2.1 and 3.0 as in the book, as far as is known; sign-in is for clients the vendor has registered."""

TRIMBLE = Dialect("trimble")
"""Trimble Connect: a host for every region; guids are its own."""

BIMTRACK = Dialect("bimtrack", scopes=("openid", "offline_access", "BcfWebApi"))
"""Newforma Konekt, once BIM Track."""

OPENAEC = Dialect(
    "openaec",
    renamed={"author_id": "author"},
    absent=frozenset({"events"}),
    mutable_viewpoints=True,
    put="merge",
    also_deletes=frozenset({"viewpoint"}),
    orders=None,
    pages=False,
)
"""OpenAEC: nothing can be cleared, topics have no authors, due dates are days, and its events never tell anything."""

BIMROCKET = Dialect(
    "bimrocket",
    dropped={
        "topic": frozenset({"labels", "index"}),
        "viewpoint": frozenset({"bitmaps", "clipping_planes"}),
    },
    renamed={
        "modify_date": "modified_date",
        "modify_author": "modified_author",
        "replay_to_comment_guid": "reply_to_comment_guid",
    },
    absent=frozenset({"files", "related_topics", "document", "events", "snippet", "bitmaps"}),
    inline_components="all",
    also_deletes=frozenset({"viewpoint"}),
    orders="$orderBy",
    pages=False,
)
"""bimrocket: three members by other names, components inside viewpoints, an empty answer for what is not there."""

OPENCDESERVER = Dialect("opencdeserver", absent=frozenset({"document", "events"}), orders=None, pages=False)
"""IfcOpenShell's opencdeserver: its events cannot be reached, since the route of a topic comes first."""

BCFSERVER = Dialect("bcfserver", put="merge")
"""BCFserver (Spring): pages begin at multiples of their size, which is 100 unless said; nothing can be cleared."""

LINEAR = Dialect(
    "linear", absent=frozenset({"single_viewpoint", "snapshot", "bitmaps"}), orders=None, pages=False, cap=100
)
"""linear-bcf-connector: the first hundred issues, whatever is asked."""

STEFANHERLE = Dialect("stefanherle", absent=frozenset({"events"}), orders=None, pages=False, read_only=True)
"""The Flask demo of Stefan Herle: to be read only; says errors with 200."""

OPENCONSTRUCTIONERP = Dialect(
    "openconstructionerp",
    needs_camera=True,
    dropped={"viewpoint": frozenset({"snapshot", "bitmaps", "components"})},
    absent=frozenset({"components", "snapshot", "bitmaps", "extensions"}),
    put="merge",
    undeletable=_EVERY,
    orders=None,
    pages=False,
)
"""OpenConstructionERP: of a viewpoint only the camera, nothing can be cleared, nothing deleted."""

MASSING = Dialect(
    "massing",
    stamps=True,
    absent=frozenset({"extensions", "single_viewpoint", "components", "events"}),
    put="none",
    undeletable=_EVERY,
    orders=None,
    pages=False,
    cap=2000,
)
"""Massing's ``aec_api``: what is made stays as it is; authors are the client's; the newest 2000 topics."""

FILEENGINE = Dialect(
    "fileengine",
    takes_guids=True,
    dropped={"topic": frozenset({"description"})},
    absent=frozenset({
        "files", "snippet", "related_topics", "document_reference", "document", "events", "extensions", "components",
    }),
    put="merge",
    also_deletes=frozenset({"viewpoint"}),
    orders=None,
    pages=False,
    overwrites=True,
)  # fmt: skip
"""FileEngine's BCF service: a guid that is sent again replaces what has it; descriptions are lost."""

BCF2GRAPHQL = Dialect("bcf2graphql", camel_case=True, orders=None, pages=False, read_only=True)
"""BCF2GraphQL: to be read only, in camel case."""

KNOWN: Mapping[str, Dialect] = {
    item.name: item
    for item in (
        GENERIC, BIMDATA, OPENPROJECT, CATENDA, BIMCOLLAB, TRIMBLE, BIMTRACK, OPENAEC, BIMROCKET, OPENCDESERVER,
        BCFSERVER, LINEAR, STEFANHERLE, OPENCONSTRUCTIONERP, MASSING, FILEENGINE, BCF2GRAPHQL,
    )
}  # fmt: skip
"""Every dialect by its name."""
