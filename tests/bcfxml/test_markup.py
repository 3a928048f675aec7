"""Reading markups: what sections 5 and 6 of the format's ground truth say about files in the wild, by number."""

import random
from datetime import UTC, datetime

import pytest
from handmade import (
    BORN,
    COMMENT,
    OTHER_COMMENT,
    OTHER_TOPIC,
    OTHER_VIEW,
    PNG,
    TOPIC,
    VIEW,
    comment,
    decoded,
    markup,
    numbers,
    pack,
    topic_of,
    version,
    viewpoint,
    visinfo,
)
from lxml import etree

from bcfsync.archive.reading import Archive
from bcfsync.bcffile import open_bcf
from bcfsync.model import HeaderFile

# --- versions, roots, names -------------------------------------------------------------------------------------------

FORM_30 = f'<Markup><Topic Guid="{TOPIC}"><Title>T</Title><Labels><Label>l</Label></Labels></Topic></Markup>'
FORM_21 = markup(rest=comment("<Comment>c</Comment>"))
FORM_20 = markup(rest=comment("<VerbalStatus>Open</VerbalStatus><Comment>c</Comment>"))


@pytest.mark.parametrize(
    ("number", "text", "version_read", "findings"),
    [
        pytest.param(None, FORM_30, "3.0", ["F106", "F111"], id="Q1 3.0 by its form"),
        pytest.param(None, FORM_21, "2.1", ["F106"], id="Q1 2.1 by its form"),
        pytest.param(None, FORM_20, "2.0", ["F106"], id="Q1 2.0 by its form"),
        pytest.param(None, markup(), "2.1", ["F106"], id="Q1 no evidence at all"),
        pytest.param("3", FORM_30, "3.0", ["F111"], id="Q2 3 is 3.0"),
        pytest.param(" 2.1.0 ", FORM_21, "2.1", [], id="Q2 blanks and a third number"),
        pytest.param("3.0", FORM_21, "2.1", ["F108"], id="Q2 the form wins over 3.0"),
        pytest.param("2.1", FORM_30, "3.0", ["F108", "F111"], id="Q2 the form wins over 2.1"),
        pytest.param("2.1", FORM_20, "2.1", [], id="Q2 leftovers of 2.0 in 2.1 are no other version"),
        pytest.param("4.0", FORM_21, "2.1", ["F107"], id="Q2 a version from the future"),
        pytest.param("", FORM_30, "3.0", ["F107", "F111"], id="Q2 a blank version"),
    ],
)
def test_the_version_of_an_archive(number, text, version_read, findings):
    first = {} if number is None else {"bcf.version": version(number)}
    bcf, found = decoded(first | {f"{TOPIC}/markup.bcf": text}, number=None)
    assert (bcf.version, numbers(found)) == (version_read, findings)
    assert len(bcf.topics) == 1


def test_q7_names_are_found_in_any_letter_case():
    entries = {"BCF.VERSION": version(), f"{TOPIC}/MARKUP.BCF": markup(rest=viewpoint()), f"{TOPIC}/V": ""}
    entries = {"BCF.VERSION": version(), f"{TOPIC}/VIEWPOINT.BCFV": visinfo()} | entries
    bcf, found = decoded(entries, number=None)
    assert bcf.topics[0].viewpoints[0].perspective_camera is not None
    assert set(numbers(found)) == {"F112"}


def test_q12_files_nobody_names_are_kept_as_they_are():
    bcf, found = decoded({f"{TOPIC}/markup.bcf": markup(), f"{TOPIC}/extension.desite.xml": "<x/>", "a/b": "c"})
    assert [(extra.path, extra.blob.size) for extra in bcf.extras] == [
        (f"{TOPIC}/extension.desite.xml", 4),
        ("a/b", 1),
    ]
    assert numbers(found) == []


def test_q13_lists_under_another_name_are_read():
    lists = "<Extensions><Users><User>u</User></Users></Extensions>"
    bcf, found = decoded({f"{TOPIC}/markup.bcf": FORM_30, "bcf.extensions": lists}, "3.0")
    assert (bcf.extensions.users, numbers(found)) == (("u",), ["F113"])


def test_q26_elements_in_a_namespace_are_read_by_their_local_names():
    text = FORM_30.replace("<Markup>", '<b:Markup xmlns:b="urn:x">').replace("</Markup>", "</b:Markup>")
    topic, found = topic_of(text.replace("<Topic ", '<Topic xmlns="urn:y" '), "3.0")
    assert (topic.title, topic.labels) == ("T", ("l",))
    assert "F205" in found


def test_an_unexpected_root_costs_only_its_document():
    bcf, found = decoded({f"{TOPIC}/markup.bcf": markup(), f"{OTHER_TOPIC}/markup.bcf": "<Html/>"})
    assert (len(bcf.topics), numbers(found)) == (1, ["F204"])


def test_a_markup_without_topic_costs_only_itself():
    bcf, found = decoded({f"{TOPIC}/markup.bcf": markup(), f"{OTHER_TOPIC}/markup.bcf": "<Markup/>"})
    assert (len(bcf.topics), numbers(found)) == (1, ["F201"])


def test_viewpoints_without_a_markup_are_told_and_kept():
    bcf, found = decoded({f"{TOPIC}/markup.bcf": markup(), "x/viewpoint.bcfv": visinfo()})
    assert [extra.path for extra in bcf.extras] == ["x/viewpoint.bcfv"]
    assert numbers(found) == ["F109"]


# --- order ------------------------------------------------------------------------------------------------------------


def shuffled(element, dice):
    """The element with its children in any order; those that are many of a kind keep theirs."""
    children = [child for child in element if isinstance(child.tag, str)]
    for child in children:
        shuffled(child, dice)
    places = list(range(len(children)))
    dice.shuffle(places)
    mixed = [children[place] for place in places]
    for kind in {child.tag for child in children}:
        in_order = iter([child for child in children if child.tag == kind])
        mixed = [next(in_order) if child.tag == kind else child for child in mixed]
    element[:] = mixed


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "name",
    ["2.0/first-handover.bcfzip", "2.1/coordination-week-12.bcf", "3.0/design-freeze.bcf", "3.0/terrace-and-roof.bcf"],
)
def test_q28_the_order_of_elements_means_nothing(name, seed, tmp_path, samples):
    dice = random.Random(seed)
    with Archive(samples / name) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.names]
    mixed = []
    for entry, data in entries:
        if entry.endswith(("markup.bcf", ".bcfv", ".bcfp", "extensions.xml", "documents.xml")):
            root = etree.fromstring(data)
            shuffled(root, dice)
            mixed.append((entry, etree.tostring(root, encoding="utf-8", xml_declaration=True)))
        else:
            mixed.append((entry, data))
    assert [data for _, data in mixed] != [data for _, data in entries]
    with open_bcf(pack(tmp_path / "x.bcf", mixed, number=None)) as other, open_bcf(samples / name) as same:
        assert other.bcf == same.bcf


@pytest.fixture(scope="module")
def samples(request):
    return request.config.rootpath / "samples"


# --- topics -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "expected", "findings"),
    [
        pytest.param("<Title>T</Title><AssignedTo></AssignedTo><Description/>", {}, [], id="Q40 empty is absent"),
        pytest.param("<Title>T</Title><Priority> \n </Priority>", {}, [], id="Q40 blank is absent"),
        pytest.param("<Title>T</Title><Labels/><DocumentReference/><RelatedTopic/>", {}, [], id="Q40 empty items"),
        pytest.param("<Title>T</Title><Labels>a</Labels><Labels> </Labels>", {"labels": ("a",)}, [], id="Q42 a blank"),
        pytest.param("", {"title": ""}, ["F306"], id="Q44 no title"),
        pytest.param("<Title> </Title>", {"title": ""}, ["F306"], id="Q44 a blank title"),
        pytest.param("<Title/><Title>b</Title>", {"title": "b"}, [], id="the first of two that says something"),
        pytest.param("<Title>T</Title><AssignedTo>a@b, c@d</AssignedTo>", {"assigned_to": "a@b, c@d"}, [], id="Q62"),
        pytest.param(
            "<Title>T</Title><Description>  a\r\n b \n</Description>", {"description": "  a\n b \n"}, [], id="Q64"
        ),
        pytest.param("<Title>T</Title><Description>a&#13;b</Description>", {"description": "a\rb"}, [], id="T23 CR"),
        pytest.param("<Title>007</Title>", {"title": "007"}, [], id="T22 a number stays a text"),
        pytest.param("<Title>true</Title><Labels>1</Labels>", {"title": "true", "labels": ("1",)}, [], id="T22"),
        pytest.param("<Title>a<!-- x -->b<![CDATA[<c>]]></Title>", {"title": "ab<c>"}, [], id="Q32"),
        pytest.param("<Title>T</Title><Index>7</Index>", {"index": 7}, [], id="an index"),
        pytest.param("<Title>T</Title><Index> -3 </Index>", {"index": -3}, [], id="a negative index"),
        pytest.param("<Title>T</Title><Index>1.5</Index>", {"index": None}, ["F310"], id="an index that is none"),
        pytest.param("<Title>T</Title><Index>1_0</Index>", {"index": None}, ["F310"], id="Python's 1_0 is no number"),
        pytest.param("<Title>T</Title><Index>٣</Index>", {"index": None}, ["F310"], id="digits of another script"),
        pytest.param("<Title>T</Title><Stage/>", {"stage": None}, [], id="an empty stage"),
    ],
)
def test_a_topic_is_read_as_it_was_meant(topic, expected, findings):
    found, codes = topic_of(markup(topic + BORN))
    assert {name: getattr(found, name) for name in expected} == expected
    assert codes == findings
    if not expected:
        assert (found.assigned_to, found.description, found.priority) == (None, None, None)
        assert (found.labels, found.document_references, found.related_topics) == ((), (), ())


def test_q31_an_attribute_that_should_be_an_element_is_read_and_told():
    topic, found = topic_of(markup(attributes='Stage="S" priority="P"'))
    assert (topic.stage, topic.priority, found) == ("S", "P", ["F208", "F208"])


def test_q31_an_element_that_should_be_an_attribute_is_read_and_told():
    topic, found = topic_of(markup("<Title>T</Title><TopicType>Clash</TopicType>"))
    assert (topic.topic_type, found) == ("Clash", ["F208"])


def test_q43_a_missing_author_or_date_stays_missing():
    topic, found = topic_of()
    assert (topic.creation_author, topic.creation_date, found) == (None, None, [])


def test_q30_attributes_are_read_in_any_letter_case():
    text = markup(before='<Header><File IsExternal="false"/><File isexternal="0"/><File isExternal="FALSE"/></Header>')
    assert [file.is_external for file in topic_of(text)[0].files] == [False] * 3


def test_q40_an_empty_header_means_no_file():
    assert topic_of(markup(before="<Header/>"))[0].files == ()
    assert topic_of(markup(before="<Header><File/></Header>"))[0].files == ()


def test_q59_a_file_name_is_never_opened():
    text = markup(before='<Header><File isExternal="false"><Filename>C:\\m\\a.ifc</Filename></File></Header>')
    topic, found = topic_of(text)
    assert topic.files == (HeaderFile(filename="C:\\m\\a.ifc", is_external=False),)
    assert found == []


@pytest.mark.parametrize("word", ["yes", "2", "wahr"])
def test_a_senseless_boolean_is_told_and_absent(word):
    topic, found = topic_of(markup(before=f'<Header><File isExternal="{word}"/></Header>'))
    assert (topic.files[0].is_external, found) == (True, ["F311"])


# --- dates (4.12) -----------------------------------------------------------------------------------------------------


def moment(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant", "findings"),
    [
        ("2025-03-04T05:06:07Z", moment(2025, 3, 4, 5, 6, 7), []),
        ("2025-03-04T05:06:07+02:00", moment(2025, 3, 4, 3, 6, 7), []),
        ("2025-03-04T05:06:07-0330", moment(2025, 3, 4, 8, 36, 7), []),
        ("2025-03-04T05:06:07.1234567Z", moment(2025, 3, 4, 5, 6, 7, 123456), []),
        (" 2025-03-04T05:06:07.5Z\n", moment(2025, 3, 4, 5, 6, 7, 500000), []),
        ("2025-03-04T05:06:07", moment(2025, 3, 4, 5, 6, 7), ["F308"]),
        ("2025-03-04", moment(2025, 3, 4), ["F309"]),
        ("2025-03-04T24:00:00Z", moment(2025, 3, 5), []),
        ("0001-01-01T00:00:00", None, ["F307"]),
        ("2025-02-30T00:00:00Z", None, ["F307"]),
        ("04.03.2025", None, ["F307"]),
        ("", None, []),
    ],
)
def test_a_date_is_an_instant_with_its_own_text(text, instant, findings):
    topic, found = topic_of(markup(f"<Title>T</Title><DueDate>{text}</DueDate>"))
    assert (topic.due_date.instant if topic.due_date else None) == instant
    assert topic.due_date is None or topic.due_date.text == text.strip()
    assert found == findings


# --- guids (5) --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guid", "kept", "findings"),
    [
        pytest.param(TOPIC, TOPIC, [], id="ordinary"),
        pytest.param(f"{{{TOPIC}}}", f"{{{TOPIC}}}", [], id="I2 braces"),
        pytest.param(f" {TOPIC} ", TOPIC, [], id="I2 blanks"),
        pytest.param(TOPIC.replace("-", ""), TOPIC.replace("-", ""), [], id="I2 no dashes"),
        pytest.param(OTHER_TOPIC, OTHER_TOPIC, ["F303"], id="I3 the guid wins over the folder"),
        pytest.param("issue-7", "issue-7", ["F302"], id="I2 opaque"),
        pytest.param(TOPIC[:-1], TOPIC[:-1], ["F302"], id="Q53 one digit short"),
        pytest.param("", TOPIC, ["F301"], id="I7 the folder helps out"),
    ],
)
def test_the_guid_of_a_topic(guid, kept, findings):
    topic, found = topic_of(markup(guid=guid))
    assert (topic.guid, found) == (kept, findings)


def test_i1_upper_case_is_kept_and_no_other_name_than_the_folder_in_lower_case():
    guid = "ABCDEF01-1111-4111-8111-111111111111"
    bcf, found = decoded({f"{guid.lower()}/markup.bcf": markup(guid=guid)})
    assert (bcf.topics[0].guid, numbers(found)) == (guid, [])


def test_i7_what_has_no_guid_gets_the_same_one_on_every_reading():
    rest = comment(guid="").replace('Guid=""', "") * 2 + viewpoint(guid="").replace('Guid=""', "")
    text = markup("<Title>T</Title><DocumentReference><ReferencedDocument>x</ReferencedDocument></DocumentReference>")
    text = text.replace("</Markup>", f"{rest}</Markup>").replace(f'Guid="{TOPIC}"', "")
    readings = [decoded({"no-guid/markup.bcf": text})[0].topics[0] for _ in range(2)]
    assert readings[0] == readings[1]
    topic = readings[0]
    guids = [topic.guid, *(item.guid for item in (*topic.comments, *topic.viewpoints, *topic.document_references))]
    assert len(set(guids)) == 5
    assert all(len(guid) == 36 for guid in guids)


def test_i8_one_topic_in_two_folders_is_one_where_nothing_differs():
    bcf, found = decoded({f"{TOPIC}/markup.bcf": markup(), "copy/markup.bcf": markup()})
    assert (len(bcf.topics), numbers(found)) == (1, ["F303", "F304"])


def test_i8_two_topics_of_one_guid_are_both_kept():
    entries = {f"{TOPIC}/markup.bcf": markup(), "copy/markup.bcf": markup("<Title>Other</Title>")}
    bcf, found = decoded(entries)
    assert [topic.title for topic in bcf.topics] == ["T", "Other"]
    assert len({topic.guid for topic in bcf.topics}) == 2
    assert bcf == decoded(entries)[0]
    assert "F304" in numbers(found)


def test_i8_two_comments_of_one_guid_are_both_kept_and_equal_ones_once():
    rest = comment("<Comment>a</Comment>") * 2 + comment("<Comment>b</Comment>")
    topic, found = topic_of(markup(rest=rest))
    assert [item.comment for item in topic.comments] == ["a", "b"]
    assert topic.comments[0].guid == COMMENT
    assert topic.comments[1].guid != COMMENT
    assert found == ["F305"]


def test_q68_two_viewpoints_may_share_a_file():
    topic, found = topic_of(markup(rest=viewpoint() + viewpoint(guid=OTHER_VIEW)), viewpoint_bcfv=visinfo())
    assert [view.perspective_camera is not None for view in topic.viewpoints] == [True, True]
    assert found == ["F407"]


def test_i10_related_topics_may_be_elsewhere_and_keep_their_case():
    guid = OTHER_TOPIC.upper()
    assert topic_of(markup(f'<Title>T</Title><RelatedTopic Guid="{guid}"/>'))[0].related_topics == (guid,)


# --- comments and viewpoints ------------------------------------------------------------------------------------------


def test_q45_a_comment_without_text_is_a_comment_without_text():
    topic, found = topic_of(markup(rest=viewpoint() + comment(f'<Viewpoint Guid="{VIEW}"/>')), viewpoint_bcfv=visinfo())
    assert (topic.comments[0].comment, topic.comments[0].viewpoint_guid, found) == ("", VIEW, [])


def test_a_comment_with_neither_text_nor_viewpoint_is_kept_and_told():
    topic, found = topic_of(markup(rest=comment("<Comment/><Viewpoint/>")))
    assert (len(topic.comments), topic.comments[0].viewpoint_guid, found) == (1, None, ["F316"])


def test_q46_a_comment_of_20_needs_no_back_reference_and_no_status():
    topic, found = topic_of(markup(rest=comment()), "2.0")
    assert (topic.comments[0].status, found) == (None, [])


def test_a_back_reference_to_another_topic_is_told():
    assert topic_of(markup(rest=comment(f'<Topic Guid="{OTHER_TOPIC}"/><Comment>c</Comment>')))[1] == ["F317"]
    assert topic_of(markup(rest=comment(f'<Topic Guid="{TOPIC.upper()}"/><Comment>c</Comment>')))[1] == []


def test_a_reply_is_kept_and_one_to_nobody_is_told():
    reply = f'<Comment>c</Comment><ReplyToComment Guid="{OTHER_COMMENT}"/>'
    topic, found = topic_of(markup(rest=comment(reply)))
    assert (topic.comments[0].reply_to_comment_guid, found) == (OTHER_COMMENT, ["F313"])
    assert topic_of(markup(rest=comment(reply) + comment(guid=OTHER_COMMENT)))[1] == []


@pytest.mark.parametrize(
    ("meant", "read", "findings"),
    [
        pytest.param(VIEW, VIEW, [], id="the guid of the markup"),
        pytest.param(VIEW.upper(), VIEW, [], id="I1 in upper case"),
        pytest.param(OTHER_VIEW, VIEW, [], id="I4 the guid the file gives itself"),
        pytest.param(VIEW[:-1], VIEW, [], id="I5 one digit short"),
        pytest.param(VIEW[:4], VIEW[:4], ["F312"], id="I5 too short to mean anything"),
        pytest.param(TOPIC, TOPIC, ["F312"], id="I5 nothing of that name"),
    ],
)
def test_the_viewpoint_a_comment_means(meant, read, findings):
    rest = viewpoint() + comment(f'<Comment>c</Comment><Viewpoint Guid="{meant}"/>')
    topic, found = topic_of(markup(rest=rest), viewpoint_bcfv=visinfo(guid=OTHER_VIEW))
    assert topic.comments[0].viewpoint_guid == read
    assert topic.viewpoints[0].guid == VIEW
    assert topic.viewpoints[0].alias == OTHER_VIEW
    assert found == ["F407", *findings]


def test_i6_an_undeclared_file_that_a_comment_means_is_that_viewpoint():
    rest = viewpoint() + comment(f'<Comment>c</Comment><Viewpoint Guid="{OTHER_VIEW}"/>')
    topic, found = topic_of(markup(rest=rest), viewpoint_bcfv=visinfo(), b_bcfv=visinfo(guid=OTHER_VIEW))
    assert [view.guid for view in topic.viewpoints] == [VIEW, OTHER_VIEW]
    assert topic.comments[0].viewpoint_guid == OTHER_VIEW
    assert found == ["F408"]


def test_i6_a_lone_viewpoint_bcfv_is_the_viewpoint_with_its_snapshot():
    topic, found = topic_of(viewpoint_bcfv=visinfo().replace(f' Guid="{VIEW}"', ""), snapshot_png=PNG)
    assert topic.viewpoints[0].perspective_camera is not None
    assert topic.viewpoints[0].snapshot.blob.size == len(PNG)
    assert found == ["F408"]


def test_i6_any_other_undeclared_file_is_carried_along():
    bcf, found = decoded(
        {
            f"{TOPIC}/markup.bcf": markup(rest=viewpoint()),
            f"{TOPIC}/viewpoint.bcfv": visinfo(),
            f"{TOPIC}/b.bcfv": visinfo(guid=OTHER_VIEW),
        }
    )
    assert len(bcf.topics[0].viewpoints) == 1
    assert [extra.path for extra in bcf.extras] == [f"{TOPIC}/b.bcfv"]
    assert numbers(found) == ["F408"]


def test_q57_what_is_named_and_missing_is_kept_without_bytes_and_told():
    rest = viewpoint("<Viewpoint>v.bcfv</Viewpoint><Snapshot>s.png</Snapshot>")
    snippet = (
        '<BimSnippet SnippetType="t"><Reference>x.json</Reference><ReferenceSchema>s</ReferenceSchema></BimSnippet>'
    )
    header = '<Header><File isExternal="false"><Reference>../m.ifc</Reference></File></Header>'
    reference = "<DocumentReference><ReferencedDocument>../d.pdf</ReferencedDocument></DocumentReference>"
    topic, found = topic_of(markup(f"<Title>T</Title>{snippet}{reference}", rest=rest, before=header))
    view = topic.viewpoints[0]
    assert (view.reference, view.snapshot.reference, view.snapshot.blob) == ("v.bcfv", "s.png", None)
    assert (topic.bim_snippet.reference, topic.bim_snippet.blob) == ("x.json", None)
    assert (topic.files[0].reference, topic.files[0].blob) == ("../m.ifc", None)
    assert (topic.document_references[0].path, topic.document_references[0].document_guid) == ("../d.pdf", None)
    assert sorted(found) == ["F401", "F402", "F403", "F403", "F403"]


@pytest.mark.parametrize(
    ("reference", "entry"),
    [
        pytest.param("x.json", f"{TOPIC}/x.json", id="beside the topic"),
        pytest.param("../x.json", "x.json", id="above"),
        pytest.param("..\\data\\x.json", "data/x.json", id="Q5 with backslashes"),
        pytest.param(f"{TOPIC}/x.json", f"{TOPIC}/x.json", id="Q67 from the root"),
        pytest.param("C:\\data\\x.json", f"{TOPIC}/x.json", id="by its last part"),
        pytest.param("a%20b.json", f"{TOPIC}/a b.json", id="percent-decoded"),
        pytest.param("a%20b.json", f"{TOPIC}/a%20b.json", id="literally first"),
        pytest.param("X.JSON", f"{TOPIC}/x.json", id="Q7 in any letter case"),
    ],
)
def test_a_reference_finds_its_entry(reference, entry):
    snippet = f'<BimSnippet SnippetType="t"><Reference>{reference}</Reference></BimSnippet>'
    bcf, _ = decoded({f"{TOPIC}/markup.bcf": markup(f"<Title>T</Title>{snippet}"), entry: "{}"})
    assert bcf.topics[0].bim_snippet.blob.locator == entry
    assert bcf.extras == ()


def test_an_exact_name_at_the_root_goes_before_another_letter_case_beside_the_topic():
    snippet = '<BimSnippet SnippetType="t"><Reference>x.json</Reference></BimSnippet>'
    entries = {f"{TOPIC}/markup.bcf": markup(f"<Title>T</Title>{snippet}"), f"{TOPIC}/X.json": "", "x.json": "{}"}
    assert decoded(entries)[0].topics[0].bim_snippet.blob.locator == "x.json"


@pytest.mark.parametrize("reference", ["../../../etc/passwd", "/etc/passwd", "\\\\server\\share\\passwd"])
def test_q10_a_reference_never_leaves_the_archive(reference):
    snippet = f'<BimSnippet SnippetType="t"><Reference>{reference}</Reference></BimSnippet>'
    topic, found = topic_of(markup(f"<Title>T</Title>{snippet}"))
    assert (topic.bim_snippet.blob, found) == (None, ["F403"])


# --- one name, two meanings (3.8) -------------------------------------------------------------------------------------

REFERENCE = "<ReferencedDocument>http://d</ReferencedDocument>"


@pytest.mark.parametrize(
    ("topic", "field", "expected"),
    [
        ("<Labels>a</Labels><Labels>b</Labels>", "labels", ("a", "b")),
        ("<Labels><Label>a</Label><Label>b</Label></Labels>", "labels", ("a", "b")),
        ("<ReferenceLink>a</ReferenceLink><ReferenceLink>b</ReferenceLink>", "reference_links", ("a", "b")),
        ("<ReferenceLinks><ReferenceLink>a</ReferenceLink></ReferenceLinks>", "reference_links", ("a",)),
        (f'<RelatedTopics Guid="{VIEW}"/><RelatedTopics Guid="{TOPIC}"/>', "related_topics", (VIEW, TOPIC)),
        (f'<RelatedTopic Guid="{VIEW}"/><RelatedTopic Guid="{TOPIC}"/>', "related_topics", (VIEW, TOPIC)),
        (f'<RelatedTopics><RelatedTopic Guid="{VIEW}"/></RelatedTopics>', "related_topics", (VIEW,)),
        (f'<DocumentReferences isExternal="1">{REFERENCE}</DocumentReferences>', "document_references", "http://d"),
        (f'<DocumentReference isExternal="1">{REFERENCE}</DocumentReference>', "document_references", "http://d"),
        (
            "<DocumentReferences><DocumentReference><Url>http://d</Url></DocumentReference></DocumentReferences>",
            "document_references",
            "http://d",
        ),
    ],
)
def test_a_name_with_two_meanings_is_read_by_what_stands_in_it(topic, field, expected):
    found = getattr(topic_of(markup(f"<Title>T</Title>{topic}"))[0], field)
    if field == "document_references":
        (reference,) = found
        found = reference.url
    assert found == expected


def test_viewpoints_and_comments_stand_beside_the_topic_or_in_it():
    inner = f'<Viewpoints><ViewPoint Guid="{OTHER_VIEW}"><Viewpoint>b.bcfv</Viewpoint></ViewPoint></Viewpoints>'
    inner += f"<Comments>{comment(guid=OTHER_COMMENT)}</Comments>"
    text = markup(f"<Title>T</Title>{inner}", rest=comment() + viewpoint())
    topic, _ = topic_of(text, viewpoint_bcfv=visinfo(), b_bcfv=visinfo(guid=OTHER_VIEW))
    assert [view.guid for view in topic.viewpoints] == [VIEW, OTHER_VIEW]
    assert [item.guid for item in topic.comments] == [COMMENT, OTHER_COMMENT]


def test_internal_documents_of_2x_become_documents_one_for_each_path():
    reference = "<DocumentReference><ReferencedDocument>{}</ReferencedDocument></DocumentReference>"
    text = markup("<Title>T</Title>" + reference.format("../d.pdf") * 2 + reference.format("e.pdf"))
    bcf, _ = decoded({f"{TOPIC}/markup.bcf": text, "d.pdf": "d", f"{TOPIC}/e.pdf": "e"})
    first, second, third = (item.document_guid for item in bcf.topics[0].document_references)
    assert first == second != third
    assert [(item.guid, item.filename) for item in bcf.documents] == [(first, "d.pdf"), (third, "e.pdf")]


# --- project and lists ------------------------------------------------------------------------------------------------


def test_q41_a_project_of_blanks_is_no_project():
    text = '<ProjectExtension><Project ProjectId=""><Name> </Name></Project><ExtensionSchema/></ProjectExtension>'
    assert decoded({f"{TOPIC}/markup.bcf": markup(), "project.bcfp": text})[0].project is None


def test_q42_blank_items_of_a_list_are_skipped_and_an_empty_list_is_not_an_absent_one():
    text = "<Extensions><Users><User></User><User>u</User></Users><Stages/></Extensions>"
    lists = decoded({f"{TOPIC}/markup.bcf": FORM_30, "extensions.xml": text}, "3.0")[0].extensions
    assert (lists.users, lists.stage, lists.priority) == (("u",), (), None)


def test_q60_a_missing_extension_schema_is_told():
    text = "<ProjectExtension><Project/><ExtensionSchema>none.xsd</ExtensionSchema></ProjectExtension>"
    assert numbers(decoded({f"{TOPIC}/markup.bcf": markup(), "project.bcfp": text})[1]) == ["F403"]


def test_a_listed_document_without_bytes_is_kept_and_told():
    text = f'<DocumentInfo><Documents><Document Guid="{VIEW}"><Filename>a.pdf</Filename></Document></Documents>'
    bcf, found = decoded(
        {f"{TOPIC}/markup.bcf": FORM_30, "extensions.xml": "<Extensions/>", "documents.xml": f"{text}</DocumentInfo>"},
        "3.0",
    )
    assert ([item.filename for item in bcf.documents], numbers(found)) == (["a.pdf"], ["F403"])


# --- documents.xml ----------------------------------------------------------------------------------------------------


def documents_read(*names):
    """The documents of an archive that lists these, all under one guid and with the same bytes."""
    listed = "".join(f'<Document Guid="{VIEW}"><Filename>{name}</Filename></Document>\n' for name in names)
    text = f"<DocumentInfo><Documents>{listed}</Documents></DocumentInfo>"
    entries = {f"{TOPIC}/markup.bcf": FORM_30, "documents.xml": text, f"documents/{VIEW}": "bytes"}
    bcf, found = decoded(entries, number="3.0")
    return bcf.documents, [item.line for item in found if item.rule.number == "F327"]


def test_of_two_documents_of_one_guid_the_second_is_kept_under_a_derived_guid():
    (first, second), lines = documents_read("a.txt", "b.txt")
    assert (first.guid, first.filename, second.filename) == (VIEW, "a.txt", "b.txt")
    assert second.guid == documents_read("a.txt", "b.txt")[0][1].guid != VIEW
    assert first.blob == second.blob is not None
    assert lines == [2]


def test_a_document_that_is_listed_twice_is_read_once_and_told():
    (only,), lines = documents_read("a.txt", "a.txt")
    assert (only.guid, only.filename, lines) == (VIEW, "a.txt", [2])
