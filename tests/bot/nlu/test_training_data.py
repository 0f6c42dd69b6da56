from __future__ import annotations

import pytest

from bot.documents import parse
from bot.domain.errors import ContentError, Place
from bot.nlu.training_data import Example, TrainingData, read_training_data


def read(text: str, **options: object) -> TrainingData:
    return read_training_data([parse("nlu.yml", text)], **options)  # type: ignore[arg-type]


GOOD = """
nlu:
  - intent: order
    examples: |
      - a flight from [Oslo]{"entity": "city", "role": "departure", "value": "OSL"} to [Rome](city)
      - fly me to [Paris](city)
  - intent: greet
    examples: |
      - hi
      - hello
"""


def faults_of(text: str, **options: object) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read(text, **options)
    return [str(fault) for fault in caught.value.faults]


def test_annotations_become_entities_and_leave_the_text() -> None:
    first = read(GOOD).examples[0]
    assert first.text == "a flight from Oslo to Rome"
    assert [(e.name, e.value, e.role, first.text[e.start : e.end]) for e in first.entities] == [
        ("city", "OSL", "departure", "Oslo"),
        ("city", "Rome", None, "Rome"),
    ]
    assert first.place == Place("nlu.yml", 5, 7)


def test_a_value_in_an_annotation_is_a_synonym() -> None:
    assert read(GOOD).synonyms == {"oslo": "OSL"}


def test_synonyms_patterns_and_lookups_are_read() -> None:
    data = read(
        GOOD
        + """
  - synonym: credit
    examples: |
      - credit card
  - regex: zip
    examples: |
      - \\d{5}
  - lookup: country
    examples: |
      - Norway
      - Italy
"""
    )
    assert data.synonyms["credit card"] == "credit"
    assert data.regexes == {"zip": (r"\d{5}",)}
    assert data.lookups == {"country": ("Norway", "Italy")}


def test_examples_may_be_a_list_of_texts() -> None:
    data = read(
        "nlu:\n- intent: a\n  examples:\n  - text: |\n      - one\n  - text: two\n"
        "- intent: b\n  examples: |\n    - x\n    - y\n"
    )
    assert [example.text for example in data.examples] == ["one", "two", "x", "y"]


def test_a_retrieval_intent_is_learnt_with_its_key() -> None:
    data = read(GOOD + "  - intent: faq/price\n    examples: |\n      - what is it\n      - how much\n")
    assert "faq/price" in data.intents


def test_all_faults_are_found_in_one_run() -> None:
    faults = faults_of(
        """nlu:
  - intent: one
    examples: |
      - broken [annotation](
      - bad [json]{"entity": }
      - same words
      -
  - intent: two
    examples: |
      - Same  words
  - regex: zip
    examples: |
      - (
  - nonsense: 1
  - intent: three
"""
    )
    assert [fault.split(": ", 1)[0] for fault in faults] == [
        "nlu.yml:4:16",
        "nlu.yml:5:13",
        "nlu.yml:7:7",
        "nlu.yml:8:5",
        "nlu.yml:10:7",
        "nlu.yml:13:7",
        "nlu.yml:14:5",
        "nlu.yml:15:5",
    ]
    assert 'at nlu.yml:6:7, of "one"' in faults[4]


def test_the_same_text_in_two_intents_may_be_allowed_and_counts_for_the_first() -> None:
    text = GOOD + "  - intent: other\n    examples: |\n      - hi\n      - ho\n      - hum\n"
    assert "example of" in faults_of(text)[0]
    data = read(text, allow_duplicates=True)
    assert [example.intent for example in data.examples if example.text == "hi"] == ["greet"]


def test_names_that_the_domain_lacks_are_faults_with_a_suggestion() -> None:
    faults = faults_of(GOOD, known_intents=["orders", "greet"], known_entities=["town"])
    assert faults[0] == 'nlu.yml:3:5: there is no intent "order". Did you mean "orders"?'
    assert any('no entity "city"' in fault for fault in faults)


def test_no_examples_at_all_is_a_fault() -> None:
    assert "no examples" in faults_of("responses: {}\n")[0]


def test_questions_from_elsewhere_count_as_examples() -> None:
    more = [Example(text, "ask", (), Place("page.md", 3)) for text in ("what", "why")]
    assert "ask" in read(GOOD, extra=more).intents
