"""Archives made by hand: XML as text, zips as any tool might have packed them."""

import zipfile
import zlib

from bcfsync.archive.reading import Archive
from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml.container import decode

TOPIC = "11111111-1111-4111-8111-111111111111"
OTHER_TOPIC = "22222222-2222-4222-8222-222222222222"
VIEW = "33333333-3333-4333-8333-333333333333"
OTHER_VIEW = "44444444-4444-4444-8444-444444444444"
COMMENT = "55555555-5555-4555-8555-555555555555"
OTHER_COMMENT = "66666666-6666-4666-8666-666666666666"
DOCUMENT = "77777777-7777-4777-8777-777777777777"
IFC = "0123456789ABCDEFGHIJK$"
OTHER_IFC = "1abcdefghijklmnopqrstu"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\0\x10\0\0\0\x10" + bytes(64)
JPG = b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(64)

BORN = "<CreationDate>2025-01-01T10:00:00Z</CreationDate><CreationAuthor>a@example.com</CreationAuthor>"
POINTS = "".join(
    f"<{name}><X>{x}</X><Y>{y}</Y><Z>{z}</Z></{name}>"
    for name, x, y, z in (("CameraViewPoint", 1, 2, 3), ("CameraDirection", 0, 1, 0), ("CameraUpVector", 0, 0, 1))
)
CAMERA = f"<PerspectiveCamera>{POINTS}<FieldOfView>60</FieldOfView></PerspectiveCamera>"


def version(number="2.1"):
    return f'<Version VersionId="{number}"/>'


def markup(topic="<Title>T</Title>", *, guid=TOPIC, rest="", before="", attributes=""):
    """A markup of 2.x: ``before`` and ``rest`` stand beside the topic."""
    return f'<Markup>{before}<Topic Guid="{guid}" {attributes}>{topic}</Topic>{rest}</Markup>'


def visinfo(content=CAMERA, *, guid=VIEW):
    return f'<VisualizationInfo Guid="{guid}">{content}</VisualizationInfo>'


def comment(content="<Comment>C</Comment>", *, guid=COMMENT):
    return f'<Comment Guid="{guid}"><Date>2025-01-02T00:00:00Z</Date><Author>b@example.com</Author>{content}</Comment>'


def point(name, x=0, y=0, z=0):
    return f"<{name}><X>{x}</X><Y>{y}</Y><Z>{z}</Z></{name}>"


def viewpoint(content="<Viewpoint>viewpoint.bcfv</Viewpoint>", *, guid=VIEW):
    return f'<Viewpoints Guid="{guid}">{content}</Viewpoints>'


def pack(path, entries, number="2.1"):
    """An archive of these entries, with a bcf.version where a number is given; text is packed as UTF-8."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if number:
            archive.writestr("bcf.version", version(number))
        for name, data in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, data)
    return path


class Entries:
    """Entries that never were in a zip; remembers how much of each was asked for."""

    def __init__(self, entries):
        self.entries = {name: data.encode() if isinstance(data, str) else data for name, data in entries.items()}
        self.asked = {}

    @property
    def names(self):
        return tuple(self.entries)

    def size(self, name):
        return len(self.entries[name])

    def checksum(self, name):
        return f"{zlib.crc32(self.entries[name]):08x}"

    def read(self, name):
        self.asked[name] = len(self.entries[name])
        return self.entries[name]

    def head(self, name, count=32):
        self.asked[name] = max(count, self.asked.get(name, 0))
        return self.entries[name][:count]


def decoded(entries, number="2.1"):
    """The model and the findings of entries, without any zip."""
    first = {"bcf.version": version(number)} if number else {}
    found = decode(Entries(first | entries), "test.bcf")
    return found.bcf, list(found.findings)


def topic_of(text=None, number="2.1", **more):
    """The only topic of an archive that has this markup, its findings by number, and more entries in its folder."""
    entries = {f"{TOPIC}/markup.bcf": text or markup()}
    entries |= {f"{TOPIC}/{name.replace('_', '.')}": data for name, data in more.items()}
    bcf, findings = decoded(entries, number)
    (topic,) = bcf.topics
    return topic, numbers(findings)


def view_of(text, number="2.1"):
    """The only viewpoint of an archive whose viewpoint file is this, and the findings by number."""
    topic, findings = topic_of(markup(rest=viewpoint()), number, viewpoint_bcfv=text)
    (view,) = topic.viewpoints
    return view, findings


def numbers(findings):
    return [finding.rule.number for finding in findings]


def opened(path):
    with open_bcf(path) as file:
        return file.bcf, numbers(file.findings)


def names_of(path):
    with Archive(path) as archive:
        return archive.names, numbers(archive.findings)
