"""What stories support best, where none of them fits."""

from __future__ import annotations

import pytest

from bot.domain.conversation import SlotSet
from tests.bot.dialogue.chat import Chat, assistant_of

CONTENT = """
intents: [greet, order, pay, thank, stop, odd]
entities: [size]
slots:
  vip: {type: bool, mappings: [{type: custom}]}
responses:
  utter_hi: [{text: Hi}]
  utter_pay: [{text: Pay here}]
  utter_paid: [{text: Paid}]
  utter_bye: [{text: Bye}]
  utter_stop: [{text: Stopped}]
  utter_default: [{text: Pardon?}]
rules:
  - {rule: stop, steps: [{intent: stop}, {action: utter_stop}]}
stories:
  - story: buy
    steps: [{intent: greet}, {action: utter_hi}, {intent: order, entities: [size]}, {action: utter_pay},
            {intent: pay}, {action: utter_paid}, {action: utter_bye}]
  - story: only look
    steps: [{intent: greet}, {action: utter_hi}, {intent: thank}, {action: utter_bye}]
  - story: buy again
    steps: [{intent: order}, {action: utter_pay}, {intent: thank}, {action: utter_hi}]
"""


def chat_after(*intents: str, content: str = CONTENT) -> Chat:
    chat = Chat(assistant_of(content))
    for intent in intents:
        chat.hear(intent)
    return chat


def test_a_slot_that_no_story_sets_is_left_out() -> None:
    chat = chat_after("greet")
    chat.apply(SlotSet("vip", True))
    assert chat.hear("order", size="L") == ["utter_pay"]
    assert chat.acted == [("utter_pay", "story: buy (generalised: ignoring slots)")]


def test_entities_are_left_out_when_nothing_else_fits() -> None:
    chat = chat_after("greet")
    assert chat.hear("thank", size="L") == ["utter_bye"]
    assert chat.acted == [("utter_bye", "story: only look (generalised: ignoring slots and entities)")]


def test_a_detour_that_no_story_takes_is_bridged_from_the_last_states() -> None:
    chat = chat_after("greet", "greet")
    assert chat.hear("pay") == ["utter_paid", "utter_bye"]
    assert chat.acted[0][1].startswith("story: buy (generalised: ")
    assert "from the last 1 state" in chat.acted[0][1]


ORDERS = """
intents: [return, inform, cancel]
entities: [order, reason]
slots:
  order: {type: text, mappings: [{type: from_entity, entity: order}]}
  reason: {type: text, mappings: [{type: from_entity, entity: reason}]}
responses:
  utter_ask_order: [{text: Which?}]
  utter_ask_reason: [{text: Why?}]
  utter_taken: [{text: Taken back.}]
  utter_kept: [{text: Kept.}]
forms: {return_form: {required_slots: [order, reason]}}
stories:
  - story: take back
    steps:
      - {intent: return}
      - {action: return_form}
      - {active_loop: return_form}
      - {intent: inform, entities: [order: 7]}
      - {slot_was_set: [order: 7]}
      - {intent: inform, entities: [reason: broken]}
      - {slot_was_set: [reason: broken]}
      - {action: return_form}
      - {active_loop: null}
      - {action: utter_taken}
"""


def test_what_all_stories_do_after_a_form_is_done_whatever_was_said_in_it() -> None:
    """Who writes such a story tells each answer, and the form between them once, as no conversation goes."""
    chat = chat_after("return", content=ORDERS)
    chat.hear("inform", order="7")
    assert chat.hear("inform", reason="broken") == ["return_form", "utter_taken"]
    assert chat.acted[-1][1] == "story: take back (generalised: as all do after this form)"


def test_what_stories_do_differently_after_a_form_is_not_guessed() -> None:
    other = "\n  - story: keep\n    steps: [{intent: cancel}, {action: return_form}, {active_loop: return_form}, "
    other += "{active_loop: null}, {action: utter_kept}]\n"
    chat = chat_after("return", content=ORDERS + other)
    chat.hear("inform", order="7")
    assert chat.hear("inform", reason="broken") == ["return_form"]


def test_what_stories_disagree_on_is_not_guessed() -> None:
    chat = chat_after("pay")
    assert chat.hear("thank") == ["action_default_fallback"]


def test_an_intent_that_is_in_no_story_gets_the_fallback() -> None:
    assert chat_after("greet").hear("odd") == ["action_default_fallback"]


def test_a_guess_never_takes_the_place_of_a_rule() -> None:
    content = (
        CONTENT
        + "  - {story: stop, steps: [{intent: greet}, {action: utter_hi}, {intent: stop}, {action: utter_stop}]}"
    )
    chat = chat_after("greet", "order", content=content)
    assert chat.hear("stop", size="L") == ["utter_stop"]
    assert chat.acted == [("utter_stop", "rule: stop")]


@pytest.mark.parametrize(
    ("config", "acted"),
    [
        ("policies: [{name: MemoizationPolicy}, {name: RulePolicy}]", ["action_default_fallback"]),
        ("policies: [{name: TEDPolicy}, {name: RulePolicy, core_fallback_threshold: 0.3}]", ["utter_bye"]),
        ("policies: [{name: TEDPolicy}, {name: RulePolicy, core_fallback_threshold: 1}]", ["action_default_fallback"]),
    ],
)
def test_a_project_without_ted_or_with_a_high_threshold_guesses_less(config: str, acted: list[str]) -> None:
    chat = Chat(assistant_of(CONTENT, config))
    chat.hear("greet")
    assert chat.hear("thank", size="L") == acted
