"""Archives that show the traps converters fall into, second part: topics, threads, lists and files.

Owns: the table of samples of section 7 that no quirk shows and no viewpoint. Sees: parts, quirk_words, quirk_zip.
"""

from parts import guid, ifc_guid
from quirk_words import (
    CAMERA,
    HEAD,
    Sample,
    c,
    comment,
    comment_20,
    files,
    issue,
    png,
    point,
    t,
    v,
    view,
    viewed,
    viewed_30,
    visinfo,
)
from quirk_zip import dotnet

WALL = ifc_guid("quirk wall")
_MULTILINE = "Three steps:\n  1. cut\n  2. weld\n\n  3. paint "
_NO_GUID_DOCUMENTS = (
    '<DocumentReference isExternal="true"><ReferencedDocument>https://example.org/rules.pdf</ReferencedDocument></DocumentReference>'
    '<DocumentReference isExternal="true"><ReferencedDocument>https://example.org/rules.pdf</ReferencedDocument></DocumentReference>'
)
_XSD = (
    '<schema xmlns="http://www.w3.org/2001/XMLSchema"><redefine schemaLocation="markup.xsd">'
    '<simpleType name="TopicType"><restriction base="TopicType">'
    '<enumeration value="Clash"/><enumeration value="Request"/>'
    '</restriction></simpleType><simpleType name="UserIdType"><restriction base="UserIdType">'
    '<enumeration value="sofia.costa@example.com"/></restriction></simpleType></redefine></schema>'
)
_PROJECT = (
    '<ProjectExtension><Project ProjectId="block-b"><Name>Block B</Name></Project>'
    "<ExtensionSchema>extensions.xsd</ExtensionSchema></ProjectExtension>"
)
_ALL = (
    "<ReferenceLink>https://example.org/a</ReferenceLink><ReferenceLink>https://example.org/b</ReferenceLink>"
    "<Title>Every field</Title><Priority>High</Priority><Index>7</Index><Labels>MEP</Labels><Labels>Steel</Labels>"
    "<CreationDate>2025-03-17T08:30:00Z</CreationDate><CreationAuthor>a@example.org</CreationAuthor>"
    "<ModifiedDate>2025-03-18T08:30:00Z</ModifiedDate><ModifiedAuthor>b@example.org</ModifiedAuthor>"
    "<DueDate>2025-05-01T00:00:00+02:00</DueDate><AssignedTo>c@example.org</AssignedTo><Stage>Design</Stage>"
    "<Description>all of it</Description>"
    '<BimSnippet SnippetType="json" isExternal="false"><Reference>rule.json</Reference>'
    "<ReferenceSchema>https://example.org/rule.schema</ReferenceSchema></BimSnippet>"
    f'<DocumentReference Guid="{guid("t10/reference")}" isExternal="false">'
    "<ReferencedDocument>../Requirements.pdf</ReferencedDocument><Description>page 4</Description></DocumentReference>"
    f'<RelatedTopic Guid="{guid("t10/related")}"/>'
)
_MODEL = (
    f'<Header><File IfcProject="{WALL}" isExternal="false"><Filename>pile.ifc</Filename>'
    "<Date>2025-03-01T12:00:00Z</Date><Reference>../pile.ifc</Reference></File></Header>"
)
_BITMAP = (
    f"<Bitmap><Bitmap>PNG</Bitmap><Reference>plan.png</Reference>{point('Location', '0', '0', '0')}"
    f"{point('Normal', '0', '0', '1')}{point('Up', '0', '1', '0')}<Height>12</Height></Bitmap>"
)
_TWO_MODELS = (
    '<Header><File isExternal="false"><Filename>pile.ifc</Filename><Reference>..\\pile.ifc</Reference></File>'
    '<File isExternal="true"><Filename>site.ifc</Filename><Reference>https://example.org/site.ifc</Reference></File>'
    "</Header>"
)


def _two_cases(name: str) -> dict[str, str | bytes]:
    """A guid whose letter case was changed here and not there."""
    relation = f'<RelatedTopic Guid="{t(f"{name}/other").upper()}"/>'
    link = comment(name, "See the view.", view=f"{{{v(name).upper()}}}")
    found = viewed(name, issue("Two letter cases", relation), link)
    moved = {
        key.replace(t(name), t(name).upper()) if key.endswith("markup.bcf") else key: data
        for key, data in found.items()
    }
    return moved | files(f"{name}/other", issue("The other one"))


def _ordered(name: str) -> dict[str, str | bytes]:
    """Three topics whose order in the archive is neither that of their indices nor that of the alphabet."""
    found: dict[str, str | bytes] = {}
    for title, index in (("middle", "2"), ("last", "9"), ("first", "1")):
        found |= files(f"{name}/{title}", issue(title, before=f"<Index>{index}</Index>"))
    return found


def _reply(name: str) -> str:
    first = comment_20(name, "Is it open?", status="<VerbalStatus>Open</VerbalStatus><Status>Error</Status>")
    second = (
        f'<Comment Guid="{guid("t29/second")}"><VerbalStatus>Closed</VerbalStatus><Status>Info</Status>'
        "<Date>2025-03-19T07:05:00Z</Date><Author>b@example.org</Author><Comment>Not any more.</Comment>"
        f'<Topic Guid="{t(name)}"/><ReplyToComment Guid="{c(name)}"/></Comment>'
    )
    return first + second


SAMPLES = (
    Sample(
        "t03-line-breaks-in-3.0.bcf",
        ("T3",),
        "a description and a comment of several lines in 3.0, whose schema type collapses blanks",
        "line breaks and blanks as written",
        dotnet(
            viewed_30("t03", issue("Steps", f"<Description>{_MULTILINE}</Description>"), comment("t03", _MULTILINE))
        ),
        version="3.0",
        counts=(1, 1, 1),
        fields={"t.description": _MULTILINE, "c.comment": _MULTILINE},
    ),
    Sample(
        "t10-every-field.bcf",
        ("T9", "T10"),
        "every field of a 2.1 topic, with a snippet, a document, a model, a bitmap and a foreign file inside",
        "all of it",
        dotnet(
            files(
                "t10",
                _ALL,
                view(v("t10"), index="3"),
                header=_MODEL,
                viewpoint_bcfv=visinfo(CAMERA + _BITMAP, v("t10")),
                snapshot_png=png(),
                rule_json="{}",
                plan_png=png(7, 7),
            )
            | {"Requirements.pdf": "%PDF-1.4 requirements", "pile.ifc": "ISO-10303-21;", "notes.txt": "foreign"}
        ),
        counts=(1, 0, 1),
        fields={
            "t.reference_links": ["https://example.org/a", "https://example.org/b"],
            "t.priority": "High",
            "t.index": 7,
            "t.labels": ["MEP", "Steel"],
            "t.modified_author": "b@example.org",
            "t.due_date.text": "2025-05-01T00:00:00+02:00",
            "t.assigned_to": "c@example.org",
            "t.stage": "Design",
            "t.description": "all of it",
            "t.bim_snippet.blob.size": 2,
            "t.document_references.0.guid": guid("t10/reference"),
            "t.document_references.0.description": "page 4",
            "documents.0.filename": "Requirements.pdf",
            "documents.0.blob.size": 21,
            "t.related_topics": [guid("t10/related")],
            "t.files.0.ifc_project": WALL,
            "t.files.0.blob.size": 13,
            "v.index": 3,
            "v.bitmaps.0.blob.size": len(png(7, 7)),
            "extras.0.path": "notes.txt",
        },
    ),
    Sample(
        "t14-things-without-guid.bcf",
        ("T14",),
        "two document references without guid, and a comment without one",
        "each gets a guid made from its place, the same on every reading",
        dotnet(
            files(
                "t14",
                issue("No names", _NO_GUID_DOCUMENTS),
                comment("t14", "Nameless.").replace(f' Guid="{c("t14")}"', ""),
            )
        ),
        counts=(1, 1, 0),
        findings=("F301",),
        fields={
            "t.document_references.0.url": "https://example.org/rules.pdf",
            "t.document_references.0.synthetic": ["Guid"],
            "c.comment": "Nameless.",
        },
    ),
    Sample(
        "t15-letter-case-in-some-places.bcf",
        ("T15", "Q7"),
        "the markup's folder in capitals, its viewpoint's in small letters; a link in braces, a relation in capitals",
        "one topic with its viewpoint, its picture and its comment's link; both topics know each other",
        dotnet(_two_cases("t15")),
        counts=(2, 1, 1),
        findings=("F112", "F112"),
        fields={
            "t.guid": t("t15"),
            "t.related_topics": [t("t15/other").upper()],
            "c.viewpoint_guid": v("t15"),
            "v.perspective_camera.field_of_view": 60.0,
            "v.snapshot.blob.size": len(png()),
            "topics.1.title": "The other one",
        },
    ),
    Sample(
        "t16-order-of-topics.bcf",
        ("T16",),
        "three topics whose order in the zip is not that of their Index",
        "the order of the archive; Index is a value",
        dotnet(_ordered("t16")),
        counts=(3, 0, 0),
        fields={"t.title": "middle", "t.index": 2, "topics.1.index": 9, "topics.2.title": "first", "topics.2.index": 1},
    ),
    Sample(
        "t17-comments-on-the-way-up.bcf",
        ("T17",),
        "a 2.1 topic that lacks type, status and author, with two comments",
        "written as 3.0, where all that must be filled in, it still has both comments",
        dotnet(
            files(
                "t17",
                "<Title>Keep the thread</Title><CreationDate>2025-03-17T08:30:00Z</CreationDate>",
                comment("t17", "one") + comment("t17", "two", key="second"),
                said="",
            )
        ),
        counts=(1, 2, 0),
        fields={"c.comment": "one", "topics.0.comments.1.comment": "two", "t.topic_type": None, "t.topic_status": None},
    ),
    Sample(
        "t22-words-that-look-like-numbers.bcf",
        ("T22",),
        "title `007`, one label `true`, priority `1.0`, comment `null`",
        "texts, and a list of one label",
        dotnet(
            files("t22", issue("007", before="<Priority>1.0</Priority><Labels>true</Labels>"), comment("t22", "null"))
        ),
        counts=(1, 1, 0),
        fields={"t.title": "007", "t.labels": ["true"], "t.priority": "1.0", "c.comment": "null"},
    ),
    Sample(
        "t28-extension-schema.bcf",
        ("T28",),
        "the lists of 2.1 in an extensions.xsd, unprefixed",
        "two lists with their values, the others not said",
        dotnet(files("t28", issue("Lists")) | {"project.bcfp": HEAD + _PROJECT, "extensions.xsd": HEAD + _XSD}),
        fields={
            "extensions.topic_type": ["Clash", "Request"],
            "extensions.users": ["sofia.costa@example.com"],
            "extensions.stage": None,
        },
    ),
    Sample(
        "t29-status-and-reply-2.0.bcfzip",
        ("T29",),
        "2.0 comments with Status, VerbalStatus and a reply",
        "all three; 2.1 and 3.0 have no place for them but the topic's status",
        dotnet(files("t29", issue("Thread"), _reply("t29"), number="2.0", header="<Header><File/></Header>", said="")),
        version="2.0",
        counts=(1, 2, 0),
        fields={
            "c.status": "Error",
            "c.verbal_status": "Open",
            "topics.0.comments.1.reply_to_comment_guid": c("t29"),
            "topics.0.comments.1.verbal_status": "Closed",
        },
    ),
    Sample(
        "t30-models-beside-the-topics.bcf",
        ("T30", "T9"),
        "a model at the root, referred to as `..\\pile.ifc`, and one that is outside",
        "the bytes of the one, the address of the other, before and after",
        dotnet(
            files(
                "t30",
                issue("Pile 4"),
                header=_TWO_MODELS,
            )
            | {"pile.ifc": "ISO-10303-21; pile"}
        ),
        fields={
            "t.files.0.blob.size": 18,
            "t.files.1.reference": "https://example.org/site.ifc",
            "t.files.1.is_external": True,
            "extras": [],
        },
    ),
)
