"""Commands become an intent with entities, and the engine does with them what it does with any."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.command_prompt import command_prompt
from bot.dialogue.command_reading import CONFIDENCE, reading_of, told
from bot.dialogue.commands import (
    Clarify,
    Command,
    Do,
    GrantConsent,
    Heard,
    Identify,
    Parsed,
    Reschedule,
    SetSlot,
    Start,
    parse_commands,
)
from bot.domain.conversation import ActiveLoop, BotUttered, SlotSet, Tracker
from bot.domain.ids import ConversationId
from bot.domain.language_model import MODEL_STAGE
from bot.domain.understanding import FALLBACK_INTENT, Entity, IntentScore, Understood
from tests.bot.dialogue.test_commands import ANSWERS, GRAMMAR, TEXT

UNREAD = Understood(TEXT, IntentScore(FALLBACK_INTENT, 0.7), (Entity("number", 50.0, "fifty", 4, 9),), stage="fallback")


def read(*commands: Command, understood: Understood = UNREAD) -> Understood:
    reading = reading_of(Parsed(tuple(commands)), GRAMMAR, understood)
    assert reading is not None
    return reading.understood


@pytest.mark.parametrize(
    ("commands", "intent"),
    [
        ([Start("book")], "book"),
        ([Do("hand_off")], "talk_to_person"),
        ([Do("revoke_consent")], "opt_out"),
        ([Reschedule("on Friday")], "book_meeting"),
        ([SetSlot("people", 50.0, "fifty")], "inform"),
        ([SetSlot("people", 50.0, "fifty", corrects=True)], "correct"),
        ([Identify("email", "bob@example.com")], "inform"),
        ([SetSlot("people", 50.0, "fifty"), Start("book")], "book"),
        ([Start("book"), Do("hand_off")], "talk_to_person"),
        ([Start("book"), Do("hand_off"), Do("revoke_consent")], "opt_out"),
    ],
)
def test_a_message_gets_one_intent_and_to_stop_comes_first(commands: Sequence[Command], intent: str) -> None:
    reading = read(*commands)
    assert reading.intent == IntentScore(intent, CONFIDENCE)
    assert reading.stage == MODEL_STAGE


def test_a_value_becomes_the_entity_that_fills_the_slot() -> None:
    reading = read(SetSlot("place", "New York", "New York"))
    added = reading.entities[-1]
    assert (added.name, added.role, added.value) == ("place", "to", "New York")
    assert TEXT[added.start : added.end] == "New York"
    assert reading.entities[0] == UNREAD.entities[0]


def test_a_value_that_was_found_without_the_model_stays_as_it_was_read() -> None:
    dated = Entity("time", "2026-11-27", "on Friday", TEXT.index("on Friday"), TEXT.index("on Friday") + 9)
    understood = Understood(TEXT, UNREAD.intent, (dated,))
    assert read(Reschedule("on Friday"), understood=understood).entities[-1].value == "2026-11-27"


def test_flows_to_clarify_are_what_is_likeliest_and_the_message_is_not_understood() -> None:
    reading = read(Clarify(("book", "prices")))
    assert reading.intent == UNREAD.intent
    assert [one.name for one in reading.ranking] == ["book", "prices"]


def test_a_grant_of_consent_only_opens_the_form_that_asks_for_it() -> None:
    reading = reading_of(Parsed((GrantConsent(),)), GRAMMAR, UNREAD)
    assert reading is not None
    assert reading.opens == "text_form"
    assert reading.understood.intent == UNREAD.intent
    assert reading.understood.entities == UNREAD.entities


def test_no_command_changes_nothing() -> None:
    assert reading_of(Parsed(), GRAMMAR, UNREAD) is None


def test_the_explanation_repeats_nothing_of_the_message() -> None:
    assert told(Identify("email", "bob@example.com")) == "identify by email"
    assert told(SetSlot("place", "New York", "New York")) == "set place"
    assert told(Reschedule("on Friday")) == "reschedule"


@given(answer=ANSWERS, text=st.text(max_size=60) | st.just(TEXT))
def test_whatever_a_model_says_no_yes_and_no_value_of_its_own_is_read(answer: str, text: str) -> None:
    understood = Understood(text, UNREAD.intent)
    reading = reading_of(parse_commands(answer, GRAMMAR, Heard(text)), GRAMMAR, understood)
    if reading is None:
        return
    assert reading.understood.intent.name in {*GRAMMAR.flows, *GRAMMAR.signals.values(), FALLBACK_INTENT}
    assert reading.understood.intent.name not in {"affirm", "secret"}
    assert all(one.text in text and text[one.start : one.end] == one.text for one in reading.understood.entities)


# ---------------------------------------------------------------- the prompt


def test_the_prompt_holds_the_message_apart_and_masked() -> None:
    tracker = Tracker(ConversationId("c")).apply_all(
        [
            ActiveLoop("table_form"),
            SlotSet("requested_slot", "people"),
            SlotSet("place", "Oslo"),
            BotUttered("So Oslo, for how many? Call +447700900123."),
        ]
    )
    prompt = command_prompt(GRAMMAR, tracker, TEXT)
    assert prompt.data == {
        "message": TEXT.replace("bob@example.com", "[email]").replace("+44 7700 900123", "[phone]"),
        "said_before_it": "So [place], for how many? Call [phone].",
        "asked_for": "people",
        "known": ["place"],
    }
    assert "Oslo" not in prompt.instructions
    assert "fifty" not in prompt.instructions


def test_a_long_message_is_cut() -> None:
    prompt = command_prompt(GRAMMAR, Tracker(ConversationId("c")), "word " * 10_000)
    assert len(str(prompt.data)) < 2500
