"""Which archive shows which row of the facts about quirks, traps and habits, and which rows no archive can show."""

# rows of the fact sheet's section 6 and 7, as the samples call them
QUIRKS = [f"Q{number}" for number in (*range(1, 16), *range(20, 35), *range(40, 71))]
TRAPS = [f"T{number}" for number in range(1, 31)]

# traps that live between a program and a server, or inside one program
NO_ARCHIVE = {
    "T25": "author and date are replaced by a server, at the upload",
    "T26": "the server mints guids of its own; the file is as any other",
    "T27": "a PUT deletes what a client leaves out; no file is part of it",
}

IN_PLACE = "how the file is written while somebody watches: no finished archive shows it (see the writer simulators)"
UNKNOWN = "nothing is known about it"
LOSS = "what a product drops on saving; the archive left behind is an ordinary one"

# every habit of section 1.1, by product: the samples that show it, or why none can
HABITS = {
    "BCFier classic": {
        "deletes the target, then zips into place": IN_PLACE,
        "2.1 as .bcfzip": ["bcfier-renumbered-and-renamed.bcfzip"],
        "unknown XML is gone, unknown files stay": LOSS,
        "renumbers Index": ["bcfier-renumbered-and-renamed.bcfzip"],
        "renames the first viewpoint": ["bcfier-renumbered-and-renamed.bcfzip"],
        "invents ProjectId, empty ExtensionSchema": ["bcfier-renumbered-and-renamed.bcfzip"],
        "a renamed 3.0 file loses its comments": LOSS,
    },
    "IPA.BCFier": {
        "truncates in place, exclusive lock": IN_PLACE,
        "upgrades a shared 2.1 file to 3.0": ["ipa-bcfier-upgraded-to-3.0.bcf"],
        "names of Dangl.BCF": ["ipa-bcfier-upgraded-to-3.0.bcf"],
    },
    "Solibri Office": {
        "streamed zip": ["solibri-empty-assigned-to.bcfzip", "solibri-presentation.bcf", "streamed-zip.bcfzip"],
        "2.0 RC, 2.1": ["solibri-empty-assigned-to.bcfzip", "solibri-presentation.bcf"],
        "partial export of a presentation": ["solibri-part-of-a-presentation.bcf"],
        "remembers exported ids": "inside the program",
        "standalone=yes": ["solibri-empty-assigned-to.bcfzip", "q34-declarations.bcf"],
        "type Error, localised status": ["solibri-presentation.bcf", "q61-words-outside-the-lists.bcf"],
        "no project.bcfp, no comments": ["solibri-presentation.bcf"],
        "full path in Filename": ["solibri-presentation.bcf", "q59-internal-windows-path.bcf"],
        "empty AssignedTo": ["solibri-empty-assigned-to.bcfzip"],
        "empty lists": ["q40-empty-instead-of-absent-2.1.bcf", "solibri-presentation.bcf"],
    },
    "BIMcollab Zoom/Manager/Hub": {
        "write mechanics": UNKNOWN,
        "2.1 KUBUS BV": ["bimcollab-comment-holds-viewpoint.bcf"],
        "Open becomes Active": ["bimcollab-comment-holds-viewpoint.bcf"],
        "a comment to hold a viewpoint": ["bimcollab-comment-holds-viewpoint.bcf"],
        "viewpoint only in a comment": ["bimcollab-viewpoint-only-in-comment.bcf"],
        "needs viewpoint.bcfv and a snapshot": ["q47-no-name-that-products-demand.bcf"],
        "directory entries, +00:00, ProjectId without name": ["bimcollab-comment-holds-viewpoint.bcf"],
    },
    "Bonsai / bcf-client": {
        "truncates in place, holds the zip open": IN_PLACE,
        "unknown entries dropped": LOSS,
        "ModifiedDate not touched": ["q65-modified-when-created.bcf", "bonsai-local-times.bcf"],
        "local times without zone, microseconds": ["bonsai-local-times.bcf"],
        "viewpoints named by guid": ["bonsai-local-times.bcf"],
    },
    "FreeCAD BCF plugin": {
        "writes straight onto the target": IN_PLACE,
        "stored": ["freecad-stored.bcf"],
        "directory entries, attributes of Unix": ["freecad-stored.bcf"],
        "invalid nodes kept": ["freecad-stored.bcf"],
    },
    "OpenProject export": {
        "browser download": IN_PLACE,
        ".bcfzip and .xml viewpoints": ["openproject-xml-viewpoint.bcfzip"],
        "link to the work package": ["openproject-xml-viewpoint.bcfzip"],
        "XML comment, no project.bcfp": ["openproject-xml-viewpoint.bcfzip", "q33-generator-comment.bcf"],
        "JPEG named .png": ["openproject-xml-viewpoint.bcfzip", "q58-jpeg-called-png.bcf"],
    },
    "DESITE md": {
        "write mechanics": UNKNOWN,
        "3.0 with the file names of 2.1": ["desite-vendor-file-and-logins.bcf"],
        "status changes as comments": ["desite-vendor-file-and-logins.bcf", "q63-comments-as-change-log.bcf"],
        "login names": ["desite-vendor-file-and-logins.bcf"],
        "extension.desite.xml": ["desite-vendor-file-and-logins.bcf"],
    },
    "Archicad": {
        "selected issues only": ["solibri-part-of-a-presentation.bcf", "archicad-internal-ifc-ids.bcfzip"],
        "external IFC ids": ["archicad-internal-ifc-ids.bcfzip", "archicad-external-ifc-ids.bcfzip"],
    },
    "Vectorworks BCF Manager": {
        "one file is one session": "how people work with it",
        "version by choice, old ending": ["vectorworks-3.0-as-bcfzip.bcfzip"],
    },
    "Procore, 3D Repo, Bimplus, BIMcollab, Catenda web": {
        "download and upload only": IN_PLACE,
        "Catenda: documents, lists, lower case": ["catenda-documents-and-lists.bcf"],
        "field sets of servers": LOSS,
    },
    "Tekla Structures, Navisworks, Allplan": {
        "write mechanics": UNKNOWN,
        "the link to a clash is lost": LOSS,
    },
    "ifc-lite, BCF web tools": {
        "browser download": IN_PLACE,
        "3.0 over the structure of 2.1": ["q02-says-3.0-is-2.1.bcf"],
        "order of the schema broken": ["ifc-lite-schema-order.bcf", "q28-elements-out-of-order.bcf"],
        "Viewpoint_ and Snapshot_ names": ["ifc-lite-schema-order.bcf"],
    },
}

# every fact of section 1.2
FACTS = {
    "project.bcfp missing": ["no-project-file.bcf"],
    "directory entries": ["q06-directory-entries.bcf"],
    "streamed zips": ["streamed-zip.bcfzip"],
    "a streamed zip cut off": ["q15-cut-off-while-streaming.bcf"],
    "ending and version are no pair": [
        "2.1-as-bcfzip.bcfzip",
        "2.0-as-bcf.bcf",
        "vectorworks-3.0-as-bcfzip.bcfzip",
    ],
    "bcf.version in a sub-folder": ["q03-zipped-folder.bcf"],
    "bcf.version absent": ["q01-no-version-2.1.bcf", "q03-zipped-folder-without-version.bcf", "q70-bcf-1.0.bcfzip"],
    "wrapper folder": ["q03-zipped-folder.bcf", "q04-macos-litter.bcfzip"],
    "__MACOSX and .DS_Store": ["q04-macos-litter.bcfzip"],
    "folders in upper case": ["q53-capital-guid.bcfzip"],
    "folder and guid differ": ["folder-is-not-the-guid.bcf"],
    "BOM": ["q20-utf-8-bom.bcf"],
    "names of viewpoints and snapshots": ["names-of-four-products.bcf"],
    "foreign parts": ["foreign-parts.bcf", "desite-vendor-file-and-logins.bcf", "t10-every-field.bcf"],
    "dates": ["dates-of-many-kinds.bcf", "q52-dates.bcf"],
    "ModifiedDate absent": ["dates-of-many-kinds.bcf"],
    "empty containers in 3.0": ["empty-containers-in-3.0.bcf"],
    "comparison of parsed values": ["saved-once.bcf", "saved-again-by-another.bcfzip"],
}
