from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.domain.conversation import ActiveLoop, Event, FollowupAction, SlotSet, Tracker
from tests.bot.dialogue.chat import Chat, assistant_of

TWO_FORMS = """
version: "3.1"
intents: [book, demo, inform, stop, greet]
entities: [number, day]
actions: [action_cancel]
slots:
  people: {type: float, influence_conversation: false, mappings: [{type: from_entity, entity: number}]}
  place:
    type: text
    influence_conversation: false
    mappings: [{type: from_text, conditions: [{active_loop: demo_form, requested_slot: place}]}]
  day: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: day}]}
  consent: {type: bool, influence_conversation: false, mappings: [{type: from_intent, intent: greet, value: true}]}
responses:
  utter_ask_people: [{text: "How many?"}]
  utter_ask_place: [{text: "Where?"}]
  utter_ask_day: [{text: "When?"}]
  utter_ask_consent: [{text: "Greet?"}]
  utter_booked: [{text: "Booked."}]
  utter_go_on: [{text: "Back to it."}]
forms:
  demo_form: {required_slots: [people, place], ignored_intents: [book, stop]}
  booking_form: {required_slots: [day], ignored_intents: [demo, stop]}
  after_form: {required_slots: [consent]}
rules:
  - rule: demo
    steps: [{intent: demo}, {action: demo_form}, {active_loop: demo_form}]
  - rule: book
    steps: [{intent: book}, {action: booking_form}, {active_loop: booking_form}]
  - rule: booked
    condition: [{active_loop: booking_form}]
    steps:
      - action: booking_form
      - active_loop: null
      - slot_was_set: [{requested_slot: null}]
      - action: utter_booked
  - rule: demo is filled in
    condition: [{active_loop: demo_form}]
    steps:
      - action: demo_form
      - active_loop: null
      - slot_was_set: [{requested_slot: null}]
      - action: after_form
      - active_loop: after_form
  - rule: stop
    steps: [{intent: stop}, {action: action_cancel}]
"""
PATTERN = """
actions: [action_go_on]
"""


def cancel(_: Tracker) -> Sequence[Event]:
    return [ActiveLoop(None), SlotSet("requested_slot", None)]


@pytest.fixture
def chat() -> Chat:
    return Chat(assistant_of(TWO_FORMS, PATTERN), {"action_cancel": cancel})


def test_a_form_that_was_left_for_another_is_gone_on_with_once_that_is_filled_in(chat: Chat) -> None:
    chat.hear("demo")
    chat.hear("book")
    assert chat.said == ["When?"]
    chat.hear("inform", day="monday")
    assert chat.said == ["Booked.", "Back to it.", "How many?"]
    chat.hear("inform", number=5)
    assert chat.said == ["Where?"], "the words that the other form was told fill nothing here"


def test_so_it_is_where_the_other_form_needs_no_question(chat: Chat) -> None:
    chat.hear("demo")
    chat.hear("inform", number=5)
    chat.hear("book", day="monday")
    assert chat.said == ["Booked.", "Back to it.", "Where?"]


def test_a_form_that_opens_upon_the_other_one_is_filled_in_first(chat: Chat) -> None:
    chat.hear("book")
    chat.hear("demo")
    chat.hear("inform", number=5)
    chat.hear("inform", "York")
    assert chat.said == ["Greet?"]
    chat.hear("greet")
    assert chat.said == ["Back to it.", "When?"]


def test_however_long_the_other_form_is(chat: Chat) -> None:
    chat.hear("book")
    chat.hear("demo")
    for _ in range(40):
        chat.hear("inform")
    chat.hear("inform", number=5)
    chat.hear("inform", "York")
    chat.hear("greet")
    assert chat.said == ["Back to it.", "When?"]


def test_who_leaves_the_other_form_too_is_left_alone(chat: Chat) -> None:
    chat.hear("demo")
    chat.hear("book")
    chat.hear("stop")
    assert chat.said == []
    chat.hear("book", day="monday")
    assert chat.said == ["Booked."], "what was left before is not taken up by a form that comes later"


def test_a_form_that_has_got_all_its_answers_meanwhile_is_not_opened_again(chat: Chat) -> None:
    chat.hear("book")
    chat.hear("demo")
    chat.apply(SlotSet("day", "monday"))
    chat.hear("inform", number=5)
    chat.hear("inform", "York")
    chat.hear("greet")
    assert chat.said == []


def test_an_assistant_without_the_pattern_does_what_its_stories_say() -> None:
    chat = Chat(assistant_of(TWO_FORMS))
    chat.hear("demo")
    chat.hear("book")
    chat.hear("inform", day="monday")
    assert chat.said == ["Booked."]
    assert chat.tracker.loop is None


def test_a_form_that_a_journey_opens_over_another_gives_way_to_it_again(chat: Chat) -> None:
    chat.hear("demo")
    chat.apply(FollowupAction("booking_form"))
    chat.go_on()
    assert chat.said == ["When?"]
    chat.hear("inform", day="monday")
    assert chat.said == ["Booked.", "Back to it.", "How many?"]
