"""Twins of the quirks of the container: versions, folders and names.

Owns: the table of samples Q1 to Q13 of section 6.1, but for the bomb. Sees: quirk_words, quirk_zip.
"""

from quirk_words import (
    CAMERA,
    HEAD,
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
    viewed_30,
    visinfo,
)
from quirk_zip import Entry, Files, dotnet, finder, java, packed, with_folders


def _without(files_: Files, *names: str) -> dict[str, str | bytes]:
    return {name: data for name, data in files_.items() if name not in names}


def _upper(name: str) -> dict[str, str | bytes]:
    found = _without(viewed(name, issue("Guard rail too low")), "bcf.version")
    names = {"markup.bcf": "MARKUP.BCF", "viewpoint.bcfv": "Viewpoint.BCFV", "snapshot.png": "Snapshot.PNG"}
    renamed = {f"{key.split('/')[0]}/{names[key.split('/')[1]]}": data for key, data in found.items()}
    return {"BCF.VERSION": version("2.1", "2.1")} | renamed


def _one_name(name: str) -> bytes:
    other = f"{name}/other"
    text = markup(name, issue("Two views of the gutter"), view(v(name), "one.bcfv") + view(v(other), "two.bcfv"))
    folder = t(name)
    entries = (
        ("bcf.version", version("2.1")),
        (f"{folder}/markup.bcf", text),
        (f"{folder}/one.bcfv", visinfo(CAMERA, v(name))),
        (f"{folder}/snapshot.png", png(4, 3, 40)),
        (f"{folder}/two.bcfv", visinfo(CAMERA, v(other))),
        (f"{folder}/snapshot.png", png(8, 6, 200)),
    )
    return packed(Entry(key, data.encode() if isinstance(data, str) else data) for key, data in entries)


def _named_inside(name: str, path: bytes, reference: str, flags: int) -> bytes:
    link = (
        '<DocumentReference isExternal="false">'
        f"<ReferencedDocument>../{reference}</ReferencedDocument></DocumentReference>"
    )
    inner = files(name, issue("Fees to be agreed", link))
    entries = [Entry(key, str(data).encode(), flags) for key, data in inner.items()]
    return packed([*entries, Entry(path, b"%PDF-1.4 costs of the lift", flags)])


def _escaping(name: str) -> bytes:
    snippet = (
        '<BimSnippet SnippetType="txt"><Reference>../../../../etc/passwd</Reference>'
        "<ReferenceSchema>https://example.org/none</ReferenceSchema></BimSnippet>"
    )
    inner = files(name, issue("Check the door closer", snippet))
    evil = ("../outside.txt", "/outside.txt", "C:\\outside.txt", f"{t(name)}/../../outside.txt")
    return packed(Entry(key, str(data).encode()) for key, data in (*inner.items(), *((key, "out") for key in evil)))


_Q2 = "q02-says-3.0-is-2.1.bcf"

SAMPLES = (
    Sample(
        "q01-no-version-2.1.bcf",
        ("Q1",),
        "no bcf.version; the markup has the form of 2.1",
        "read as 2.1, because nothing says otherwise",
        dotnet(
            _without(
                files("q01", issue("Lift pit too shallow", "<DueDate>2025-04-01T00:00:00+02:00</DueDate>")),
                "bcf.version",
            )
        ),
        findings=("F106",),
        fields={"t.title": "Lift pit too shallow", "t.due_date.text": "2025-04-01T00:00:00+02:00"},
    ),
    Sample(
        "q01-no-version-3.0.bcf",
        ("Q1",),
        "no bcf.version; comments and viewpoints stand inside the topic",
        "read as 3.0, with its comment and its viewpoint",
        dotnet(
            _without(
                viewed_30("q01/3.0", issue("Lift pit too deep"), comment("q01/3.0", "Now it is too deep.")),
                "bcf.version",
            )
        ),
        version="3.0",
        counts=(1, 1, 1),
        findings=("F106",),
        fields={"c.comment": "Now it is too deep.", "v.snapshot.snapshot_type": "png"},
    ),
    Sample(
        "q02-version-id-3.bcf",
        ("Q2",),
        "VersionId is 3, as ThatOpen components write it",
        "read as 3.0",
        dotnet(viewed_30("q02", issue("Beam in the doorway")) | {"bcf.version": version("3")}),
        version="3.0",
        counts=(1, 0, 1),
        fields={"t.title": "Beam in the doorway"},
    ),
    Sample(
        _Q2,
        ("Q2", "1.1 ifc-lite"),
        "VersionId says 3.0, markup and viewpoint have the form of 2.1, as ifc-lite wrote them in 2026",
        "the form wins: comments and viewpoints behind the topic are read",
        dotnet(
            viewed(
                _Q2, issue("Beam in the window", "<Stage>Design</Stage>"), comment(_Q2, "Both at once?", view=v(_Q2))
            )
            | {"bcf.version": version("3.0"), "extensions.xml": f"{HEAD}<Extensions/>"}
        ),
        counts=(1, 1, 1),
        findings=("F108",),
        fields={"c.viewpoint_guid": v(_Q2), "t.stage": "Design"},
    ),
    Sample(
        "q03-zipped-folder.bcf",
        ("Q3", "1.2 wrapper folder"),
        "somebody zipped the unpacked folder, not its content",
        "read from that folder; nothing is lost",
        with_folders(
            {f"Level 2 issues/{key}": data for key, data in viewed("q03", issue("Sprinkler missing")).items()}
        ),
        counts=(1, 0, 1),
        findings=("F104",),
        fields={"t.title": "Sprinkler missing", "v.snapshot.snapshot_type": "png"},
    ),
    Sample(
        "q03-zipped-folder-without-version.bcf",
        ("Q3", "Q1", "1.2 version in a sub-folder or absent"),
        "the same, and the folder has no bcf.version",
        "the markup shows where the root is",
        dotnet(
            {
                f"export/{key}": data
                for key, data in _without(viewed("q03b", issue("Two sprinklers missing")), "bcf.version").items()
            }
        ),
        counts=(1, 0, 1),
        findings=("F104", "F106"),
        fields={"t.title": "Two sprinklers missing"},
    ),
    Sample(
        "q04-macos-litter.bcfzip",
        ("Q4", "1.2 wrapper folder"),
        "compressed in Finder: one folder around all, `__MACOSX/…/._name` twins that end in .bcf, `.DS_Store`",
        "the twins are no topics; one topic comes out",
        finder(_without(files("q04", issue("Socket behind radiator"))), "Week 12.bcf"),
        findings=("F104", "F105", "F105", "F105"),
        fields={"t.title": "Socket behind radiator", "extras": []},
    ),
    Sample(
        "q05-backslashes.bcfzip",
        ("Q5",),
        "entry names separated by `\\`, as old .NET zips have them",
        "read as /; not an empty project",
        dotnet(
            {
                key.replace("/", "\\"): data
                for key, data in viewed("q05", issue("Wrong fire door"), comment("q05", "T30 is wanted.")).items()
            }
        ),
        counts=(1, 1, 1),
        findings=("F101", "F101", "F101"),
        fields={"t.folder": t("q05"), "c.comment": "T30 is wanted.", "v.snapshot.blob.size": len(png())},
    ),
    Sample(
        "q06-directory-entries.bcf",
        ("Q6", "1.2 directory entries"),
        "explicit entries for the folders, as the implementation guide asks",
        "folders are no foreign entries",
        with_folders(viewed("q06", issue("Handrail ends too early"))),
        counts=(1, 0, 1),
        fields={"t.title": "Handrail ends too early", "extras": []},
    ),
    Sample(
        "q06-directory-entries-with-backslash.bcf",
        ("Q6", "Q5"),
        "the entry of the folder ends in `\\`",
        "it is a folder all the same",
        packed(
            Entry(key.replace("/", "\\"), str(data).encode())
            for key, data in {f"{t('q06b')}/": "", **files("q06b", issue("Handrail starts too late"))}.items()
        ),
        findings=("F101", "F101"),
        fields={"t.title": "Handrail starts too late", "extras": []},
    ),
    Sample(
        "q07-upper-case-names.bcf",
        ("Q7",),
        "`BCF.VERSION`, `MARKUP.BCF`, `Viewpoint.BCFV`, `Snapshot.PNG`; the markup names them in lower case",
        "all four are found",
        dotnet(_upper("q07")),
        counts=(1, 0, 1),
        findings=("F112", "F112", "F112"),
        fields={"v.perspective_camera.field_of_view": 60.0, "v.snapshot.blob.size": len(png())},
    ),
    Sample(
        "q08-two-snapshots-of-one-name.bcf",
        ("Q8", "T8"),
        "every snapshot of the topic is written as `snapshot.png`, so the zip has two entries of one name (openaec)",
        "the last one is read, for both viewpoints; the loss is told",
        _one_name("q08"),
        counts=(1, 0, 2),
        findings=("F103",),
        fields={
            "v.snapshot.blob.size": len(png(8, 6, 200)),
            "topics.0.viewpoints.1.snapshot.blob.size": len(png(8, 6, 200)),
        },
    ),
    Sample(
        "q09-utf-8-name-without-flag.bcf",
        ("Q9",),
        "a document's name is UTF-8, but the zip does not say so",
        "`Смета.pdf` is found under its name",
        _named_inside("q09", "Смета.pdf".encode(), "Смета.pdf", 0),
        fields={"documents.0.filename": "Смета.pdf", "documents.0.blob.size": 26},
    ),
    Sample(
        "q09-cp437-name.bcf",
        ("Q9",),
        "a document's name is in the zip's old code page 437",
        "`Übersicht.pdf` is found under its name",
        _named_inside("q09b", "Übersicht.pdf".encode("cp437"), "Übersicht.pdf", 0),
        fields={"documents.0.filename": "Übersicht.pdf"},
    ),
    Sample(
        "q10-names-that-leave-the-archive.bcf",
        ("Q10",),
        "entries `../…`, `/…`, `C:\\…` and `<topic>/../../…`; a snippet refers to `../../../../etc/passwd`",
        "the topic comes out, none of the four entries, no bytes for the snippet",
        _escaping("q10"),
        findings=("F101", "F102", "F102", "F102", "F102", "F403"),
        fields={"t.title": "Check the door closer", "t.bim_snippet.blob": None, "extras": []},
    ),
    Sample(
        "q12-vendor-file.bcf",
        ("Q12", "T9"),
        "a file of a viewer's settings lies in the topic's folder, nothing refers to it",
        "it is carried along untouched",
        java(files("q12", issue("Ramp too steep")) | {f"{t('q12')}/roofview.settings.xml": "<settings zoom='2'/>"}),
        fields={"extras.0.path": f"{t('q12')}/roofview.settings.xml", "extras.0.blob.size": 20},
    ),
    Sample(
        "q13-bcf-extensions.bcf",
        ("Q13",),
        "the lists of 3.0 lie in `bcf.extensions`",
        "they are read as extensions.xml",
        dotnet(
            _without(viewed_30("q13", issue("Kerb too high")), "extensions.xml")
            | {
                "bcf.extensions": (
                    f"{HEAD}<Extensions><TopicTypes><TopicType>Clash</TopicType></TopicTypes></Extensions>"
                )
            }
        ),
        version="3.0",
        counts=(1, 0, 1),
        findings=("F113",),
        fields={"extensions.topic_type": ["Clash"], "extensions.users": None},
    ),
)
