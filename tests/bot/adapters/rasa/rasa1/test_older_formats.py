from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.rasa.rasa1.json_data import from_json
from bot.adapters.rasa.rasa1.markdown import from_markdown
from bot.adapters.rasa.rasa1.written import Written, lookups_in, scalar
from bot.documents import parse

EXAMPLES = """\
# Our examples
## intent:greet
- hi
<!-- - not any more
- nor this -->
* [Ada]{"entity": "name", "role": "guest"} here

## intent: faq/price
- what is [it](thing:product)
## synonym:product
- ware
## lookup:thing
data/things.txt
## regex:thing
- \\d+
## lookup:place
data/nowhere.txt
"""
STORIES = """\
<!-- how it goes -->
## happy path: the first
* greet{"name": "Ada"} OR yes
    - utter_greet
    - slot{"name": null, "seen": true}
* ask
  - a_form
  - form{"name": "a_form"}
* form: inform{"name": "Ada"}
  - form: a_form
  - active_loop{"name": null}
  - respond_faq
  - restart
  - reminder{"action": "action_remind", "name": "later"}
> asked {"seen": false}
"""
TESTS = """\
## hello
* greet: hello [Ada](name)!
  - utter_greet
* form: inform: five
  - form: a_form
"""
ANSWERS = """\
## prices
* faq/price
  - That is: five.
  - no
"""


def no_lookups(name: str) -> Iterable[str]:
    raise FileNotFoundError(name)


def data_of(written: Written | None) -> dict[str, Any]:
    assert written is not None
    data: dict[str, Any] = parse("old", written.text).data
    assert len(written.text.splitlines()) == len(written.origins)
    return {key: value for key, value in data.items() if key != "version"}


def test_examples_synonyms_lookups_and_patterns_keep_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/things.txt").write_text("pen\n\n  ink \n")
    written = from_markdown(EXAMPLES, lookups_in(tmp_path))
    assert data_of(written) == {
        "nlu": [
            {"intent": "greet", "examples": '- hi\n- [Ada]{"entity": "name", "role": "guest"} here\n'},
            {"intent": "faq/price", "examples": "- what is [it](thing:product)\n"},
            {"synonym": "product", "examples": "- ware\n"},
            {"lookup": "thing", "examples": "- pen\n- ink\n"},
            {"regex": "thing", "examples": "- \\d+\n"},
        ]
    }
    assert written is not None
    assert written.left_out == [
        'entries of the look-up "place": there is no file data/nowhere.txt',
        'the lookup "place", which has no examples',
    ]


def test_each_line_knows_the_one_that_it_was_made_of() -> None:
    written = from_markdown(EXAMPLES, no_lookups)
    assert written is not None
    lines = written.text.split("\n")
    assert written.origins[lines.index('    - [Ada]{"entity": "name", "role": "guest"} here')] == 6
    assert written.origins[lines.index("- intent: faq/price")] == 8


def test_no_look_up_is_read_from_outside_the_project(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("hush")
    (tmp_path / "theirs").mkdir()
    written = from_markdown("## lookup:thing\n../secret.txt\n", lookups_in(tmp_path / "theirs"))
    assert written is not None
    assert "hush" not in written.text


def test_stories_say_the_same_in_the_steps_of_rasa_3() -> None:
    written = from_markdown(STORIES, no_lookups)
    steps = [
        {"or": [{"intent": "greet", "entities": [{"name": "Ada"}]}, {"intent": "yes"}]},
        {"action": "utter_greet"},
        {"slot_was_set": [{"name": None}, {"seen": True}]},
        {"intent": "ask"},
        {"action": "a_form"},
        {"active_loop": "a_form"},
        {"active_loop": None},
        {"action": "utter_faq"},
        {"checkpoint": "asked", "slot_was_set": [{"seen": False}]},
    ]
    assert data_of(written) == {"stories": [{"story": "happy path: the first", "steps": steps}]}
    assert written is not None
    assert written.left_out == ['"restart" in line 13', '"reminder" in line 14']


def test_every_heading_begins_a_story_and_blanks_before_a_line_mean_nothing() -> None:
    """As Rasa 1 read them: `# two`, or `  ## two`, is no part of the story above it."""
    text = "# Our stories\n\n## one\n* greet\n- utter_greet\n# two\n  * bye\n-action_leave\n  > left\n"
    text += " ### three\n> left\n* ask\n"
    stories = data_of(from_markdown(text, no_lookups))["stories"]
    assert [(one["story"], [next(iter(step.values())) for step in one["steps"]]) for one in stories] == [
        ("one", ["greet", "utter_greet"]),
        ("two", ["bye", "action_leave", "left"]),
        ("three", ["left", "ask"]),
    ]


def test_a_heading_of_examples_may_have_blanks_before_it() -> None:
    written = from_markdown("## intent:greet\n- hi\n  ## intent:bye\n  - bye\n", no_lookups)
    assert [one["intent"] for one in data_of(written)["nlu"]] == ["greet", "bye"]


def test_test_stories_keep_what_is_said() -> None:
    [story] = data_of(from_markdown(TESTS, no_lookups))["stories"]
    assert story["steps"] == [
        {"user": "hello [Ada](name)!", "intent": "greet"},
        {"action": "utter_greet"},
        {"user": "five", "intent": "inform"},
        {"action": "a_form"},
    ]


def test_answers_to_questions_become_responses() -> None:
    responses = {"utter_faq/price": [{"text": "That is: five."}, {"text": "no"}]}
    assert data_of(from_markdown(ANSWERS, no_lookups)) == {"responses": responses}


def test_an_answer_may_begin_at_the_margin_and_go_on_in_another_line() -> None:
    written = from_markdown("## \n* faq/how.much\n- Five.\\n \\n-  Or ten\n", no_lookups)
    assert data_of(written) == {"responses": {"utter_faq/how.much": [{"text": "Five.\n \n-  Or ten"}]}}


@pytest.mark.parametrize("text", ["", "# Prices\n\n## Costs\n* nothing\n* something\n", "## How to\n* run\n- it\n"])
def test_other_markdown_is_no_training_data(text: str) -> None:
    assert from_markdown(text, no_lookups) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"rasa_nlu_data": []}', '{"rasa_nlu_data": null}'])
def test_other_json_is_no_training_data(text: str) -> None:
    assert from_json(text, no_lookups) is None


def test_json_keeps_its_entities_in_the_text() -> None:
    examples = [
        {
            "text": "from York\nto Bath",
            "intent": "go",
            "entities": [
                {"start": 13, "end": 17, "value": "bath", "entity": "city", "role": "to"},
                {"start": 5, "end": 9, "value": "York", "entity": "city"},
                {"start": 6, "end": 12, "value": "ork\nto", "entity": "across"},
                {"start": 50, "end": 60, "value": "nothing", "entity": "beyond"},
            ],
        },
        {"text": "York", "entities": []},
        {"text": "hello", "intent": "greet"},
        {"text": "let us go", "intent": "go"},
    ]
    data = {
        "common_examples": examples,
        "entity_synonyms": [{"value": "York", "synonyms": ["Eboracum"]}],
        "regex_features": [{"name": "zip", "pattern": "[0-9]{5}"}],
        "lookup_tables": [{"name": "city", "elements": ["Leeds"]}, {"name": "town", "elements": "towns.txt"}],
    }
    written = from_json(json.dumps({"rasa_nlu_data": data}), no_lookups)
    bath = '[Bath]{"entity": "city", "role": "to", "value": "bath"}'
    assert data_of(written) == {
        "nlu": [
            {"intent": "go", "examples": f"- from [York](city) to {bath}\n- let us go\n"},
            {"intent": "greet", "examples": "- hello\n"},
            {"synonym": "York", "examples": "- Eboracum\n"},
            {"regex": "zip", "examples": "- [0-9]{5}\n"},
            {"lookup": "city", "examples": "- Leeds\n"},
        ]
    }
    assert written is not None
    assert written.left_out == [
        "1 examples that name no intent",
        'the look-up "town", whose file towns.txt is not there',
    ]


@pytest.mark.parametrize(
    "value", ["greet", "no", "a: b", "# x", " x", "5", 5, None, True, [1], {"a": "b"}, "it's", "é"]
)
def test_a_value_is_read_as_it_was(value: Any) -> None:
    assert parse("x", f"key: {scalar(value)}\n").data == {"key": value}
