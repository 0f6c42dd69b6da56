from __future__ import annotations

import pytest

from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    BotUttered,
    FollowupAction,
    SlotSet,
)
from bot.domain.errors import ContentError
from tests.bot.dialogue.chat import Chat, assistant_of

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


def test_who_is_asked_by_a_form_that_is_renamed_meanwhile_is_heard_without_it(assistant: Assistant) -> None:
    chat = Chat(assistant)
    chat.hear("book")
    chat.hear("inform", number="4")
    chat.assistant = assistant_of(TABLE.replace("table_form", "seat_form"))
    assert chat.hear("faq", "what does it cost?") == ["utter_faq"]
    assert (chat.form, chat.asked_for, chat.slots["people"]) == (None, None, 4.0)
    assert chat.hear("book") == ["seat_form"]
    assert (chat.form, chat.asked_for) == ("seat_form", "place")


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


def test_a_message_that_nobody_understands_is_as_good_as_not_said_and_the_question_comes_again(
    assistant: Assistant,
) -> None:
    chat = Chat(assistant)
    chat.hear("book")
    before = chat.tracker.recent
    assert steps(chat.hear("greet")) == ["action_default_fallback"]
    assert chat.said == ["Pardon?", "How many?"]
    assert chat.tracker.recent == (*before, BotUttered("How many?", "utter_ask_table_form_people"))
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


# ---------------------------------------------------------------- opened once more

ORDERED_AGAIN = TABLE.replace("    ignored_intents: [ignore_me]\n", "    ask_anew: [people, wish]\n")


def fill_in(chat: Chat) -> None:
    chat.hear("book", number=2)
    chat.hear("inform", place="Leeds")
    chat.hear("inform", "by the window")
    assert chat.said == ["Booked for 2 at Leeds."]


@pytest.mark.parametrize("text", [ORDERED_AGAIN, ORDERED_AGAIN + "actions: [validate_table_form]"])
def test_a_form_that_was_filled_in_asks_anew_for_what_its_author_says(text: str) -> None:
    chat = Chat(assistant_of(text))
    fill_in(chat)
    chat.hear("book")
    assert (chat.asked_for, chat.slots["place"], chat.slots["wish"]) == ("people", "Leeds", None)
    chat.hear("inform", number=3)
    chat.hear("inform", "a quiet one")
    assert chat.said == ["Booked for 3 at Leeds."]


def test_what_the_message_that_opens_it_says_is_not_asked_anew() -> None:
    chat = Chat(assistant_of(ORDERED_AGAIN))
    fill_in(chat)
    chat.hear("book", number=5)
    assert (chat.slots["people"], chat.asked_for) == (5, "wish")
    chat.hear("inform", "none")
    chat.hear("book", number=5)
    assert (chat.slots["people"], chat.asked_for) == (5, "wish")


def test_a_form_that_was_left_goes_on_where_it_was() -> None:
    chat = Chat(assistant_of(ORDERED_AGAIN))
    chat.hear("book", number=2)
    chat.hear("stop")
    chat.hear("book")
    assert (chat.slots["people"], chat.asked_for) == (2, "place")


def test_what_a_form_asks_anew_it_has_to_ask_for() -> None:
    with pytest.raises(
        ContentError, match=r'there is no slot of the form "table_form" called "peple"\. Did you mean "people"'
    ):
        assistant_of(ORDERED_AGAIN.replace("ask_anew: [people", "ask_anew: [peple"))


AGAIN = TABLE.replace("responses:", 'responses:\n  utter_ask_again_people: [{text: "How many, roughly?"}]')


def test_what_is_asked_once_more_is_asked_in_the_words_for_that() -> None:
    chat = Chat(assistant_of(AGAIN))
    chat.hear("book")
    assert chat.said == ["How many?"]
    chat.hear("faq")
    assert chat.said == ["An answer", "How many, roughly?"]
    chat.hear("inform", number=2)
    assert chat.said == ["Where?"]


def test_a_form_that_was_left_asks_as_it_did_at_first() -> None:
    chat = Chat(assistant_of(AGAIN))
    chat.hear("book")
    chat.hear("stop")
    chat.hear("book")
    assert chat.said == ["How many?"]


def test_a_question_on_consent_is_put_in_the_same_words_each_time() -> None:
    chat = Chat(assistant_of(AGAIN.replace('"How many?"', '"May we text you about it?"')))
    chat.hear("book")
    chat.hear("faq")
    assert chat.said == ["An answer", "May we text you about it?"]


def test_a_question_that_an_action_asks_comes_again_after_the_default_answer() -> None:
    own = (
        TABLE.replace("utter_ask_table_form_people:", "utter_people:").replace("utter_ask_people:", "utter_all:")
        + "\nactions: [action_ask_people]\n"
    )
    chat = Chat(assistant_of(own), {"action_ask_people": lambda _: [BotUttered("For how many?")]})
    chat.hear("book")
    assert chat.hear("greet") == ["action_default_fallback", "action_ask_people", "table_form"]
    chat.hear("inform", number=3)
    assert chat.asked_for == "place"


@pytest.mark.parametrize("content", [TABLE, VALIDATED])
def test_a_form_that_asks_nothing_more_is_done_after_what_is_no_answer_to_it(content: str) -> None:
    """Its last answer came from elsewhere: an opt-out is a no to a question on consent."""
    chat = Chat(assistant_of(content.replace("[ignore_me]", "[faq]")))
    chat.hear("book", number=4, place="garden")
    chat.apply(SlotSet("wish", "none"))
    chat.apply(SlotSet("requested_slot", None))
    chat.hear("faq")
    assert chat.said == ["An answer", "Booked for 4 at garden."]


def test_words_that_were_answered_are_no_answer_to_the_form_that_opens_on_them() -> None:
    chat = Chat(
        assistant_of("""
intents: [start, inform]
entities: [place]
slots:
  mood: {type: text, mappings: [{type: from_text, conditions: [{active_loop: mood_form}]}]}
  sport: {type: text, mappings: [{type: from_text, conditions: [{active_loop: sport_form}]}]}
  place: {type: text, mappings: [{type: from_entity, entity: place, conditions: [{active_loop: sport_form}]}]}
responses:
  utter_ask_mood: [{text: How are you?}]
  utter_ask_sport: [{text: Which sport?}]
  utter_ask_place: [{text: Where?}]
  utter_hello: [{text: Hello.}]
  utter_thanks: [{text: Thanks.}]
forms:
  mood_form: {required_slots: [mood]}
  sport_form: {required_slots: [sport, place]}
rules:
  - {rule: start, steps: [{intent: start}, {action: utter_hello}, {action: mood_form}, {active_loop: mood_form}]}
  - rule: on
    condition: [{active_loop: mood_form}]
    steps:
      - action: mood_form
      - active_loop: null
      - action: utter_thanks
      - action: sport_form
      - active_loop: sport_form
""")
    )
    chat.hear("start")
    assert chat.said == ["Hello.", "How are you?"]
    chat.hear("inform", "fine, in Leeds", place="Leeds")
    assert chat.said == ["Thanks.", "Which sport?"]
    assert (chat.slots["mood"], chat.slots.get("sport"), chat.slots["place"]) == ("fine, in Leeds", None, "Leeds")
