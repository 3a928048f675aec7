"""Finding the API behind a URL."""

import httpx
import pytest

from bcfsync.errors import LoginNeeded, ServerTrouble
from bcfsync.net import Http, Seams
from bcfsync.sides.rest.discovery import Base, NoBcfApi, discover

ROOT = "https://server.test"
FOUNDATION, BCF = "/foundation/versions", "/bcf/versions"


def found(pages: dict[str, object], root: str = ROOT, *, otherwise: int = 404) -> Base:
    def answer(request: httpx.Request) -> httpx.Response:
        page = pages.get(request.url.path)
        if isinstance(page, httpx.Response):
            return page
        return httpx.Response(otherwise) if page is None else httpx.Response(200, json=page)

    return discover(Http(root, None, Seams(httpx.MockTransport(answer), lambda _: None)))


def versions(*names: str, **more: str) -> dict[str, object]:
    return {"versions": [{"api_id": "bcf", "version_id": name, **more} for name in names]}


def test_the_best_version_of_foundation_is_taken():
    assert found({FOUNDATION: versions("2.1", "3.0", "4.0")}) == Base(
        f"{ROOT}/bcf/3.0", "3.0", f"{ROOT}/foundation/1.0/current-user"
    )


def test_foundation_may_name_another_base_on_its_host():
    assert found({FOUNDATION: versions("3.0", api_base_url=f"{ROOT}/api/bcf/3.0/")}).url == f"{ROOT}/api/bcf/3.0"


def test_other_apis_of_foundation_are_passed_over():
    other = {"versions": [{"api_id": "documents", "version_id": "3.0"}, "nonsense", {"api_id": "bcf"}]}
    with pytest.raises(NoBcfApi, match="no BCF-API found"):
        found({FOUNDATION: other})


@pytest.mark.parametrize("page", [versions("2.1"), [{"version_id": "2.1"}]])
def test_the_list_of_2_1_is_understood_with_and_without_its_wrapper(page):
    assert found({BCF: page}) == Base(f"{ROOT}/bcf/2.1", "2.1", f"{ROOT}/bcf/2.1/current-user")


def test_a_url_may_end_with_bcf():
    assert found({BCF: versions("2.1")}, f"{ROOT}/bcf").url == f"{ROOT}/bcf/2.1"


@pytest.mark.parametrize(
    ("version", "user"), [("3.0", "/foundation/1.0/current-user"), ("2.1", "/bcf/2.1/current-user")]
)
def test_a_versioned_url_is_taken_as_it_is(version, user):
    assert found({}, f"{ROOT}/bcf/{version}/") == Base(f"{ROOT}/bcf/{version}", version, ROOT + user)


@pytest.mark.parametrize("root", [f"{ROOT}/bcf/1.1", f"{ROOT}/bcf/9.9"])
def test_a_versioned_url_we_do_not_speak_is_told(root):
    with pytest.raises(NoBcfApi, match=r"speaks BCF-API 3\.0, 2\.1 and 1\.0"):
        found({}, root)


def test_only_versions_we_do_not_speak_are_told():
    with pytest.raises(NoBcfApi, match=r"offers BCF-API 1\.1, 4\.0"):
        found({FOUNDATION: versions("1.1"), BCF: versions("4.0")})


def test_nothing_there_is_told():
    with pytest.raises(NoBcfApi, match="no BCF-API found there"):
        found({})


def test_a_web_page_for_everything_is_no_api():
    page = httpx.Response(200, html="<html>")
    with pytest.raises(NoBcfApi, match="no BCF-API found there"):
        found({FOUNDATION: page, BCF: page})


def test_a_web_page_in_place_of_foundation_hides_no_api():
    assert found({FOUNDATION: httpx.Response(200, html="<html>"), BCF: versions("2.1")}).version == "2.1"


def test_a_server_that_tells_strangers_nothing_wants_a_login():
    with pytest.raises(LoginNeeded):
        found({}, otherwise=401)


def test_a_base_on_another_host_is_not_asked():
    http = Http(ROOT, "t0ken", Seams(httpx.MockTransport(
        lambda _: httpx.Response(200, json=versions("3.0", api_base_url="https://other.test/bcf/3.0")))))  # fmt: skip
    asked = Base("https://other.test/bcf/3.0", "3.0", "https://other.test/bcf/3.0/foundation/1.0/current-user")
    base = discover(http)
    if base.url.startswith(ROOT):
        assert base.url == f"{ROOT}/bcf/3.0"
    else:
        assert base.url == asked.url
        with pytest.raises(ServerTrouble, match="another host"):
            http.get(f"{base.url}/projects")
