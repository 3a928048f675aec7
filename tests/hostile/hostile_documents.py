"""XML nobody should have written, in archives that are otherwise good.

Owns: name → the bytes of an archive with a hostile document. ``{port}`` is where the test listens for whoever obeys,
``{secret}`` a file nothing may read: hostile_zips.PLACES.
"""

# ruff: noqa: E501, RUF001 - rows of a table, and letters that only look like others

import base64
from collections.abc import Callable

from hostile_zips import MARKUP, TOPIC, VERSION, Raw, good, zipped

VIEW = "33333333-3333-4333-8333-333333333333"
MIB = 1 << 20
POINTS = "".join(
    f"<{name}><X>{{x}}</X><Y>0</Y><Z>1</Z></{name}>"
    for name in ("CameraViewPoint", "CameraDirection", "CameraUpVector")
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def markup(topic: str = "", *, guid: str = TOPIC, rest: str = "", before: str = "", head: str = "") -> str:
    """A markup of 2.1 with more in its topic, beside it, and before it."""
    said = "<Title>T</Title><CreationDate>2025-01-01T10:00:00Z</CreationDate><CreationAuthor>a</CreationAuthor>"
    return (
        f'{head}<Markup>{before}<Topic Guid="{guid}" TopicType="t" TopicStatus="s">{said}{topic}</Topic>{rest}</Markup>'
    )


def comment(guid: str = "c", text: str = "C", more: str = "") -> str:
    return f'<Comment Guid="{guid}"><Date>2025-01-02T00:00:00Z</Date><Author>b</Author><Comment>{text}</Comment>{more}</Comment>'


def viewpoint(file: str = "v.bcfv", snapshot: str = "s.png", guid: str = VIEW) -> str:
    return f'<Viewpoints Guid="{guid}"><Viewpoint>{file}</Viewpoint><Snapshot>{snapshot}</Snapshot></Viewpoints>'


def visinfo(x: str = "1", more: str = "", components: str = "") -> str:
    camera = f"<PerspectiveCamera>{POINTS.format(x=x)}<FieldOfView>60</FieldOfView></PerspectiveCamera>"
    return f'<VisualizationInfo Guid="{VIEW}">{components}{camera}{more}</VisualizationInfo>'


def archive(document: str | bytes, *more: Raw) -> bytes:
    return zipped(good(*more, markup=document.encode() if isinstance(document, str) else document))


def _doc(document: str | bytes) -> Callable[[], bytes]:
    return lambda: archive(document)


def _view(document: str | bytes, file: str = "v.bcfv") -> Callable[[], bytes]:
    data = document.encode() if isinstance(document, str) else document
    return lambda: archive(markup(rest=viewpoint(file)), Raw(f"{TOPIC}/v.bcfv", data))


def _root(name: str, document: str, version: str = "3.0") -> Callable[[], bytes]:
    said = VERSION.replace(b"2.1", version.encode())
    return lambda: zipped(good(Raw(name, document.encode()), version=said))


def _at(place: str) -> Callable[[], bytes]:
    """Every reference a markup can hold leads there."""
    topic = (
        f'<DocumentReference Guid="d"><ReferencedDocument>{place}</ReferencedDocument></DocumentReference><BimSnippet SnippetType="t">'
        f"<Reference>{place}</Reference><ReferenceSchema>{place}</ReferenceSchema></BimSnippet>"
    )
    before = (
        f"<Header><File isExternal='false'><Filename>{place}</Filename><Reference>{place}</Reference></File></Header>"
    )
    bitmaps = f"<Bitmap><Bitmap>PNG</Bitmap><Reference>{place}</Reference></Bitmap>"
    return lambda: archive(
        markup(topic, before=before, rest=viewpoint(place, place) + viewpoint("v.bcfv", place, "w")),
        Raw(f"{TOPIC}/v.bcfv", visinfo(more=bitmaps).encode()),
    )


_LOL = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
_EXTERNAL = '<!DOCTYPE Markup [<!ENTITY secret SYSTEM "file://{secret}">]>'
_REMOTE = (
    '<!DOCTYPE Markup SYSTEM "http://127.0.0.1:{port}/x.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/p"> %p;]>'
)
_PLACES = {
    "climb": "../../../../secret.txt", "absolute": "{secret}", "drive": "C:\\Windows\\win.ini", "device": "CON", "unc": "//127.0.0.1/x",
    "markup": "markup.bcf", "version": "../bcf.version", "itself": "v.bcfv", "folder": ".", "nothing": "", "blank": "  ",
    "link": "file://{secret}", "network": "http://127.0.0.1:{port}/x", "long": "x" * 10_000, "nul": "a&#0;b", "controls": "\x7f\u202e",
}  # fmt: skip
_NUMBERS = (
    "NaN",
    "INF",
    "-INF",
    "1e400",
    "-1e400",
    "-0",
    "1e-400",
    "9" * 5_000,
    "0x1F",
    "1_000",
    "١٢",
    "",
    "one",
    "1 2",
    "1" + "0" * 400,
)
_DATES = (
    "0000-01-01T00:00:00Z", "9999999-01-01T00:00:00Z", "-0044-03-15T00:00:00Z", "0001-01-01T00:00:00", "9999-12-31T24:00:00Z",
    "9999-12-31T23:59:59-14:00", "2025-01-01T24:00:00", "2025-01-01T25:61:61Z", "2025-02-30T00:00:00Z", "2025-01-01T00:00:00+99:99",
    "2025-01-01T00:00:00+24:00", "2025-01-01T00:00:00Z" * 1_000, "２０２５-01-01T00:00:00Z", "yesterday", "1735689600",
    "2025-01-01T00:00:00." + "9" * 5_000 + "Z",
)  # fmt: skip
_GUIDS = (
    "../../evil",
    "CON",
    "x" * 10_000,
    "/evil",
    "C:\\evil",
    "",
    " ",
    ".",
    "..",
    "a/b",
    "a\\b",
    "nul&#10;nul",
    "é" * 300,
    "%2e%2e",
    "\u202e",
)
_KEPT = (
    '{{"Path": "../../../evil"}}', '{{"Path": "/evil"}}', '{{"Path": "C:/evil"}}', '{{"Path": "CON"}}', '{{"Path": "markup.bcf"}}',
    '{{"Path": "bcf.version"}}', '{{"Path": "BCF.VERSION/x"}}', "[" * 50_000, "{{" * 50_000, '{{"Index": 1e999, "Stage": 5}}',
    '{{"Flat": [[[]]], "ViewSetupHints": {{}}, "Viewpoint": 7}}', '{{"PerspectiveAspectRatio": ' + "9" * 5_000 + "}}",
    '{{"OrthogonalCamera": {{"CameraViewPoint": [1e308, 1e308, NaN]}}}}', '{{"Stage": "\\ud800", "DueDate": "9999999"}}', "null", "{{", "",
    '{{"Stages": {{"Stage": [null, 1]}}, "ReferenceLinks": ["\\u0000"]}}',
)  # fmt: skip


def _marked(words: str) -> Callable[[], bytes]:
    """An instruction that calls itself ours, in every element that may have one."""
    mark = f"<?bcfsync {words}?>".replace("{{", "{").replace("}}", "}")
    document = markup(
        mark, rest=comment(more=mark) + viewpoint().replace("</Viewpoints>", f"{mark}</Viewpoints>"), before=mark
    )
    listed = f"<DocumentInfo>{mark}<Documents><Document Guid='{VIEW}'>{mark}<Filename>CON</Filename></Document></Documents></DocumentInfo>"
    project = f"<ProjectExtension>{mark}<Project ProjectId='p'>{mark}</Project><ExtensionSchema/></ProjectExtension>"
    return lambda: archive(
        document,
        Raw(f"{TOPIC}/v.bcfv", visinfo(more=mark, components=f"<Components>{mark}</Components>").encode()),
        Raw("documents.xml", listed.encode()),
        Raw(f"documents/{VIEW}", b"plan"),
        Raw("project.bcfp", project.encode()),
    )


def _sizes() -> dict[str, Callable[[], bytes]]:
    """Too much of something."""
    return {
        "attribute-of-10-mb": lambda: archive(markup(rest=comment("x" * 10 * MIB))),
        "attribute-of-9-mb": lambda: archive(markup(rest=comment("x" * 9 * MIB))),
        "text-of-12-mb": lambda: archive(markup(f"<Description>{'x ' * 6 * MIB}</Description>")),
        "name-of-1-mb": lambda: archive(markup(f"<{'x' * MIB}/>")),
        "a-hundred-thousand-deep": lambda: archive(markup("<x>" * 100_000 + "</x>" * 100_000)),
        "two-hundred-deep": lambda: archive(markup("<x>" * 200 + "</x>" * 200)),
        "a-million-siblings": lambda: archive(markup("<x/>" * 1_000_000)),
        "a-million-labels": lambda: archive(markup("<Labels>a</Labels>" * 1_000_000)),
        "five-thousand-comments": lambda: archive(markup(rest="".join(comment(str(at)) for at in range(5_000)))),
        "ten-thousand-equal-comments": lambda: archive(markup(rest=comment() * 10_000)),
        "ten-thousand-attributes": lambda: archive(markup("<x " + " ".join(f'a{at}=""' for at in range(10_000)) + "/>")),
        "ten-thousand-namespaces": lambda: archive(markup("<x " + " ".join(f'xmlns:a{at}="u"' for at in range(10_000)) + "/>")),
        "huge-base64": lambda: archive(markup(f"<BimSnippet SnippetType='t'><Reference>data:;base64,{base64.b64encode(bytes(6 * MIB)).decode()}"
                                              "</Reference></BimSnippet>")),
        "blank-prolog-of-10-mb": lambda: archive(" " * 10 * MIB + markup()),
        "comments-before-the-root": lambda: archive("<!-- -->" * 200_000 + markup()),
        "unfinished-comments-before-the-root": lambda: archive(HEAD + "<!--" * 500_000 + "<!DOCTYPE"),
    }  # fmt: skip


def _encodings() -> dict[str, Callable[[], bytes]]:
    text = markup("<Description>Größe</Description>")
    latin = markup("<Description>Größe</Description>", head=HEAD).encode("latin-1")
    return {
        "utf-16-with-mark": _doc(text.encode("utf-16")), "utf-16-without-mark": _doc(text.encode("utf-16-le")),
        "utf-16-big-without-mark": _doc(text.encode("utf-16-be")), "utf-32": _doc(text.encode("utf-32")), "utf-7": _doc(text.encode("utf-7")),
        "mark": _doc(text.encode("utf-8-sig")), "two-marks": _doc(b"\xef\xbb\xbf" + text.encode("utf-8-sig")),
        "latin-1-that-says-utf-8": _doc(latin), "utf-8-that-says-utf-16": _doc(text.replace("<Markup>", '<?xml version="1.0" encoding="utf-16"?><Markup>', 1)),
        "an-encoding-nobody-knows": _doc(b'<?xml version="1.0" encoding="x-none"?>' + MARKUP), "ebcdic": _doc(text.encode("cp037", "replace")),
        "controls": _doc(markup("<Description>\x01\x1b[2J\x0b</Description>")), "nuls": _doc(text.encode() + bytes(1_000)),
        "nul-inside": _doc(text.replace("Gr", "G\0r")), "references-to-controls": _doc(markup("<Description>&#0;&#x1b;&#xFFFE;&#xD800;</Description>")),
        "terminal-orders": _doc(markup(rest=comment(text="\x9b2J\x85\u2028\u202e"))), "xml-1.1": _doc('<?xml version="1.1"?>' + markup("<Stage>&#1;</Stage>")),
        "only-a-declaration": _doc(HEAD), "nothing-in-it": _doc(""), "a-page": _doc("<html><body>404</body></html>"), "json": _doc('{"topic": 1}'),
    }  # fmt: skip


def _entities() -> dict[str, Callable[[], bytes]]:
    return {
        "doctype": _doc("<!DOCTYPE Markup>" + markup()),
        "entity-bomb": _doc(f'<!DOCTYPE Markup [<!ENTITY l0 "lol">{_LOL}]>' + markup("<Description>&l9;</Description>")),
        "entity-bomb-in-utf-16": _doc((f'<!DOCTYPE x [<!ENTITY l0 "lol">{_LOL}]>' + markup("<Description>&l9;</Description>")).encode("utf-16")),
        "entity-bomb-in-ebcdic": _doc(f'<?xml version="1.0" encoding="cp037"?><!DOCTYPE x [<!ENTITY l0 "lol">{_LOL}]><x>&l9;</x>'.encode("cp037")),
        "quadratic-entity": _doc(f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>' + markup(f"<Description>{'&a;' * 10_000}</Description>")),
        "entity-of-itself": _doc('<!DOCTYPE x [<!ENTITY a "&a;">]>' + markup("<Description>&a;</Description>")),
        "external-entity": _doc(_EXTERNAL + markup("<Description>&secret;</Description>")),
        "external-entity-in-a-viewpoint": _view(_EXTERNAL + visinfo("&secret;")),
        "external-entity-in-a-schema": _root("extensions.xsd", _EXTERNAL + "<schema>&secret;</schema>", "2.1"),
        "remote-dtd": _doc(_REMOTE + markup()), "doctype-behind-a-comment": _doc("<!-- x -->" + _EXTERNAL + markup("&secret;")),
        "xinclude": _doc(markup('<Description><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file://{secret}" parse="text"/></Description>')),
        "stylesheet": _doc('<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:{port}/x"?>' + markup()),
        "schema-location": _doc(markup().replace("<Markup>", '<Markup xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xsi:noNamespaceSchemaLocation="http://127.0.0.1:{port}/x.xsd" xsi:schemaLocation="u http://127.0.0.1:{port}/y.xsd">')),
        "schema-location-in-an-invalid-one": _doc(markup("<Nonsense/>").replace("<Markup>", '<Markup xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xsi:noNamespaceSchemaLocation="http://127.0.0.1:{port}/x.xsd">')),
        "xsi-type": _doc(markup().replace("<Title>", '<Title xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="evil" xsi:nil="true">')),
    }  # fmt: skip


def _lists() -> dict[str, Callable[[], bytes]]:
    def schema(inside: str) -> str:
        return f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{inside}</xs:schema>'

    many = "".join(f'<xs:enumeration value="{at}"/>' for at in range(50_000))
    return {
        "schema-that-redefines": _root("extensions.xsd", schema('<xs:redefine schemaLocation="http://127.0.0.1:{port}/m.xsd"/>'), "2.1"),
        "schema-that-imports": _root("extensions.xsd", schema('<xs:import schemaLocation="file://{secret}"/><xs:include schemaLocation="extensions.xsd"/>'), "2.1"),
        "schema-of-fifty-thousand": _root("extensions.xsd", schema(f'<xs:simpleType name="TopicType"><xs:restriction>{many}</xs:restriction></xs:simpleType>'), "2.1"),
        "schema-of-nonsense": _root("extensions.xsd", schema('<xs:simpleType name="TopicType"><xs:restriction base="(a+)+$"/></xs:simpleType>' * 3), "2.1"),
        "schema-elsewhere": _root("project.bcfp", "<ProjectExtension><Project ProjectId='../..'/><ExtensionSchema>../../../secret.txt</ExtensionSchema></ProjectExtension>", "2.1"),
        "documents-that-are-paths": _root("documents.xml", "<DocumentInfo><Documents>" + "".join(
            f"<Document Guid='{guid}'><Filename>{guid}</Filename></Document>" for guid in ("../bcf.version", "../../../secret.txt", "CON", "")) + "</Documents></DocumentInfo>"),
        "documents-wrong": _root("documents.xml", "<DocumentInfo>" + "<Documents>" * 100 + "</Documents>" * 100 + "</DocumentInfo>"),
        "lists-wrong": _root("extensions.xml", "<Extensions><TopicTypes>x<TopicType><TopicType/></TopicType></TopicTypes><Users><User>\u202e</User></Users></Extensions>"),
        "version-wrong": _root("bcf.version", "<Version VersionId='" + "9" * 10_000 + "'/>"),
        "version-climbs": _root("bcf.version", "<Version VersionId='../../3.0'/>"),
    }  # fmt: skip


def documents() -> dict[str, Callable[[], bytes]]:
    """All of them, by name."""
    found = _sizes() | _encodings() | _entities() | _lists()
    for at, number in enumerate(_NUMBERS):
        planes = f"<ClippingPlanes><ClippingPlane><Location><X>{number}</X></Location></ClippingPlane></ClippingPlanes>"
        found[f"number-{at}"] = _view(visinfo(number, more=planes))
        found[f"index-{at}"] = _doc(markup(f"<Index>{number}</Index>"))
    for at, date in enumerate(_DATES):
        found[f"date-{at}"] = _doc(
            markup(
                f"<DueDate>{date}</DueDate><ModifiedDate>{date}</ModifiedDate>",
                rest=comment().replace("2025-01-02T00:00:00Z", date),
            )
        )
    for at, guid in enumerate(_GUIDS):
        found[f"guid-{at}"] = _guid(guid)
    for at, words in enumerate(_KEPT):
        found[f"mark-kept-{at}"] = _marked(f"kept {words}")
    found["mark-synthetic"] = _marked(
        "synthetic Guid Title Date Author Comment CreationDate CreationAuthor TopicType Index Status"
    )
    found["mark-long"] = _marked("synthetic " + "x " * 100_000)
    found["mark-remarks"] = _marked("remarks ")
    found |= {f"reference-{name}": _at(place) for name, place in _PLACES.items()}
    found["related-in-a-circle"] = _circle
    found["replies-in-a-circle"] = _doc(markup(rest="".join(
        comment(one, more=f"<ReplyToComment Guid='{other}'/>") for one, other in (("a", "b"), ("b", "a"), ("c", "c")))))  # fmt: skip
    found["types-wrong-everywhere"] = _doc(
        "<Markup><Header>x</Header><Topic><Title><Title/></Title><Index><a/></Index><CreationDate/><Labels><Labels/></Labels>"
        "<BimSnippet isExternal='perhaps'/><RelatedTopic/><DocumentReference/></Topic><Topic/><Comment/><Comment><Date>x</Date>"
        "<Viewpoint Guid=''/></Comment><Viewpoints/><Viewpoints Guid=''><Viewpoint/></Viewpoints></Markup>"
    )
    found["view-wrong-everywhere"] = _view(
        "<VisualizationInfo><Components><Selection><Component/></Selection><Visibility DefaultVisibility='2'><Exceptions>x</Exceptions>"
        "</Visibility><Coloring><Color Color='zz'><Component/></Color><Color/></Coloring></Components><OrthogonalCamera/>"
        "<PerspectiveCamera><CameraViewPoint/><FieldOfView>-1</FieldOfView></PerspectiveCamera><Lines><Line/></Lines>"
        "<ClippingPlanes><ClippingPlane/></ClippingPlanes><Bitmap/><Bitmap><Height>NaN</Height></Bitmap></VisualizationInfo>"
    )
    found["view-is-a-markup"] = _view(MARKUP)
    found["view-is-the-markup"] = _view(visinfo(), "markup.bcf")
    return found


def _guid(guid: str) -> Callable[[], bytes]:
    view = viewpoint(guid=guid) + viewpoint("w.bcfv", "t.png", guid)
    return lambda: archive(
        markup(
            f'<RelatedTopic Guid="{guid}"/>', guid=guid, rest=comment(guid, more=f'<Viewpoint Guid="{guid}"/>') + view
        ),
        Raw(f"{TOPIC}/v.bcfv", visinfo().replace(VIEW, guid).encode()),
        Raw(f"{TOPIC}/s.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    )


def _circle() -> bytes:
    other = "22222222-2222-4222-8222-222222222222"
    return archive(
        markup(f'<RelatedTopic Guid="{other}"/><RelatedTopic Guid="{TOPIC}"/>'),
        Raw(f"{other}/markup.bcf", markup(f'<RelatedTopic Guid="{TOPIC}"/>', guid=other).encode()),
    )
