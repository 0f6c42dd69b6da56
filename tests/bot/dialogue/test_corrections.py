from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.dialogue.corrections import as_correction
from bot.domain.conversation import ActiveLoop, SlotSet, Tracker
from bot.domain.ids import ConversationId
from bot.domain.understanding import Entity, IntentScore, Understood
from tests.bot.dialogue.chat import assistant_of

DOMAIN = """
intents: [inform, correct, out_of_scope, book]
entities: [email, person, size]
slots:
  email: {type: text, mappings: [{type: from_entity, entity: email}]}
  name: {type: text, mappings: [{type: from_entity, entity: person, intent: [inform, correct]}]}
  size: {type: float, mappings: [{type: from_entity, entity: size}]}
responses:
  utter_ask_email: [{text: "Your e-mail?"}]
forms:
  form: {required_slots: [email]}
"""
ASSISTANT = assistant_of(DOMAIN)
KNOWN = Tracker(ConversationId("c")).apply_all(
    SlotSet(name, value, at=datetime.now(UTC))
    for name, value in {"email": "ana@example.com", "name": "Ana", "size": 5.0}.items()
)


def reading(intent: str, *entities: Entity, stage: str = "classifier") -> Understood:
    return Understood("words", IntentScore(intent, 0.7), entities, stage=stage)


def email(address: str) -> Entity:
    return Entity("email", address, address, 0, 5)


@pytest.mark.parametrize(
    "said",
    [
        reading("inform", email("ana.silva@example.com")),
        reading("inform", Entity("person", "Anna", "Anna", 0, 5)),
        reading("out_of_scope", email("ana.silva@example.com")),
        reading("nlu_fallback", email("ana.silva@example.com"), stage="fallback"),
    ],
)
def test_another_answer_than_the_one_that_is_known_puts_it_right(said: Understood) -> None:
    assert as_correction(ASSISTANT, KNOWN, said).intent == IntentScore("correct", 0.7)


@pytest.mark.parametrize(
    "said",
    [
        reading("inform"),
        reading("inform", email("Ana@example.com")),
        reading("inform", Entity("size", 3.0, "3", 0, 1)),  # "we have 3 sites"
        reading("inform", email("ana.silva@example.com"), stage="button"),
        reading("nlu_fallback", Entity("person", "Bob", "Bob", 0, 3)),  # "say hello to Bob"
        reading("book", email("ana.silva@example.com")),
    ],
)
def test_what_tells_nothing_else_is_as_it_was_understood(said: Understood) -> None:
    assert as_correction(ASSISTANT, KNOWN, said) == said


def test_nothing_is_put_right_that_was_not_known() -> None:
    said = reading("inform", email("ana@example.com"))
    assert as_correction(ASSISTANT, Tracker(ConversationId("c")), said) == said


def test_who_has_answered_nothing_yet_states_it_and_corrects_nothing() -> None:
    nothing, said = Tracker(ConversationId("c")), reading("correct", Entity("size", 8.0, "8", 0, 1))
    assert as_correction(ASSISTANT, nothing, said).intent == IntentScore("inform", 0.7)
    assert as_correction(ASSISTANT, KNOWN, said) == said
    assert as_correction(ASSISTANT, nothing, reading("correct")) == reading("correct"), '"that is wrong" asks what is'


def test_while_a_form_is_open_it_looks_at_its_answers_itself() -> None:
    said = reading("inform", email("ana.silva@example.com"))
    assert as_correction(ASSISTANT, KNOWN.apply(ActiveLoop("form")), said) == said


def test_an_assistant_that_lets_nothing_be_put_right_is_left_alone() -> None:
    said = reading("inform", email("ana.silva@example.com"))
    without = assistant_of(DOMAIN.replace("intent: [inform, correct]", "intent: inform"))
    assert as_correction(without, KNOWN, said) == said


def test_what_an_action_made_of_the_answers_may_be_put_right_too() -> None:
    only_name = Tracker(ConversationId("c")).apply(SlotSet("name", "Ana"))
    said = reading("correct", Entity("person", "Anna", "Anna", 0, 5))
    assert as_correction(ASSISTANT, only_name, said) == said, "no form asks for a name"
