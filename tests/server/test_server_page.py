"""The page for people: what it shows, whom it shows it, and that nothing in the data can harm its reader."""

import base64
import re
import shutil
import subprocess
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from reference_server import TickingClock, camera, full_viewpoint, png

from bcfsync.server.app import create_app
from bcfsync.server.listening import Listener
from bcfsync.server.store import ServerStore
from bcfsync.server.users import Account, User, Users

TOKENS = {"token-a": "anna@example.com"}
TOPICS = "/bcf/3.0/projects/demo/topics"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x00\u202e"
VOID = {"meta", "link", "img", "input", "br", "path", "circle", "rect"}
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Page(HTMLParser):
    """Reads a page strictly: every element closed in order, no script, no style of its own, no handler."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.addresses, self.words, self.ids = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), (tag, names)
        assert tag not in {"script", "style", "iframe", "object", "embed", "base"}, tag
        assert not [name for name in names if name.startswith("on") or name == "style"], (tag, names)
        for name, value in attributes:
            if name in {"href", "src", "action"}:
                self.addresses.append((tag, name, value))
            if name == "id":
                self.ids.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in VOID, tag
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open, tag
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def reader(store):
    """Somebody on this machine, whose server runs with its demo token."""
    app = create_app(store, tokens=TOKENS, demo_token="token-a")
    app.testing = True
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def written(reader):
    """Writes through the API."""

    def post(path, body):
        answer = reader.post(path, json=body, headers={"Authorization": "Bearer token-a"})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return post


def shown(reader, path):
    answer = reader.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return Page(answer.text)


def full_topic(written, **members):
    """A topic with everything the page has a place for; its guid and its viewpoint's."""
    other = written(TOPICS, {"title": "The other one", "topic_status": "Closed"})
    body = {
        "title": "Duct through beam",
        "topic_status": "Open",
        "topic_type": "Clash",
        "priority": "High",
        "labels": ["Structure"],
        "assigned_to": "ben@example.com",
        "stage": "Design",
        "due_date": "2020-05-01",
        "description": "Supply air crosses the beam.",
        "index": 4,
        "reference_links": [
            "https://example.org/a?b=1&c=2",
            "javascript:alert(3)",
            "JavaScript://example.org/%0aalert(4)",
        ],
        "bim_snippet": {
            "snippet_type": ".ifc",
            "is_external": True,
            "reference": "http://example.org/s.ifc",
            "reference_schema": "data:text/html,hello",
        },
    }
    guid = written(TOPICS, {**body, **members})["guid"]
    topic = f"{TOPICS}/{guid}"
    view = written(f"{topic}/viewpoints", full_viewpoint())["guid"]
    written(f"{topic}/viewpoints", {"perspective_camera": camera(camera_direction={"x": 1, "y": 0, "z": 0})})
    written(f"{topic}/comments", {"comment": "It cannot go lower.", "viewpoint_guid": view})
    written(f"{topic}/document_references", {"url": "javascript:alert(5)", "description": "a trap"})
    written(f"{topic}/document_references", {"url": "https://example.org/doc", "description": "a paper"})
    return guid, view, other["guid"]


def crawl(reader, start="/"):
    """Every address the pages lead to, asked once; gives the pages."""
    todo, pages, seen = [start], {}, set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = reader.get(path)
        assert answer.status_code == 200, (path, answer.text[:200])
        if answer.headers["content-type"].startswith("text/html"):
            pages[path] = page = Page(answer.text)
            targets = [urljoin(path, value) for tag, name, value in page.addresses if not value.startswith("http")]
            todo += [target.partition("#")[0] for target in targets]
    return pages


def test_a_topic_is_shown_with_everything_it_says(reader, written):
    guid, _, other = full_topic(written)
    headers = {"Authorization": "Bearer token-a"}
    related = [{"related_topic_guid": other}, {"related_topic_guid": "63e78882-7c6a-4bf7-8982-fc478afb9c97"}]
    reader.put(f"{TOPICS}/{guid}/related_topics", json=related, headers=headers).raise_for_status()
    files = [
        {
            "filename": "block-b.ifc",
            "reference": "https://example.org/block-b.ifc",
            "ifc_project": "0J$yPqHBD12v72y4qF6XcD",
        }
    ]
    reader.put(f"{TOPICS}/{guid}/files", json=files, headers=headers).raise_for_status()
    text = shown(reader, f"/page/demo/topics/{guid}").text
    for words in (
        "Duct through beam", "Open", "Clash", "High", "Structure", "ben@example.com", "Design", "2020-05-01 late",
        "Supply air crosses the beam.", "It cannot go lower.", "anna@example.com", "The other one",
        "https://example.org/a?b=1&c=2", "a paper", "block-b.ifc", "0J$yPqHBD12v72y4qF6XcD", guid, "made the topic",
        "not in this project",
    ):  # fmt: skip
        assert words in text, words


def test_the_list_counts_comments_and_viewpoints_and_shows_the_first_snapshot(reader, written):
    guid, view, _ = full_topic(written)
    page = shown(reader, "/page/demo")
    assert "1 comment 2 views" in page.text
    assert ("img", "src", f"/page/demo/topics/{guid}/viewpoints/{view}/snapshot") in page.addresses


def test_every_page_is_whole_and_every_link_of_it_answers(reader, written):
    full_topic(written)
    pages = crawl(reader)
    assert len(pages) >= 6


def test_nothing_is_fetched_from_elsewhere(reader, written):
    full_topic(written)
    for path, page in crawl(reader).items():
        for tag, name, value in page.addresses:
            if tag != "a":
                assert not urlsplit(value).netloc, (path, tag, value)
            assert name == "href" or not urlsplit(value).scheme, (path, tag, value)


def test_only_http_links_can_be_followed(reader, written):
    guid, _, _ = full_topic(written)
    page = shown(reader, f"/page/demo/topics/{guid}")
    outside = {value for tag, _, value in page.addresses if tag == "a" and ":" in value}
    assert outside == {"https://example.org/a?b=1&c=2", "http://example.org/s.ifc", "https://example.org/doc"}
    assert "javascript:alert(3)" in page.text  # shown, as words


def test_markup_in_any_member_is_words(reader, written):
    members = ("title", "description", "topic_status", "topic_type", "priority", "assigned_to", "stage")
    evil = dict.fromkeys(members, EVIL)
    guid = written(TOPICS, {**evil, "labels": [EVIL], "reference_links": [EVIL]})["guid"]
    written(f"{TOPICS}/{guid}/comments", {"comment": EVIL})
    for path in ("/", "/page/demo", f"/page/demo/topics/{guid}"):
        page = shown(reader, path)  # which reads no script and no handler
        assert "<script>alert(1)</script>" in page.text
        assert "\x00" not in page.text


def test_a_query_comes_back_as_words(reader, written):
    written(TOPICS, {"title": "A"})
    page = shown(reader, '/page/demo?q="><script>alert(1)</script>&status="><b>&order=<i>&page=-1')
    assert "Nothing fits" in page.text


def test_a_huge_description_does_not_make_a_huge_page(reader, written):
    guid = written(TOPICS, {"title": "T" * 100_000, "description": "word " * 400_000})["guid"]
    assert len(reader.get(f"/page/demo/topics/{guid}").content) < 200_000
    assert len(reader.get("/page/demo").content) < 20_000


def test_a_snapshot_that_is_no_picture_goes_out_as_bytes(reader, written):
    guid = written(TOPICS, {"title": "A"})["guid"]
    html = base64.b64encode(b"<html><script>alert(1)</script>").decode()
    body = {"snapshot": {"snapshot_type": "png", "snapshot_data": html}}
    view = written(f"{TOPICS}/{guid}/viewpoints", body)["guid"]
    answer = reader.get(f"/page/demo/topics/{guid}/viewpoints/{view}/snapshot")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "not a picture" in shown(reader, f"/page/demo/topics/{guid}").text
    crawl(reader)


def test_pages_say_what_browsers_may_do_with_them(reader, written):
    guid, view, _ = full_topic(written)
    for path in ("/", "/page/demo", "/page/nowhere", f"/page/demo/topics/{guid}/viewpoints/{view}/snapshot"):
        headers = reader.get(path, headers={"Origin": "https://elsewhere.example"}).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cross-origin-resource-policy"] == "same-origin", path
        assert "access-control-allow-origin" not in headers, path


def test_an_unchanged_page_is_not_sent_again(reader, written):
    guid = written(TOPICS, {"title": "A"})["guid"]
    for path in ("/", "/page/demo", f"/page/demo/topics/{guid}", "/page.css"):
        first = reader.get(path)
        tag = first.headers["etag"]
        again = reader.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), path
        # a browser puts these in the place of those it has kept
        assert again.headers["content-security-policy"] == first.headers["content-security-policy"], path
    tag = reader.get(f"/page/demo/topics/{guid}").headers["etag"]
    written(f"{TOPICS}/{guid}/comments", {"comment": "new"})
    assert reader.get(f"/page/demo/topics/{guid}", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", ["/page/none", "/page/demo/topics/none", "/page/demo/topics/x/y/z", "/page/a/b/c"])
def test_what_is_not_there_is_said_in_words(reader, path):
    answer = reader.get(path)
    assert answer.status_code == 404
    assert "Not here" in Page(answer.text).text


def test_topics_are_found_by_words_in_any_letter_case(reader, written):
    written(TOPICS, {"title": "Wände im Keller", "labels": ["Öffnung"]})
    written(TOPICS, {"title": "100% of _it_", "description": "Pillar"})
    for words, title in (
        ("wände", "Wände im Keller"),
        ("WÄNDE keller", "Wände im Keller"),
        ("öffnung", "Wände im Keller"),
        ("100%", "100% of _it_"),
        ("_it_", "100% of _it_"),
        ("pillar", "100% of _it_"),
    ):
        text = Page(reader.get("/page/demo", params={"q": words}).text).text
        assert "1 of 2 topics fit" in text, words
        assert title in text, words
    for words in ("title", "guid", "Wände Pillar", "1000%"):
        assert "Nothing fits" in Page(reader.get("/page/demo", params={"q": words}).text).text, words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "Open"}, ["A", "C"]),
        ({"status": "Open", "priority": "High"}, ["C"]),
        ({"assigned": "ben@example.com"}, ["B"]),
        ({"type": "clash"}, []),
        ({"order": "oldest"}, ["A", "B", "C"]),
        ({"order": "newest"}, ["C", "B", "A"]),
        ({"order": "due"}, ["B", "A", "C"]),
        ({"order": "number"}, ["A", "B", "C"]),
    ],
)
def test_topics_are_chosen_and_ordered(reader, written, query, expected):
    written(TOPICS, {"title": "A", "topic_status": "Open", "topic_type": "Clash"})
    written(
        TOPICS, {"title": "B", "topic_status": "Closed", "assigned_to": "ben@example.com", "due_date": "2020-01-01"}
    )
    written(TOPICS, {"title": "C", "topic_status": "Open", "priority": "High"})
    html = reader.get("/page/demo", params=query).text
    found = re.findall(r'<h2><a [^>]*dir="auto">(.)</a></h2>', html)
    assert found == expected if "order" in query else sorted(found) == expected


@pytest.mark.slow
def test_long_lists_come_in_pages_that_link_to_each_other(reader, store):
    with store.writing():
        for number in range(120):
            store.seed_topic("demo", {"guid": f"guid-{number}", "title": f"T{number}"}, [], [])
    pages = crawl(reader, "/page/demo")
    seen = {title for page in pages.values() for title in re.findall(r"\bT\d+\b", page.text)}
    assert seen == {f"T{number}" for number in range(120)}
    assert "Topics 101\N{EN DASH}120 of 120" in shown(reader, "/page/demo?page=99").text


def test_a_thread_of_many_comments_comes_in_pages(reader, store):
    store.seed_topic("demo", {"guid": "t", "title": "T"}, [], [])
    with store.writing():
        for number in range(150):
            comment = {"guid": f"c-{number}", "comment": f"C{number}", "date": "2024-01-01T00:00:00Z", "author": "a"}
            store.seed_comment("demo", "t", comment)
    assert "C149" not in shown(reader, "/page/demo/topics/t").text
    assert "C149" in shown(reader, "/page/demo/topics/t?comments=2").text


def client_of(store, **options):
    app = create_app(store, **options)
    app.testing = True
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost")


@pytest.mark.parametrize(
    ("host", "peer", "status"),
    [
        ("localhost", "127.0.0.1", 200),
        ("127.0.0.1:8080", "127.0.0.1", 200),
        ("[::1]:8080", "::1", 200),
        ("evil.example", "127.0.0.1", 401),
        ("localhost.evil.example", "127.0.0.1", 401),
        ("localhost", "192.0.2.7", 401),
    ],
)
def test_without_asking_it_opens_on_this_machine_only(store, host, peer, status):
    app = create_app(store, tokens=TOKENS, demo_token="token-a")
    transport = httpx.WSGITransport(app, remote_addr=peer)
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.slow
@pytest.mark.parametrize(
    ("auth", "status"),
    [
        (None, 401),
        (("anna@example.com", "wrong"), 401),
        (("anybody", "token-a"), 200),
        (("ben@example.com", "secret"), 200),
        (("anna@example.com", "secret"), 401),
    ],
)
def test_without_a_demo_token_it_asks_for_a_password_or_a_token(store, auth, status):
    users = Users([Account.of(User("ben@example.com", "Ben"), password="secret")])
    with client_of(store, tokens=TOKENS, users=users) as client:
        answer = client.get("/page/demo", auth=auth)
        assert answer.status_code == status
        assert answer.headers.get("www-authenticate", "").startswith("Basic") == (status == 401)
        assert client.get("/page.css").status_code == 200


@pytest.mark.slow
def test_guessing_a_password_is_slowed_down(store):
    users = Users([Account.of(User("ben@example.com", "Ben"), password="secret")])
    with client_of(store, tokens={}, users=users) as client:
        answers = [client.get("/", auth=("ben@example.com", str(number))).status_code for number in range(8)]
    assert 429 in answers
    assert set(answers) == {401, 429}


def test_somebody_limited_to_some_projects_sees_no_other(store):
    store.create_project("secret", "Not for everybody")
    users = Users([Account.of(User("ben@example.com", "Ben", projects=("demo",)), token="token-b")])
    with client_of(store, tokens=TOKENS, users=users) as client:
        home = client.get("/", auth=("", "token-b")).text
        assert "Not for everybody" not in home
        assert client.get("/page/secret", auth=("", "token-b")).status_code == 404
        assert client.get("/page/secret", auth=("", "token-a")).status_code == 200


def test_nothing_can_be_written_through_the_page(reader):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert reader.request(method, "/page/demo").status_code == 405


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.skipif(BROWSER is None, reason="no headless browser here")
@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_shows_it_without_complaints(tmp_path: Path, width):
    with ServerStore(tmp_path / "data", clock=TickingClock()) as store:
        app = create_app(store, tokens=TOKENS, demo_token="token-a")
        with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost") as client:

            def post(path, body):
                return client.post(path, json=body, headers={"Authorization": "Bearer token-a"}).json()

            guid, _, _ = full_topic(post, title=EVIL)
        listener = Listener(app, "127.0.0.1", 0)
        thread = threading.Thread(target=listener.run)
        thread.start()
        try:
            looked_at = seen_by_a_browser(f"{listener.url}/page/demo/topics/{guid}", tmp_path, width)
        finally:
            listener.stop()
            thread.join()
    words, console, picture = looked_at
    assert "<script>alert(1)" not in words
    assert "&lt;script&gt;alert(1)" in words
    assert not re.search(r"CONSOLE|Refused to|Content Security Policy", console), console
    assert picture.startswith(png()[:8])
    assert len(picture) > 10_000  # something is drawn


def seen_by_a_browser(url, folder, width):
    """The page as the browser understood it, what it complained about, and its picture."""
    profile, window = f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900"
    quiet = ["--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0"]
    base = [BROWSER, *quiet, profile, window, "--virtual-time-budget=4000"]
    dumped = subprocess.run([*base, "--dump-dom", url], capture_output=True, timeout=120, check=False)
    drawn = subprocess.run(
        [*base, f"--screenshot={folder / 'page.png'}", url], capture_output=True, timeout=120, check=False
    )
    console = (dumped.stderr + drawn.stderr).decode(errors="replace")
    return dumped.stdout.decode(), console, (folder / "page.png").read_bytes()


def test_a_bitmap_whose_bytes_have_not_come_yet_is_no_broken_picture(tmp_path):
    with ServerStore(tmp_path, clock=TickingClock()) as store:
        app = create_app(store, tokens=TOKENS)
        client, token = app.test_client(), {"Authorization": "Bearer token-a"}
        late = "/bcf/2.0/projects/demo/topics"
        topic = client.post(late, json={"title": "A"}, headers=token).json["guid"]
        where = dict.fromkeys("xyz", 0.0)
        bitmap = {"bitmap_type": 0, "location": where, "normal": where, "up": where, "height": 1}
        made = client.post(
            f"{late}/{topic}/viewpoints", json={"index": 1, "bitmaps": {"bitmap": [bitmap]}}, headers=token
        )
        shown = client.get(f"/page/demo/topics/{topic}/viewpoints/{made.json['guid']}", headers=token)
        assert shown.status_code == 200
        assert "/bitmaps/" not in shown.text
        url = f"{late}/{topic}/viewpoints/{made.json['guid']}/bitmaps/{made.json['bitmaps']['bitmap'][0]['guid']}"
        assert client.put(url, data=png(), headers=token).status_code == 201
        shown = client.get(f"/page/demo/topics/{topic}/viewpoints/{made.json['guid']}", headers=token)
        assert "/bitmaps/" in shown.text
