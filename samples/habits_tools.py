"""Twins of what other products write: their zip, their names, their words, and what they leave out.

Owns: the table of samples of section 1.1 from Bonsai on. Sees: parts, quirk_words, quirk_zip.
"""

from parts import guid, ifc_guid
from quirk_words import (
    AUTHOR,
    CAMERA,
    CAMERA_30,
    HEAD,
    SAID,
    Sample,
    comment,
    files,
    issue,
    jpeg,
    markup,
    png,
    t,
    v,
    version,
    view,
    view_30,
    viewed,
    viewed_30,
    visinfo,
)
from quirk_zip import dotnet, python_stored, with_folders

Entries = dict[str, str | bytes]
_EMPTY_SCHEMA = (
    '<ProjectExtension><Project ProjectId="{}">{}</Project><ExtensionSchema></ExtensionSchema></ProjectExtension>'
)
_DESITE_USERS = "<Extensions><Users><User></User><User>fafal</User><User>mhan</User></Users></Extensions>"
_WORK_PACKAGE = "<ReferenceLink>https://projects.example.org/work_packages/212</ReferenceLink>"
_DOCUMENTS = (
    f'<DocumentInfo><Documents><Document Guid="{guid("catenda/paper")}"><Filename>Fire plan.pdf</Filename>'
    "<Description>level 2</Description></Document></Documents></DocumentInfo>"
)
_CATENDA_LISTS = (
    "<Extensions><TopicTypes><TopicType>Clash</TopicType></TopicTypes><TopicStatuses><TopicStatus>Open</TopicStatus>"
    "</TopicStatuses><Users><User>sofia.costa@example.com</User></Users></Extensions>"
)


def _bonsai(name: str) -> Entries:
    key = v(name)
    found = viewed_30(name, "", "")
    topic = (
        "<Title>Stair has no landing</Title><CreationDate>2025-03-17T09:30:00.123456</CreationDate>"
        "<CreationAuthor>amal.haddad@example.org</CreationAuthor>"
    )
    views = f"<Viewpoints>{view_30(key, f'{key}.bcfv', f'{key}.png')}</Viewpoints>"
    return {
        "bcf.version": found["bcf.version"],
        "extensions.xml": found["extensions.xml"],
        f"{t(name)}/markup.bcf": markup(name, topic + views),
        f"{t(name)}/{key}.bcfv": visinfo(CAMERA_30, key),
        f"{t(name)}/{key}.png": png(),
    }


def _freecad(name: str) -> Entries:
    """Nodes the plug-in cannot show stay in the file, also those that break the schema."""
    found = viewed(name, issue("Slab edge", '<Cost unit="EUR">40</Cost>'), comment(name, "Added in the plug-in."))
    return found | {"project.bcfp": HEAD + _EMPTY_SCHEMA.format(guid("freecad/project"), "<Name>block-b</Name>")}


def _openproject(name: str) -> Entries:
    key = v(name)
    text = markup(
        name,
        _WORK_PACKAGE + issue("Heater too close"),
        comment(name, "(Updated in BCF import)") + view(key, f"{key}.xml", f"{key}.png"),
    )
    return {
        "bcf.version": version("2.1", "2.1").replace(' encoding="UTF-8"', ""),
        f"{t(name)}/markup.bcf": text.replace(HEAD, '<?xml version="1.0"?>\n<!-- Created by Project Desk 9.1 -->\n'),
        f"{t(name)}/{key}.xml": visinfo(CAMERA),
        f"{t(name)}/{key}.png": jpeg(),
    }


def _desite(name: str) -> Entries:
    """3.0 with the file names of 2.1, a file of its own in the folder, log entries as comments, logins as authors."""
    thread = comment(name, "[changed TopicStatus : 'Open' to 'In Progress']").replace(AUTHOR, "fafal")
    found = viewed_30(name, issue("Raum.1.3 : Bad").replace("sofia.costa@example.com", "mhan"), thread)
    return found | {
        "extensions.xml": HEAD + _DESITE_USERS,
        f"{t(name)}/extension.desite.xml": "<extension checkRun='17'/>",
    }


def _archicad(name: str, key: str) -> Entries:
    shown = (
        f"<Components><Selection><Component IfcGuid='{key}'/></Selection>"
        "<Visibility DefaultVisibility='true'/></Components>"
    )
    return viewed(name, issue("Roof light"), content=shown + CAMERA)


def _ifc_lite(name: str) -> Entries:
    """Comments behind viewpoints, labels behind the stage, names with a prefix."""
    key = v(name)
    topic = issue("Wrong material", "<Stage>Design</Stage><Labels>Facade</Labels>")
    text = markup(
        name,
        topic,
        view(key, f"Viewpoint_{key}.bcfv", f"Snapshot_{key}.png") + comment(name, "Brick, not render.", view=key),
    )
    return {
        f"{t(name)}/markup.bcf": text,
        f"{t(name)}/Viewpoint_{key}.bcfv": visinfo(CAMERA, key),
        f"{t(name)}/Snapshot_{key}.png": png(),
        "bcf.version": version("2.1"),
    }


SAMPLES = (
    Sample(
        "bonsai-local-times.bcf",
        ("1.1 Bonsai",),
        "3.0 with `<guid>.bcfv` names and times without zone, with microseconds; no ModifiedDate after an edit",
        "the times count as UTC; ModifiedDate is absent, not made up",
        with_folders(_bonsai("bonsai")),
        version="3.0",
        counts=(1, 0, 1),
        findings=("F308",),
        fields={
            "t.creation_date.instant": "2025-03-17T09:30:00.123456Z",
            "t.creation_date.had_zone": False,
            "t.modified_date": None,
            "v.reference": f"{v('bonsai')}.bcfv",
        },
    ),
    Sample(
        "freecad-stored.bcf",
        ("1.1 FreeCAD",),
        "2.1, stored instead of deflated, directory entries, rights of Unix, a node that breaks the schema",
        "everything but that node",
        python_stored(_freecad("freecad")),
        counts=(1, 1, 1),
        findings=("F206",),
        fields={"t.title": "Slab edge", "c.comment": "Added in the plug-in.", "extras": []},
    ),
    Sample(
        "openproject-xml-viewpoint.bcfzip",
        ("1.1 OpenProject",),
        "`<guid>.xml` as a viewpoint file without guid inside, a JPEG named .png, a link to a work package, no project",
        "the viewpoint with camera and picture; the link; converted for BIMcollab, the file is viewpoint.bcfv",
        dotnet(_openproject("openproject")),
        counts=(1, 1, 1),
        findings=("F404", "F414"),
        fields={
            "v.guid": v("openproject"),
            "v.perspective_camera.field_of_view": 60.0,
            "v.snapshot.snapshot_type": "jpg",
            "t.reference_links": ["https://projects.example.org/work_packages/212"],
        },
        for_bimcollab=(f"{t('openproject')}/viewpoint.bcfv",),
    ),
    Sample(
        "desite-vendor-file-and-logins.bcf",
        ("1.1 DESITE md", "1.2 foreign parts"),
        (
            "3.0 with the file names of 2.1, `extension.desite.xml` in the folder, a status "
            "change as a comment, logins, a blank user"
        ),
        "two users; the comment letter by letter; the file is carried along",
        dotnet(_desite("desite")),
        version="3.0",
        counts=(1, 1, 1),
        fields={
            "extensions.users": ["fafal", "mhan"],
            "t.creation_author": "mhan",
            "c.author": "fafal",
            "c.comment": "[changed TopicStatus : 'Open' to 'In Progress']",
            "extras.0.path": f"{t('desite')}/extension.desite.xml",
            "v.reference": "viewpoint.bcfv",
        },
    ),
    Sample(
        "archicad-internal-ifc-ids.bcfzip",
        ("1.1 Archicad",),
        "a selected issue, exported with the IFC ids of the program",
        "the component under that id",
        dotnet(_archicad("archicad", ifc_guid("archicad/internal"))),
        counts=(1, 0, 1),
        fields={"t.guid": t("archicad"), "v.components.selection.0.ifc_guid": ifc_guid("archicad/internal")},
    ),
    Sample(
        "archicad-external-ifc-ids.bcfzip",
        ("1.1 Archicad",),
        'the same issue, exported with "Use external IFC ID"',
        "the same topic and viewpoint; the component has another id, in its own letter case",
        dotnet(_archicad("archicad", ifc_guid("archicad/external"))),
        counts=(1, 0, 1),
        fields={
            "t.guid": t("archicad"),
            "v.guid": v("archicad"),
            "v.components.selection.0.ifc_guid": ifc_guid("archicad/external"),
        },
    ),
    Sample(
        "vectorworks-3.0-as-bcfzip.bcfzip",
        ("1.1 Vectorworks", "1.2 ending and version"),
        "one session saved as 3.0 under the old ending",
        "3.0, whatever the ending says",
        dotnet(viewed_30("vectorworks", issue("Session of Tuesday"))),
        version="3.0",
        counts=(1, 0, 1),
        fields={"t.title": "Session of Tuesday"},
    ),
    Sample(
        "catenda-documents-and-lists.bcf",
        ("1.1 Procore, 3D Repo, Bimplus, BIMcollab, Catenda web",),
        "3.0 of a server: extensions.xml, documents.xml, guids in lower case, a server's own id",
        "the document under its name, the lists, the id",
        dotnet(
            files(
                "catenda",
                issue(
                    "Door needs a closer",
                    (
                        f'<DocumentReferences><DocumentReference Guid="{guid("catenda/link")}">'
                        f"<DocumentGuid>{guid('catenda/paper')}</DocumentGuid></DocumentReference></DocumentReferences>"
                    ),
                ),
                number="3.0",
                said=f'{SAID} ServerAssignedId="B-17"',
            )
            | {
                "extensions.xml": HEAD + _CATENDA_LISTS,
                "documents.xml": HEAD + _DOCUMENTS,
                f"documents/{guid('catenda/paper')}": "%PDF-1.4 fire plan",
            }
        ),
        version="3.0",
        fields={
            "t.server_assigned_id": "B-17",
            "t.document_references.0.document_guid": guid("catenda/paper"),
            "documents.0.filename": "Fire plan.pdf",
            "documents.0.blob.size": 18,
            "extensions.users": ["sofia.costa@example.com"],
        },
    ),
    Sample(
        "ifc-lite-schema-order.bcf",
        ("1.1 ifc-lite",),
        "comments behind viewpoints, labels behind the stage, `Viewpoint_<guid>` names, bcf.version last",
        "nothing is missed; written again, it is valid",
        dotnet(_ifc_lite("ifc-lite")),
        counts=(1, 1, 1),
        fields={
            "t.labels": ["Facade"],
            "t.stage": "Design",
            "c.viewpoint_guid": v("ifc-lite"),
            "v.snapshot.blob.size": len(png()),
        },
    ),
)
