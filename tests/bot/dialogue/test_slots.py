from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

import pytest

from bot.dialogue.slots import filling_actions, heard_slots
from bot.domain.conversation import ActionExecutionRejected, ActiveLoop, SlotSet, Tracker, UserUttered
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import COUNTED, Entity, IntentScore, Understood
from tests.bot.dialogue.chat import Chat, assistant_of, sets

DOMAIN = """
intents: [inform, affirm, deny, book, faq]
entities: [city: {roles: [from, to]}, number, topping, colour]
actions: [action_extract_budget, action_validate_slot_mappings]
slots:
  start: {type: text, mappings: [{type: from_entity, entity: city, role: from}, {type: from_entity, entity: city}]}
  end: {type: text, mappings: [{type: from_entity, entity: city, role: to}, {type: from_entity, entity: city}]}
  seats: {type: float, mappings: [{type: from_entity, entity: number, not_intent: faq}]}
  toppings: {type: list, mappings: [{type: from_entity, entity: topping}]}
  colour: {type: categorical, values: [Red, Blue], mappings: [{type: from_entity, entity: colour}]}
  sure:
    type: bool
    mappings:
      - {type: from_intent, intent: affirm, value: true, conditions: [{active_loop: trip, requested_slot: sure}]}
      - {type: from_intent, intent: deny, value: false, conditions: [{active_loop: trip, requested_slot: sure}]}
  note: {type: text, mappings: [{type: from_text, intent: inform, conditions: [{active_loop: trip}]}]}
  idle: {type: text, mappings: [{type: from_text, conditions: [{active_loop: null}]}]}
  kind: {type: text, mappings: [{type: from_trigger_intent, intent: book, value: booking}]}
  budget: {type: any, mappings: [{type: custom, action: action_extract_budget}]}
responses:
  utter_ask_start: [{text: From?}]
  utter_ask_end: [{text: To?}]
  utter_ask_sure: [{text: Sure?}]
  utter_ask_kind: [{text: Kind?}]
forms:
  trip: {required_slots: [start, end, sure], ignored_intents: [faq]}
"""

ASSISTANT = assistant_of(DOMAIN)


def fill(tracker: Tracker, intent: str, *entities: Entity, text: str = "words") -> dict[str, Any]:
    understood = Understood(text, IntentScore(intent, 1.0), entities)
    tracker = tracker.apply(UserUttered(text, understood, MessageId("m"), datetime.now(UTC), "webchat"))
    return {event.name: event.value for event in heard_slots(ASSISTANT, tracker)}


def nowhere() -> Tracker:
    return Tracker(ConversationId("c"))


def in_trip(asked_for: str) -> Tracker:
    return nowhere().apply(ActiveLoop("trip")).apply(SlotSet("requested_slot", asked_for))


def test_an_entity_fills_the_slots_that_are_mapped_to_it_outside_of_forms() -> None:
    assert fill(nowhere(), "faq", Entity("city", "Leeds")) == {"start": "Leeds", "end": "Leeds", "idle": "words"}


def test_an_entity_that_could_be_meant_for_several_slots_fills_the_one_asked_for() -> None:
    assert fill(in_trip("end"), "inform", Entity("city", "Leeds")) == {"end": "Leeds", "note": "words"}


def test_a_role_tells_which_slot_is_meant() -> None:
    entities = Entity("city", "Leeds", role="from"), Entity("city", "York", role="to")
    assert fill(in_trip("sure"), "inform", *entities) == {"start": "Leeds", "end": "York", "note": "words"}


def test_the_last_of_several_values_counts_and_a_list_takes_all() -> None:
    found = fill(
        nowhere(),
        "inform",
        Entity("number", 1),
        Entity("number", 2),
        Entity("topping", "ham"),
        Entity("topping", "egg"),
    )
    assert (found["seats"], found["toppings"]) == (2, ["ham", "egg"])


@pytest.mark.parametrize(("heard", "kept"), [("4", 4), ("4.5", 4.5), (7, 7), ("about four", "about four")])
def test_numbers_are_numbers_where_they_read_as_one(heard: Any, kept: Any) -> None:
    assert fill(nowhere(), "inform", Entity("number", heard))["seats"] == kept


def test_words_that_are_kept_as_a_number_are_known_as_they_were_told() -> None:
    seats = Understood("four", IntentScore("inform", 1.0), (Entity("number", "4"),))
    tracker = nowhere().apply(UserUttered("four", seats, MessageId("m"), datetime.now(UTC), "webchat"))
    assert SlotSet("seats", 4, heard=True, told="4") in list(heard_slots(ASSISTANT, tracker))


def test_a_category_is_spelt_as_it_was_declared() -> None:
    assert fill(nowhere(), "inform", Entity("colour", "red"))["colour"] == "Red"
    assert fill(nowhere(), "inform", Entity("colour", "green"))["colour"] == "green"


def test_a_correction_puts_right_what_is_known_and_fills_nothing_else_with_it() -> None:
    told = "mappings: [{type: from_entity, entity: time, intent: [inform, correct]}]"
    assistant = assistant_of(
        f"intents: [inform, correct]\nentities: [time]\n"
        f"slots:\n  wished: {{type: text, {told}}}\n  booked: {{type: text, {told}}}\n"
    )

    def heard(*known: SlotSet) -> set[str]:
        understood = Understood("make it 4", IntentScore("correct", 1.0), (Entity("time", "at 4"),))
        said = UserUttered("make it 4", understood, MessageId("m"), datetime.now(UTC), "webchat")
        tracker = Tracker(ConversationId("c")).apply_all([*known, said])
        return {event.name for event in heard_slots(assistant, tracker)}

    assert heard(SlotSet("wished", "at 3")) == {"wished"}
    assert heard(SlotSet("booked", "at 3")) == {"booked"}
    assert heard() == {"wished", "booked"}


def test_an_intent_can_be_kept_from_filling() -> None:
    assert "seats" not in fill(nowhere(), "faq", Entity("number", 3))


def test_an_intent_answers_only_the_question_it_is_mapped_to() -> None:
    assert fill(in_trip("sure"), "deny") == {"sure": False}
    assert fill(in_trip("start"), "deny") == {}
    assert "sure" not in fill(nowhere(), "deny")


def test_a_mapping_can_ask_for_no_form_to_be_open() -> None:
    assert fill(nowhere(), "deny") == {"idle": "words"}


def test_a_message_without_text_fills_nothing_from_text() -> None:
    assert fill(nowhere(), "inform", text="") == {}


def test_intents_that_the_form_ignores_fill_nothing() -> None:
    assert fill(in_trip("start"), "faq", Entity("city", "Leeds")) == {}


def test_a_form_that_passed_on_a_message_does_not_read_its_answer_by_condition() -> None:
    tracker = in_trip("sure").apply(ActionExecutionRejected("trip"))
    assert fill(tracker, "affirm") == {}


def test_the_intent_that_opens_a_form_can_fill_a_slot() -> None:
    domain = DOMAIN.replace("[start, end, sure]", "[start, kind]") + (
        "rules: [{rule: book, steps: [{intent: book}, {action: trip}, {active_loop: trip}]}]"
    )
    chat = Chat(assistant_of(domain))
    chat.hear("book")
    assert (chat.slots["kind"], chat.asked_for) == ("booking", "start")


def test_actions_that_fill_slots_run_before_anything_else_and_once() -> None:
    chat = Chat(ASSISTANT)
    assert chat.hear("faq") == [
        "action_extract_budget",
        "action_validate_slot_mappings",
        "action_default_fallback",
    ]
    assert chat.acted[0][1] == "slot filling"
    assert filling_actions(ASSISTANT, nowhere()) == []


def test_the_validation_sees_what_was_filled_last_in_the_events_though_another_action_came_between() -> None:
    seen: list[list[tuple[str, Any]]] = []

    def validate(tracker: Tracker) -> list[SlotSet]:
        last = list(takewhile(lambda event: isinstance(event, SlotSet), reversed(tracker.recent)))
        seen.append([(event.name, event.value) for event in reversed(last) if isinstance(event, SlotSet)])
        return [SlotSet("seats", None)]

    chat = Chat(ASSISTANT, {"action_extract_budget": sets(budget=10), "action_validate_slot_mappings": validate})
    chat.hear("inform", number="4")
    assert seen == [[("seats", 4), ("idle", "inform"), ("budget", 10)]]
    assert chat.slots.get("seats") is None


@pytest.mark.parametrize(
    ("entity", "kept"),
    [
        (Entity("number", 12, "0012", extractor=COUNTED), "0012"),
        (Entity("number", 918152524, "0918152524", extractor=COUNTED), "0918152524"),
        (Entity("number", 9, "nine", extractor=COUNTED), "9"),
        (Entity("number", 9, extractor="button"), 9),
    ],
    ids=["an order", "a telephone", "a word", "a button, which says its value"],
)
def test_a_text_keeps_a_number_as_it_was_written(entity: Entity, kept: Any) -> None:
    domain = """
intents: [inform]
entities: [number]
slots:
  order: {type: text, mappings: [{type: from_entity, entity: number}]}
  seats: {type: float, mappings: [{type: from_entity, entity: number}]}
responses: {utter_noted: [{text: Noted}]}
rules: [{rule: noted, steps: [{intent: inform}, {action: utter_noted}]}]
"""
    chat = Chat(assistant_of(domain))
    chat.hear("inform", entities=[entity])
    assert (chat.slots["order"], chat.slots["seats"]) == (kept, entity.value)
