"""The schemas in xsd/ against the published ones: the same verdict on every document.

Needs the folder ../shared (published schemas, sample archives and the tables of the format) and is skipped without it.
BCFSYNC_XSD_CASES sets how many documents it makes per document type; docs/ground-truth.md says what came of it.
"""

import copy
import random
import zipfile

import pytest
from lxml import etree
from xsd_documents import (
    CASES,
    CORPUS,
    DOCUMENT_IDS,
    DOCUMENTS,
    GUID,
    JUDGED,
    NASTY,
    OURS,
    VERSIONS,
    build,
    differences,
    elements,
    leaves,
    mutate,
    needs_corpus,
    needs_published,
    reparsed,
    tables,
    valid_document,
    verdicts,
)


@needs_published
def test_the_tables_of_the_format_are_read_completely():
    assert sorted(tables()) == sorted(DOCUMENTS)
    rows = [path for rows in tables().values() for path, item in rows.items() if path and item.slot]
    assert len(rows) == 356


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_our_schemas_have_the_default_values_of_the_tables(version, name):
    declared = etree.parse(str(OURS / version / f"{name}.xsd")).getroot().iterfind(".//*[@default]")
    expected = {(item.name, item.default) for item in tables()[version, name].values() if item.default}
    assert {(part.get("name"), part.get("default")) for part in declared} == expected


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_documents_made_from_the_tables_are_valid_for_us_and_for_the_published_schema(version, name):
    rng = random.Random(f"valid {version} {name}")
    for _ in range(max(CASES // 10, 10)):
        document = valid_document(version, name, rng)
        assert verdicts(document, version, name) == (True, True), etree.tostring(document, encoding="unicode")


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_mutated_documents_get_the_verdict_of_the_published_schema(version, name):
    rng = random.Random(f"mutated {version} {name}")
    documents = (mutate(valid_document(version, name, rng), rng) for _ in range(CASES))
    found, seen = differences(documents, version, name)
    assert found == []
    assert seen == {True, False}


def full_document(version, name, rng):
    """A document with all optional parts; of alternatives it has one."""
    rows = tables()[version, name]
    return build(rows[""], rows, rng, 1.0)


def one_of_each_path(root):
    """The first element of every path, as its number in document order."""
    found = {}
    for number, element in enumerate(elements(root)):
        found.setdefault("/".join(part.tag for part in [element, *element.iterancestors()]), number)
    return list(found.values())


def drop(element):
    element.getparent().remove(element)


def drop_all_of_its_name(element):
    for twin in element.getparent().findall(element.tag):
        twin.getparent().remove(twin)


def double(element):
    element.addnext(copy.deepcopy(element))


def make_first(element):
    element.getparent().insert(0, element)


def make_last(element):
    element.getparent().append(element)


def move_down(element):
    if element.getnext() is not None:
        element.getnext().addnext(element)


def strip_content(element):
    element[:] = []
    element.text = None


def add_unknown_child(element):
    etree.SubElement(element, "Unknown")


def add_unknown_attribute(element):
    element.set("Unknown", "1")


def structural_variants(root):
    """Do every structural change to one element of every path; leave out every attribute once."""
    changes = [drop, drop_all_of_its_name, double, make_first, make_last, move_down]
    for number in one_of_each_path(root):
        for change in [*(changes if number else []), strip_content, add_unknown_child, add_unknown_attribute]:
            variant = copy.deepcopy(root)
            change(elements(variant)[number])
            yield reparsed(variant)
        for name in elements(root)[number].attrib:
            variant = copy.deepcopy(root)
            del elements(variant)[number].attrib[name]
            yield reparsed(variant)


@pytest.mark.slow
@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_every_structural_change_gets_the_verdict_of_the_published_schema(version, name):
    rng = random.Random(f"structure {version} {name}")
    documents = [variant for _ in range(2) for variant in structural_variants(full_document(version, name, rng))]
    found, seen = differences(documents, version, name)
    assert found == []
    assert seen == {True, False}


# No two types of the format give the same verdicts on all of these.
PROBES = [
    *("", "text", "0", "1.5", "61", "200", "99999999999", "true", "2026-01-02T03:04:05Z", "PNG", "png", "http://[ "),
    *(GUID, GUID.upper(), "0123456789ABCDEFGHabc$", "0123456789,BCDEFGHabc_", "0123456789-BCDEFGHabc_"),
    *("FF0000", "FF,000", "ff0000", "80FF0000", "FF", "FF00000"),
]


def places(root):
    """One place of every path that holds a value: the number of the element, and the name of the attribute if any."""
    leaf_elements = leaves(root)
    for number in one_of_each_path(root):
        element = elements(root)[number]
        yield from ((number, name) for name in element.attrib)
        if element in leaf_elements:
            yield number, None


def with_value(root, place, value):
    number, name = place
    variant = copy.deepcopy(root)
    element = elements(variant)[number]
    if name is None:
        element.text = value
    else:
        element.set(name, value)
    return reparsed(variant)


@pytest.mark.slow
@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_typical_values_in_every_place_get_the_verdict_of_the_published_schema(version, name):
    root = full_document(version, name, random.Random(f"probes {version} {name}"))
    documents = (with_value(root, place, value) for place in places(root) for value in PROBES)
    assert differences(documents, version, name)[0] == []


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_nasty_values_in_any_place_get_the_verdict_of_the_published_schema(version, name):
    rng = random.Random(f"values {version} {name}")
    roots = [full_document(version, name, rng) for _ in range(3)]
    sweep = [(root, place, value) for root in roots for place in places(root) for value in NASTY]
    rng.shuffle(sweep)
    documents = (with_value(*case) for case in sweep[:CASES])
    assert differences(documents, version, name)[0] == []


# --- 4. What the published schemas say: the sample archives ---------------------------------------------------------

ENTRIES = {
    "bcf.version": "version",
    "project.bcfp": "project",
    "markup.bcf": "markup",
    "extensions.xml": "extensions",
    "documents.xml": "documents",
}


def archive_documents():
    """Every document of every sample archive, with the name of its type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for path in sorted(CORPUS.rglob("*.bcf*")):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                last = entry.rpartition("/")[2].lower()
                name = "visinfo" if last.endswith(".bcfv") else ENTRIES.get(last)
                if name is not None and archive.read(entry).strip():
                    yield name, etree.fromstring(archive.read(entry), parser)


@needs_corpus
def test_sample_archives_get_the_verdict_of_the_published_schemas_of_every_version():
    counted = dict.fromkeys(VERSIONS, 0)
    for name, document in archive_documents():
        for version in VERSIONS:
            if (version, name) in DOCUMENTS:
                found, seen = differences([document], version, name)
                assert found == []
                counted[version] += True in seen
    assert min(counted.values()) > 0


@needs_corpus
@needs_published
def test_mutated_sample_documents_get_the_verdict_of_the_published_schemas():
    rng = random.Random("corpus")
    originals = list(archive_documents())
    for _ in range(CASES):
        name, original = rng.choice(originals)
        document = mutate(copy.deepcopy(original), rng)
        for version in VERSIONS:
            if (version, name) in DOCUMENTS:
                assert differences([document], version, name)[0] == []


@needs_corpus
@needs_published
def test_at_least_twenty_thousand_documents_were_judged(request, record_testsuite_property):
    """Counts what the tests above did, so it means something only where all of them ran."""
    above = {item.originalname for item in request.session.items if item.path == request.path}
    defined = {name for name in globals() if name.startswith("test_")}
    if above != defined or request.session.testsfailed or hasattr(request.config, "workerinput"):
        pytest.skip("not all tests of this module ran here")
    assert JUDGED["documents"] >= 20_000
    for what, count in JUDGED.items():
        record_testsuite_property(what, count)
