"""Our own engine asks what is known of a person only where an answer looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.content.own_dialogue import OwnDialogue
from bot.domain.conversation import Tracker, UserUttered
from bot.domain.effects import Say
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import IntentScore, Understood
from tests.bot.dialogue.chat import assistant_of

SHOP = assistant_of(
    """
intents: [greet, thank]
responses:
  utter_greet:
  - text: 'Hello {{ profile.name | default: "there" }}!'
    metadata: {liquid: true}
  utter_thank:
  - text: You are welcome.
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: thank
  steps:
  - intent: thank
  - action: utter_thank
"""
)


class Known:
    """What is known of Ana, and how often somebody has asked for it."""

    def __init__(self) -> None:
        self.asked = 0

    async def read(self) -> Mapping[str, Any]:
        self.asked += 1
        return {"profile": {"name": "Ana"}, "lead": {}}


async def said_to(intent: str, known: Known) -> list[str]:
    said = UserUttered("", Understood("", IntentScore(intent, 1.0)), MessageId("m1"), None, "webchat")
    tracker = Tracker(ConversationId("c1")).apply(said)
    effects = await OwnDialogue(lambda: SHOP).decide(tracker, known.read, channel="webchat")
    return [one.content.text for one in effects if isinstance(one, Say)]


async def test_a_personal_answer_says_what_is_known() -> None:
    known = Known()
    assert await said_to("greet", known) == ["Hello Ana!"]
    assert known.asked == 1


async def test_for_any_other_answer_nothing_is_read_of_the_person() -> None:
    known = Known()
    assert await said_to("thank", known) == ["You are welcome."]
    assert known.asked == 0
