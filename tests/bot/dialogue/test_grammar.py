"""The grammar of commands comes from the assistant's own content, and no yes is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.content import read_assistant
from bot.dialogue.grammar import Grammar, grammar_of
from bot.documents import parse
from bot.domain.assistant import Assistant
from bot.nlu.training_data import read_examples
from tests.bot.dialogue.chat import ROOT, assistant_of, shared_assistant


@pytest.fixture(scope="module")
def sample() -> Grammar:
    files = [path for path in sorted((ROOT / "nlu_data").rglob("*.yml")) if "tests" not in path.parts]
    documents = [parse(str(Path(*path.parts[-2:])), path.read_text()) for path in files]
    return grammar_of(read_assistant(documents), {one.intent for one in read_examples(documents)})


def every_intent_said(assistant: Assistant) -> Grammar:
    return grammar_of(assistant, assistant.intents)


def test_the_sample_assistant_has_every_command(sample: Grammar) -> None:
    assert set(sample.commands) == {
        *("start", "clarify", "set", "correct", "cancel", "skip", "ask_knowledge", "chitchat", "hand_off", "repeat"),
        *("end", "revoke_consent", "grant_consent", "identify", "reschedule"),
    }
    assert sample.flows["request_demo"] == "I'd like a demo"
    assert sample.consent_form == "follow_up_form"


def test_what_only_services_and_buttons_tell_is_no_flow(sample: Grammar) -> None:
    assert set(sample.flows) == {
        *("greet", "thank", "deny", "help", "request_demo", "book_meeting", "not_interested", "bot_challenge", "go_on"),
        *("ask_why", "cancel_meeting"),
    }


def test_slots_are_those_that_a_message_may_fill(sample: Grammar) -> None:
    assert set(sample.slots) == {
        *("lead_name", "wished_time", "work_email", "team_size", "timeline", "phone", "meeting_time", "booked_time"),
    }


def test_no_yes_and_no_consent_is_in_the_grammar(sample: Grammar) -> None:
    assert not {"affirm", "opt_out", "restart", "nlu_fallback"} & set(sample.flows)
    assert "sms_consent" not in sample.slots


def test_an_assistant_that_calls_its_consent_otherwise_has_no_yes_in_it_either() -> None:
    grammar = every_intent_said(
        assistant_of("""
version: "3.1"
intents: [order, sure_thing, nope]
entities: [answer]
slots:
  updates_ok: {type: text, mappings: [{type: from_entity, entity: answer}]}
  gift:
    type: bool
    mappings: [{type: from_intent, intent: sure_thing, value: true}, {type: from_entity, entity: answer}]
responses:
  utter_ask_updates_ok: [{text: "May we send you marketing messages? Reply STOP at any time."}]
  utter_ask_gift: [{text: "Wrapped?"}]
forms:
  order_form: {required_slots: [gift, updates_ok]}
rules:
  - {rule: order, steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]}
  - {rule: sure, steps: [{intent: sure_thing}, {action: utter_ask_gift}]}
  - {rule: nope, steps: [{intent: nope}, {action: utter_ask_gift}]}
""")
    )
    assert set(grammar.flows) == {"order", "nope"}
    assert not grammar.slots
    assert grammar.consent_form == "order_form"


def test_an_assistant_with_little_has_a_small_grammar() -> None:
    grammar = every_intent_said(
        assistant_of("""
version: "3.1"
intents: [greet]
responses: {utter_hi: [{text: hi}]}
rules: [{rule: hi, steps: [{intent: greet}, {action: utter_hi}]}]
""")
    )
    assert grammar.commands == ("revoke_consent", "start", "clarify")
    assert grammar.schema()["properties"]["commands"]["items"]["properties"]["target"]["enum"] == ["", "greet"]


def test_assistants_of_others_have_one() -> None:
    restaurants = every_intent_said(shared_assistant("formbot"))
    assert "request_restaurant" in restaurants.flows
    assert {"cuisine", "num_people"} <= set(restaurants.slots)
    bank = every_intent_said(shared_assistant("financial-demo"))
    assert "transfer_money" in bank.flows
    assert not bank.slots  # its slots are filled by its own actions
    assert "affirm" not in {*restaurants.flows, *bank.flows}
