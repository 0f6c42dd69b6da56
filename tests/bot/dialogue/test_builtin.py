"""Rasa's default actions, and what takes their place."""

from __future__ import annotations

import pytest

from bot.domain.conversation import ActiveLoop, FollowupAction, SlotSet, UserUtteranceReverted
from bot.domain.understanding import Entity
from tests.bot.dialogue.chat import Chat, assistant_of

CONTENT = """
intents: [greet, book, inform, deny, affirm]
entities: [size]
slots:
  size: {type: float, mappings: [{type: from_entity, entity: size}]}
  name: {type: text, mappings: [{type: custom}]}
responses:
  utter_greet: [{text: Hello}]
  utter_booked: [{text: Booked}]
  utter_default: [{text: Pardon?}]
  utter_ask_rephrase: [{text: In other words?}]
  utter_back: [{text: As you were}]
  utter_ask_size: [{text: Which size?}]
forms:
  size_form: {required_slots: [size]}
actions: [action_tell]
rules:
  - {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
  - {rule: book, steps: [{intent: book}, {action: size_form}, {active_loop: size_form}]}
  - rule: booked
    condition: [{active_loop: size_form}]
    steps: [{action: size_form}, {active_loop: null}, {action: utter_booked}]
"""
TWO_STAGES = """
  - rule: what?
    steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
"""


def chat_of(*more: str, content: str = CONTENT) -> Chat:
    return Chat(assistant_of(content + "".join(more)))


def heard(chat: Chat) -> list[str]:
    """The intents that were not taken back."""
    return [event.understood.intent.name for event in chat.tracker.recent if event.kind == "user"]


def test_closing_a_form_is_told_even_where_none_is_open() -> None:
    chat = chat_of("  - {rule: no, steps: [{intent: deny}, {action: action_deactivate_loop}, {active_loop: null}]}\n")
    chat.hear("deny")
    assert ActiveLoop(None) in chat.events


def test_a_command_is_no_answer_to_the_question_that_is_open() -> None:
    chat = Chat(
        assistant_of(
            "intents: [book]",
            "slots: {name: {type: text, mappings: [{type: from_text, conditions: [WHERE]}]}}".replace(
                "WHERE", "{active_loop: name_form, requested_slot: name}"
            ),
            "responses: {utter_ask_name: [{text: Who?}]}",
            "forms: {name_form: {required_slots: [name]}}",
            "rules: [{rule: r, steps: [{intent: book}, {action: name_form}, {active_loop: name_form}]}]",
        )
    )
    chat.hear("book")
    chat.hear("session_start", "/session_start")
    assert chat.slots.get("name") is None
    assert chat.form is None


# ---------------------------------------------------------------- going back


def test_back_takes_back_the_message_before() -> None:
    chat = chat_of()
    chat.hear("book")
    asked = chat.tracker.recent
    chat.hear("inform", size=3)
    assert chat.form is None
    assert chat.hear("back", "/back") == ["action_back"]
    assert chat.said == ["As you were"]
    assert chat.tracker.recent == asked
    assert (chat.asked_for, chat.slots.get("size")) == ("size", None)
    chat.hear("inform", size=4)
    assert (chat.said, chat.slots["size"]) == (["Booked"], 4)


def test_back_at_the_beginning_leaves_nothing() -> None:
    chat = chat_of()
    chat.hear("back", "/back")
    assert (chat.tracker.recent, chat.tracker.latest_message) == ((), None)
    assert chat.hear("greet") == ["utter_greet"]


def test_a_message_that_nobody_understood_is_as_good_as_not_said() -> None:
    chat = chat_of()
    chat.hear("greet")
    before = chat.tracker.recent
    assert chat.hear("deny") == ["action_default_fallback"]
    assert (chat.said, chat.tracker.recent) == (["Pardon?"], before)


def test_an_action_of_ones_own_may_take_the_message_back() -> None:
    content = CONTENT.replace("[action_tell]", "[action_tell, action_default_fallback]")
    chat = Chat(assistant_of(content), {"action_default_fallback": lambda _: [UserUtteranceReverted()]})
    chat.hear("greet")
    before = chat.tracker.recent
    assert chat.hear("deny") == ["action_default_fallback"]
    assert (chat.said, chat.tracker.recent) == ([], before)


# ---------------------------------------------------------------- the two-stage fallback


def test_what_was_affirmed_is_done_as_if_it_had_been_understood_at_once() -> None:
    chat, plain = chat_of(TWO_STAGES), chat_of(TWO_STAGES)
    acted = chat.hear("nlu_fallback", "bok", ranking=["nlu_fallback", "book", "greet"])
    assert acted == ["action_two_stage_fallback"]
    assert chat.acted[0][1] == "form: action_two_stage_fallback (rule: what?)"
    assert (chat.said, chat.buttons) == (["Did you mean 'book'?"], ["/book", "/out_of_scope"])
    assert chat.hear("book", "/book") == ["action_listen", "size_form"]
    assert chat.said == ["Which size?"]
    plain.hear("book")
    assert (chat.form, chat.asked_for, chat.slots) == (plain.form, plain.asked_for, plain.slots)
    chat.hear("inform", size=3)
    assert chat.said == ["Booked"]


def test_what_was_put_in_other_words_is_done() -> None:
    chat = chat_of(TWO_STAGES)
    chat.hear("nlu_fallback", ranking=["book"])
    chat.hear("out_of_scope", "/out_of_scope")
    assert (chat.said, chat.form) == (["In other words?"], "action_two_stage_fallback")
    chat.hear("greet", "hello")
    assert (chat.said, chat.form) == (["Hello"], None)
    assert heard(chat) == ["greet"]


def test_other_words_that_are_not_understood_either_are_asked_about_once_more() -> None:
    chat = chat_of(TWO_STAGES)
    chat.hear("nlu_fallback", ranking=["book"])
    chat.hear("out_of_scope", "/out_of_scope")
    chat.hear("nlu_fallback", ranking=["greet"])
    assert chat.said == ["Did you mean 'greet'?"]
    before_the_end = chat.form
    assert "action_default_fallback" in chat.hear("out_of_scope", "/out_of_scope")
    assert (chat.said, before_the_end, chat.form) == (["Pardon?"], "action_two_stage_fallback", None)
    assert heard(chat) == []


def test_two_messages_that_are_not_understood_end_it() -> None:
    chat = chat_of(TWO_STAGES)
    chat.hear("greet")
    chat.hear("nlu_fallback", ranking=["book"])
    assert "action_default_fallback" in chat.hear("nlu_fallback", ranking=["greet"])
    assert (chat.said, chat.form, heard(chat)) == (["Pardon?"], None, ["greet"])


def test_where_there_is_nothing_to_affirm_other_words_are_asked_for() -> None:
    chat = chat_of(TWO_STAGES)
    chat.hear("nlu_fallback")
    assert chat.said == ["In other words?"]


def test_the_question_may_be_worded_or_be_an_action_of_ones_own() -> None:
    worded = CONTENT.replace("  utter_back:", '  utter_ask_affirmation: [{text: "So, {intent}?"}]\n  utter_back:')
    chat = chat_of(TWO_STAGES, content=worded)
    chat.hear("nlu_fallback", ranking=["book"])
    assert chat.said == ["So, book?"]
    own = CONTENT.replace("[action_tell]", "[action_tell, action_default_ask_affirmation]")
    chat = chat_of(TWO_STAGES, content=own)
    acted = chat.hear("nlu_fallback", ranking=["book"])
    assert acted == ["action_default_ask_affirmation", "action_two_stage_fallback"]
    assert chat.form == "action_two_stage_fallback"
    assert chat.hear("greet", "/greet")[-1] == "utter_greet"


def test_the_fallback_at_its_end_may_be_an_action_of_ones_own() -> None:
    own = CONTENT.replace("[action_tell]", "[action_tell, action_default_fallback]")
    chat = chat_of(TWO_STAGES, content=own)
    chat.hear("nlu_fallback", ranking=["book"])
    assert chat.hear("nlu_fallback", ranking=["book"])[-1] == "action_default_fallback"
    assert chat.form is None


# ---------------------------------------------------------------- the same by rules, and the others

BY_RULES = """
  - {rule: affirm, steps: [{intent: nlu_fallback}, {action: action_default_ask_affirmation}]}
  - rule: affirmed
    steps: [{action: action_default_ask_affirmation}, {intent: book}, {action: action_revert_fallback_events}]
  - {rule: no, steps: [{intent: out_of_scope}, {action: action_default_ask_rephrase}]}
"""


def test_what_was_affirmed_under_rules_is_told_again() -> None:
    chat = chat_of(BY_RULES)
    chat.hear("greet")
    chat.hear("nlu_fallback", ranking=["book"])
    assert chat.hear("book", "/book") == ["action_listen", "size_form"]
    assert (heard(chat), chat.form) == (["greet", "book"], "size_form")


def test_rephrasing_under_rules_asks_for_other_words() -> None:
    chat = chat_of(BY_RULES)
    chat.hear("nlu_fallback", ranking=["book"])
    chat.hear("out_of_scope")
    assert chat.said == ["In other words?"]


def test_slots_may_be_extracted_once_more() -> None:
    chat = chat_of()
    chat.hear("greet", size=3)
    chat.apply(SlotSet("size", None))
    chat.apply(FollowupAction("action_extract_slots"))
    assert chat.go_on() == ["action_extract_slots"]
    assert chat.slots["size"] == 3


@pytest.mark.parametrize("action", ["action_unlikely_intent", "action_revert_fallback_events"])
def test_an_action_that_has_nothing_to_do_does_nothing(action: str) -> None:
    chat = chat_of()
    chat.hear("greet")
    before = chat.slots
    chat.apply(FollowupAction(action))
    assert chat.go_on() == [action]
    assert (chat.said, chat.slots) == ([], before)


def test_a_text_that_a_trigger_brings_is_said() -> None:
    chat = chat_of("  - {rule: tell, steps: [{intent: inform}, {action: action_send_text}]}\n")
    chat.hear("inform", entities=[Entity("text", "Your order has left.")])
    assert chat.said == ["Your order has left."]
    chat.hear("inform", entities=[Entity("text", " "), Entity("size", 3)])
    assert chat.said == []
