"""A button is pressed by its title, by a yes or a no in words, and by a thumb, which is never an answer on consent."""

from __future__ import annotations

import pytest

from bot.domain.conversation import ActiveLoop, BotUttered, Event, SlotSet, Tracker
from bot.domain.ids import ConversationId
from bot.domain.message import Button
from bot.domain.sending_rules import SendingRules
from bot.domain.understanding import IntentScore, Understood
from bot.ports import Playbook
from bot.services.press_button import thumb_pressed, words_pressed
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import keyword_row

UP, DOWN = "\U0001f44d", "\U0001f44e"
ASSISTANT = """
version: "3.1"
intents: [affirm, deny]
slots:
  has_shifts: &yes_or_no
    type: bool
    mappings:
      - {type: from_intent, intent: affirm, value: true, conditions: [{active_loop: shop_form}]}
      - {type: from_intent, intent: deny, value: false, conditions: [{active_loop: shop_form}]}
  newsletter: *yes_or_no
  town: {type: text, mappings: [{type: from_text}]}
responses:
  utter_ask_has_shifts: [{text: "Do you work in shifts?"}]
  utter_ask_newsletter: [{text: "May we send you our newsletter?"}]
  utter_ask_town: [{text: "Where are you?"}]
forms: {shop_form: {required_slots: [has_shifts, newsletter, town]}}
"""
PLAYBOOK = Playbook(
    assistant_of(ASSISTANT),
    FakeNlu("affirm", "deny"),
    {},
    SendingRules(keywords=(keyword_row("confirm", "yes"), keyword_row("deny", "no"))),
)
YES, NO = Button("Yes, a person please", "/talk_to_person"), Button("No, thanks", "/deny")


def after(*events: Event) -> Tracker:
    tracker = Tracker(ConversationId("c"))
    for event in events:
        tracker = tracker.apply(event)
    return tracker


def asked_for(slot: str) -> Tracker:
    question = PLAYBOOK.assistant.responses[f"utter_ask_{slot}"]
    said = BotUttered(question.variations[0].text, question.name)
    return after(ActiveLoop("shop_form"), SlotSet("requested_slot", slot), said)


@pytest.mark.parametrize(
    ("said", "payload"),
    [
        (UP, "/affirm"),
        (DOWN, "/deny"),
        (f" {UP}\U0001f3fd {UP}\ufe0f ", "/affirm"),
        (f"{UP}{DOWN}", None),
        (f"{UP} great", None),
        ("", None),
        ("yes", None),
    ],
)
def test_thumbs_alone_answer_a_form_that_asks_for_a_yes_or_no(said: str, payload: str | None) -> None:
    assert thumb_pressed(PLAYBOOK, asked_for("has_shifts"), said) == payload


@pytest.mark.parametrize(("said", "payload"), [(UP, "/talk_to_person"), (DOWN, "/deny")])
def test_a_thumb_presses_the_button_that_says_the_same(said: str, payload: str) -> None:
    assert thumb_pressed(PLAYBOOK, after(BotUttered("A person?", buttons=(YES, NO))), said) == payload


@pytest.mark.parametrize("said", [UP, DOWN])
def test_where_no_yes_or_no_was_asked_for_a_thumb_says_nothing(said: str) -> None:
    assert thumb_pressed(PLAYBOOK, after(), said) is None
    assert thumb_pressed(PLAYBOOK, asked_for("town"), said) is None
    assert thumb_pressed(PLAYBOOK, after(BotUttered("A person?", buttons=(NO,))), said) is None


@pytest.mark.parametrize("said", [UP, DOWN])
def test_consent_takes_words(said: str) -> None:
    assert thumb_pressed(PLAYBOOK, asked_for("newsletter"), said) is None
    asked = BotUttered("May we text you offers?", buttons=(Button("Yes", "/affirm"), NO))
    assert thumb_pressed(PLAYBOOK, after(asked), said) is None


def read_as(intent: str, text: str) -> Understood:
    return Understood(text, IntentScore(intent, 0.9))


@pytest.mark.parametrize(
    ("intent", "text", "payload"),
    [
        ("affirm", "sure, go on", "/talk_to_person"),
        ("deny", "rather not", "/deny"),
        ("nlu_fallback", "yes, a person please!", "/talk_to_person"),
        ("inform", "my name is Ana", None),
        ("opt_out", "no, thanks", None),
    ],
)
def test_a_yes_or_a_no_in_words_presses_the_button_that_says_it(intent: str, text: str, payload: str | None) -> None:
    assert words_pressed(PLAYBOOK, after(BotUttered("A person?", buttons=(YES, NO))), read_as(intent, text)) == payload


def test_words_press_nothing_where_no_yes_or_no_was_offered() -> None:
    demo = BotUttered("Shall I set up a demo?", buttons=(Button("Book a demo", "/request_demo"), YES))
    assert words_pressed(PLAYBOOK, after(demo), read_as("affirm", "yes")) is None
    assert words_pressed(PLAYBOOK, after(), read_as("affirm", "yes")) is None
    question = BotUttered("Prices?", buttons=(Button("Yes", "How much is it?"), NO))
    assert words_pressed(PLAYBOOK, after(question), read_as("affirm", "yes")) is None


def test_a_yes_to_a_question_on_consent_stays_what_was_said() -> None:
    asked = BotUttered("May we text you offers?", buttons=(Button("Yes, text me", "/inform"), NO))
    assert words_pressed(PLAYBOOK, after(asked), read_as("affirm", "yes")) is None
