"""Twins of what was measured over many archives: folders, endings, names, dates, foreign parts, re-saves.

Owns: the table of samples for section 1.2. Sees: parts, quirk_words, quirk_zip.
"""

from parts import guid
from quirk_words import (
    CAMERA,
    Sample,
    comment,
    files,
    issue,
    markup,
    png,
    t,
    v,
    version,
    view,
    viewed,
    visinfo,
)
from quirk_zip import dotnet, java, python_stored

Entries = dict[str, str | bytes]
_NAMES = ("viewpoint.bcfv", "{}.bcfv", "Viewpoint_{}.bcfv", "viewpoint-{}.bcfv")
_PICTURES = ("snapshot.png", "{}.png", "Snapshot_{}.png", "snapshot1.png")
_PROJECT = (
    '<ProjectExtension><Project ProjectId="b7"><Name>Block B</Name></Project><ExtensionSchema/></ProjectExtension>'
)


def _names(name: str) -> Entries:
    """Four products' names in one topic, listed in an order that is not theirs in the zip."""
    keys = [guid(f"{name}/{at}") for at in range(4)]
    pairs = [
        (key, file.format(key), picture.format(key)) for key, file, picture in zip(keys, _NAMES, _PICTURES, strict=True)
    ]
    found = files(name, issue("Four ways to name a view"), "".join(view(*pair) for pair in pairs))
    for at, (key, file, picture) in reversed(list(enumerate(pairs))):
        found |= {f"{t(name)}/{file}": visinfo(CAMERA, key), f"{t(name)}/{picture}": png(4 + at, 3)}
    return found


def _saved(name: str) -> Entries:
    topic = issue("Joint open", "<ModifiedDate>2025-03-20T09:15:30Z</ModifiedDate><Description>one\ntwo</Description>")
    return viewed(name, topic, comment(name, "Seal it.", view=v(name)))


def _resaved(name: str) -> Entries:
    """The same words in other bytes: zone, fractions of a second, CR LF, capitals, empty elements, names, order."""
    key, seen = t(name).upper(), v(name).upper()
    text = str(_saved(name)[f"{t(name)}/markup.bcf"]).replace(t(name), key).replace(v(name), seen)
    for old, new in (
        ("2025-03-20T09:15:30Z", "2025-03-20T10:15:30.412+01:00"),
        ("one\ntwo", "one\r\ntwo"),
        ("<Description>", "<AssignedTo></AssignedTo><Description>"),
        ("<Viewpoint>viewpoint.bcfv", "<Viewpoint>seen.bcfv"),
        ("<Snapshot>snapshot.png", "<Snapshot>seen.png"),
    ):
        text = text.replace(old, new)
    return {
        f"{key}/seen.png": png(),
        f"{key}/seen.bcfv": visinfo(CAMERA, seen),
        f"{key}/markup.bcf": "\ufeff" + text,
        "bcf.version": version("2.1", "2.1 saved elsewhere"),
    }


_CONTAINERS = "<Labels/><ReferenceLinks/><DocumentReferences/><RelatedTopics/><Comments/><Viewpoints/>"
_FOREIGN = {
    "pile.ifc": "ISO-10303-21;",
    "plan.pdf": "%PDF-1.4 plan",
    "test.txt": "test",
    "markup.xsd": "<schema xmlns='http://www.w3.org/2001/XMLSchema'/>",
}
_ZONES = comment("dates", "in Berlin", key="a", date="2025-07-01T10:00:00+02:00") + comment(
    "dates", "in UTC, with fractions", key="b", date="2025-07-01T08:00:00.5Z"
)

SAMPLES = (
    Sample(
        "no-project-file.bcf",
        ("1.2 no project file",),
        "no project.bcfp, like 45 % of the archives looked at",
        "no project, and no complaint",
        java(files("no project", issue("Whose project?"))),
        fields={"project": None, "t.title": "Whose project?"},
    ),
    Sample(
        "streamed-zip.bcfzip",
        ("1.2 streamed zips", "1.1 Solibri Office"),
        "local headers without sizes, data descriptors behind the data",
        "every entry is read by the directory",
        java(viewed("streamed", issue("Streamed"), comment("streamed", "All of it."))),
        counts=(1, 1, 1),
        fields={"c.comment": "All of it.", "v.snapshot.blob.size": len(png())},
    ),
    Sample(
        "2.1-as-bcfzip.bcfzip",
        ("1.2 ending and version",),
        "2.1 under the ending of 2.0",
        "2.1",
        dotnet(files("ending", issue("Ending of 2.0"))),
        fields={"t.title": "Ending of 2.0"},
    ),
    Sample(
        "2.0-as-bcf.bcf",
        ("1.2 ending and version",),
        "2.0 under the ending of 2.1 and 3.0",
        "2.0",
        dotnet(files("ending b", issue("Ending of 3.0"), number="2.0", header="<Header><File/></Header>")),
        version="2.0",
        fields={"t.title": "Ending of 3.0"},
    ),
    Sample(
        "folder-is-not-the-guid.bcf",
        ("1.2 folder and guid differ",),
        "the topic's folder has the name of another guid",
        "Topic/@Guid counts, files are looked up in the folder there is; written again, the folder has the guid",
        dotnet(
            {
                key.replace(t("folder"), guid("folder/old")): data
                for key, data in viewed("folder", issue("Moved")).items()
            }
            | {f"{guid('folder/old')}/markup.bcf": markup("folder", issue("Moved"), view(v("folder")))}
        ),
        counts=(1, 0, 1),
        findings=("F303",),
        fields={"t.guid": t("folder"), "t.folder": guid("folder/old"), "v.snapshot.blob.size": len(png())},
        for_bimcollab=(f"{t('folder')}/markup.bcf", f"{t('folder')}/snapshot.png"),
    ),
    Sample(
        "names-of-four-products.bcf",
        ("1.2 viewpoint and snapshot names",),
        (
            "`viewpoint.bcfv`, `<guid>.bcfv`, `Viewpoint_<guid>.bcfv`, `viewpoint-<guid>.bcfv`; "
            "snapshots alike, and `snapshot1.png`"
        ),
        "each viewpoint has the picture its reference names",
        dotnet(_names("names")),
        counts=(1, 0, 4),
        fields={f"topics.0.viewpoints.{at}.snapshot.blob.size": len(png(4 + at, 3)) for at in range(4)},
    ),
    Sample(
        "foreign-parts.bcf",
        ("1.2 foreign parts", "T9"),
        "a model, a PDF, a text and a schema at the root that nothing refers to, a JSON beside the topic",
        "all five are carried along",
        python_stored(files("foreign", issue("Luggage")) | _FOREIGN | {f"{t('foreign')}/JsonElement.json": "{}"}),
        fields={f"extras.{at}.path": name for at, name in enumerate((*_FOREIGN, f"{t('foreign')}/JsonElement.json"))},
    ),
    Sample(
        "dates-of-many-kinds.bcf",
        ("1.2 dates",),
        "`+02:00`, `Z` with a fraction, no zone, a date alone; no ModifiedDate",
        "instants; what was written is kept; absent stays absent",
        dotnet(
            files(
                "dates",
                "<Title>When?</Title><CreationDate>2025-07-01T06:30:00</CreationDate><CreationAuthor>a@example.org</CreationAuthor><DueDate>2025-07-31</DueDate>",
                _ZONES,
            )
        ),
        counts=(1, 2, 0),
        findings=("F308", "F309"),
        fields={
            "t.creation_date.instant": "2025-07-01T06:30:00Z",
            "t.modified_date": None,
            "t.due_date.date_only": True,
            "c.date.instant": "2025-07-01T08:00:00Z",
            "c.date.text": "2025-07-01T10:00:00+02:00",
            "topics.0.comments.1.date.instant": "2025-07-01T08:00:00.500000Z",
        },
    ),
    Sample(
        "empty-containers-in-3.0.bcf",
        ("1.2 dates", "T2"),
        "`<Labels/>`, `<Comments/>`, `<Viewpoints/>` and other empty wrappers in 3.0",
        "empty lists; no blank item",
        dotnet(
            files(
                "containers",
                issue("Nothing in it") + _CONTAINERS,
                number="3.0",
            )
        ),
        version="3.0",
        fields={"t.labels": [], "t.reference_links": [], "t.document_references": [], "t.related_topics": []},
    ),
    Sample(
        "saved-once.bcf",
        ("1.2 comparison",),
        "a topic as one product saved it",
        "one topic, one comment, one viewpoint",
        dotnet(_saved("resaved")),
        counts=(1, 1, 1),
        fields={"t.modified_date.instant": "2025-03-20T09:15:30Z", "t.description": "one\ntwo"},
    ),
    Sample(
        "saved-again-by-another.bcfzip",
        ("1.2 comparison", "T24"),
        (
            "`saved-once.bcf` saved by another product: other order, names, zone, "
            "fractions, CR LF, capitals, BOM, empty elements"
        ),
        "to compare by content is to find no difference",
        java(_resaved("resaved")),
        counts=(1, 1, 1),
        fields={
            "t.guid": t("resaved").upper(),
            "t.description": "one\ntwo",
            "c.viewpoint_guid": v("resaved").upper(),
            "t.assigned_to": None,
        },
        same_as="saved-once.bcf",
    ),
)
