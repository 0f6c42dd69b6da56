"""Retrieval intents: `faq/ask_price` is `faq` to rules, and chooses the response `utter_faq/ask_price`."""

from __future__ import annotations

import pytest

from bot.domain.conversation import FollowupAction
from bot.domain.errors import ContentError
from tests.bot.dialogue.chat import Chat, assistant_of

CONTENT = """
intents: [faq, greet]
slots:
  topic: {type: text, mappings: [{type: from_intent, intent: faq, value: question}]}
responses:
  utter_greet: [{text: Hello}]
  utter_faq/ask_price: [{text: It is free}]
  utter_faq/ask_place: [{text: It is here}]
actions: [utter_faq]
rules:
  - {rule: faq, steps: [{intent: faq}, {action: utter_faq}]}
"""


@pytest.mark.parametrize(("key", "said"), [("ask_price", "It is free"), ("ask_place", "It is here")])
def test_the_message_chooses_the_response(key: str, said: str) -> None:
    chat = Chat(assistant_of(CONTENT))
    assert chat.hear(f"faq/{key}") == ["utter_faq"]
    assert chat.said == [said]


def test_slots_and_rules_see_the_intent_without_its_key() -> None:
    chat = Chat(assistant_of(CONTENT))
    chat.hear("faq/ask_price")
    assert (chat.slots["topic"], chat.acted) == ("question", [("utter_faq", "rule: faq")])


def test_a_message_that_chooses_nothing_is_answered_with_nothing() -> None:
    chat = Chat(assistant_of(CONTENT))
    chat.hear("faq")
    assert chat.said == []
    chat.apply(FollowupAction("utter_faq"))
    assert chat.go_on() == ["utter_faq"]


def test_rules_may_name_the_key_and_may_not_name_what_is_not_there() -> None:
    assert len(assistant_of(CONTENT, "rules: [{rule: r, steps: [{intent: faq/x}, {action: utter_faq}]}]").rules) == 2
    with pytest.raises(ContentError, match='no response "utter_faqs"'):
        assistant_of(CONTENT, "rules: [{rule: r, steps: [{intent: greet}, {action: utter_faqs}]}]")
