"""Archives as they come: broken, hostile, odd; one bad entry costs itself, a bad file costs an explanation."""

import struct
import zipfile
import zlib

import pytest
from handmade import JPG, PNG, TOPIC, Entries, markup, names_of, opened, pack, version, viewpoint, visinfo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bcfsync.archive.limits import Limits, TooMuch
from bcfsync.archive.reading import Archive, BadEntry, NotAnArchive
from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml.container import NotBcf, decode
from bcfsync.errors import InvalidArchive

GOOD = {f"{TOPIC}/markup.bcf": markup()}


def forged(path, names, *, flags=0):
    """An archive with these raw bytes as entry names, which zipfile itself would refuse or change."""
    body, directory = b"", b""
    for name in names:
        data = b"x"
        fields = (20, flags, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name))
        directory += struct.pack("<I2B5H3L5H2L", 0x02014B50, 20, 0, *fields, 0, 0, 0, 0, 0, len(body)) + name
        body += struct.pack("<I5H3L2H", 0x04034B50, *fields, 0) + name + data
    end = struct.pack("<IHHHHLLH", 0x06054B50, 0, 0, len(names), len(names), len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


# --- files that are no archives ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"hello", "not a zip"),
        (b"PK\x03\x04 and no more", "cut off"),
        (b"PK\x05\x06" + bytes(18), "the archive is empty"),
        (b"<Markup/>", "bare XML file"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Markup/>", "bare XML file"),
        (b"\r\n  <Markup/>", "bare XML file"),
        (b"\xff\xfe<\0M\0", "bare XML file"),
        (b"\0" * 4096, "not a zip"),
    ],
)
def test_a_file_that_is_no_archive_is_called_by_what_it_is(content, words, tmp_path):
    path = tmp_path / "x.bcf"
    path.write_bytes(content)
    with pytest.raises(NotAnArchive, match=words) as caught:
        Archive(path)
    assert caught.value.hint
    assert caught.value.exit_code == 8


def test_a_folder_is_called_a_folder(tmp_path):
    with pytest.raises(NotAnArchive, match="this is a folder"):
        Archive(tmp_path)


def test_a_missing_file_is_called_missing(tmp_path):
    with pytest.raises(NotAnArchive, match="no such file"):
        Archive(tmp_path / "none.bcf")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_archive_is_refused_with_a_reason(share, tmp_path):
    path = pack(tmp_path / "x.bcf", GOOD | {f"{TOPIC}/snapshot.png": PNG})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(NotAnArchive, match="cut off"):
        Archive(path)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_damage_whatever_makes_us_fail_with_anything_but_an_explanation(data, tmp_path):
    path = pack(tmp_path / "x.bcf", GOOD | {f"{TOPIC}/snapshot.png": PNG})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        with open_bcf(path) as file:
            for name in file.archive.names:
                with file.archive.open(name) as stream:
                    stream.read()
    except InvalidArchive:
        pass


def test_a_zip_without_any_sign_of_bcf_is_refused(tmp_path):
    path = pack(tmp_path / "x.bcf", {"readme.txt": "hello"}, number=None)
    with pytest.raises(NotBcf, match=r"neither a bcf\.version nor a markup\.bcf"):
        opened(path)


def test_a_bcf_version_alone_is_an_archive_without_topics(tmp_path):
    bcf, found = opened(pack(tmp_path / "x.bcf", {}))
    assert (bcf.topics, found) == ((), ["F110"])


# --- limits -----------------------------------------------------------------------------------------------------------


def test_an_entry_that_unpacks_to_hundreds_of_times_its_size_is_refused_unread(tmp_path):
    path = pack(tmp_path / "x.bcf", GOOD | {"bomb.png": bytes(3 * 1024 * 1024)})
    with pytest.raises(TooMuch, match=r"'bomb\.png' unpacks to \d+ times its size"):
        Archive(path, Limits(ratio_free_bytes=1024 * 1024))


def test_a_small_entry_may_be_packed_as_tightly_as_it_likes(tmp_path):
    names, _ = names_of(pack(tmp_path / "x.bcf", GOOD | {"flat.png": bytes(3 * 1024 * 1024)}))
    assert "flat.png" in names


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(entries=2), "3 entries, more than 2"),
        (Limits(entry_bytes=100), "unpacks to 200 bytes"),
        (Limits(total_bytes=210), "more than 210"),
    ],
)
def test_a_limit_is_told_with_its_number(limits, words, tmp_path):
    path = pack(tmp_path / "x.bcf", {"a.bin": bytes(200), "b.bin": bytes(30)})
    with pytest.raises(TooMuch, match=words):
        Archive(path, limits)


def test_entries_that_share_their_bytes_are_refused(tmp_path):
    path = tmp_path / "x.bcf"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kernel", bytes(100_000))
        for at in range(20):
            copy = zipfile.ZipInfo(f"copy-{at}")
            for slot in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(copy, slot, getattr(archive.infolist()[0], slot))
            archive.filelist.append(copy)
        archive._didModify = True
    with pytest.raises(TooMuch, match="overlap"):
        Archive(path)


def test_an_xml_entry_beyond_its_own_limit_costs_only_itself(tmp_path):
    path = pack(tmp_path / "x.bcf", GOOD | {"extensions.xml": f"<Extensions>{' ' * 5000}</Extensions>"}, number="3.0")
    with open_bcf(path, Limits(xml_bytes=2000)) as file:
        assert len(file.bcf.topics) == 1
        assert [finding.entry for finding in file.findings if finding.rule.number == "F114"] == ["extensions.xml"]


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [b"../evil", b"a/../../evil", b"/etc/passwd", b"C:/evil", b"c:evil", b"a\0b", b"..\\evil", b"\\evil", b"a/.."],
)
def test_an_entry_that_would_leave_the_archive_is_not_read_and_told(name, tmp_path):
    names, found = names_of(forged(tmp_path / "x.bcf", [name, b"fine"]))
    assert names == ("fine",)
    assert "F102" in found


@pytest.mark.parametrize("name", [b"..evil", b"a..b", b"a/...", b".hidden", b"~/x"])
def test_dots_alone_do_not_make_a_name_unsafe(name, tmp_path):
    assert names_of(forged(tmp_path / "x.bcf", [name])) == ((name.decode(),), [])


def test_q5_backslashes_are_separators_and_are_told(tmp_path):
    names, found = names_of(forged(tmp_path / "x.bcf", [f"{TOPIC}\\markup.bcf".encode()]))
    assert names == (f"{TOPIC}/markup.bcf",)
    assert found == ["F101"]


def test_q6_folders_are_no_entries_with_either_separator(tmp_path):
    assert names_of(forged(tmp_path / "x.bcf", [b"a/", b"b\\", b"a/x"]))[0] == ("a/x",)


def test_q4_files_of_the_operating_system_are_skipped(tmp_path):
    litter = [b"__MACOSX/._markup.bcf", b"t/._markup.bcf", b".DS_Store", b"t/Thumbs.db", b"a/__MACOSX/x"]
    names, found = names_of(forged(tmp_path / "x.bcf", [*litter, b"t/x"]))
    assert names == ("t/x",)
    assert found == ["F105"] * 5


def test_q8_of_two_entries_of_one_name_the_last_is_read_and_told(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = pack(tmp_path / "x.bcf", [(f"{TOPIC}/markup.bcf", markup(f"<Title>{at}</Title>")) for at in "ab"])
    bcf, found = opened(path)
    assert [topic.title for topic in bcf.topics] == ["b"]
    assert found == ["F103"]


def test_q9_unflagged_utf8_names_are_utf8(tmp_path):
    assert names_of(forged(tmp_path / "x.bcf", ["Помещение/план.png".encode()])) == (("Помещение/план.png",), [])


def test_q9_other_unflagged_names_are_cp437(tmp_path):
    assert names_of(forged(tmp_path / "x.bcf", [b"Gr\x94\xe1e.png"])) == (("Größe.png",), [])


def test_flagged_names_are_utf8(tmp_path):
    assert names_of(forged(tmp_path / "x.bcf", ["Größe.png".encode()], flags=0x800))[0] == ("Größe.png",)


def test_a_name_flagged_as_utf8_that_is_none_is_an_explanation(tmp_path):
    with pytest.raises(NotAnArchive):
        Archive(forged(tmp_path / "x.bcf", [b"Gr\xf6\xdfe.png"], flags=0x800))


def test_parts_of_a_name_that_mean_nothing_are_dropped(tmp_path):
    assert names_of(forged(tmp_path / "x.bcf", [b"./a/b", b"c//d", b"e/./f"])) == (("a/b", "c/d", "e/f"), [])


def test_q3_an_archive_in_a_folder_of_itself_is_read_from_there(tmp_path):
    entries = {"Export/bcf.version": version("3.0"), f"Export/{TOPIC}/markup.bcf": markup()}
    entries |= {"Export/extensions.xml": "<Extensions><Users><User>u</User></Users></Extensions>"}
    bcf, found = opened(pack(tmp_path / "x.bcf", entries, number=None))
    assert [topic.guid for topic in bcf.topics] == [TOPIC]
    assert bcf.extensions.users == ("u",)
    assert found == ["F104"]


# --- damaged entries --------------------------------------------------------------------------------------------------


def corrupt(path, name):
    """Change the checksum of an entry in the directory: what is unpacked is not what was packed."""
    data = bytearray(path.read_bytes())
    data[data.rindex(name.encode()) - 46 + 16] ^= 0xFF
    path.write_bytes(data)


def test_a_damaged_markup_costs_only_itself(tmp_path):
    other = {"22222222-2222-4222-8222-222222222222/markup.bcf": markup(guid="22222222-2222-4222-8222-222222222222")}
    path = pack(tmp_path / "x.bcf", GOOD | other)
    corrupt(path, f"{TOPIC}/markup.bcf")
    with open_bcf(path) as file:
        assert [topic.guid[:4] for topic in file.bcf.topics] == ["2222"]
        assert [(item.rule.number, item.entry) for item in file.findings] == [("F114", f"{TOPIC}/markup.bcf")]


def test_a_damaged_picture_is_found_when_it_is_read_and_named(tmp_path):
    path = pack(tmp_path / "x.bcf", GOOD | {"a.png": PNG + bytes(range(256))})
    corrupt(path, "a.png")
    with Archive(path) as archive, archive.open("a.png") as stream, pytest.raises(BadEntry, match=r"entry a\.png"):
        stream.read()


def test_an_encrypted_entry_costs_only_itself(tmp_path):
    path = pack(tmp_path / "x.bcf", GOOD | {"extensions.xml": "<Extensions/>"}, number="3.0")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"extensions.xml")
    data[at - 46 + 8] |= 1  # the general purpose flag in the directory
    first = data.index(b"extensions.xml")
    data[first - 30 + 6] |= 1
    path.write_bytes(data)
    with open_bcf(path) as file:
        assert len(file.bcf.topics) == 1
        assert [item.entry for item in file.findings if item.rule.number == "F114"] == ["extensions.xml"]


def test_an_error_of_whoever_reads_an_entry_stays_what_it_is(tmp_path):
    archive = Archive(pack(tmp_path / "x.bcf", GOOD))
    with pytest.raises(OSError, match="no space"), archive, archive.open(f"{TOPIC}/markup.bcf"):
        raise OSError("no space")


def test_a_stream_gives_the_bytes_in_pieces_of_any_size(tmp_path):
    data = bytes(range(256)) * 1000
    with Archive(pack(tmp_path / "x.bcf", {"a.bin": data})) as archive, archive.open("a.bin") as stream:
        assert stream.read(10) == data[:10]
        assert stream.read(200_000) == data[10:200_010]
        assert stream.read() == data[200_010:]
        assert stream.read(1) == b""


# --- laziness ---------------------------------------------------------------------------------------------------------


def test_opening_reads_no_more_than_the_beginning_of_a_picture():
    bitmap = "<Bitmap><Bitmap>JPG</Bitmap><Reference>b.jpg</Reference></Bitmap>"
    places = "".join(f"<{name}><X>0</X><Y>0</Y><Z>1</Z></{name}>" for name in ("Location", "Normal", "Up"))
    bitmap = bitmap.replace("</Reference>", f"</Reference>{places}<Height>1</Height>")
    rest = viewpoint("<Viewpoint>v.bcfv</Viewpoint><Snapshot>s.png</Snapshot>")
    pictures = {f"{TOPIC}/s.png": PNG + bytes(9999), f"{TOPIC}/b.jpg": JPG + bytes(9999), "extra.bin": bytes(9999)}
    entries = Entries(
        {"bcf.version": version(), f"{TOPIC}/markup.bcf": markup(rest=rest), f"{TOPIC}/v.bcfv": visinfo(bitmap)}
        | pictures
    )
    (topic,) = decode(entries, "x").bcf.topics
    assert topic.viewpoints[0].snapshot.blob.size == len(PNG) + 9999
    assert topic.viewpoints[0].bitmaps[0].blob.size == len(JPG) + 9999
    assert {name: entries.asked.get(name, 0) for name in pictures} == dict(zip(pictures, (32, 32, 0), strict=True))


def test_every_document_is_read_once():
    entries = Entries({"bcf.version": version(), f"{TOPIC}/markup.bcf": markup()})
    asked = []
    plain, entries.read = entries.read, lambda name: asked.append(name) or plain(name)
    decode(entries, "x")
    assert sorted(asked) == sorted(set(asked))
