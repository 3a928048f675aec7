"""Findings: what is odd about data that could still be used. Numbers are stable; docs/findings.md lists them.

Owns: the finding value and the catalogue of rules. Sees nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: an error breaks a rule of the format, a warning may cost something, info is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong: its stable number, how bad it is, where it is written, what to do."""

    number: str
    severity: Severity
    title: str
    source: str
    fix: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule met in one place: ``entry`` of the archive, ``line`` (from 1, 0 is unknown) and what was found.

    ``more`` findings of the same rule followed and were only counted.
    """

    rule: Rule
    entry: str
    detail: str
    line: int = 0
    more: int = 0

    def __str__(self) -> str:
        """One line for people."""
        place = f"{self.entry}:{self.line}" if self.line else self.entry
        others = f" (and {self.more:,} more)" if self.more else ""
        return f"{self.rule.number} {self.rule.severity} {place}: {self.rule.title}: {self.detail}{others}"


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

# F1xx container
UNREADABLE = Rule(
    "F100", _E, "the archive cannot be read", "zip appnote; bcfsync's limits", "see the explanation; export again"
)
BACKSLASH = Rule(
    "F101",
    _W,
    "backslash in an entry name",
    "BCF-XML implementation guide: / separates",
    "export again with a tool that writes /; it is read as /",
)
UNSAFE_NAME = Rule("F102", _E, "entry name leaves the archive", "zip safety", "the entry is not read; ask who made it")
DUPLICATE_ENTRY = Rule("F103", _W, "two entries of one name", "zip appnote", "the last one is read; export again")
NESTED_ROOT = Rule(
    "F104",
    _W,
    "the archive sits in a folder of itself",
    "BCF-XML: files stand at the root",
    "zip the content of the folder, not the folder",
)
LITTER = Rule("F105", _I, "files of the operating system", "seen from macOS Finder", "nothing; they are skipped")
NO_VERSION = Rule("F106", _E, "bcf.version is missing", "BCF-XML: bcf.version", "the version is taken from the content")
ODD_VERSION = Rule(
    "F107",
    _W,
    "bcf.version names a version that does not exist",
    "BCF-XML: VersionId",
    "the version is taken from the content",
)
OTHER_VERSION = Rule(
    "F108",
    _W,
    "the content has the form of another version",
    "BCF-XML: VersionId",
    "it is read by its form; export again",
)
NO_MARKUP = Rule(
    "F109", _E, "a topic folder has no markup.bcf", "BCF-XML: topic folder", "its files are kept as they are"
)
NO_TOPICS = Rule("F110", _W, "the archive holds no topic", "BCF-XML: topic folder", "nothing, if that is meant")
NO_EXTENSIONS = Rule(
    "F111", _W, "extensions.xml is missing", "BCF-XML 3.0: extensions.xml", "export again; it is read as no lists"
)
LETTER_CASE = Rule(
    "F112", _I, "a name differs in letter case", "BCF-XML: file names", "nothing; it is found all the same"
)
ODD_EXTENSIONS_NAME = Rule(
    "F113", _W, "extensions under another name", "BCF-XML 3.0: extensions.xml", "rename it to extensions.xml"
)
DAMAGED = Rule("F114", _E, "an entry cannot be unpacked", "zip appnote", "export the archive again")
ENCRYPTED = Rule(
    "F115",
    _E,
    "an entry is encrypted",
    "BCF-XML knows no passwords; seen in no published archive",
    "export without a password",
)
ODD_METHOD = Rule(
    "F116",
    _W,
    "an entry is packed by an unusual method",
    "all published archives are deflated or stored",
    "pack it again as an ordinary zip; other products may not read it",
)
OVERLAP = Rule(
    "F117", _E, "two entries share bytes of the archive", "zip appnote 4.3", "do not trust the file; ask who made it"
)
AROUND_ZIP = Rule(
    "F118",
    _W,
    "bytes before the first entry or behind the last record",
    "zip appnote 4.3",
    "export again; strict products refuse it",
)
NAME_ENCODING = Rule(
    "F119",
    _I,
    "a name with other letters than ASCII that is not marked as UTF-8",
    "zip appnote: general purpose bit 11",
    "nothing; other products may show another name",
)
SAME_BUT_CASE = Rule(
    "F120",
    _W,
    "two entry names that differ in letter case only",
    "file systems of Windows and macOS",
    "give one of them another name; unpacking loses one",
)
UNREFERENCED = Rule(
    "F121", _I, "an entry that nothing refers to", "BCF-XML: archive layout", "nothing; it is carried along untouched"
)
FILE_ENDING = Rule(
    "F122",
    _I,
    "the file's ending is not that of its version",
    "BCF-XML: .bcfzip in 2.0, .bcf since 2.1",
    "rename it, if a product does not offer it for opening",
)

# F2xx XML
BROKEN_XML = Rule("F201", _E, "not well-formed XML", "XML 1.0", "the document is skipped; export again")
MENDED_XML = Rule("F202", _W, "XML that had to be mended to be read", "XML 1.0", "export again with a current tool")
DOCTYPE = Rule(
    "F203",
    _E,
    "document type declaration refused",
    "bcfsync reads no DTD and no entities",
    "the document is skipped; ask who made it",
)
WRONG_ROOT = Rule("F204", _E, "unexpected root element", "BCF-XML schemas", "the document is skipped")
NAMESPACE = Rule(
    "F205", _W, "elements in a namespace", "BCF-XML schemas have no target namespace", "it is read by local names"
)
UNKNOWN_XML = Rule(
    "F206",
    _I,
    "element or attribute the standard does not know",
    "BCF-XML schemas",
    "it stays in the file, but is not carried to servers",
)
SCHEMA = Rule("F207", _E, "not valid against its schema", "BCF-XML schemas (xsd/)", "see the explanation; export again")

MISPLACED = Rule(
    "F208",
    _W,
    "an attribute that should be an element, or the reverse",
    "BCF-XML schemas",
    "it is read all the same; export again",
)

# F3xx topics and comments
NO_GUID = Rule("F301", _E, "a guid is missing", "BCF-XML: Guid", "one is derived, the same on every reading")
ODD_GUID = Rule("F302", _W, "not a guid", "BCF-XML: Guid", "it is kept as it is")
FOLDER_NAME = Rule(
    "F303", _W, "the folder is not named after its topic", "BCF-XML 358", "Topic/@Guid counts; export again"
)
DUPLICATE_TOPIC = Rule(
    "F304", _E, "two topics of one guid", "BCF-XML: Topic/@Guid", "the second is kept under a derived guid"
)
DUPLICATE_GUID = Rule(
    "F305", _E, "one guid used twice in a topic", "BCF-XML: Guid", "the second is kept under a derived guid"
)
NO_TITLE = Rule("F306", _E, "the title is missing or blank", "BCF-XML: Topic/Title", "give the topic a title")
BAD_DATE = Rule("F307", _E, "not a date", "xs:dateTime", "it is read as no date")
NO_ZONE = Rule("F308", _I, "a date without time zone", "BCF-XML 3.0: no zone means UTC", "export with zones")
DATE_ONLY = Rule("F309", _W, "a date without time", "xs:dateTime", "it is read as midnight UTC")
BAD_NUMBER = Rule("F310", _E, "not a number", "xs:int, xs:double", "it is read as absent")
BAD_BOOLEAN = Rule("F311", _E, "not a boolean", "xs:boolean", "it is read as absent")
DANGLING_VIEWPOINT = Rule(
    "F312",
    _W,
    "a comment names a viewpoint that is not there",
    "BCF-XML: Comment/Viewpoint",
    "the link is kept; export again with the viewpoint",
)
DANGLING_REPLY = Rule(
    "F313", _W, "a reply to a comment that is not there", "BCF-XML 2.0: ReplyToComment", "the link is kept"
)
OUTSIDE_LIST = Rule(
    "F314", _W, "a value outside the project's lists", "BCF-XML: extensions", "add it to the lists or change it"
)
RELATED_MISSING = Rule(
    "F315", _I, "a related topic is not in this archive", "BCF-XML: RelatedTopic", "nothing, if it is elsewhere"
)
EMPTY_COMMENT = Rule(
    "F316", _W, "a comment with neither text nor viewpoint", "BCF-XML 3.0: Comment", "nothing; it is kept"
)
OTHER_TOPIC = Rule(
    "F317", _W, "a comment's back reference names another topic", "BCF-XML 2.0: Comment/Topic", "it is ignored"
)
UPPER_CASE = Rule(
    "F318", _W, "a guid or its folder in upper case", "BCF-XML 3.0: Guid is lower case", "export again in lower case"
)
REPEATED = Rule(
    "F319", _W, "the same comment or viewpoint twice in a topic", "BCF-XML: Guid", "nothing; it is read once"
)
GUID_ELSEWHERE = Rule(
    "F320",
    _I,
    "a guid that another topic uses, too",
    "BCF-XML: Guid is unique",
    "give one of them a new guid; servers may refuse the second",
)
DATE_ORDER = Rule(
    "F321", _I, "modified before it was created", "BCF-XML: ModifiedDate", "check the clocks of those who wrote it"
)
SELF_RELATED = Rule("F322", _I, "a topic related to itself", "BCF-XML: RelatedTopic", "remove the relation")
INDEX_TWICE = Rule(
    "F323", _I, "one index used twice", "BCF-XML: Index is for sorting", "nothing; the order of the file decides"
)
SERVER_ID_TWICE = Rule(
    "F324",
    _W,
    "one server-assigned id in two topics",
    "BCF-XML: ServerAssignedId is unique in its project",
    "export again from the server",
)
LISTED_TWICE = Rule("F325", _I, "a value twice in one list", "BCF-XML: extensions", "remove one of the two")
DOCUMENT_UNLISTED = Rule(
    "F326",
    _W,
    "a reference to a document that is not listed",
    "BCF-XML 3.0: DocumentGuid names a Document of documents.xml",
    "the reference is kept; export again with the document",
)
DOCUMENT_TWICE = Rule(
    "F327",
    _E,
    "two documents of one guid",
    "BCF-XML 3.0: Document/@Guid",
    "the second is kept under a derived guid",
)

# F4xx viewpoints and payloads
VIEWPOINT_MISSING = Rule("F401", _E, "a viewpoint file is missing", "BCF-XML: Viewpoints/Viewpoint", "export again")
SNAPSHOT_MISSING = Rule("F402", _E, "a snapshot is missing", "BCF-XML: Viewpoints/Snapshot", "export again")
PAYLOAD_MISSING = Rule(
    "F403", _W, "a referenced file is not in the archive", "BCF-XML: internal references", "the reference is kept"
)
IMAGE_TYPE = Rule(
    "F404",
    _W,
    "a picture is not what its name says",
    "BCF-XML: snapshots are PNG, in 3.0 also JPEG",
    "it is taken for what its content is",
)
NO_CAMERA = Rule("F405", _W, "a viewpoint without camera", "BCF-XML 3.0: exactly one camera", "nothing; it is kept")
TWO_CAMERAS = Rule(
    "F406", _W, "a viewpoint with two cameras", "BCF-XML 3.0: exactly one camera", "nothing; both are kept"
)
OTHER_GUID = Rule("F407", _I, "the viewpoint file gives itself another guid", "BCF-XML 392", "the markup's guid counts")
UNDECLARED = Rule(
    "F408", _W, "a viewpoint file that no markup names", "BCF-XML: Viewpoints", "it is kept; a comment may mean it"
)
BAD_VALUE = Rule("F409", _E, "a value that cannot be used", "BCF-XML: visinfo", "the item is left out")
NOT_FINITE = Rule("F410", _E, "a number that JSON cannot hold", "xs:double: INF, NaN", "the item is left out")
BAD_COLOR = Rule("F411", _W, "not a colour of 6 or 8 hex digits", "BCF-XML: Color", "it is kept as it is")
BAD_IFC_GUID = Rule("F412", _W, "not an IFC guid of 22 characters", "BCF-XML: IfcGuid", "it is kept as it is")
IMAGE_SIZE = Rule("F413", _W, "a snapshot with a side over 1500 pixels", "BCF-XML 3.0: snapshots", "scale it down")
JPEG_SNAPSHOT = Rule(
    "F414",
    _W,
    "a JPEG snapshot in a 2.x archive",
    "BCF-XML 2.x: snapshots are PNG",
    "it is read; some products show PNG only, so export as 3.0 or with PNG",
)
FIRST_NAMES = Rule(
    "F415",
    _W,
    "no viewpoint or no snapshot has the name that 2.x gives to the first",
    "BCF-XML 2.x: viewpoint.bcfv, snapshot.png",
    "nothing for most; some products show no picture (BCF-XML 399)",
)
NO_SNAPSHOT = Rule(
    "F416",
    _I,
    "a viewpoint without snapshot",
    "BCF-XML: Snapshot is optional",
    "export with snapshots for products that demand them (IfcOpenShell 4887)",
)
BAD_CAMERA = Rule(
    "F417",
    _W,
    "a camera that cannot see",
    "BCF-XML: visinfo; a view needs two directions and a size",
    "nothing; it is kept, viewers may show nothing",
)
SHARED_FILE = Rule(
    "F418",
    _W,
    "two viewpoints share one file",
    "BCF-XML: Viewpoints; seen: every snapshot called snapshot.png",
    "nothing; both are read from it; export again if they should differ",
)
MANY_COMPONENTS = Rule(
    "F419",
    _I,
    "a viewpoint that lists more than 1000 components",
    "BCF-XML: optimisation rules for components",
    "export with the other default visibility, which lists fewer",
)
VIEWPOINT_ENDING = Rule(
    "F420", _I, "a viewpoint file without the ending .bcfv", "BCF-XML 3.0: archive layout", "nothing; it is read"
)

RULES = {rule.number: rule for rule in list(globals().values()) if isinstance(rule, Rule)}


def summed(findings: Iterable[Finding], *, entry_most: int = 5, most: int = 100) -> list[Finding]:
    """The findings, worst first and each once, where many of one rule are told by the first few and a count.

    Args:
        findings: in any order.
        entry_most: how many of one rule are told of one entry.
        most: how many of one rule are told at all; where there are more, the last one told has the count.
    """
    order = {severity: at for at, severity in enumerate(Severity)}
    groups: dict[tuple[int, str], list[Finding]] = {}
    for finding in dict.fromkeys(findings):
        groups.setdefault((order[finding.rule.severity], finding.rule.number), []).append(finding)
    told = [item for group in groups.values() for item in _first_of(group, entry_most, most)]
    told.sort(key=lambda item: (order[item.rule.severity], item.entry, item.line, item.rule.number))
    return told


def _first_of(group: list[Finding], entry_most: int, most: int) -> list[Finding]:
    """Those of one rule that are told, by entry and line; the last of an entry, and the very last, count the others."""
    entries: dict[str, list[Finding]] = {}
    for finding in sorted(group, key=lambda item: (item.entry, item.line)):
        entries.setdefault(finding.entry, []).append(finding)
    told: list[Finding] = []
    for found in entries.values():
        kept = found[:entry_most]
        told += [*kept[:-1], replace(kept[-1], more=kept[-1].more + len(found) - len(kept))]
    left = sum(1 + item.more for item in told[most:])
    return [*told[: most - 1], replace(told[most - 1], more=told[most - 1].more + left)] if left else told


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The worst severity among the findings, None where there are none."""
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    found = {finding.rule.severity for finding in findings}
    return next((severity for severity in order if severity in found), None)
