"""Twins of what the plug-ins and checkers write that most archives come from.

Owns: the table of samples of section 1.1: BCFier, IPA.BCFier, Solibri, BIMcollab. Sees: parts, quirk_words, quirk_zip.
"""

from parts import guid, ifc_guid
from quirk_words import (
    CAMERA,
    CAMERA_30,
    HEAD,
    Sample,
    c,
    comment,
    comment_20,
    files,
    issue,
    markup,
    png,
    t,
    v,
    version,
    view,
    view_30,
    viewed,
    visinfo,
)
from quirk_zip import dotnet, java, with_folders

Entries = dict[str, str | bytes]

WALL = ifc_guid("quirk wall")
_ALONE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EMPTY_SCHEMA = (
    '<ProjectExtension><Project ProjectId="{}">{}</Project><ExtensionSchema></ExtensionSchema></ProjectExtension>'
)
_MODEL = (
    '<Header><File IfcProject="{}" isExternal="false"><Filename>C:\\Models\\Harbour School\\block-b.ifc</Filename>'
    "<Date>2025-03-14T16:20:00+01:00</Date></File></Header>"
)
_OFFEN = 'TopicType="Error" TopicStatus="Offen"'


def _bcfier(name: str) -> Entries:
    """The names .NET's serialiser gives to namespaces nobody uses; views renumbered from 0."""
    spaces = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    other = guid(f"{name}/other")
    views = view(v(name), index="0") + view(other, f"Viewpoint_{other}.bcfv", f"Snapshot_{other}.png", "1")
    text = markup(
        name, issue("Shaft too small", before="<Index>0</Index>"), comment(name, "See both.", view=other) + views
    )
    text = text.replace("<Markup>", f"<Markup {spaces}>").replace("\n", "\r\n")
    return {
        "bcf.version": version("2.1", "2.1"),
        "project.bcfp": HEAD + _EMPTY_SCHEMA.format(guid(f"{name}/project"), "<Name>block-b</Name>"),
        f"{t(name)}/markup.bcf": text.replace("><", ">\r\n  <"),
        f"{t(name)}/viewpoint.bcfv": visinfo(CAMERA, v(name)),
        f"{t(name)}/snapshot.png": png(),
        f"{t(name)}/Viewpoint_{other}.bcfv": visinfo(CAMERA, other),
        f"{t(name)}/Snapshot_{other}.png": png(5, 5),
    }


def _ipa(name: str) -> Entries:
    """The same topic after another plug-in saved it: 3.0 all of a sudden."""
    other = guid(f"{name}/other")
    keys = (v(name), other)
    views = "".join(
        view_30(key, f"Viewpoint_{key}.bcfv", f"Snapshot_{key}.png", str(at)) for at, key in enumerate(keys)
    )
    topic = issue("Shaft too small", before="<Index>0</Index>")
    inner = f"{topic}<Comments>{comment(name, 'See both.', view=other)}</Comments><Viewpoints>{views}</Viewpoints>"
    found = files(name, inner, number="3.0") | {
        "project.bcfp": (
            f'{HEAD}<ProjectInfo><Project ProjectId="{guid(f"{name}/project")}">'
            "<Name>block-b</Name></Project></ProjectInfo>"
        )
    }
    for at, key in enumerate(keys):
        found |= {
            f"{t(name)}/Viewpoint_{key}.bcfv": visinfo(CAMERA_30, key),
            f"{t(name)}/Snapshot_{key}.png": png(4 + at, 3 + 2 * at),
        }
    return found


def _solibri_20(name: str) -> Entries:
    topic = issue("Wand ohne Türsturz", "<AssignedTo></AssignedTo><Description>Sturz fehlt.\n</Description>")
    found = files(
        name,
        topic,
        comment_20(name, "", status="<VerbalStatus>Offen</VerbalStatus><Status>Error</Status>", back=False)
        + view(v(name), f"{v(name)}.bcfv", f"{v(name)}.png"),
        number="2.0",
        said=_OFFEN,
        header="<Header/>",
    )
    return {
        **{key: str(data).replace(HEAD, _ALONE) for key, data in found.items()},
        "bcf.version": version("2.0", "2.0 RC"),
        f"{t(name)}/{v(name)}.bcfv": visinfo(f"<Components/>{CAMERA}"),
        f"{t(name)}/{v(name)}.png": png(),
    }


def _solibri_21(*names: str) -> Entries:
    """Slides of a presentation: no comments, no project, full paths of models."""
    found: Entries = {}
    for name in names:
        key = v(name)
        found |= files(
            name,
            issue(f"Slide {name[-1]}", "<AssignedTo></AssignedTo>"),
            view(key, f"{key}.bcfv", f"{key}.png"),
            said=_OFFEN,
            header=_MODEL.format(WALL),
        )
        found |= {
            f"{t(name)}/{key}.bcfv": visinfo(
                "<Components><Selection/><Visibility DefaultVisibility='true'><Exceptions/>"
                f"</Visibility><Coloring/></Components>{CAMERA}"
            ),
            f"{t(name)}/{key}.png": png(),
        }
    return {key: data.replace(HEAD, _ALONE) if isinstance(data, str) else data for key, data in found.items()}


def _kubus(name: str) -> Entries:
    """Dates with +00:00, status Active, a comment that only holds the viewpoint, a project without name."""
    found = viewed(
        name, issue("Duct hits beam").replace("Z<", "+00:00<"), comment(name, "", view=v(name)).replace("Z<", "+00:00<")
    )
    text = str(found[f"{t(name)}/markup.bcf"]).replace('TopicStatus="Open"', 'TopicStatus="Active"')
    return {
        f"{t(name)}/markup.bcf": text,
        **{key: data for key, data in found.items() if not key.endswith("markup.bcf")},
        "bcf.version": version("2.1", "2.1 KUBUS BV"),
        "project.bcfp": HEAD + _EMPTY_SCHEMA.format(guid("kubus/project"), ""),
    }


def _only_in_comment(name: str) -> Entries:
    """A re-export that lost the list of viewpoints, but neither their files nor the comment's link."""
    return files(name, issue("Duct hits column"), comment(name, "The view is here.", view=v(name))) | {
        "bcf.version": version("2.1", "2.1 KUBUS BV"),
        f"{t(name)}/{v(name)}.bcfv": visinfo(CAMERA, v(name)),
        f"{t(name)}/{v(name)}.png": png(),
    }


SAMPLES = (
    Sample(
        "bcfier-renumbered-and-renamed.bcfzip",
        ("1.1 BCFier classic",),
        (
            "2.1 as .bcfzip; a project with an invented id and an empty schema; Index from "
            "0; the first viewpoint renamed; CR LF"
        ),
        "one topic; the second viewpoint keeps its name and its comment",
        dotnet(_bcfier("bcfier")),
        counts=(1, 1, 2),
        fields={
            "project.project_id": guid("bcfier/project"),
            "extensions": None,
            "t.index": 0,
            "v.reference": "viewpoint.bcfv",
            "v.index": 0,
            "c.viewpoint_guid": guid("bcfier/other"),
            "topics.0.viewpoints.1.snapshot.blob.size": len(png(5, 5)),
        },
    ),
    Sample(
        "ipa-bcfier-upgraded-to-3.0.bcf",
        ("1.1 IPA.BCFier",),
        (
            "the topic of `bcfier-renumbered-and-renamed.bcfzip` after another plug-in "
            "saved it: 3.0, Viewpoint_/Snapshot_ names"
        ),
        "the same topic, comment and viewpoints under the same guids",
        dotnet(_ipa("bcfier")),
        version="3.0",
        counts=(1, 1, 2),
        fields={
            "t.guid": t("bcfier"),
            "c.guid": c("bcfier"),
            "c.viewpoint_guid": guid("bcfier/other"),
            "v.reference": f"Viewpoint_{v('bcfier')}.bcfv",
        },
    ),
    Sample(
        "solibri-empty-assigned-to.bcfzip",
        ("1.1 Solibri Office",),
        (
            '2.0 RC, streamed, standalone="yes"; empty AssignedTo, Header, Comment and '
            "Components; status Offen; no project"
        ),
        "nobody is assigned; the comment has no text but its status; the description keeps its line break",
        java(_solibri_20("solibri")),
        version="2.0",
        counts=(1, 1, 1),
        findings=("F316",),
        fields={
            "t.assigned_to": None,
            "t.topic_status": "Offen",
            "t.description": "Sturz fehlt.\n",
            "c.comment": "",
            "c.verbal_status": "Offen",
            "v.components": None,
            "project": None,
        },
    ),
    Sample(
        "solibri-presentation.bcf",
        ("1.1 Solibri Office",),
        (
            "2.1, streamed: three slides without comments, a full Windows path in Filename "
            'with isExternal="false", empty lists'
        ),
        "three topics with their pictures; the path is a name to show",
        java(_solibri_21("slide 1", "slide 2", "slide 3")),
        counts=(3, 0, 3),
        fields={
            "t.title": "Slide 1",
            "t.files.0.filename": "C:\\Models\\Harbour School\\block-b.ifc",
            "t.files.0.blob": None,
            "topics.2.guid": t("slide 3"),
        },
    ),
    Sample(
        "solibri-part-of-a-presentation.bcf",
        ("1.1 Solibri Office", "1.1 Archicad"),
        "a later export of one of those slides only",
        "one topic under its old guid; the absence of the others means nothing",
        java(_solibri_21("slide 2")),
        counts=(1, 0, 1),
        fields={"t.guid": t("slide 2"), "t.title": "Slide 2"},
    ),
    Sample(
        "bimcollab-comment-holds-viewpoint.bcf",
        ("1.1 BIMcollab",),
        (
            "`2.1 KUBUS BV`, directory entries, +00:00, status Active, a project without "
            "name, a comment that only holds the viewpoint"
        ),
        "2.1; the comment is kept with empty text; +00:00 and Z are the same instant",
        with_folders(_kubus("kubus")),
        counts=(1, 1, 1),
        fields={
            "project": {"project_id": guid("kubus/project"), "name": None},
            "t.topic_status": "Active",
            "t.creation_date.instant": "2025-03-17T08:30:00Z",
            "c.comment": "",
            "c.viewpoint_guid": v("kubus"),
        },
    ),
    Sample(
        "bimcollab-viewpoint-only-in-comment.bcf",
        ("1.1 BIMcollab", "Q57"),
        "a re-export whose markup lists no viewpoints, though a comment names one and its file lies there",
        "the file becomes a viewpoint of the topic, because the comment means it",
        with_folders(_only_in_comment("kubus b")),
        counts=(1, 1, 1),
        findings=("F408",),
        fields={"v.guid": v("kubus b"), "c.viewpoint_guid": v("kubus b"), "v.perspective_camera.field_of_view": 60.0},
    ),
)
