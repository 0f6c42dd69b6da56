"""Forms whose answers an action validates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import pytest

from bot.dialogue.engine import decide
from bot.domain.conversation import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.effects import Apply, DialogueEffect, RunAction, Say
from bot.domain.ids import MessageId
from bot.domain.understanding import IntentScore, Understood
from tests.bot.dialogue.chat import Chat, assistant_of, sets
from tests.bot.dialogue.test_forms import TABLE, VALIDATED, steps


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


ONCE_OPEN = VALIDATED.replace("not_intent: faq}", "not_intent: faq, conditions: [{active_loop: table_form}]}")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        (ONCE_OPEN, ["people", "place"]),
        (
            ONCE_OPEN.replace("entity: number}", "entity: number, conditions: [{active_loop: table_form}]}").replace(
                "[people, place, wish]", "[place, people, wish]"
            ),
            ["place", "people"],
        ),
    ],
    ids=["one was told before", "both are heard then"],
)
def test_so_it_does_with_what_is_heard_only_once_it_is_open(text: str, order: list[str]) -> None:
    seen: list[list[str]] = []

    def validate(tracker: Tracker) -> list[Event]:
        slots = takewhile(lambda event: isinstance(event, SlotSet), reversed(tracker.recent))
        seen.append(list(dict.fromkeys(event.name for event in reversed([*slots]) if isinstance(event, SlotSet))))
        return []

    chat = Chat(assistant_of(text), {"validate_table_form": validate})
    chat.hear("faq", number=2)
    chat.hear("book", number=2, place="Leeds")
    assert seen == [order]


def test_opening_a_form_does_not_take_again_what_the_validation_of_slots_has_refused() -> None:
    checked = TABLE + "actions: [action_validate_slot_mappings]"
    chat = Chat(assistant_of(checked), {"action_validate_slot_mappings": sets(people=None)})
    chat.hear("book", number=-3)
    assert (chat.slots["people"], chat.asked_for) == (None, "people")


def test_a_form_that_opens_has_the_words_validated_in_which_the_answer_was_told() -> None:
    seen: list[Event] = []

    def validate(tracker: Tracker) -> list[Event]:
        seen.append(tracker.recent[-1])
        return []

    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": validate})
    chat.hear("faq", number="2")
    chat.hear("book")
    assert [(one.value, one.told) for one in seen if isinstance(one, SlotSet)] == [(2, "2")]


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


def after_a_failure(chat: Chat, *heard: SlotSet) -> Sequence[DialogueEffect]:
    """What the engine decides once the validation of what the message told has failed."""
    message = UserUttered("x", Understood("x", IntentScore("inform", 1.0)), MessageId("m9"), None, "webchat")
    tracker = chat.tracker.apply_all([message, *heard])
    return decide(chat.assistant, tracker.apply(ActionExecuted("validate_table_form", "form: table_form; it failed")))


def test_an_answer_whose_validation_fails_is_not_taken_and_asked_for_again() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": lambda tracker: []})
    chat.hear("book")
    effects = after_a_failure(chat, SlotSet("people", 2, heard=True))
    assert Apply(SlotSet("people", None)) in effects
    assert Apply(SlotSet("requested_slot", "people")) in effects
    assert Apply(ActionExecuted("table_form", "form: table_form")) in effects
    assert [effect.response for effect in effects if isinstance(effect, Say)] == ["utter_ask_table_form_people"]


def test_an_earlier_answer_stands_where_the_validation_of_its_correction_fails() -> None:
    chat = Chat(assistant_of(VALIDATED), {"validate_table_form": lambda tracker: []})
    chat.hear("book")
    chat.hear("inform", number=2)
    assert chat.asked_for == "place"
    effects = after_a_failure(chat, SlotSet("people", 3, heard=True))
    assert Apply(SlotSet("people", 2)) in effects
    assert [effect.response for effect in effects if isinstance(effect, Say)] == ["utter_ask_place"]


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
