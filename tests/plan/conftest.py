"""Scenarios are told in modules of their own: their asserts shall explain themselves as those of tests do."""

import pytest

pytest.register_assert_rewrite(
    "scenarios",
    *(f"situations_{name}" for name in ("archives", "conflicts", "deleting", "folders", "parts", "topics")),
)
