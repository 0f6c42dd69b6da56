"""New examples: one line is added, all else stays as it is, and the line teaches what was meant."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.errors import ContentError
from bot.nlu.new_example import as_example, with_example
from bot.nlu.training_data import read_examples

FILE = """version: "3.1"   # a comment
nlu:
  # what people say first
  - intent: greet
    examples: |
      - hello
      - "quoted" # no comment

  - intent:   buy
    examples: |
       -  I want [two](number) of 'these'
       # a comment among them
       - [gold]{"entity": "plan", "value": "premium"}, please
  - intent: greet
    examples: |
      - hey
"""


def added(before: str, after: str) -> list[str]:
    """The lines that came in; nothing else may have changed."""
    changes = [line for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line[0] != " "]
    assert all(line.startswith("+ ") for line in changes)
    return [line[2:] for line in changes]


@pytest.mark.parametrize(
    ("intent", "line", "row"), [("greet", "      - good evening", 8), ("buy", "       - good evening", 14)]
)
def test_one_line_is_added_where_the_intent_has_most_examples(intent: str, line: str, row: int) -> None:
    changed, place = with_example("nlu.yml", FILE, intent, "good evening")
    assert added(FILE, changed) == [line]
    assert place.line == row
    assert changed.split("\n")[row - 1] == line


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("nlu:\n- intent: a\n  examples:\n  - one\n  - 'two'\n", '  - "what: is #this?"'),
        ("nlu:\n- intent: a\n  examples:\n  - text: one\n    metadata: {x: 1}\n", '  - text: "what: is #this?"'),
        ("nlu:\n- intent: a\n  examples: |\n    - one", "    - what: is #this?"),
        ("nlu:\r\n- intent: a\r\n  examples: |\r\n    - one\r\n", "    - what: is #this?\r"),
    ],
)
def test_lists_are_added_to_in_their_own_style(file: str, line: str) -> None:
    changed, _ = with_example("nlu.yml", file, "a", "what: is #this?")
    assert added(file, changed) == [line]


@pytest.mark.parametrize(
    "file",
    [
        "nlu: []\n",
        "stories: []\n",
        "nlu:\n- intent: a\n  examples: [one, two]\n",
        'nlu:\n- intent: a\n  examples: "- one"\n',
        "nlu:\n- intent: a\n  examples: >\n    - one\n",
        "nlu:\n- intent: b\n  examples: |\n    - one\n",
    ],
)
def test_a_file_that_cannot_be_added_to_is_told(file: str) -> None:
    with pytest.raises(ContentError, match=r'nlu.yml:1:1: there is no list of examples of "a".*by hand'):
        with_example("nlu.yml", file, "a", "hello")


def test_what_would_mark_an_entity_or_begin_a_line_is_made_plain() -> None:
    assert as_example("- [x](y) ‘he\u200bllo’\n\n  there\x07") == "(x)(y) 'hello' there"
    assert as_example(" - ") == as_example("\u200b\n") == ""


@given(st.text(max_size=60), st.sampled_from(["greet", "buy"]), st.sampled_from(["\n", "\r\n"]))
def test_whatever_was_written_can_be_an_example_that_is_read_back(text: str, intent: str, newline: str) -> None:
    example, file = as_example(text), FILE.replace("\n", newline)
    if not example:
        return
    changed, place = with_example("nlu.yml", file, intent, example)
    assert len(added(file, changed)) == 1
    found = read_examples([parse("nlu.yml", changed)])
    assert [one.place.line for one in found if (one.text, one.intent) == (example, intent)].count(place.line) == 1
