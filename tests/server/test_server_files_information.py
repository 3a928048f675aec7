"""The files of a project to choose from (3.0)."""

import pytest
from reference_server import fresh

PROJECT = "/bcf/3.0/projects/demo"
URL = f"{PROJECT}/files_information"
FULL = {
    "ifc_project": "0J$yPqHBD12v72y4qF6XcD",
    "ifc_spatial_structure_element": "3hwBHP91jBRwPsmyf$3Hea",
    "filename": "Tower.ifc",
    "date": "2024-01-01T00:00:00Z",
    "reference": "https://example.com/Tower.ifc",
}


def topic_with(api, *files, project=PROJECT):
    topic = f"{project}/topics/{api.post(f'{project}/topics', json={'title': 'A'}).json()['guid']}"
    assert api.put(f"{topic}/files", json=list(files)).status_code == 200
    return topic


def test_a_file_is_told_for_people_and_as_topics_take_it(api):
    topic_with(api, FULL)
    assert api.get(URL).json() == [
        {
            "display_information": [
                {"field_display_name": "File", "field_value": "Tower.ifc"},
                {"field_display_name": "Date", "field_value": "2024-01-01T00:00:00Z"},
                {"field_display_name": "Reference", "field_value": "https://example.com/Tower.ifc"},
                {"field_display_name": "IFC project", "field_value": "0J$yPqHBD12v72y4qF6XcD"},
                {"field_display_name": "IFC spatial structure element", "field_value": "3hwBHP91jBRwPsmyf$3Hea"},
            ],
            "file": FULL,
        }
    ]


def test_every_file_of_every_topic_is_there_once_in_the_order_they_came(api):
    one, two, three = ({"filename": f"{name}.ifc"} for name in ("c", "a", "b"))
    topic_with(api, one, two)
    topic_with(api, two, three, one)
    assert [entry["file"] for entry in api.get(URL).json()] == [one, two, three]
    assert [entry["file"] for entry in api.get(f"{URL}?$top=1&$skip=1").json()] == [two]


def test_a_file_with_another_date_is_another_file(api):
    topic_with(api, FULL, {**FULL, "date": "2024-02-01T00:00:00Z"})
    assert len(api.get(URL).json()) == 2


def test_the_order_of_members_makes_no_other_file(api, store):
    topic_with(api, FULL)
    store.seed_topic("demo", {"guid": fresh(), "title": "x"}, [dict(reversed(FULL.items()))], [])
    assert len(api.get(URL).json()) == 1


def test_a_file_of_which_nothing_is_known_cannot_be_chosen(api):
    topic_with(api, {})
    assert api.get(URL).json() == []


def test_what_is_offered_is_taken_by_every_topic(api, store):
    broken = {"filename": "Old.ifc", "date": "yesterday"}
    store.seed_topic("demo", {"guid": fresh(), "title": "x"}, [FULL, broken, {"date": "never"}], [])
    offered = [entry["file"] for entry in api.get(URL).json()]
    assert offered == [FULL, {"filename": "Old.ifc"}]
    topic = topic_with(api)
    assert api.put(f"{topic}/files", json=offered).json() == offered


def test_files_written_through_2_1_are_offered_too_and_by_2_1_not_asked_for(api):
    topic_with(api, {"file_name": "a.ifc"}, project="/bcf/2.1/projects/demo")
    assert [entry["file"] for entry in api.get(URL).json()] == [{"filename": "a.ifc"}]
    assert api.get(URL.replace("3.0", "2.1")).status_code == 404


def test_each_project_has_its_own_files(api, store):
    store.create_project("other", "Other")
    topic_with(api, FULL)
    assert api.get(URL.replace("demo", "other")).json() == []
    assert api.get(URL.replace("demo", "none")).status_code == 404


def test_the_tag_moves_with_the_files_only(api):
    topic = topic_with(api, FULL)
    held = {"If-None-Match": api.get(URL).headers["ETag"]}
    api.put(topic, json={"title": "B"})
    assert api.get(URL, headers=held).status_code == 304
    api.put(f"{topic}/files", json=[])
    assert api.get(URL, headers=held).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_can_only_be_read(api, method):
    assert api.request(method, URL, json=[]).status_code == 405
