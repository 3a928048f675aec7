"""Twins of the quirks of the XML: encodings, namespaces, order, spelling and what stands where it should not.

Owns: the table of samples for section 6.2. Sees: quirk_words, quirk_zip.
"""

from quirk_words import BORN, CAMERA, HEAD, SAID, Sample, comment, files, issue, markup, t, v, view, viewed, viewed_30
from quirk_zip import Files, dotnet, java

Entries = dict[str, str | bytes]


def _recoded(found: Files, encoding: str, declared: str = "") -> Entries:
    """All documents in another encoding, declared as that one or as ``declared``."""
    return {
        name: data.replace('"UTF-8"', f'"{declared or encoding}"').encode(encoding) if isinstance(data, str) else data
        for name, data in found.items()
    }


def _with_markup(name: str, text: str | bytes) -> Entries:
    return files(name, "") | {f"{t(name)}/markup.bcf": text}


def _broken() -> Entries:
    """Four topics, each broken in its own way."""
    latin = markup(
        "q24/latin", issue("Tür zu schmal", "<Description>Lichte Breite 0,80 m \u2013 zu wenig</Description>")
    )
    blank = markup("q24/blank", issue("Blank line first"))
    nul = markup("q24/nul", issue("NULs at the end"))
    control = markup("q24/control", issue("Bell\x07 in the title", "<Description>line 1\nline 2\x0b</Description>"))
    found = _with_markup("q24/latin", latin.encode("cp1252"))
    found |= _with_markup("q24/blank", "\r\n" + blank)
    found |= _with_markup("q24/nul", nul.encode() + bytes(24))
    return found | _with_markup("q24/control", control)


def _located() -> Entries:
    """Five styles of location hints, on the network and off it."""
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    styles = (
        f'{xsi} xsi:schemaLocation="markup.xsd"',
        f'{xsi} xsi:noNamespaceSchemaLocation="markup.xsd"',
        f'{xsi} xsi:noNamespaceSchemaLocation="https://schemas.invalid/bcf/markup.xsd"',
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema" {xsi}',
        f'{xsi} xsi:schemaLocation="http://schemas.invalid/bcf markup.xsd"',
    )
    found: Entries = {}
    for at, style in enumerate(styles):
        name = f"q25/{at}"
        found |= _with_markup(name, markup(name, issue(f"Location hint {at}")).replace("<Markup>", f"<Markup {style}>"))
    return found


def _in_namespaces() -> Entries:
    default = markup("q26/default", issue("Default namespace"), comment("q26/default", "In it, too."))
    prefixed = markup("q26/prefix", issue("Prefix")).replace("</", "</b:").replace("<", "<b:").replace("<b:/b:", "</b:")
    prefixed = prefixed.replace("<b:?xml", "<?xml").replace("<b:Markup>", '<b:Markup xmlns:b="urn:example:bcf">')
    return _with_markup("q26/default", default.replace("<Markup>", '<Markup xmlns="urn:example:bcf">')) | _with_markup(
        "q26/prefix", prefixed
    )


def _attack() -> Entries:
    doctype = (
        '<!DOCTYPE Markup [<!ENTITY secret SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    )
    bad = markup("q27/bad", issue("&secret; &b;")).replace("<Markup>", f"{doctype}<Markup>")
    return _with_markup("q27/bad", bad) | files("q27/good", issue("The neighbour of an attack"))


_SHUFFLED_LISTS = (
    "<Extensions><TopicTypes><TopicType>Clash</TopicType></TopicTypes><Stages><Stage>Design</Stage></Stages>"
    "<SnippetTypes><SnippetType>.ifc</SnippetType></SnippetTypes></Extensions>"
)


def _shuffled(name: str) -> Entries:
    topic = (
        f"<Description>first</Description>{BORN}<Stage>Design</Stage><Labels>MEP</Labels>"
        "<Title>Last</Title><Labels>Steel</Labels>"
    )
    found = viewed(name, topic)
    text = markup(name, topic, view(v(name)) + comment(name, "After the viewpoints.", view=v(name)))
    return found | {f"{t(name)}/markup.bcf": text}


_UNKNOWN = 'TopicType="Clash" TopicStatus="Open" Score="7"'
_SNIPPET = '<BimSnippet SnippetType="json" {}="true"><Reference>https://example.org/s.json</Reference><ReferenceSchema>https://example.org/s.schema</ReferenceSchema></BimSnippet>'
_HEADER = '<Header><File {}="true"><Filename>block-b.ifc</Filename></File></Header>'
_HEADER_30 = '<Header><Files><File {}="true"><Filename>block-b.ifc</Filename></File></Files></Header>'
_TOOL = (
    "<Components><Selection><Component AuthoringToolId='338194'/></Selection>"
    f"<Visibility DefaultVisibility='true'/></Components>{CAMERA}"
)
_LEVELS = "<![CDATA[Slab < 200 mm & too thin]]>"

SAMPLES = (
    Sample(
        "q20-utf-8-bom.bcf",
        ("Q20", "1.2 BOM"),
        "every document starts with a UTF-8 byte order mark",
        "no character of it gets into a value",
        dotnet({key: "\ufeff" + str(data) for key, data in files("q20", issue("Ødegård's stair")).items()}),
        fields={"t.title": "Ødegård's stair"},
    ),
    Sample(
        "q21-utf-16.bcf",
        ("Q21",),
        "UTF-16 with a byte order mark, declared so",
        "read as it is",
        dotnet(_recoded(files("q21", issue("Ødegård's ramp")), "utf-16")),
        fields={"t.title": "Ødegård's ramp"},
    ),
    Sample(
        "q22-utf-8-that-says-utf-16.bcf",
        ("Q22",),
        "UTF-8 bytes that declare utf-16, as a .NET StringWriter makes them",
        "the bytes count, and the mend is told",
        dotnet(_recoded(files("q22", issue("Ødegård's lift")), "utf-8", "utf-16")),
        findings=("F202", "F202"),
        fields={"t.title": "Ødegård's lift"},
    ),
    Sample(
        "q23-utf-16-that-says-utf-8.bcf",
        ("Q23",),
        "UTF-16 bytes with a mark that declare utf-8",
        "the mark counts",
        dotnet(_recoded(files("q23", issue("Ødegård's roof")), "utf-16", "utf-8")),
        fields={"t.title": "Ødegård's roof"},
    ),
    Sample(
        "q24-four-broken-documents.bcfzip",
        ("Q24", "T4"),
        (
            "four topics: CP1252 declared as UTF-8; a blank line before the declaration; "
            "NULs at the end; control characters"
        ),
        "all four are read; line breaks stay where control characters go",
        dotnet(_broken()),
        counts=(4, 0, 0),
        findings=("F202", "F202", "F202", "F202"),
        fields={
            "t.title": "Tür zu schmal",
            "t.description": "Lichte Breite 0,80 m \u2013 zu wenig",
            "topics.1.title": "Blank line first",
            "topics.2.title": "NULs at the end",
            "topics.3.title": "Bell in the title",
            "topics.3.description": "line 1\nline 2",
        },
    ),
    Sample(
        "q25-schema-locations.bcf",
        ("Q25",),
        "five styles of xsi:schemaLocation and unused namespaces, two of them with an address",
        "ignored without a word; nothing is fetched",
        dotnet(_located()),
        counts=(5, 0, 0),
        fields={"t.title": "Location hint 0", "topics.4.title": "Location hint 4"},
    ),
    Sample(
        "q26-namespaces.bcf",
        ("Q26",),
        "one markup in a default namespace, one with a prefix",
        "both are read by local names",
        dotnet(_in_namespaces()),
        counts=(2, 1, 0),
        findings=("F205", "F205"),
        fields={"t.title": "Default namespace", "c.comment": "In it, too.", "topics.1.title": "Prefix"},
    ),
    Sample(
        "q27-doctype.bcf",
        ("Q27",),
        "a markup with a DTD, an external entity and nested entities, beside a sound one",
        "the document is refused, its neighbour read; no entity is expanded",
        dotnet(_attack()),
        findings=("F203",),
        fields={"t.title": "The neighbour of an attack"},
    ),
    Sample(
        "q28-lists-out-of-order.bcf",
        ("Q28",),
        "SnippetTypes as the last list of extensions.xml, as in published 3.0 archives",
        "all three lists are read",
        dotnet(viewed_30("q28", issue("Order of lists")) | {"extensions.xml": HEAD + _SHUFFLED_LISTS}),
        version="3.0",
        counts=(1, 0, 1),
        fields={"extensions.snippet_type": [".ifc"], "extensions.stage": ["Design"]},
        validate=("F207",),
    ),
    Sample(
        "q28-elements-out-of-order.bcf",
        ("Q28", "T12", "1.1 ifc-lite"),
        "Description first, Title last, Labels after Stage, viewpoints before comments",
        "nothing is missed; the labels keep their order",
        dotnet(_shuffled("q28b")),
        counts=(1, 1, 1),
        fields={"t.title": "Last", "t.labels": ["MEP", "Steel"], "t.stage": "Design", "c.viewpoint_guid": v("q28b")},
        validate=("F207",),
    ),
    Sample(
        "q29-unknown-elements.bcf",
        ("Q29",),
        "an element and an attribute that no version knows",
        "the rest is read, both are told",
        dotnet(files("q29", issue("Unknown parts", "<Cost currency='EUR'>120</Cost>"), said=_UNKNOWN)),
        findings=("F206", "F206"),
        fields={"t.title": "Unknown parts", "t.topic_type": "Clash"},
    ),
    Sample(
        "q30-capital-isexternal-in-2.1.bcf",
        ("Q30",),
        "`IsExternal`, the spelling of 3.0 and of the 2.x text, in a 2.1 markup",
        "read as isExternal: the snippet is outside, no bytes are missed",
        dotnet(files("q30", issue("Spelling", _SNIPPET.format("IsExternal")), header=_HEADER.format("IsExternal"))),
        fields={"t.bim_snippet.is_external": True, "t.files.0.is_external": True},
    ),
    Sample(
        "q30-small-isexternal-in-3.0.bcf",
        ("Q30",),
        "`isExternal`, the spelling of 2.x, in a 3.0 markup",
        "the same",
        dotnet(
            files(
                "q30b",
                issue("Spelling", _SNIPPET.format("isExternal")),
                number="3.0",
                header=_HEADER_30.format("isExternal"),
            )
        ),
        version="3.0",
        fields={"t.bim_snippet.is_external": True, "t.files.0.is_external": True},
    ),
    Sample(
        "q31-attributes-for-elements.bcf",
        ("Q31",),
        "Stage is an attribute of Topic, AuthoringToolId one of Component",
        "both values come out",
        dotnet(
            viewed("q31", issue("Attributes"), content=_TOOL)
            | {
                f"{t('q31')}/markup.bcf": markup(
                    "q31", issue("Attributes"), view(v("q31")), said=f'{SAID} Stage="Design"'
                )
            }
        ),
        counts=(1, 0, 1),
        findings=("F208", "F208"),
        fields={"t.stage": "Design", "v.components.selection.0.authoring_tool_id": "338194"},
    ),
    Sample(
        "q32-cdata-comments-entities.bcf",
        ("Q32", "T23"),
        "text as CDATA, cut in two by an XML comment, and with character references",
        "whole texts come out",
        dotnet(files("q32", issue(_LEVELS, "<Description>one<!-- cut --> text &#x2013; &lt;whole&gt;</Description>"))),
        fields={"t.title": "Slab < 200 mm & too thin", "t.description": "one text \u2013 <whole>"},
    ),
    Sample(
        "q33-generator-comment.bcf",
        ("Q33",),
        "an XML comment names a library, though another product wrote the file after it",
        "it means nothing and harms nothing",
        dotnet(
            _with_markup(
                "q33",
                markup("q33", issue("Who wrote this")).replace(
                    "<Markup>", "<!-- Created with the Board Library 4 --><Markup>"
                ),
            )
        ),
        fields={"t.title": "Who wrote this"},
    ),
    Sample(
        "q34-declarations.bcf",
        ("Q34", "1.1 Solibri Office"),
        'a declaration without encoding, and one with standalone="yes"',
        "read as any other",
        java(
            _with_markup("q34/bare", markup("q34/bare", issue("Größe")).replace(' encoding="UTF-8"', ""))
            | _with_markup("q34/alone", markup("q34/alone", issue("Länge")).replace("?>", ' standalone="yes"?>'))
        ),
        counts=(2, 0, 0),
        fields={"t.title": "Größe", "topics.1.title": "Länge"},
    ),
)
