"""Twins of the quirks of the content, first part: what is empty, missing, or demanded by products only.

Owns: the table of samples Q40 to Q49 of section 6.3. Sees: parts, quirk_words, quirk_zip.
"""

from parts import ifc_guid
from quirk_words import (
    BORN,
    CAMERA,
    Sample,
    c,
    comment,
    comment_20,
    files,
    issue,
    t,
    v,
    view,
    viewed,
    viewed_30,
    visinfo,
)
from quirk_zip import dotnet, java

WALL = ifc_guid("quirk wall")
_EMPTY = (
    "<Components><ViewSetupHints/><Selection/><Visibility DefaultVisibility='true'><Exceptions/></Visibility>"
    f"<Coloring/></Components>{CAMERA}<Lines/><ClippingPlanes/>"
)
_BLANK_PROJECT = (
    '<ProjectExtension><Project ProjectId=""><Name></Name></Project>'
    "<ExtensionSchema></ExtensionSchema></ProjectExtension>"
)
_BLANK_USERS = (
    "<Extensions><TopicTypes/><TopicStatuses><TopicStatus>Open</TopicStatus></TopicStatuses>"
    "<Users><User></User><User>fafal</User><User> </User></Users></Extensions>"
)
_NO_TEXT = (
    '<Comment Guid="{}"><Date>2025-03-18T07:05:00Z</Date><Author>a@example.org</Author><Viewpoint Guid="{}"/></Comment>'
)
_FLAT_HIDDEN = "<Components><Selection><Component IfcGuid='{}'/></Selection></Components>"

SAMPLES = (
    Sample(
        "q40-empty-instead-of-absent-2.0.bcfzip",
        ("Q40", "1.1 Solibri Office", "T2"),
        "`<Header/>`, `<AssignedTo></AssignedTo>`, `<Description/>`, `<Comment></Comment>`, `<Components/>` in 2.0",
        "all of it counts as absent; the comment stays, because it has a viewpoint",
        java(
            viewed(
                "q40",
                issue("Empty parts", "<AssignedTo></AssignedTo><Description/>"),
                _NO_TEXT.format(c("q40"), v("q40")).replace("<Viewpoint ", "<Comment></Comment><Viewpoint "),
                content=f"<Components/>{CAMERA}",
                number="2.0",
                header="<Header/>",
            )
        ),
        version="2.0",
        counts=(1, 1, 1),
        fields={
            "t.assigned_to": None,
            "t.description": None,
            "t.files": [],
            "v.components": None,
            "c.comment": "",
            "c.viewpoint_guid": v("q40"),
        },
    ),
    Sample(
        "q40-empty-instead-of-absent-2.1.bcf",
        ("Q40", "1.1 Solibri Office", "T2"),
        (
            "`<Selection/>`, `<Exceptions/>`, "
            "`<Coloring/>`, `<ViewSetupHints/>`, `<Lines/>`, `<ClippingPlanes/>` in 2.1, which forbids them"
        ),
        "no items; written again, the empty elements are gone and the file is valid",
        java(viewed("q40b", issue("Empty lists"), content=_EMPTY)),
        counts=(1, 0, 1),
        fields={
            "v.components.selection": [],
            "v.components.coloring": [],
            "v.components.visibility.default_visibility": True,
            "v.lines": [],
        },
        validate=("F207",),
    ),
    Sample(
        "q41-blank-project.bcfzip",
        ("Q41",),
        "project.bcfp with blank id, blank name and blank schema",
        "no project",
        java(
            files("q41", issue("Which project?"), number="2.0", header="<Header><File/></Header>")
            | {"project.bcfp": _BLANK_PROJECT}
        ),
        version="2.0",
        fields={"project": None, "extensions": None},
    ),
    Sample(
        "q42-blank-list-items.bcf",
        ("Q42", "1.1 DESITE md"),
        "`<User></User>` among the users of a 3.0 archive",
        "the blank ones are skipped",
        dotnet(viewed_30("q42", issue("Who is blank?")) | {"extensions.xml": _BLANK_USERS}),
        version="3.0",
        counts=(1, 0, 1),
        fields={"extensions.users": ["fafal"], "extensions.topic_type": [], "extensions.topic_status": ["Open"]},
    ),
    Sample(
        "q43-no-author-no-date.bcf",
        ("Q43", "T13"),
        "neither CreationAuthor nor CreationDate",
        "absent, and absent again after writing: what a version demands is marked as invented",
        dotnet(
            files("q43", "<Title>Found on site</Title>", comment("q43", "Who wrote this?"), said='TopicStatus="Open"')
        ),
        counts=(1, 1, 0),
        fields={
            "t.creation_author": None,
            "t.creation_date": None,
            "t.topic_type": None,
            "c.comment": "Who wrote this?",
        },
    ),
    Sample(
        "q44-no-title.bcf",
        ("Q44", "T13"),
        "a topic without Title",
        "an empty title, no invented one",
        dotnet(files("q44", f"{BORN}<Description>It has only this.</Description>")),
        findings=("F306",),
        fields={"t.title": "", "t.description": "It has only this."},
    ),
    Sample(
        "q45-comment-without-text.bcf",
        ("Q45", "1.1 Solibri Office"),
        "a comment with a viewpoint and no text element, as bimsync writes one for every viewpoint",
        "a comment with empty text that still names its viewpoint",
        dotnet(viewed("q45", issue("Look here"), _NO_TEXT.format(c("q45"), v("q45")))),
        counts=(1, 1, 1),
        fields={"c.comment": "", "c.viewpoint_guid": v("q45"), "c.date.instant": "2025-03-18T07:05:00Z"},
    ),
    Sample(
        "q46-bare-comments-2.0.bcfzip",
        ("Q46",),
        "a 2.0 comment without Status and without its link back to the topic",
        "it is a comment all the same",
        dotnet(
            files(
                "q46",
                issue("Bare comment"),
                comment_20("q46", "No status, no link back.", status="", back=False),
                number="2.0",
                header="<Header><File/></Header>",
            )
        ),
        version="2.0",
        counts=(1, 1, 0),
        fields={"c.comment": "No status, no link back.", "c.status": None},
    ),
    Sample(
        "q47-no-name-that-products-demand.bcf",
        ("Q47", "1.1 BIMcollab"),
        "a viewpoint under a name of its own and without a snapshot, which the schema allows and some products refuse",
        "read; converted for BIMcollab, it is called viewpoint.bcfv and has a snapshot.png",
        dotnet(
            files("q47", issue("Free names"), view(v("q47"), f"{v('q47')}.bcfv", ""))
            | {f"{t('q47')}/{v('q47')}.bcfv": visinfo(CAMERA, v("q47"))}
        ),
        counts=(1, 0, 1),
        fields={"v.reference": f"{v('q47')}.bcfv", "v.snapshot": None},
        for_bimcollab=(f"{t('q47')}/viewpoint.bcfv", f"{t('q47')}/snapshot.png"),
    ),
    Sample(
        "q48-viewpoint-file-without-guid.bcf",
        ("Q48", "1.1 Solibri Office", "1.1 OpenProject"),
        "VisualizationInfo of 2.1 without Guid",
        "the guid of the markup counts",
        dotnet(
            viewed("q48", issue("No guid inside"), comment("q48", "See the view.", view=v("q48")))
            | {f"{t('q48')}/viewpoint.bcfv": visinfo(CAMERA)}
        ),
        counts=(1, 1, 1),
        fields={"v.guid": v("q48"), "v.alias": None, "c.viewpoint_guid": v("q48")},
    ),
    Sample(
        "q49-components-without-visibility.bcf",
        ("Q49",),
        "Components of 2.1 with a selection and no Visibility",
        "the selection; about visibility nothing is said",
        dotnet(viewed("q49", issue("Nothing hidden"), content=_FLAT_HIDDEN.format(WALL) + CAMERA)),
        counts=(1, 0, 1),
        fields={"v.components.selection.0.ifc_guid": WALL, "v.components.visibility": None},
    ),
)
