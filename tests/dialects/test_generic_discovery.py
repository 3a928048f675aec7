"""Finding the API from whatever a person pastes, and what the server shows itself to be then."""

import httpx
import pytest
from in_process import HOST, playing

from bcfsync.errors import LoginNeeded, ServerTrouble
from bcfsync.net import Http, Seams
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.discovery import Found, NoBcfApi, found
from bcfsync.sides.rest.side import RestSide

ROOT = "https://server.test"
FORMS = {
    # what is pasted: where the API is, its version, and the product it is taken for
    "openproject": (("", "/api", "/api/bcf", "/api/bcf/2.1", "/api/bcf/2.1/"), "/api/bcf/2.1", "2.1", "openproject"),
    "bimdata": (("", "/bcf", "/bcf/2.1"), "/bcf/2.1", "2.1", "bimdata"),
    "catenda": (("", "/opencde", "/opencde/bcf", "/opencde/bcf/3.0"), "/opencde/bcf/3.0", "3.0", "catenda"),
    "bimcollab": (("", "/bcf", "/bcf/3.0"), "/bcf/3.0", "3.0", ""),
    "trimble": (("", "/bcf", "/bcf/3.0"), "/bcf/3.0", "3.0", ""),
    "openaec": (("", "/bcf", "/bcf/2.1"), "/bcf/2.1", "2.1", ""),
    "bimrocket": (("", "/bcf", "/bcf/2.1"), "/bcf/2.1", "2.1", ""),
    "opencdeserver": (("", "/bcf", "/bcf/3.0"), "/bcf/3.0", "3.0", ""),
    "bcfserver": (("", "/bcf", "/bcf/3.0"), "/bcf/3.0", "3.0", ""),
    "linear": (("", "/api", "/api/bcf", "/api/bcf/3.0"), "/api/bcf/3.0", "3.0", ""),
    "stefanherle": (("", "/bcf", "/bcf/3.0"), "/bcf/3.0", "3.0", ""),
    "openconstructionerp": (
        ("", "/api/v1/opencde", "/api/v1/opencde/bcf", "/api/v1/opencde/bcf/3.0"),
        "/api/v1/opencde/bcf/3.0", "3.0", "openconstructionerp",
    ),
    "massing": (("", "/bcf", "/bcf/3.0"), "/bcf/3.0", "3.0", ""),
    "fileengine": (("", "/bcf", "/bcf/2.1"), "/bcf/2.1", "2.1", ""),
    "bcf2graphql": (("", "/bcf", "/bcf/3.0"), "/bcf/3.0", "3.0", ""),
}  # fmt: skip


def asked(pages: dict[str, object], path: str = "") -> Found:
    """What is found where the server answers only these paths."""

    def answer(request: httpx.Request) -> httpx.Response:
        page = pages.get(request.url.path)
        if isinstance(page, httpx.Response):
            return page
        return httpx.Response(404) if page is None else httpx.Response(200, json=page)

    return found(Http(ROOT + path, None, Seams(httpx.MockTransport(answer), lambda _: None)))


def versions(*names: str, **more: object) -> dict[str, object]:
    return {"versions": [{"api_id": "bcf", "version_id": name, **more} for name in names]}


@pytest.mark.parametrize(("dialect", "form"), [(name, form) for name, row in FORMS.items() for form in row[0]])
def test_a_server_is_found_from_what_people_paste(tmp_path, dialect, form):
    _, base, version, product = FORMS[dialect]
    with playing(tmp_path, [dialect]) as wire, wire.http(form) as http:
        side = RestSide(http, "demo")
        assert (side.base.url, side.base.version) == (HOST + base, version)
        assert side.learned.get(facts.DIALECT, "") == product
        assert side.listing().topics == {}


def test_a_persons_word_beats_every_sign(tmp_path):
    with playing(tmp_path, ["openproject"]) as wire, wire.http() as http:
        assert RestSide(http, "demo", dialect="massing").reader.ways.dialect.name == "massing"
    with playing(tmp_path / "2", ["massing"]) as wire, wire.http("/bcf/2.1") as http:
        side = RestSide(http, "demo", {facts.SAID: "openproject"})
        assert side.reader.ways.dialect.name == "generic"  # what was said last time is not said now


@pytest.mark.parametrize("path", ["", "/bcf"])
def test_a_list_right_at_the_address_is_understood(path):
    page = {f"{path}/versions": versions("2.1")}
    assert asked(page, path).base.url.startswith(f"{ROOT}{path}")


def test_a_server_of_1_0_names_one_version():
    assert asked({"/bcf/version": {"version_id": "1.0"}}).base.url == f"{ROOT}/bcf/1.0"


def test_what_catenda_calls_2_0_is_1_0():
    base = asked({"/bcf/versions": versions("2.0")}).base
    assert (base.url, base.version) == (f"{ROOT}/bcf/2.0", "1.0")


@pytest.mark.parametrize("auth", [{"http_basic_supported": "false"}, [{"oauth2_auth_url": ""}]])
def test_how_one_signs_in_is_the_last_sign_of_2_1(auth):
    for where in ("/bcf", "/api/bcf"):
        result = asked({f"{where}/2.1/auth": auth})
        assert (result.base.url, result.offered) == (f"{ROOT}{where}/2.1", ())


def test_bimcollabs_own_superset_is_2_1():
    assert asked({}, "/bcf/bc_2.1").base.version == "2.1"


@pytest.mark.parametrize("names", [("4.0",), ("4.0", "5.0-beta"), ("1.1",)])
def test_a_version_nobody_speaks_here_is_refused_politely(names):
    with pytest.raises(NoBcfApi, match=r"the server offers BCF-API .*; bcfsync speaks"):
        asked({"/foundation/versions": versions(*names)})


@pytest.mark.parametrize(
    "page",
    [
        None, [], {}, 7, "3.0", {"versions": None}, {"versions": {"version_id": "3.0"}}, {"versions": ["3.0", None]},
        versions(""), {"versions": [{"api_id": "bcf", "version_id": {"x": 1}}]}, versions("../../evil"),
        versions("9.0\n"), versions("x" * 10_000), {"versions": [{"api_id": "bcf", "version_id": True}]},
    ],
    ids=repr,
)  # fmt: skip
def test_nonsense_in_place_of_versions_is_one_error(page):
    pages = dict.fromkeys(("/foundation/versions", "/bcf/versions", "/versions", "/bcf/version"), page)
    with pytest.raises(ServerTrouble) as error:
        asked(pages)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("told", "base"),
    [
        ("/bcf/3.0", f"{ROOT}/bcf/3.0"),
        ("http://server.test:8080/x/bcf/3.0/", f"{ROOT}/x/bcf/3.0"),
        ("bcf/3.0", f"{ROOT}/bcf/3.0"),
        ("", f"{ROOT}/bcf/3.0"),
        (7, f"{ROOT}/bcf/3.0"),
        ("https://[broken/bcf/3.0", f"{ROOT}/bcf/3.0"),
        ("https://other.test/bcf/3.0", "https://other.test/bcf/3.0"),
    ],
)
def test_a_named_base_is_looked_for_where_we_are(told, base):
    assert asked({"/foundation/versions": versions("3.0", api_base_url=told)}).base.url == base


def test_a_locked_place_does_not_hide_an_open_one():
    pages = {"/foundation/versions": httpx.Response(401), "/bcf/versions": versions("2.1")}
    assert asked(pages).base.version == "2.1"
    with pytest.raises(LoginNeeded):
        asked({"/foundation/versions": httpx.Response(401)})
