from __future__ import annotations

from itertools import takewhile

import pytest

from bot.dialogue.engine import decide
from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    FollowupAction,
    SlotSet,
    Tracker,
)
from bot.domain.effects import Apply, RunAction
from tests.bot.dialogue.chat import Chat, assistant_of, sets

TABLE = """
version: "3.1"
intents: [book, inform, faq, stop, affirm, deny, greet, correct, ignore_me]
entities: [number, place]
slots:
  people:
    type: float
    influence_conversation: false
    mappings: [{type: from_entity, entity: number}]
  place:
    type: text
    influence_conversation: false
    mappings: [{type: from_entity, entity: place, not_intent: faq}]
  wish:
    type: text
    influence_conversation: false
    mappings:
      - type: from_text
        not_intent: [faq, stop, correct, affirm]
        conditions: [{active_loop: table_form, requested_slot: wish}]
responses:
  utter_ask_table_form_people: [{text: "How many?"}]
  utter_ask_people: [{text: "never said"}]
  utter_ask_place: [{text: "Where?"}]
  utter_ask_wish: [{text: "Any wish?"}]
  utter_done: [{text: "Booked for {people} at {place}."}]
  utter_faq: [{text: "An answer"}]
  utter_go_on: [{text: "Go on?"}]
  utter_stopped: [{text: "Stopped"}]
  utter_default: [{text: "Pardon?"}]
forms:
  table_form:
    required_slots: [people, place, wish]
    ignored_intents: [ignore_me]
rules:
  - rule: book
    steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]
  - rule: booked
    condition: [{active_loop: table_form}]
    steps: [{action: table_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_done}]
  - rule: faq
    steps: [{intent: faq}, {action: utter_faq}]
  - rule: stop
    condition: [{active_loop: table_form}]
    steps:
      - intent: stop
      - action: action_deactivate_loop
      - active_loop: null
      - action: utter_stopped
"""

VALIDATED = (
    TABLE
    + """
actions: [validate_table_form]
"""
)


@pytest.fixture(params=[TABLE, VALIDATED], ids=["unvalidated", "validated"])
def assistant(request: pytest.FixtureRequest) -> Assistant:
    return assistant_of(request.param)


def steps(acted: list[str]) -> list[str]:
    return [name for name in acted if not name.startswith("validate_")]


def test_a_form_asks_until_all_is_known_and_then_its_rule_goes_on(assistant: Assistant) -> None:
    chat = Chat(assistant)
    assert steps(chat.hear("book")) == ["table_form"]
    assert (chat.form, chat.asked_for, chat.said) == ("table_form", "people", ["How many?"])
    chat.hear("inform", number="4")
    assert (chat.asked_for, chat.said) == ("place", ["Where?"])
    chat.hear("inform", place="Leeds")
    assert steps(chat.hear("inform", "by the window")) == ["table_form", "utter_done"]
    assert chat.said == ["Booked for 4 at Leeds."]
    assert (chat.form, chat.asked_for, chat.slots["wish"]) == (None, None, "by the window")


def test_the_reason_of_a_run_names_the_form_and_the_rule_that_opened_it(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book")
    assert chat.acted[-1] == ("table_form", "form: table_form (rule: book)")
    chat.hear("inform", number="4")
    assert chat.acted[-1] == ("table_form", "form: table_form")


def test_what_the_opening_message_says_is_not_asked_for(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book", number=2)
    assert chat.asked_for == "place"


def test_several_answers_in_one_message_are_all_taken(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book")
    chat.hear("inform", number=2, place="Leeds")
    assert chat.asked_for == "wish"


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book", number=2)
    assert steps(chat.hear("faq")) == ["utter_faq", "table_form"]
    assert chat.said == ["An answer", "Where?"]
    chat.hear("inform", place="Leeds")
    assert (chat.slots["place"], chat.asked_for) == ("Leeds", "wish")


def test_a_correction_is_taken_and_the_question_asked_again(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book", number=50)
    assert steps(chat.hear("correct", "no, 80 people", number=80)) == ["table_form"]
    assert (chat.slots["people"], chat.asked_for, chat.said) == (80, "place", ["Where?"])


def test_a_message_that_nobody_understands_gets_the_default_and_is_as_good_as_not_said(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book")
    before = chat.tracker.recent
    assert steps(chat.hear("greet")) == ["action_default_fallback"]
    assert chat.said == ["Pardon?"]
    assert chat.tracker.recent == before
    assert chat.tracker.loop is not None
    assert not chat.tracker.loop.rejected
    chat.hear("inform", number=3)
    assert chat.asked_for == "place"


def test_an_ignored_intent_is_no_answer(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book", number=2, place="Leeds")
    chat.hear("ignore_me", "whatever this is")
    assert (chat.slots.get("wish"), chat.asked_for) == (None, "wish")


def test_a_rule_can_close_the_form(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book")
    assert steps(chat.hear("stop")) == ["action_deactivate_loop", "utter_stopped"]
    assert (chat.form, chat.asked_for) == (None, None)
    assert steps(chat.hear("faq")) == ["utter_faq"]


def test_wanting_the_open_form_again_only_asks_again(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book", number=2)
    assert steps(chat.hear("book")) == ["table_form"]
    assert chat.said == ["Where?"]


def test_a_form_with_nothing_left_to_ask_is_done_at_once(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.apply(SlotSet("wish", "none"))
    assert steps(chat.hear("book", number=2, place="Leeds")) == ["table_form", "utter_done"]
    assert chat.form is None


def test_somebody_outside_can_open_a_form_without_a_message(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.apply(FollowupAction("table_form"))
    assert steps(chat.go_on()) == ["table_form"]
    assert (chat.said, chat.tracker.followup) == (["How many?"], None)
    chat.hear("inform", number=5)
    assert chat.asked_for == "place"


def test_a_form_opened_from_outside_does_not_read_the_last_message_again(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("faq", number=9)
    chat.apply(SlotSet("people", None))
    chat.apply(FollowupAction("table_form"))
    chat.go_on()
    assert chat.asked_for == "people"


def test_being_opened_from_outside_again_asks_again(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book", number=2)
    chat.apply(FollowupAction("table_form"))
    assert steps(chat.go_on()) == ["table_form"]
    assert chat.said == ["Where?"]


# ---------------------------------------------------------------- validation


def test_the_validation_sees_the_new_slots_last_in_the_events() -> None:
    """rasa-sdk's FormValidationAction validates the slot events at the end of the tracker."""
    seen: list[list[Event]] = []

    def validate(tracker: Tracker) -> list[Event]:
        slots: list[Event] = []
        for event in reversed(tracker.recent):
            if not isinstance(event, SlotSet):
                break
            slots.append(SlotSet(event.name, event.value))
        seen.append(slots)
        return []

    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": validate})
    chat.hear("book", number=2)
    chat.hear("inform", place="Leeds")
    chat.hear("faq")
    assert seen == [[SlotSet("people", 2)], [SlotSet("place", "Leeds")], [], []]


def test_a_form_validates_what_is_known_when_it_opens_in_the_order_in_which_it_asks() -> None:
    seen: list[list[str]] = []

    def validate(tracker: Tracker) -> list[Event]:
        slots = list(takewhile(lambda event: isinstance(event, SlotSet), reversed(tracker.recent)))
        seen.append([event.name for event in reversed(slots) if isinstance(event, SlotSet)])
        return []

    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": validate})
    chat.hear("faq", number=2)
    chat.hear("book", place="Leeds")
    assert seen == [["people", "place"]]


def test_opening_a_form_does_not_take_again_what_the_validation_of_slots_has_refused() -> None:
    checked = TABLE + "actions: [action_validate_slot_mappings]"
    chat = Chat(assistant_of(checked), {"action_validate_slot_mappings": sets(people=None)})
    chat.hear("book", number=-3)
    assert (chat.slots["people"], chat.asked_for) == (None, "people")


def test_a_validation_can_refuse_an_answer() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": sets(people=None)})
    chat.hear("book", number=-3)
    assert (chat.slots["people"], chat.asked_for) == (None, "people")
    assert steps(chat.hear("inform", number=-4)) == ["table_form"]
    assert chat.said == ["How many?"]


def test_a_validation_can_change_an_answer() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": lambda t: sets(people=12)(t) if t.loop else []})
    chat.hear("book")
    chat.hear("inform", number="a dozen")
    assert chat.slots["people"] == 12


def test_a_validation_decides_what_is_asked_next() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": sets(requested_slot="wish")})
    chat.hear("book", number=2)
    assert (chat.asked_for, chat.said) == ("wish", ["Any wish?"])


def test_a_validation_can_end_the_form() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": sets(requested_slot=None)})
    assert steps(chat.hear("book", number=2)) == ["table_form", "utter_done"]
    assert chat.form is None


def test_a_validation_can_close_the_loop() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": lambda _: [ActiveLoop(None)]})
    chat.hear("book", number=2)
    assert (chat.form, chat.asked_for) == (None, None)


def test_a_validation_may_find_an_answer_of_its_own() -> None:
    def extract(tracker: Tracker) -> list[Event]:
        said = tracker.latest_message.text if tracker.latest_message else ""
        return [SlotSet("people", 1)] if said == "just me" else []

    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": extract})
    chat.hear("book")
    assert steps(chat.hear("inform", "just me")) == ["table_form"]
    assert chat.asked_for == "place"


def test_a_validation_that_only_repeats_the_question_does_not_count_as_an_answer() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": sets(requested_slot="people")})
    chat.hear("book")
    assert steps(chat.hear("faq")) == ["utter_faq", "table_form"]
    assert chat.asked_for == "people"


def test_a_validation_can_pass_on_the_message() -> None:
    chat = Chat(
        assistant_of(VALIDATED),
        {"validate_table_form": lambda t: [ActionExecutionRejected("table_form")] if t.slots.get("people") else []},
    )
    chat.hear("book")
    assert steps(chat.hear("faq", number=2)) == ["utter_faq", "action_listen"]
    assert chat.form == "table_form"


def test_a_validation_that_fails_lets_the_answer_stand() -> None:
    chat = Chat(assistant_of(VALIDATED))
    chat.hear("book")
    tracker = chat.tracker
    chat.apply(SlotSet("people", 2, heard=True))
    effects = decide(
        chat.assistant, tracker.apply(ActionExecuted("validate_table_form", "form: table_form; it failed"))
    )
    assert Apply(ActionExecuted("table_form", "form: table_form")) in effects


def test_slots_are_presented_again_when_another_validation_came_between() -> None:
    chat = Chat(
        assistant_of(VALIDATED.replace("[validate_table_form]", "[validate_table_form, action_validate_slot_mappings]"))
    )
    chat.hear("book")
    assert chat.hear("inform", number=2)[:2] == ["action_validate_slot_mappings", "validate_table_form"]
    index = chat.events.index(ActionExecuted("validate_table_form", "form: table_form"))
    assert chat.events[index - 1] == SlotSet("people", 2)


def test_an_action_can_ask_for_a_slot() -> None:
    chat = Chat(assistant_of(TABLE + "actions: [action_ask_place]\n"))
    assert chat.hear("book", number=2) == ["action_ask_place", "table_form"]
    assert RunAction("action_ask_place", "form: table_form (rule: book)") not in decide(chat.assistant, chat.tracker)
    assert chat.acted[0] == ("action_ask_place", "form: table_form (rule: book)")


# ---------------------------------------------------------------- stories around forms

UNHAPPY = (
    TABLE
    + """
stories:
  - story: stop and go on
    steps:
      - {intent: book}
      - {action: table_form}
      - {active_loop: table_form}
      - {intent: deny}
      - {action: utter_go_on}
      - {intent: affirm}
      - {action: table_form}
      - {active_loop: table_form}
  - story: stop and stop
    steps:
      - {intent: book}
      - {action: table_form}
      - {active_loop: table_form}
      - {intent: deny}
      - {action: utter_go_on}
      - {intent: deny}
      - {action: action_deactivate_loop}
      - {active_loop: null}
"""
)


def test_a_story_keeps_the_form_out_until_it_lets_it_go_on() -> None:
    chat = Chat(assistant_of(UNHAPPY))
    chat.hear("book")
    chat.hear("inform", number=2)
    assert chat.hear("deny") == ["utter_go_on"]
    assert chat.hear("affirm") == ["table_form"]
    assert (chat.asked_for, chat.said) == ("place", ["Where?"])


def test_a_story_can_end_the_form() -> None:
    chat = Chat(assistant_of(UNHAPPY))
    chat.hear("book")
    chat.hear("faq")
    chat.hear("deny")
    assert chat.hear("deny") == ["action_deactivate_loop"]
    assert chat.form is None


def test_an_answer_after_the_interruption_is_taken_though_no_story_expects_it() -> None:
    chat = Chat(assistant_of(UNHAPPY))
    chat.hear("book")
    chat.hear("deny")
    assert chat.hear("inform", number=6) == ["table_form"]
    assert (chat.slots["people"], chat.asked_for) == (6, "place")


def test_one_form_can_follow_another() -> None:
    chat = Chat(
        assistant_of(
            TABLE.replace("{action: utter_done}]", "{action: more_form}, {active_loop: more_form}]")
            .replace("forms:\n", "forms:\n  more_form: {required_slots: [again]}\n")
            .replace(
                "slots:\n",
                "slots:\n  again: {type: text, mappings: [{type: from_text, conditions: "
                "[{active_loop: more_form, requested_slot: again}]}]}\n",
                1,
            )
            .replace("responses:\n", "responses:\n  utter_ask_again: [{text: Again?}]\n")
        )
    )
    chat.hear("book", number=2, place="Leeds")
    assert chat.hear("inform", "quiet") == ["table_form", "more_form"]
    assert (chat.form, chat.said) == ("more_form", ["Again?"])


def test_a_rule_can_switch_from_one_form_to_another_in_the_middle() -> None:
    chat = Chat(
        assistant_of(
            VALIDATED.replace("[validate_table_form]", "[validate_table_form, validate_other_form]")
            .replace("forms:\n", "forms:\n  other_form: {required_slots: [wish]}\n")
            .replace(
                "rules:\n",
                "rules:\n  - rule: other\n    steps: [{intent: greet}, {action: other_form}, "
                "{active_loop: other_form}]\n",
            )
        )
    )
    chat.hear("book")
    assert chat.hear("greet") == ["validate_table_form", "validate_other_form", "other_form"]
    assert (chat.form, chat.asked_for) == ("other_form", "wish")
