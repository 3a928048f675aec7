"""What is read of a server's complaint: its words, and the members it names."""

import json

import pytest
from net_wire import ROOT, Wire, raw, said

from bcfsync.net import Refused

SHAPES = [
    (b'{"message": "m"}', "m"), (b'{"error": "e"}', "e"), (b'{"title": "t", "detail": "d"}', "d"),
    (b'{"message": "a\\nb  c"}', "a b c"), (b'{"error": {"code": 1, "message": "m"}}', "m"),
    (b'{"code": 3, "message": "m"}', "m"), (b'{"detail": [{"loc": 1}]}', "[{'loc': 1}]"),
    (b'{"detail": [{"loc": ["body", "title"], "msg": "too long"}]}', "title: too long"),
    (b'[{"loc": ["body", "title"], "msg": "too long"}]', "title: too long"),
    (b'{"title": ["This field may not be blank."], "due_date": ["a", "b"]}',
     "title: This field may not be blank.; due_date: a; b"),
    (b'{"comments": [{}, {"date": ["wrong"]}]}', "comments.date: wrong"),
    (b'{"bim_snippet": {"reference": ["wrong"]}}', "bim_snippet.reference: wrong"),
    (b'{"title": "One or more errors", "status": 400, "errors": {"$.priority": ["wrong"]}}', "One or more errors"),
    (b'{"errors": [{"field": "labels", "message": "no"}]}', "labels: no"),
    (b"<html>", "Forbidden"), (b"", "Forbidden"), (b"[1]", "Forbidden"), (b"\xff", "Forbidden"), (b"3", "Forbidden"),
    (b"[" * 100_000, "Forbidden"), (b'{"message": ""}', "Forbidden"), (b"{}", "Forbidden"), (b"null", "Forbidden"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), SHAPES)
def test_a_refusal_says_what_the_server_said(body, words):
    with pytest.raises(Refused) as caught:
        Wire(raw(403, body)).http().get(f"{ROOT}/x")
    assert str(caught.value) == f"{ROOT}/x: the server answered 403: {words}"
    assert (caught.value.status, caught.value.exit_code, caught.value.members) == (403, 3, frozenset())


@pytest.mark.parametrize(
    "body",
    [{"message": "x" * 10_000}, {"detail": [{"loc": ["a" * 9000], "msg": "b" * 9000}] * 900},
     {"n" * 9000: ["x" * 9000]}, {str(at): ["x"] for at in range(100_000)}],
)  # fmt: skip
def test_a_long_saying_is_cut(body):
    with pytest.raises(Refused) as caught:
        Wire(said(400, body)).http().get(f"{ROOT}/x")
    assert len(str(caught.value)) < 400


NAMED = [
    ({"labels": ["not allowed"]}, {"labels"}),
    ({"bim_snippet": {"reference": ["x"]}}, {"bim_snippet.reference", "bim_snippet", "reference"}),
    ({"non_field_errors": ["x"], "stage": ["y"]}, {"stage"}),
    ({"detail": [{"loc": ["body", "stage"], "msg": "x"}, {"loc": ["body", "labels", 0], "msg": "x"}]},
     {"stage", "labels"}),
    ({"title": "Bad", "status": 400, "errors": {"$.priority": ["x"]}}, {"priority"}),
    ({"errors": [{"pointer": "/labels/0", "detail": "x"}]}, {"labels"}),
    ({"message": "'stage' is not writable"}, {"stage"}),
    ({"message": "The property \u201cBim snippet\u201d is read-only"}, {"bim_snippet"}),
    ({"message": 'unknown member "perspective_camera.aspect_ratio"'},
     {"perspective_camera.aspect_ratio", "perspective_camera", "aspect_ratio"}),
    ({"message": "Bim snippet was attempted to be written"}, {"bim_snippet", "bim", "snippet"}),
    ({"error": "labels: not writable"}, {"labels"}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "named"), NAMED)
@pytest.mark.parametrize("status", [400, 422])
def test_members_a_refusal_names_are_found(body, named, status):
    with pytest.raises(Refused) as caught:
        Wire(raw(status, json.dumps(body).encode())).http().send("POST", f"{ROOT}/x", {})
    assert named <= caught.value.members


def test_where_fields_are_named_no_other_words_are():
    with pytest.raises(Refused) as caught:
        Wire(said(422, {"labels": ["the index of the title is wrong"]})).http().send("PUT", f"{ROOT}/x", {})
    assert caught.value.members == {"labels"}


def test_an_error_with_200_is_a_refusal():
    with pytest.raises(Refused, match="answered 200 with an error: no such topic"):
        Wire(said(200, {"error": "no such topic"})).http().get(f"{ROOT}/x")
