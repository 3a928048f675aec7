"""docs/conversion.md names every reason for a loss and every product, in the program's own words."""

import re
from pathlib import Path

import pytest

from bcfsync.versions import reasons
from bcfsync.versions.targets import TARGETS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "conversion.md").read_text(encoding="utf-8")
WORDS = {name: text for name, text in vars(reasons).items() if name.isupper() and not name.startswith("_")}


def plain(text):
    """Without the version, and without the note that is written out only once."""
    text = re.sub(r"\{\w+\}", "…", text)
    return text.replace("kept as a processing instruction that only bcfsync reads", "kept …")


@pytest.mark.parametrize("name", WORDS)
def test_the_page_names_every_reason(name):
    if name != "NOTED_FLAGS":  # one row with FLAGS
        assert plain(WORDS[name]) in plain(PAGE)


def test_the_page_names_every_product_and_its_versions():
    for target in TARGETS.values():
        assert f"| {target.name} | {', '.join(target.versions)} |" in PAGE
