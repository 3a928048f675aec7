"""Documents are changed node by node: what is expected is written out to the last byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bcfsync.bcfxml.patch import patched
from bcfsync.bcfxml.source import Source, Unpatchable


def change(document, before, after):
    data = document if isinstance(document, bytes) else document.encode()
    made = patched(data, etree.fromstring(before), etree.fromstring(after))
    return made if isinstance(document, bytes) else made.decode()


A, B = "AAAAAAAA-0000-4000-8000-000000000001", "BBBBBBBB-0000-4000-8000-000000000002"

# document, before, after, what comes out
CASES = {
    "a text": ("<T><A>old</A></T>", "<T><A>old</A></T>", "<T><A>new</A></T>", "<T><A>new</A></T>"),
    "a text with markup": (
        "<T><A>old</A></T>",
        "<T><A>old</A></T>",
        "<T><A>a&lt;b&amp;c</A></T>",
        "<T><A>a&lt;b&amp;c</A></T>",
    ),
    "a text in CDATA": (
        "<T><A><![CDATA[o<d]]></A></T>",
        "<T><A>o&lt;d</A></T>",
        "<T><A>new</A></T>",
        "<T><A>new</A></T>",
    ),
    "CDATA beside it stays": (
        "<T><A>old</A><B><![CDATA[o<d]]></B></T>",
        "<T><A>old</A><B>o&lt;d</B></T>",
        "<T><A>new</A><B>o&lt;d</B></T>",
        "<T><A>new</A><B><![CDATA[o<d]]></B></T>",
    ),
    "a text into an empty element": ("<T><A/></T>", "<T><A/></T>", "<T><A>new</A></T>", "<T><A>new</A></T>"),
    "a text into an empty element with a blank": (
        "<T><A  /></T>",
        "<T><A/></T>",
        "<T><A>new</A></T>",
        "<T><A  >new</A></T>",
    ),
    "a text that goes": ("<T><A>old</A></T>", "<T><A>old</A></T>", "<T><A/></T>", "<T><A></A></T>"),
    "an attribute in single quotes": (
        "<T  a='1'\tb='2' />",
        '<T a="1" b="2"/>',
        '<T a="1" b="&quot;3&quot;"/>',
        "<T  a='1'\tb=\"&quot;3&quot;\" />",
    ),
    "an attribute more": ("<T a='1' />", '<T a="1"/>', '<T a="1" b="2"/>', "<T a='1' b=\"2\" />"),
    "an attribute less": ("<T a='1' b='2'>x</T>", '<T a="1" b="2">x</T>', '<T a="1">x</T>', "<T a='1'>x</T>"),
    "an attribute in another letter case": (
        '<T IsExternal="true"/>',
        '<T isExternal="true"/>',
        '<T isExternal="false"/>',
        '<T IsExternal="false"/>',
    ),
    "an attribute and a text": ("<T/>", "<T/>", '<T a="1">x</T>', '<T a="1">x</T>'),
    "what nobody knows stays": (
        '<T v:z="1" xmlns:v="urn:v"><!-- hi --><v:x/><A>old</A><?pi data?><Unknown>keep</Unknown></T>',
        "<T><A>old</A></T>",
        "<T><A>new</A></T>",
        '<T v:z="1" xmlns:v="urn:v"><!-- hi --><v:x/><A>new</A><?pi data?><Unknown>keep</Unknown></T>',
    ),
    "an element behind the one it follows": (
        "<T>\n\t<A>1</A>\n\t<C>3</C>\n</T>",
        "<T><A>1</A><C>3</C></T>",
        "<T><A>1</A><B>2</B><C>3</C></T>",
        "<T>\n\t<A>1</A>\n\t<B>2</B>\n\t<C>3</C>\n</T>",
    ),
    "an element before all others": (
        "<T>\n  <B>2</B>\n</T>",
        "<T><B>2</B></T>",
        "<T><A>1</A><B>2</B></T>",
        "<T>\n  <A>1</A>\n  <B>2</B>\n</T>",
    ),
    "an element that goes": (
        "<T>\n  <A>1</A>\n  <B>2</B>\n</T>",
        "<T><A>1</A><B>2</B></T>",
        "<T><A>1</A></T>",
        "<T>\n  <A>1</A>\n</T>",
    ),
    "an element with children, laid out as its surroundings": (
        "<T>\r\n  <A>1</A>\r\n</T>",
        "<T><A>1</A></T>",
        "<T><A>1</A><L><I>2</I><I>3</I></L></T>",
        "<T>\r\n  <A>1</A>\r\n  <L>\r\n    <I>2</I>\r\n    <I>3</I>\r\n  </L>\r\n</T>",
    ),
    "no layout, no layout": (
        "<T><A>1</A></T>",
        "<T><A>1</A></T>",
        "<T><A>1</A><L><I>2</I></L></T>",
        "<T><A>1</A><L><I>2</I></L></T>",
    ),
    "into a list closed in its start tag": (
        "<T>\n  <L/>\n</T>",
        "<T><L/></T>",
        "<T><L><I>1</I></L></T>",
        "<T>\n  <L>\n    <I>1</I>\n  </L>\n</T>",
    ),
    "a blank element that is there already": (
        "<T><A/><B>2</B></T>",
        "<T><B>2</B></T>",
        "<T><A>1</A><B>2</B></T>",
        "<T><A>1</A><B>2</B></T>",
    ),
    "the prefix of the document": (
        '<b:T xmlns:b="urn:b"><b:A>1</b:A></b:T>',
        "<T><A>1</A></T>",
        "<T><A>2</A><B><C>3</C></B></T>",
        '<b:T xmlns:b="urn:b"><b:A>2</b:A><b:B><b:C>3</b:C></b:B></b:T>',
    ),
    "by guid, whatever the order and the letter case": (
        f'<T><C Guid="{B}">2</C><C Guid="{A}">1</C></T>',
        f'<T><C Guid="{A.lower()}">1</C><C Guid="{B.lower()}">2</C></T>',
        f'<T><C Guid="{A.lower()}">one</C><C Guid="{B.lower()}">2</C></T>',
        f'<T><C Guid="{B}">2</C><C Guid="{A}">one</C></T>',
    ),
    "of several labels one goes and one comes": (
        "<T><L>a</L><L>b</L><L>c</L></T>",
        "<T><L>a</L><L>b</L><L>c</L></T>",
        "<T><L>a</L><L>c</L><L>d</L></T>",
        "<T><L>a</L><L>c</L><L>d</L></T>",
    ),
    "a list that goes leaves what nobody knows": (
        "<T><L><I>1</I><v/></L></T>",
        "<T><L><I>1</I></L></T>",
        "<T/>",
        "<T><L><v/></L></T>",
    ),
    "an instruction of our own": (
        "<T><?bcfsync synthetic A?><A>1</A></T>",
        "<T><?bcfsync synthetic A?><A>1</A></T>",
        "<T><A>1</A></T>",
        "<T><A>1</A></T>",
    ),
    "an instruction that changes": (
        "<T><?bcfsync synthetic A B?><A>1</A></T>",
        "<T><?bcfsync synthetic A B?><A>1</A></T>",
        "<T><?bcfsync synthetic B?><A>2</A></T>",
        "<T><?bcfsync synthetic B?><A>2</A></T>",
    ),
    "a text that looks like the end of a tag": (
        "<T><A>x/></A><B>1</B></T>",
        "<T><A>x/></A><B>1</B></T>",
        "<T><A>y</A><B>1</B></T>",
        "<T><A>y</A><B>1</B></T>",
    ),
    "an attribute that looks like the end of a tag": (
        "<T a='>'><A>1</A></T>",
        '<T a=">"><A>1</A></T>',
        '<T a=">"><A>2</A></T>',
        "<T a='>'><A>2</A></T>",
    ),
}


@pytest.mark.parametrize(("document", "before", "after", "expected"), CASES.values(), ids=CASES.keys())
def test_a_change_touches(document, before, after, expected):
    assert change(document, before, after) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_a_document_keeps_its_encoding(encoding):
    declared = encoding.removesuffix("-sig").removesuffix("-le")
    head = f'<?xml version="1.0" encoding="{declared}" standalone="yes"?>'
    text = f"{head}\r\n<T>\r\n <A>für</A>\r\n <B>ß</B>\r\n</T>\r\n"
    made = change(text.encode(encoding), "<T><A>für</A><B>ß</B></T>", "<T><A>Tür</A><B>ß</B></T>")
    assert made == text.replace("für", "Tür").encode(encoding)


def test_what_an_encoding_cannot_spell_becomes_a_reference():
    text = '<?xml version="1.0" encoding="iso-8859-1"?><T><A>für</A></T>'
    made = change(text.encode("latin-1"), "<T><A>für</A></T>", "<T><A>für 5 €</A></T>")
    assert made == text.replace("für", "für 5 &#8364;").encode("latin-1")
    assert etree.fromstring(made).findtext("A") == "für 5 €"


def test_a_line_end_of_old_in_a_text_survives_as_a_reference():
    assert change("<T><A>x</A></T>", "<T><A>x</A></T>", "<T><A>a&#13;b</A></T>") == "<T><A>a&#13;b</A></T>"


def test_nothing_changes_where_nothing_differs():
    document = "<?xml version='1.0'?><T ><A>1</A ></T >"
    assert change(document, "<T><A>1</A></T>", "<T><A>1</A></T>") == document


def test_a_document_that_is_slightly_broken_is_written_well_formed():
    made = change(b"\r\n<T><A>o\x01ld</A><B/></T>\0", "<T><A>old</A><B/></T>", "<T><A>new</A><B/></T>")
    assert made == b"<T><A>new</A><B/></T>"


@pytest.mark.parametrize(
    "document", [b"<T>" * 300 + b"</T>" * 300, b"<T", b"", b'<!DOCTYPE T [<!ENTITY a "b">]><T>&a;</T>']
)
def test_what_cannot_be_placed_is_refused(document):
    with pytest.raises(Unpatchable):
        Source.read(document)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@given(old=texts, new=texts, kept=texts)
def test_any_text_can_take_the_place_of_any_other(old, new, kept):
    def written(text):
        root = etree.Element("T")
        etree.SubElement(root, "A").text = text
        etree.SubElement(root, "B").text = kept
        return root

    document = etree.tostring(written(old), encoding="utf-8")
    made = patched(document, written(old), written(new))
    found = etree.fromstring(made)
    assert (found.findtext("A") or "", found.findtext("B") or "") == (new, kept)
    assert (patched(made, written(new), written(old)) == document) or not old
