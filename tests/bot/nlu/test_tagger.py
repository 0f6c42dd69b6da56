from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.understanding import Entity
from bot.nlu.entities import EntityExtractor, build_extractor, found_otherwise
from bot.nlu.naming import NO_OTHER_NAMES
from bot.nlu.tagger import Tagger, over_whole_places, with_tags
from bot.nlu.tagger_training import train_tagger
from bot.nlu.training_data import TrainingData, read_training_data

CITIES = ("London", "Paris", "New York", "Rome", "Lisbon", "Madrid")


def a_flight(first: str, second: str, shape: str) -> str:
    start = f'[{first}]{{"entity": "city", "role": "from"}}'
    goal = f'[{second}]{{"entity": "city", "role": "to"}}'
    return shape.format(start, goal)


SHAPES = ("fly from {0} to {1}", "book a flight from {0} to {1} please", "I am going to {1} from {0}", "{0} to {1}")
FLIGHTS = [a_flight(CITIES[at % 6], CITIES[(at + 1 + at // 6) % 6], SHAPES[at % 4]) for at in range(16)]
EXAMPLES = f"""
nlu:
  - synonym: New York
    examples: |
      - the big apple
  - intent: fly
    examples: |
{chr(10).join(f"      - {flight}" for flight in FLIGHTS)}
  - intent: order
    examples: |
      - a [large]{{"entity": "size", "group": "1"}} pizza and a [small]{{"entity": "size", "group": "2"}} pizza
      - one [small]{{"entity": "size", "group": "1"}} pizza and one [large]{{"entity": "size", "group": "2"}} pizza
      - the [large]{{"entity": "size", "group": "1"}} one and the [medium]{{"entity": "size", "group": "2"}} one
  - intent: eat
    examples: |
      - show me [mexican](cuisine) restaurants
      - I want [chinese](cuisine) food
      - any [italian](cuisine) place near me
      - show me [greek](cuisine) places
      - I want some [thai](cuisine) food
      - is there an [indian](cuisine) restaurant near me
  - intent: greet
    examples: |
      - hello there
      - good morning to you
      - thanks from all of us
      - can I talk to somebody
"""


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return read_training_data([parse("nlu.yml", EXAMPLES)])


@pytest.fixture(scope="module")
def extractor(data: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> EntityExtractor:
    path = tmp_path_factory.mktemp("model") / "entities.crfsuite"
    return build_extractor(data, tagger=train_tagger(data, found_otherwise(NO_OTHER_NAMES), path))


PIZZAS = (
    "give me a small/size/1 pizza with mushrooms/topping/1 and a large/size/2 pepperoni/topping/2",
    "I'd like a medium/size/1 pizza with olives/topping/1 and ham/topping/1",
    "a large/size/1 pizza with ham/topping/1 and a small/size/2 pizza with olives/topping/2",
    "two pizzas, one small/size/1 with pepperoni/topping/1 and one medium/size/2 with mushrooms/topping/2",
    "I want a large/size/1 with mushrooms/topping/1 and olives/topping/1 and a medium/size/2 with ham/topping/2",
    "a pizza with ham/topping/1",
)


GREETING = """
  - intent: greet
    examples: |
      - hello there
      - good morning to you
"""


@pytest.fixture(scope="module")
def waiter(tmp_path_factory: pytest.TempPathFactory) -> EntityExtractor:
    examples = [
        re.sub(r"(\w+)/(\w+)/(\d)", r'[\1]{"entity": "\2", "group": "\3"}', f"      - {pizza}") for pizza in PIZZAS
    ]
    text = "\n".join(["nlu:", "  - intent: order", "    examples: |", *examples, "      - order a pizza", GREETING])
    data = read_training_data([parse("nlu.yml", text)])
    path = tmp_path_factory.mktemp("waiter") / "entities.crfsuite"
    return build_extractor(data, tagger=train_tagger(data, found_otherwise(NO_OTHER_NAMES), path))


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("a large pizza with mushrooms and a small pizza with ham", {"large", "mushrooms"}, {"small", "ham"}),
        (
            "I want a small with pepperoni and ham and a large with olives",
            {"small", "pepperoni", "ham"},
            {"large", "olives"},
        ),
        ("give me a small pizza with olives and a large mushrooms", {"small", "olives"}, {"large", "mushrooms"}),
    ],
)
def test_what_belongs_together_is_told_from_far_off(
    waiter: EntityExtractor, text: str, first: set[str], second: set[str]
) -> None:
    found = [*tags(waiter, text, "size"), *tags(waiter, text, "topping")]
    assert {value for value, _, group in found if group == "1"} == first
    assert {value for value, _, group in found if group == "2"} == second


def test_an_unsure_tag_finds_nothing_but_says_the_group_of_what_was_found() -> None:
    listed = Entity("topping", "ham", "ham", 7, 10, 1.0, extractor="gazetteer")
    unsure = Entity("topping", "ham", "ham", 7, 10, 0.4, group="2", extractor="tagger")
    assert with_tags([unsure], []) == []
    assert with_tags([unsure], [listed]) == [replace(listed, group="2")]


@pytest.mark.parametrize("text", ["to 🇫🇷 Paris", "a flight from 🙂 Oslo 🙂 to /", "from Oslo 🛫 to Rome 🛬!"])
def test_no_mark_or_emoji_that_examples_have_not_is_an_entity(text: str, tmp_path: Path) -> None:
    rows = [
        f"from [{one}](from) to [{other}](to)" for one, other in itertools.permutations(("Bern", "Kyiv", "Lima"), 2)
    ]
    nlu = {"nlu": [{"intent": "fly", "examples": rows}, {"intent": "greet", "examples": ["hello", "good day"]}]}
    data = read_training_data([parse("nlu.yml", json.dumps(nlu))])
    tagger = train_tagger(data, found_otherwise(NO_OTHER_NAMES), tmp_path / "tags")
    assert tagger is not None
    found = [one.text for one in tagger.find(text)]
    assert found
    assert all(text.isalpha() for text in found)


POSSESSED = """
nlu:
- intent: weather
  examples: |
    - what is [Paris](town)'s weather
    - tell me [Oslo](town)'s temperature
    - how cold is [Rome](town) today
    - [İzmir](town)'de hava nasıl
    - [Bursa](town)'da hava nasıl
    - [서울](town)에서 날씨 어때
    - [부산](town)에서 비가 와
- intent: greet
  examples: |
    - hello
    - good day
"""


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("what is Lima's weather", "Lima"),
        ("how cold is Lima today", "Lima"),
        ("Kayseri'de hava nasıl", "Kayseri"),
        ("Ankara'dan hava nasıl", "Ankara"),
        ("how cold is O'Brien today", "O'Brien"),
        ("대전에서 날씨 어때", "대전"),
        ("what is Oslo's weather", "Oslo"),
    ],
)
def test_what_examples_leave_of_a_word_outside_the_mark_is_no_part_of_the_entity(
    text: str, town: str, tmp_path: Path
) -> None:
    data = read_training_data([parse("nlu.yml", POSSESSED)])
    tagger = train_tagger(data, found_otherwise(NO_OTHER_NAMES), tmp_path / "tags")
    assert tagger is not None
    assert [one.value for one in tagger.find(text)] == [town]
    again = Tagger.from_facts(tagger.model, json.loads(json.dumps(tagger.facts())))
    assert [one.value for one in again.find(text)] == [town]


def test_tags_in_the_name_of_a_place_are_one_over_all_of_it_unless_they_are_of_two_kinds() -> None:
    place = Entity("city", "New York City", "New York", 5, 13, 1.0, extractor="places")
    new = Entity("to", "New", "New", 5, 8, 0.9, extractor="tagger")
    york = Entity("to", "York", "York", 9, 13, 0.8, extractor="tagger")
    whole = replace(new, value="New York", text="New York", end=13)
    assert over_whole_places([new], [place]) == [whole]
    assert over_whole_places([new, york], [place]) == [whole]
    assert over_whole_places([york], [place]) == [replace(whole, confidence=0.8)]
    of_two_kinds = [new, replace(york, name="county")]
    assert over_whole_places(of_two_kinds, [place]) == of_two_kinds
    assert over_whole_places([new], []) == [new]


def tags(extractor: EntityExtractor, text: str, name: str) -> list[tuple[str, str | None, str | None]]:
    return [(str(one.value), one.role, one.group) for one in extractor.extract(text) if one.name == name]


@pytest.mark.parametrize(
    "text",
    ["fly from Bergen to Narvik", "please book a flight from bergen to narvik", "I'm going from Bergen to Narvik"],
)
def test_cities_that_no_example_has_are_found_in_their_roles(extractor: EntityExtractor, text: str) -> None:
    found = [(value.lower(), role) for value, role, _ in tags(extractor, text, "city")]
    assert found == [("bergen", "from"), ("narvik", "to")]


def test_known_values_keep_their_value_and_get_the_role_of_their_place(extractor: EntityExtractor) -> None:
    assert tags(extractor, "fly from the big apple to rome", "city") == [
        ("New York", "from", None),
        ("Rome", "to", None),
    ]


def test_a_value_of_several_words_is_one(extractor: EntityExtractor) -> None:
    assert tags(extractor, "fly from Santa Rosa to Paris", "city") == [
        ("Santa Rosa", "from", None),
        ("Paris", "to", None),
    ]


def test_unseen_cuisines_are_found(extractor: EntityExtractor) -> None:
    assert tags(extractor, "show me peruvian restaurants", "cuisine") == [("peruvian", None, None)]
    assert tags(extractor, "I want lebanese food", "cuisine") == [("lebanese", None, None)]


def test_groups_tell_what_belongs_together(extractor: EntityExtractor) -> None:
    assert tags(extractor, "a small pizza and a large pizza", "size") == [("small", None, "1"), ("large", None, "2")]


@pytest.mark.parametrize("text", ["hello", "thanks from me to you", "good evening", "what is the weather like", "zzz"])
def test_other_texts_have_none(extractor: EntityExtractor, text: str) -> None:
    assert extractor.extract(text) == ()


def test_the_same_data_gives_the_same_model(data: TrainingData, tmp_path: Path) -> None:
    models = [train_tagger(data, (), tmp_path / name) for name in ("one", "two")]
    assert models[0] is not None
    assert models[1] is not None
    assert models[0].model == models[1].model


def test_a_tagger_survives_being_stored(extractor: EntityExtractor) -> None:
    assert extractor.tagger is not None
    again = Tagger.from_facts(extractor.tagger.model, json.loads(json.dumps(extractor.tagger.facts())))
    text = "fly from Bergen to Narvik"
    assert list(again.find(text)) == list(extractor.tagger.find(text))


def test_what_has_a_finder_of_its_own_is_not_learnt(tmp_path: Path) -> None:
    text = "nlu: [{intent: a, examples: ['- [2](number)', '- [4](number) x']}, {intent: b, examples: ['- x', '- y']}]"
    data = read_training_data([parse("nlu.yml", text)])
    assert train_tagger(data, found_otherwise(NO_OTHER_NAMES), tmp_path / "tags") is None


def test_a_tag_in_a_longer_listed_phrase_gives_it_the_role_only() -> None:
    listed = Entity("city", "New York", "new york", 5, 13, extractor="gazetteer")
    tag = Entity("city", "york", "york", 9, 13, 0.9, role="to", extractor="tagger")
    assert [(one.value, one.role) for one in with_tags([tag], [listed])] == [("New York", "to")]


def test_a_tag_that_shares_words_with_another_listed_entity_is_dropped() -> None:
    listed = Entity("product", "Shiftboard", "shiftboard", 0, 10, extractor="gazetteer")
    tag = Entity("city", "shiftboard", "shiftboard", 0, 10, 0.9, extractor="tagger")
    assert with_tags([tag], [listed]) == [listed]


JOURNEYS = [
    f"      - {shape.format(start=f'[{start}](start)', goal=f'[{goal}](goal)', stop=f'[{stop}](stop)')}"
    for shape, start, goal, stop in (
        ("a train from {start} to {goal}", "Oslo", "Rome", ""),
        ("a train to {goal} from {start} please", "Paris", "Madrid", ""),
        ("I want to go from {start} to {goal} via {stop}", "Lisbon", "Oslo", "Vienna"),
        ("I leave {start} for {goal}", "Vienna", "Paris", ""),
        ("a bus to {goal}", "", "Vienna", ""),
        ("from {start} to {goal} via {stop}", "Rome", "Oslo", "Prague"),
        ("to {goal} with a stop in {stop}", "", "Prague", "Oslo"),
        ("a bus from {start} via {stop}", "Madrid", "", "Paris"),
    )
]
"""Where a journey begins, ends and stops are entities of their own, and any city may be each of them."""


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> EntityExtractor:
    text = "\n".join(["nlu:", "  - intent: travel", "    examples: |", *JOURNEYS, GREETING])
    data = read_training_data([parse("nlu.yml", text)])
    path = tmp_path_factory.mktemp("clerk") / "entities.crfsuite"
    return build_extractor(data, tagger=train_tagger(data, found_otherwise(NO_OTHER_NAMES), path))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from Madrid to Lisbon", [("start", "Madrid"), ("goal", "Lisbon")]),  # no example goes to Lisbon
        ("a bus to Lisbon", [("goal", "Lisbon")]),
        ("I want to go from Prague to Oslo via Rome", [("start", "Prague"), ("goal", "Oslo"), ("stop", "Rome")]),
    ],
)
def test_what_values_have_in_common_is_told_by_the_words_around(
    clerk: EntityExtractor, text: str, found: list[tuple[str, str]]
) -> None:
    assert [(one.name, one.value) for one in clerk.extract(text) if one.name in {"start", "goal", "stop"}] == found


def test_an_unsure_tag_says_which_of_two_listed_entities_it_is() -> None:
    listed = [Entity(name, "Oslo", "Oslo", 0, 4, extractor="gazetteer") for name in ("start", "goal")]
    unsure = Entity("goal", "Oslo", "Oslo", 0, 4, 0.4, extractor="tagger")
    assert with_tags([unsure], listed) == [listed[1]]


def test_what_is_tagged_is_no_name_that_was_guessed() -> None:
    guessed = Entity("organisation", "L'Aquila", "L'Aquila", 5, 13, extractor="names")
    tag = Entity("city", "L'Aquila", "L'Aquila", 5, 13, 0.9, role="from", extractor="tagger")
    assert with_tags([tag], [guessed]) == [tag]


@given(text=st.text())
def test_any_text_can_be_tagged(extractor: EntityExtractor, text: str) -> None:
    assert extractor.tagger is not None
    for entity in extractor.tagger.find(text):
        assert text[entity.start : entity.end] == entity.text
