"""What show prints: a topic and an archive as JSON."""

import json
import math

import pytest

from bcfsync.bcfapi.codec import for_version
from bcfsync.bcfapi.show import show_bcf, show_topic
from bcfsync.model import (
    Bcf,
    Bitmap,
    Blob,
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    Extensions,
    HeaderFile,
    Point,
    Project,
    Snapshot,
    Topic,
    Viewpoint,
)

ORIGIN = Point(0.0, 0.0, 0.0)
BITMAP = Bitmap("png", ORIGIN, ORIGIN, ORIGIN, 1.0, blob=Blob("b", 3, "bb"))
TOPIC = Topic(
    "T",
    "Title",
    files=(HeaderFile(filename="a.ifc"),),
    document_references=(DocumentReference("R", url="u"),),
    related_topics=("S",),
    comments=(Comment("C", "text"),),
    viewpoints=(
        Viewpoint(
            "V",
            bitmaps=(Bitmap("png", ORIGIN, ORIGIN, ORIGIN, math.nan), BITMAP),
            snapshot=Snapshot("png", blob=Blob("s", 4, "ss")),
            components=Components((Component("wall"),)),
        ),
        Viewpoint("W", snapshot=Snapshot("jpg")),
        Viewpoint("X"),
    ),
)
VERSIONS = pytest.mark.parametrize("codec", [for_version("2.1"), for_version("3.0")], ids=["2.1", "3.0"])


@VERSIONS
def test_a_shown_topic_holds_what_has_its_own_resource(codec):
    shown = show_topic(TOPIC, codec)
    assert shown["title"] == "Title"
    assert shown["files"] == codec.encode_files(TOPIC.files)
    assert shown["comments"] == [codec.encode_comment(TOPIC.comments[0], "T")]
    assert shown["related_topics"] == [{"related_topic_guid": "S"}]
    assert shown["document_references"] == [codec.encode_reference(TOPIC.document_references[0])]


@VERSIONS
def test_a_shown_viewpoint_measures_its_pictures(codec):
    full, unread, empty = show_topic(TOPIC, codec)["viewpoints"]
    assert full["snapshot"] == {"snapshot_type": "png", "size": 4, "sha256": "ss"}
    assert [(bitmap["size"], bitmap["sha256"]) for bitmap in full["bitmaps"]] == [(3, "bb")]
    assert full["components"]["selection"] == [{"ifc_guid": "wall"}]
    assert unread == {"guid": "W", "snapshot": {"snapshot_type": "jpg", "size": None, "sha256": None}}
    assert empty == {"guid": "X"}


@VERSIONS
def test_a_shown_archive_holds_project_extensions_documents_and_topics(codec):
    bcf = Bcf(
        "3.0",
        Project("P", "Name"),
        Extensions(),
        (Document("D", "a.pdf", "plan", blob=Blob("d", 5, "dd")), Document("E", "b.pdf")),
        (TOPIC,),
    )
    shown = show_bcf(bcf, codec)
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert shown["project"] == {"project_id": "P", "name": "Name"}
    assert shown["extensions"] == codec.encode_extensions(Extensions())
    assert shown["documents"] == [
        {"guid": "D", "filename": "a.pdf", "description": "plan", "size": 5, "sha256": "dd"},
        {"guid": "E", "filename": "b.pdf", "size": None, "sha256": None},
    ]
    assert shown["topics"] == [show_topic(TOPIC, codec)]


@VERSIONS
def test_an_archive_without_project_and_extensions_shows_null(codec):
    assert show_bcf(Bcf("2.1"), codec) == {"project": None, "extensions": None, "documents": [], "topics": []}
