"""Every scenario file beside this module, on a server that keeps guids and on one that gives ids of its own."""

import re
from pathlib import Path

import pytest
import sentences_of_bcfsync  # noqa: F401 - to learn the sentences
import sentences_of_people  # noqa: F401
import sentences_of_viewers  # noqa: F401
from spoken import SENTENCES, NotUnderstood, World, play, understood

FILES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("mint", [False, True], ids=["keeps guids", "mints guids"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_goes_as_the_file_says(path, mint):
    play(path, World(mint))


def test_there_are_scenarios():
    assert len(FILES) >= 30


def test_every_story_the_rules_name_is_here():
    rules = Path(__file__).parents[2] / "docs" / "sync-rules.md"
    named = set(re.findall(r"^\| `([\w-]+\.txt)` \|", rules.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(named) >= 8
    assert named <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_has_a_title_and_ends_in_what_must_be_true(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert lines[0].startswith("# ")
    kinds = [line.split()[0] for line in lines if not line.startswith("#") and not line.startswith("And ")]
    assert kinds[0] == "Given"
    assert kinds[-1] == "Then"
    assert "When" in kinds


def test_every_sentence_is_spoken_somewhere():
    spoken = set()
    for path in FILES:
        kind = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                first, _, rest = line.strip().partition(" ")
                kind = kind if first == "And" else first
                spoken.add(understood(kind, rest)[0].words)
    assert [item.words for kind in SENTENCES.values() for item in kind if item.words not in spoken] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# x\nWhen Anna smiles\n", "x.txt:2: When Anna smiles: no such sentence"),
        ("# x\nWhen Anna opens week.bcf\n", "there is no week.bcf"),
        ("# x\nGiven week.bcf with the topic “A”\nThen “B” has no comments in week.bcf\n", "0 topics “B”"),
        ("# x\nAnd bcfsync syncs\n", "no such sentence"),
        ("# x\nThen bcfsync syncs\n", "no such sentence"),
    ],
)
def test_a_sentence_nobody_knows_fails(tmp_path, text, said):
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotUnderstood, match=said):
        play(path, World(mint=False))


def test_a_fact_that_is_not_so_fails_and_names_its_line(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("# x\nGiven week.bcf with the topic “A”\nThen there are no topics in week.bcf\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"x\.txt:3: Then there are no topics"):
        play(path, World(mint=False))
