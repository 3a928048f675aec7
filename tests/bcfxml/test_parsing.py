"""XML as it comes: mended where that is safe, refused where it is an attack."""

import time

import pytest

from bcfsync.bcfxml.parsing import parse

PROLOG = '<?xml version="1.0" encoding="{}"?>'
DOCTYPE = "<!DOCTYPE Markup>"
LAUGHS = "<!DOCTYPE a [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{below};' * 10}'>" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def found(data):
    root, findings = parse(data if isinstance(data, bytes) else data.encode(), "e.xml")
    return root if root is None else root.findtext("t"), [finding.rule.number for finding in findings]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"\xef\xbb\xbf<a><t>\xc3\xa4</t></a>", "ä", id="Q20 a UTF-8 mark"),
        pytest.param("<a><t>ä</t></a>".encode("utf-16"), "ä", id="Q21 UTF-16 with a mark"),
        pytest.param(
            b"\xfe\xff" + "<a><t>ä</t></a>".encode("utf-16-be"), "ä", id="Q21 UTF-16 with a mark, big end first"
        ),
        pytest.param((PROLOG.format("utf-16") + "<a><t>ä</t></a>").encode("utf-16"), "ä", id="Q21 declared"),
        pytest.param("<a><t><![CDATA[a<b]]>c<!-- no -->d&amp;e</t></a>", "a<bc", id="Q32 CDATA"),
        pytest.param("<?xml version='1.0' standalone='yes'?><a><t>x</t></a>", "x", id="Q34 no encoding"),
        pytest.param(
            '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="markup.xsd"><t>x</t></a>',
            "x",
            id="Q25 a schema location of one word",
        ),
    ],
)
def test_what_is_well_formed_is_read_as_it_stands(data, text):
    assert found(data) == (text, [])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(PROLOG.format("utf-16") + "<a><t>ä</t></a>", "ä", id="Q22 UTF-8 that says UTF-16"),
        pytest.param(
            (PROLOG.format("utf-16") + "<a><t>ä</t></a>").encode("cp1252"), "ä", id="Q24 CP1252 that says UTF-16"
        ),
        pytest.param("<a><t>ä “</t></a>".encode("cp1252"), "ä “", id="Q24 CP1252 that says nothing"),
        pytest.param(
            (PROLOG.format("utf-8") + "<a><t>ä</t></a>").encode("cp1252"), "ä", id="Q24 CP1252 that says UTF-8"
        ),
        pytest.param("\r\n " + PROLOG.format("utf-8") + "<a><t>ä</t></a>", "ä", id="Q24 a blank line before"),
        pytest.param(b"<a><t>x</t></a>\0\0\0\0", "x", id="Q24 NULs at the end"),
        pytest.param("<a><t>x\x01\x1fy</t></a>", "xy", id="Q24 control characters"),
        pytest.param("<a><t>x&#x1F;&#0;y&#xFFFE;&#xD800;</t></a>", "xy", id="Q24 control characters as references"),
        pytest.param("<a><t>x\x01ä</t></a>".encode("utf-16"), "xä", id="Q24 control characters in UTF-16"),
        pytest.param("<a><t>x\x01ä</t></a>".encode("utf-16-le"), "xä", id="Q24 the same without a mark"),
        pytest.param("<a><t>x&#9;&#10;&#x1F600;\x01</t></a>", "x\t\n😀", id="Q24 and legal references stay"),
        pytest.param("\ufeff \n" + PROLOG.format("utf-8") + "<a><t>x</t></a>", "x", id="Q24 blanks behind the mark"),
    ],
)
def test_what_is_slightly_broken_is_mended_and_told(data, text):
    assert found(data) == (text, ["F202"])


def test_q23_utf_16_that_says_utf_8_is_read():
    text, findings = found((PROLOG.format("utf-8") + "<a><t>ä</t></a>").encode("utf-16"))
    assert text == "ä"
    assert findings in ([], ["F202"])


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"<a><t>", b"<a><t></a>", b"<a/><b/>", b"<a>&nbsp;</a>", b"\0" * 100, b"\x89PNG\r\n", b"<a b=1/>"],
)
def test_what_is_really_broken_is_told_and_nothing_is_guessed(data):
    assert found(data) == (None, ["F201"])


def test_a_broken_document_is_told_with_its_line():
    _, (finding,) = parse(b"<a>\n<b>\n</a>", "e.xml")
    assert (finding.entry, finding.line) == ("e.xml", 3)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(DOCTYPE + "<a/>", id="plain"),
        pytest.param("\ufeff" + DOCTYPE + "<a/>", id="mark"),
        pytest.param(PROLOG.format("utf-8") + "\n" + DOCTYPE + "<a/>", id="declaration"),
        pytest.param("<!-- a --><!-- b -->\n<?pi x?>" + DOCTYPE + "<a/>", id="comments"),
        pytest.param("<!--" + "x" * 200_000 + "-->" + DOCTYPE + "<a/>", id="a long comment"),
        pytest.param((PROLOG.format("utf-16") + DOCTYPE + "<a/>").encode("utf-16"), id="UTF-16"),
        pytest.param((DOCTYPE + "<a/>").encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param((DOCTYPE + "<a/>").encode("utf-16-be"), id="UTF-16 without a mark, big end first"),
        pytest.param((PROLOG.format("cp037") + DOCTYPE + "<a/>").encode("cp037"), id="EBCDIC"),
        pytest.param("\x01" + DOCTYPE + "<a/>", id="to be mended"),
        pytest.param("\n" + PROLOG.format("utf-16") + DOCTYPE + "<a/>", id="to be mended, too"),
        pytest.param('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', id="external"),
        pytest.param('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><t>&x;</t></a>', id="entity"),
        pytest.param(LAUGHS + "]><a><t>&i;</t></a>", id="billion laughs"),
        pytest.param(LAUGHS + "]><a b='&i;'/>", id="billion laughs in an attribute"),
    ],
)
def test_a_document_type_is_refused_wherever_it_hides(data):
    text, findings = found(data)
    assert text is None
    # an encoding that the parser does not know is simply broken
    assert findings in (["F203"], ["F201"])


def test_only_ebcdic_may_count_as_broken():
    assert found(DOCTYPE + "<a/>") == (None, ["F203"])
    assert found((DOCTYPE + "<a/>").encode("utf-16")) == (None, ["F203"])


@pytest.mark.parametrize(
    "text",
    [
        "<a><t><![CDATA[<!DOCTYPE x>]]></t></a>",
        "<a><t>&lt;!DOCTYPE x&gt;</t></a>",
        "<!-- <!DOCTYPE x> --><a><t>x</t></a>",
        "<?pi <!DOCTYPE x> ?><a><t>x</t></a>",
        "<!-- a --><a><t><![CDATA[--><!DOCTYPE x>]]></t></a>",
        "<a><t>x</t><!-- --><s><![CDATA[<!DOCTYPE x>]]></s></a>",
    ],
)
def test_the_words_of_a_document_type_elsewhere_do_no_harm(text):
    assert found(text)[1] == []


@pytest.mark.parametrize("prolog", [" " * 60_000, "<!--a-->" * 8_000, "\n<!--a-->" * 6_000 + "<!--"])
def test_a_long_prolog_costs_no_more_than_its_length(prolog):
    start = time.perf_counter()
    found(prolog + "<a><t>x</t></a><!-- <!DOCTYPE -->")
    assert time.perf_counter() - start < 1
