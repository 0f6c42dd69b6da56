from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.understanding import Expecting
from bot.nlu.entities import KINDS, EntityExtractor, asks_for, build_extractor
from bot.nlu.naming import EntityNames
from bot.nlu.training_data import TrainingData, read_training_data


@pytest.fixture(scope="session")
def extractor(training_data: TrainingData) -> EntityExtractor:
    return build_extractor(training_data)


def asking(slot: str, *entities: str) -> Expecting:
    return Expecting("demo_form", slot, entities)


def found(extractor: EntityExtractor, text: str, expecting: Expecting | None = None) -> list[tuple[str, Any]]:
    return [(entity.name, entity.value) for entity in extractor.extract(text, expecting, "GB")]


def test_a_sentence_gives_all_that_it_says(extractor: EntityExtractor) -> None:
    assert found(
        extractor, "I'm Ana from Acme, 80 people, ana@example.com, 07700 900123, demo next Tuesday at 3pm"
    ) == [
        ("person", "Ana"),
        ("organisation", "Acme"),
        ("number", 80),
        ("email", "ana@example.com"),
        ("phone", "+447700900123"),
        ("time", "next tuesday at 3pm"),
    ]


def test_a_bare_answer_is_what_was_asked_for(extractor: EntityExtractor) -> None:
    assert found(extractor, "fifty") == []
    assert found(extractor, "fifty", asking("team_size", "number")) == [("number", 50)]
    assert found(extractor, "ana", asking("lead_name", "person")) == [("person", "Ana")]
    assert found(extractor, "now", asking("timeline", "timeline")) == [("timeline", "now")]


def test_a_slot_without_entities_says_by_its_name_what_it_wants() -> None:
    assert asks_for(asking("lead_name"), "person")
    assert asks_for(asking("company_name"), "organisation")
    assert not asks_for(asking("company_name"), "person")
    assert not asks_for(asking("lead_name", "email"), "person")
    assert not asks_for(None, "person")


def test_nothing_is_found_inside_addresses_and_phone_numbers(extractor: EntityExtractor) -> None:
    expecting = asking("team_size", "number")
    assert found(extractor, "team50@example.com", expecting) == [("email", "team50@example.com")]
    address = "https://example.com/50/people"
    assert found(extractor, address, expecting) == [("url", address)]
    assert found(extractor, "07700 900123", expecting) == [("phone", "+447700900123")]


def test_a_time_is_no_number(extractor: EntityExtractor) -> None:
    assert found(extractor, "tomorrow at 10", asking("team_size", "number")) == [("time", "tomorrow at 10")]


def test_lookups_synonyms_annotations_and_patterns_are_found(extractor: EntityExtractor) -> None:
    assert found(extractor, "from NYC to oslo") == [("city", "New York"), ("city", "Oslo")]
    assert found(extractor, "fly to the big apple") == [("city", "New York")]
    assert found(extractor, "we want the GOLD plan") == [("plan", "premium")]
    assert found(extractor, "where is hb-1234?") == [("order", "hb-1234")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a margarita please", [("drink", "margarita")]),
        ("my credit, please", [("account", "credit")]),
        ("is it full time?", [("hours", "full_time")]),
        ("take me home", []),
        ("we are in NL", []),
    ],
    ids=["of an annotation", "of a synonym", "of several words", "said without meaning it", "a code"],
)
def test_a_value_that_other_words_have_is_one_more_way_to_say_it(text: str, names: list[tuple[str, Any]]) -> None:
    nlu = """
nlu:
- synonym: credit
  examples: |
    - credit account
    - credit card account
- intent: order
  examples: |
    - two [margaritas]{"entity": "drink", "value": "margarita"}
    - from my [credit account](account)
    - to my [house]{"entity": "place", "value": "home"}
    - I'm in [Holland]{"entity": "land", "value": "NL"}
    - all [day]{"entity": "hours", "value": "full_time"}
- intent: leave
  examples: |
    - I go home now
    - bye
"""
    extractor = build_extractor(read_training_data([parse("nlu.yml", nlu)]))
    assert found(extractor, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("查询一下感冒灵", [("medicine", "感冒灵")]),
        ("布洛芬有什么功效", [("medicine", "布洛芬"), ("about", "疗效")]),
        ("อยากได้กาแฟเย็น", [("drink", "กาแฟ")]),
        ("画", []),
    ],
    ids=["a look-up", "a synonym", "Thai", "one character of an example says too little"],
)
def test_names_are_found_inside_of_what_is_written_without_blanks(text: str, names: list[tuple[str, Any]]) -> None:
    nlu = """
nlu:
- lookup: medicine
  examples: |
    - 感冒灵
- lookup: drink
  examples: |
    - กาแฟ
- synonym: 疗效
  examples: |
    - 功效
- intent: ask
  examples: |
    - "[布洛芬](medicine)的[疗效](about)"
    - 我想听[画](song)
- intent: greet
  examples: |
    - 你好
    - 早上好
"""
    extractor = build_extractor(read_training_data([parse("nlu.yml", nlu)]))
    assert found(extractor, text) == names


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("can you fly from BOS to LHR?", ["BOS", "LHR"]),
        ("bos.", ["bos"]),
        ("how far is the airport", []),
        ("my plane is the ab123", ["ab123"]),
    ],
)
def test_capitals_of_a_pattern_are_no_words_in_small_letters(text: str, codes: list[str]) -> None:
    data = """
nlu:
  - regex: code
    examples: |
      - \\b[A-Z]{3}\\b
      - \\b[A-Z]{2}\\d{3}\\b
  - intent: fly
    examples: |
      - take me there
      - a flight
  - intent: greet
    examples: |
      - hi
      - hello
"""
    extractor = build_extractor(read_training_data([parse("nlu.yml", data)]))
    assert [value for name, value in found(extractor, text) if name == "code"] == codes


def test_what_is_both_listed_and_matched_is_found_once() -> None:
    text = """
nlu:
  - regex: order
    examples: |
      - [A-Z]{2}-\\d{4}
  - intent: track
    examples: |
      - where is [AB-1234](order)
      - track [CD-5678](order)
  - intent: greet
    examples: |
      - hi
      - hello
"""
    extractor = build_extractor(read_training_data([parse("nlu.yml", text)]))
    assert found(extractor, "track AB-1234 and EF-9999") == [("order", "AB-1234"), ("order", "EF-9999")]


def test_words_that_examples_mostly_have_without_an_annotation_are_no_list_of_it() -> None:
    text = """
nlu:
  - intent: switch_on
    examples: |
      - turn the [fan](device) on
      - turn the [lamp](device) on
      - put the lamp on
      - turn on fan mode
      - set fan mode to low
  - intent: greet
    examples: |
      - hi
      - hello
"""
    extractor = build_extractor(read_training_data([parse("nlu.yml", text)]))
    assert found(extractor, "set fan mode to high") == []
    assert found(extractor, "the lamp is on") == [("device", "lamp")]


def test_a_role_is_told_by_the_word_in_front() -> None:
    text = """
nlu:
  - intent: travel
    examples: |
      - from [Oslo]{"entity": "city", "role": "departure"} to [Rome]{"entity": "city", "role": "destination"}
      - I go to [Paris]{"entity": "city", "role": "destination"}
  - intent: greet
    examples: |
      - hi
      - hello
"""
    extractor = build_extractor(read_training_data([parse("nlu.yml", text)]))
    assert [(e.value, e.role) for e in extractor.extract("to oslo from paris")] == [
        ("Oslo", "destination"),
        ("Paris", "departure"),
    ]


def test_an_extractor_survives_json(extractor: EntityExtractor) -> None:
    again = EntityExtractor.from_facts(json.loads(json.dumps(extractor.facts())))
    text = "no, 80 people in NYC, order HB-1234"
    assert again.extract(text) == extractor.extract(text)


def test_an_answer_to_how_many_is_a_number_however_it_is_put(extractor: EntityExtractor) -> None:
    for text, value in (("fifty-ish", 50), ("50+", 50), ("5-10 people", 7), ("a dozen", 12), ("up to 40", 40)):
        assert found(extractor, text, asking("team_size", "number")) == [("number", value)]


def test_an_answer_to_when_is_worked_out_where_the_person_lives(extractor: EntityExtractor) -> None:
    now, oslo = datetime(2026, 11, 24, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Oslo")  # the 25th there
    expecting = asking("meeting_time", "time")
    (entity,) = extractor.extract("tomorrow at half past 3", expecting, "NO", zone=oslo, now=now)
    assert entity.details is not None
    assert entity.details["from"] == "2026-11-26T15:30:00+01:00"


def test_a_pattern_or_look_up_finds_entities_only_where_its_name_is_one() -> None:
    text = """
nlu:
  - regex: order
    examples: |
      - hb-\\d{4}
  - regex: greeting_help
    examples: |
      - hello+
  - lookup: city
    examples: |
      - Oslo
  - intent: greet
    examples: |
      - hi
      - hello
  - intent: ask
    examples: |
      - where is [hb-1111](order)
      - where is it
"""
    data = read_training_data([parse("nlu.yml", text)])
    of_a_domain = build_extractor(data, EntityNames(declared=frozenset({"city"})))
    assert found(of_a_domain, "hello, is hb-1234 in Oslo") == [("order", "hb-1234"), ("city", "Oslo")]
    nobody_knows = build_extractor(data)
    assert found(nobody_knows, "hello") == [("greeting_help", "hello")]


PIECES = st.sampled_from(
    ["£", "$", "€", "5", "10k", "15.000", "1,5", "a", "dozen", "-", "to", "between", "and", "+", "%", "month", "per",
     "half", "hour", "kg", "the", "3rd", "next", "Tuesday", "at", "www.", "a@b.co", "SW1A 1AA", "from", "Oslo", "gold",
     "Ana", "I'm", "\x00", "²", "١٢", "million", "grand", "p.a.", "'", "zip", "-5 degrees", "last", "ago"]
)  # fmt: skip
TEXTS = st.text() | st.lists(PIECES, max_size=14).map(" ".join) | st.lists(PIECES, max_size=10).map("".join)
EVERYTHING = asking("anything", *sorted(KINDS))


@given(text=TEXTS, region=st.sampled_from(["GB", "US", "DE", "NO", None]))
@settings(max_examples=300)
def test_any_text_can_be_searched_and_gives_the_same_twice(
    extractor: EntityExtractor, text: str, region: str | None
) -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    found = extractor.extract(text, EVERYTHING, region, now=now)
    for entity in found:
        assert 0 <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
        facts = [entity.value, entity.details]
        assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert extractor.extract(text, EVERYTHING, region, now=now) == found


@pytest.mark.parametrize(
    "piece", ["5 ", "£5 ", "between 5 and ", "a ", "www.", "1h ", "twenty ", "$,", "the 3rd ", "1'234"]
)
@pytest.mark.timeout(30)
def test_long_texts_do_not_take_for_ever(extractor: EntityExtractor, piece: str) -> None:
    """Where a pattern went back over its own steps, it would take days. How long it takes is a benchmark's business."""
    text = (piece * 4000)[:4000]
    for entity in extractor.extract(text, EVERYTHING, "GB"):
        assert text[entity.start : entity.end] == entity.text
