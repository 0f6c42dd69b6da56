from __future__ import annotations

import re
from typing import Any

import pytest

from bot.documents import parse
from bot.nlu.skill_model import SkillModel, skill_model
from bot.nlu.training_data import read_training_data

NLU = """
version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello
      - Hi there!
  - intent: inform
    examples: |
      - we are [50](number) people
      - [Berlin](city) or [London](city)
      - I use the [small plan]{"entity": "plan", "value": "basic"}
      - on [Monday](time)
      - room 101
  - intent: ask_knowledge
    examples: |
      - what does it cost
      - is it safe
  - intent: plan9
    examples: |
      - from outer space
      - from far away
  - lookup: city
    examples: |
      - Berlin
      - London
"""


@pytest.fixture
def made() -> SkillModel:
    return skill_model(read_training_data([parse("nlu.yml", NLU)]), "harbour line", without={"ask_knowledge"})


def language(made: SkillModel) -> dict[str, Any]:
    model: dict[str, Any] = made.model["interactionModel"]["languageModel"]
    return model


def intents(made: SkillModel) -> dict[str, Any]:
    return {intent["name"]: intent for intent in language(made)["intents"]}


def test_intents_come_with_their_samples_and_slots(made: SkillModel) -> None:
    assert language(made)["invocationName"] == "harbour line"
    assert intents(made)["greet"]["samples"] == ["hello", "Hi there"]
    assert intents(made)["inform"]["samples"] == ["we are {number} people", "I use the {plan}"]
    slots = {slot["name"]: slot["type"] for slot in intents(made)["inform"]["slots"]}
    assert slots == {"number": "AMAZON.NUMBER", "plan": "plan_values"}


def test_slots_of_our_own_have_the_values_of_the_examples(made: SkillModel) -> None:
    assert language(made)["types"] == [{"name": "plan_values", "values": [{"name": {"value": "basic"}}]}]


def test_what_alexa_would_refuse_is_left_out_and_told(made: SkillModel) -> None:
    assert made.left_out == ("inform: 3 of its examples", "plan9: 2 of its examples")
    assert "ask_knowledge" not in intents(made)


def test_free_speech_and_amazons_own_intents_are_there(made: SkillModel) -> None:
    assert intents(made)["say_words"]["slots"] == [{"name": "words", "type": "AMAZON.SearchQuery"}]
    assert all("{words}" in sample for sample in intents(made)["say_words"]["samples"])
    assert {"AMAZON.StopIntent", "AMAZON.FallbackIntent", "AMAZON.YesIntent"} <= set(intents(made))


def test_each_sample_is_there_once_and_in_characters_that_alexa_takes(made: SkillModel) -> None:
    samples = [sample.lower() for intent in language(made)["intents"] for sample in intent["samples"]]
    assert len(samples) == len(set(samples))
    assert not [sample for sample in samples if re.search(r"[^a-z .'{}_-]", sample)]
