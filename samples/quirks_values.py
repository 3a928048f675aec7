"""Twins of the quirks of the content, third part: payloads, words, geometry, size, and BCF 1.0.

Owns: the table of samples Q57 to Q70 of section 6.3. Sees: parts, quirk_words, quirk_zip.
"""

from parts import guid, ifc_guid
from quirk_words import (
    CAMERA,
    HEAD,
    Sample,
    c,
    comment,
    files,
    issue,
    jpeg,
    png,
    point,
    t,
    v,
    view,
    viewed,
    visinfo,
)
from quirk_zip import dotnet, java

WALL = ifc_guid("quirk wall")
_ABSENT = (
    '<Header><File isExternal="false"><Filename>pile.ifc</Filename><Reference>../pile.ifc</Reference></File></Header>'
)
_PATH = r"C:\Users\jm\Models\Block B\structure.ifc"
_NOTHING = (
    '<DocumentReference isExternal="false"><ReferencedDocument>../gone.pdf</ReferencedDocument></DocumentReference>'
)
_LISTS = (
    "<Extensions><TopicTypes><TopicType>Clash</TopicType></TopicTypes><TopicStatuses><TopicStatus>Open</TopicStatus>"
    "</TopicStatuses><Priorities><Priority>High</Priority></Priorities></Extensions>"
)
_PROJECT = (
    '<ProjectExtension><Project ProjectId="b7"><Name>Block B</Name></Project>'
    "<ExtensionSchema>{}</ExtensionSchema></ProjectExtension>"
)
_NOISE = (
    "[changed TopicStatus : 'Open' to 'In Progress']",
    "(Updated in BCF import)",
    "Not defined",
    "#[6d1b2a1e-7f3c-4c51-8a08-3f1e0a6e9f10] ",
)
_SOLIBRI_DATES = "<ModifiedDate>2025-03-17T08:30:00Z</ModifiedDate>"
_PLANES = (
    f"<ClippingPlanes><ClippingPlane>{point('Location', '1', '2', '3')}{point('Direction', '0', '0', '-1')}"
    f"</ClippingPlane></ClippingPlanes>"
)
_BITMAP = (
    "<Bitmaps><Bitmap>PNG</Bitmap><Reference>{}/bitmaps-plan-1.png</Reference>"
    f"{point('Location', '0', '0', '0')}{point('Normal', '0', '0', '1')}{point('Up', '0', '1', '0')}"
    "<Height>1666.18</Height></Bitmaps>"
)
_MANY = "".join(f'<Component IfcGuid="0Thousand_of_walls{at:04}"/>' for at in range(1200))
_COMMENTS = "".join(
    comment("q63", text, key=f"comment {at}", date=f"2025-03-18T07:0{at}:00Z") for at, text in enumerate(_NOISE)
)
_T70 = t("q70")
_OLD = (
    f'<Comment Guid="{c("q70")}"><VerbalStatus>Open</VerbalStatus>'
    "<Status>Error</Status><Date>2013-05-06T10:00:00Z</Date>"
    f'<Author>site office</Author><Comment>As old as the format.</Comment><Topic Guid="{_T70}"/></Comment>'
)

SAMPLES = (
    Sample(
        "q57-named-but-missing.bcf",
        ("Q57",),
        "the markup names a viewpoint file, a snapshot and a model that are not in the archive",
        "the viewpoint stays, without camera and picture; the model's reference stays",
        dotnet(
            files(
                "q57",
                issue("Nothing there"),
                comment("q57", "It was here.", view=v("q57")) + view(v("q57")),
                header=_ABSENT,
            )
        ),
        counts=(1, 1, 1),
        findings=("F401", "F402", "F403"),
        fields={
            "v.guid": v("q57"),
            "v.snapshot.blob": None,
            "t.files.0.reference": "../pile.ifc",
            "t.files.0.blob": None,
            "c.viewpoint_guid": v("q57"),
        },
    ),
    Sample(
        "q58-jpeg-called-png.bcf",
        ("Q58", "T7", "1.1 OpenProject"),
        "the bytes of snapshot.png are a JPEG",
        "a snapshot of type jpg; written again, its name ends in .jpg",
        dotnet(viewed("q58", issue("Picture of another kind")) | {f"{t('q58')}/snapshot.png": jpeg()}),
        counts=(1, 0, 1),
        findings=("F404", "F414"),
        fields={"v.snapshot.snapshot_type": "jpg", "v.snapshot.blob.size": len(jpeg())},
    ),
    Sample(
        "q59-internal-windows-path.bcf",
        ("Q59", "1.1 Solibri Office"),
        'isExternal="false" with a full Windows path in Filename and no Reference',
        "the path is a name to show, nothing is looked for",
        java(
            files(
                "q59",
                issue("Path of a model"),
                header=f'<Header><File isExternal="false"><Filename>{_PATH}</Filename></File></Header>',
            )
        ),
        fields={"t.files.0.filename": _PATH, "t.files.0.reference": None, "t.files.0.blob": None},
    ),
    Sample(
        "q60-references-to-nothing.bcf",
        ("Q60",),
        "a document and an extension schema that are not in the archive",
        "the reference stays, there are no lists",
        dotnet(files("q60", issue("Document gone", _NOTHING)) | {"project.bcfp": _PROJECT.format("schema.bcfs")}),
        findings=("F403", "F403"),
        fields={
            "t.document_references.0.path": "../gone.pdf",
            "documents": [],
            "extensions": None,
            "project.name": "Block B",
        },
    ),
    Sample(
        "q61-words-outside-the-lists.bcf",
        ("Q61", "1.1 Solibri Office"),
        "status `Offen`, type `clash` and priority `hoch`, none of them in the archive's own lists",
        "the words as they are; validate tells",
        dotnet(
            files(
                "q61",
                issue("Andere Sprache", before="<Priority>hoch</Priority>"),
                number="3.0",
                said='TopicType="clash" TopicStatus="Offen"',
            )
            | {"extensions.xml": HEAD + _LISTS}
        ),
        version="3.0",
        fields={
            "t.topic_status": "Offen",
            "t.topic_type": "clash",
            "t.priority": "hoch",
            "extensions.topic_status": ["Open"],
        },
        validate=("F314",),
    ),
    Sample(
        "q62-several-people-assigned.bcf",
        ("Q62",),
        "AssignedTo names two people in one text",
        "one text",
        java(files("q62", issue("Two people", "<AssignedTo>sofia.costa@example.com, ARC, Civil</AssignedTo>"))),
        fields={"t.assigned_to": "sofia.costa@example.com, ARC, Civil"},
    ),
    Sample(
        "q63-comments-as-change-log.bcf",
        ("Q63", "1.1 DESITE md", "1.1 OpenProject"),
        (
            "four comments that programs wrote: a change log, a note of an import, `Not "
            "defined`, a link with a trailing blank"
        ),
        "four comments, letter by letter",
        dotnet(files("q63", issue("Noise"), _COMMENTS)),
        counts=(1, 4, 0),
        fields={f"topics.0.comments.{at}.comment": text for at, text in enumerate(_NOISE)},
    ),
    Sample(
        "q64-blanks-and-line-breaks.bcf",
        ("Q64", "T23"),
        "a description with leading blanks and a trailing line break, written with CR and LF",
        "kept to the last blank; the two characters of a line break are one, as XML says",
        java(files("q64", issue("Blanks", "<Description>  indented\r\nsecond line\r\n</Description>"))),
        fields={"t.description": "  indented\nsecond line\n"},
    ),
    Sample(
        "q65-modified-when-created.bcf",
        ("Q65", "1.1 Bonsai"),
        "ModifiedDate equals CreationDate, though there is a later comment; there is no ModifiedAuthor",
        "both dates, no author, no guess",
        dotnet(files("q65", issue("Never touched", _SOLIBRI_DATES), comment("q65", "But commented a day later."))),
        counts=(1, 1, 0),
        fields={
            "t.modified_date.instant": "2025-03-17T08:30:00Z",
            "t.creation_date.instant": "2025-03-17T08:30:00Z",
            "t.modified_author": None,
        },
    ),
    Sample(
        "q66-reversed-clipping-plane.bcf",
        ("Q66",),
        "a clipping plane whose direction points to the half that stays, as some viewers wrote them",
        "copied: nothing tells it from a right one",
        dotnet(viewed("q66", issue("Section"), content=CAMERA + _PLANES)),
        counts=(1, 0, 1),
        fields={
            "v.clipping_planes.0.direction": {"x": 0.0, "y": 0.0, "z": -1.0},
            "v.clipping_planes.0.location.z": 3.0,
        },
    ),
    Sample(
        "q67-bitmap-from-the-root.bcfzip",
        ("Q67", "T9"),
        "a 2.0 bitmap whose path starts at the archive's root and whose height is in millimetres",
        "its bytes are found, the number is kept",
        dotnet(
            viewed("q67", issue("Plan under the model"), content=CAMERA + _BITMAP.format(t("q67")), number="2.0")
            | {f"{t('q67')}/bitmaps-plan-1.png": png(6, 6, 90)}
        ),
        version="2.0",
        counts=(1, 0, 1),
        fields={
            "v.bitmaps.0.height": 1666.18,
            "v.bitmaps.0.blob.size": len(png(6, 6, 90)),
            "v.bitmaps.0.bitmap_type": "png",
        },
    ),
    Sample(
        "q68-one-file-for-two-viewpoints.bcf",
        ("Q68",),
        "two viewpoints name the same file and the same snapshot; one of them stands in the list twice",
        "two viewpoints that look alike",
        dotnet(viewed("q68", issue("Shared view"), view(v("q68")) + view(guid("q68/second")))),
        counts=(1, 0, 2),
        findings=("F407",),
        fields={
            "v.guid": v("q68"),
            "topics.0.viewpoints.1.guid": guid("q68/second"),
            "topics.0.viewpoints.1.perspective_camera.field_of_view": 60.0,
        },
    ),
    Sample(
        "q69-thousand-components.bcf",
        ("Q69",),
        "1,200 components in one selection",
        "all of them, at once",
        dotnet(
            viewed(
                "q69",
                issue("Every wall"),
                content=(
                    f"<Components><Selection>{_MANY}</Selection>"
                    f"<Visibility DefaultVisibility='false'/></Components>{CAMERA}"
                ),
            )
        ),
        counts=(1, 0, 1),
        fields={
            "v.components.selection.0.ifc_guid": "0Thousand_of_walls0000",
            "v.components.selection.1199.ifc_guid": "0Thousand_of_walls1199",
        },
    ),
    Sample(
        "q70-bcf-1.0.bcfzip",
        ("Q70", "Q1", "1.2 version in a sub-folder or absent"),
        "BCF 1.0: no bcf.version, no list of viewpoints, one viewpoint.bcfv with snapshot.png, status on the comment",
        "read the way of 2.0; the lone viewpoint belongs to the topic",
        dotnet(
            {
                f"{_T70}/markup.bcf": (
                    f'{HEAD}<Markup><Header><File/></Header><Topic Guid="{_T70}">'
                    f"<Title>From 2013</Title></Topic>{_OLD}</Markup>"
                ),
                f"{_T70}/viewpoint.bcfv": visinfo(
                    f"<Components><Component IfcGuid='{WALL}' Selected='true'/></Components>{CAMERA}"
                ),
                f"{_T70}/snapshot.png": png(),
            }
        ),
        version="2.0",
        counts=(1, 1, 1),
        findings=("F106", "F408"),
        fields={
            "t.title": "From 2013",
            "c.status": "Error",
            "c.verbal_status": "Open",
            "v.snapshot.snapshot_type": "png",
            "v.components.selection.0.ifc_guid": WALL,
        },
    ),
)
