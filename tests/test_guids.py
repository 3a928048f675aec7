"""Guids: kept as spelled, compared by a key, and in IFC's own short form where IFC wants one."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bcfsync.guids import ifc_guid_of

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("00000000-0000-0000-0000-000000000000", "0" * 22),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "3" + "$" * 21),
        ("{01234567-89AB-CDEF-0123-456789ABCDEF}", "018qLdYQlDxm4ZHMU9gytl"),
        ("0aB1cD1eF2gH3iJ4kL5mN6", "0aB1cD1eF2gH3iJ4kL5mN6"),
        ("0aB,cD1eF2gH3iJ4kL5mN6", None),
        ("WALL-07", None),
        ("", None),
    ],
)
def test_an_ifc_guid_is_short(text, short):
    assert ifc_guid_of(text) == short


@given(st.uuids())
def test_a_short_guid_says_the_same_as_the_long_one(guid):
    value = 0
    for character in ifc_guid_of(str(guid)):
        value = value * 64 + DIGITS.index(character)
    assert uuid.UUID(int=value) == guid
