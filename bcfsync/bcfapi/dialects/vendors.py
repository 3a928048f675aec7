"""BIMData and OpenProject: the two that differ most from the book, and of which most is known.

Owns: their records. Sees: words. Source: BIMData's documentation and generated client 10.39; OpenProject's code
(``modules/bim``) and documentation.
"""

from bcfsync.bcfapi.dialects.words import Dialect

BIMDATA = Dialect(
    name="bimdata",
    takes_guids=True,
    stamps=True,
    dropped={"topic": frozenset({"bim_snippet"}), "viewpoint": frozenset({"bitmaps"})},
    null_texts=True,
    data_uri=True,
    absent=frozenset({"files", "related_topics", "document_reference", "document", "snippet", "bitmaps"}),
    mutable_viewpoints=True,
    also_deletes=frozenset({"viewpoint"}),
    comment_takes_viewpoint=True,
    pages=False,
    full_topic="full-topic",
    authorization="ApiKey",
    scopes=("openid", "bcf:read", "bcf:write"),
    issuer="https://iam.bimdata.io/auth/realms/bimdata",
)
"""BIMData: whole topics in one request, with the guids, authors and dates that are sent.

Its document references are numbers of documents of its own store, and its list of related topics is always empty: both
are as if they were not there.
"""

OPENPROJECT = Dialect(
    name="openproject",
    refused={
        "topic": frozenset({"labels", "stage", "bim_snippet", "reference_links"}),
        "viewpoint": frozenset({"bitmaps"}),
    },
    lower_colors=True,
    absent=frozenset({"files", "related_topics", "document_reference", "document", "snippet", "bitmaps", "events"}),
    inline_components="list",
    put="reset",
    undeletable=frozenset({"topic", "comment"}),
    also_deletes=frozenset({"viewpoint"}),
    orders=None,
    pages=False,
    bulk_import="bcf_xml_api/v1/projects/{project}/bcf_xml",
    lower_guids=True,
    scopes=("bcf_v2_1",),
)
"""OpenProject: a viewpoint's keys are a closed list in one order, and a topic is a work package.

With a topic its work package goes, with all that hangs on it: so topics are not deleted. Links of a topic lead to its
work package and are not ours to write.
"""
