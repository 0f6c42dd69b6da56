"""A model's answer, read: only commands of the grammar come out, with values of the customer's own message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.commands import (
    MOST_COMMANDS,
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
from bot.dialogue.grammar import Grammar, grammar_of
from bot.domain.understanding import Entity
from tests.bot.dialogue.chat import assistant_of

CONTENT = """
version: "3.1"
intents: [book, prices, affirm, cancel, talk_to_person, inform, correct, book_meeting, bot_challenge, secret]
entities: [number, place, mood, email, phone, time, yes]
slots:
  people: {type: float, mappings: [{type: from_entity, entity: number}]}
  place: {type: text, mappings: [{type: from_entity, entity: place, role: to}]}
  mood: {type: categorical, values: [Good, bad], mappings: [{type: from_entity, entity: mood}]}
  sms_consent: {type: bool, mappings: [{type: from_intent, intent: affirm, value: true}]}
  vip: {type: bool, mappings: [{type: from_entity, entity: yes}]}
  score: {type: float, mappings: [{type: custom}]}
responses:
  utter_ask_people: [{text: "How many?"}]
  utter_ask_sms_consent: [{text: "May we text you?"}]
  utter_prices: [{text: "Little."}]
actions: [action_hand_off]
forms:
  table_form: {required_slots: [people]}
  text_form: {required_slots: [sms_consent]}
rules:
  - {rule: book, steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]}
  - {rule: time, steps: [{intent: book_meeting}, {action: table_form}, {active_loop: table_form}]}
  - {rule: prices, steps: [{intent: prices}, {action: utter_prices}]}
  - {rule: machine, steps: [{intent: bot_challenge}, {action: utter_prices}]}
  - {rule: yes, steps: [{intent: affirm}, {action: utter_prices}]}
  - {rule: person, steps: [{intent: talk_to_person}, {action: action_hand_off}]}
"""
ASSISTANT = assistant_of(CONTENT)
GRAMMAR = grammar_of(ASSISTANT, ASSISTANT.intents)
TEXT = "hi, fifty of us want a table in  New York on Friday, bob@example.com or +44 7700 900123; 1,200 later"
HEARD = Heard(TEXT, (Entity("number", 50.0, "fifty", 4, 9),))


def read(*entries: Any, heard: Heard = HEARD) -> Parsed:
    return parse_commands(json.dumps({"commands": entries}), GRAMMAR, heard)


def entry(command: str, target: Any = "", value: Any = "") -> dict[str, Any]:
    return {"command": command, "target": target, "value": value}


@pytest.mark.parametrize(
    ("told", "command"),
    [
        (entry("start", "book"), Start("book")),
        (entry("start", "bot_challenge"), Start("bot_challenge")),
        (entry("hand_off"), Do("hand_off")),
        (entry("cancel"), Do("cancel")),
        (entry("revoke_consent"), Do("revoke_consent")),
        (entry("clarify", "book"), Clarify(("book",))),
        (entry("set", "people", "50"), SetSlot("people", 50.0, "fifty")),
        (entry("set", "people", 50), SetSlot("people", 50.0, "fifty")),
        (entry("correct", "people", "1200"), SetSlot("people", 1200.0, "1,200", corrects=True)),
        (entry("set", "place", "new york"), SetSlot("place", "New York", "New York")),
        (entry("set", "mood", "good"), SetSlot("mood", "Good", "")),
        (entry("identify", "email", "[email]"), Identify("email", "bob@example.com")),
        (entry("identify", "phone", "[phone]"), Identify("phone", "+44 7700 900123")),
        (entry("reschedule", "", "on Friday"), Reschedule("on Friday")),
        (entry("reschedule", "", "on Monday"), Reschedule()),
        (entry("grant_consent"), GrantConsent()),
    ],
)
def test_a_command_of_the_grammar_is_read(told: dict[str, Any], command: Command) -> None:
    assert read(told) == Parsed((command,))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (entry("set_score", "fit", "100"), "no command 'set_score'"),
        (entry("record_consent", "sms", "true"), "no command 'record_consent'"),
        (entry("skip"), "no command 'skip'"),
        (entry("start", "affirm"), "nothing to start that is called 'affirm'"),
        (entry("start", "secret"), "nothing to start that is called 'secret'"),
        (entry("start", "opt_in"), "nothing to start"),
        (entry("start", ["book"]), "nothing to start that is called ''"),
        (entry("set", "sms_consent", "true"), "no slot 'sms_consent'"),
        (entry("set", "vip", "hi"), "no slot 'vip'"),
        (entry("set", "score", "50"), "no slot 'score'"),
        (entry("set", "requested_slot", "hi"), "no slot 'requested_slot'"),
        (entry("set", "people", "many"), "people is a number"),
        (entry("set", "people", True), "people is a number"),
        (entry("set", "people", "51"), "'51' is not in the message"),
        (entry("set", "people", 10**400), "people is a number"),
        (entry("set", "people", "nan"), "people is a number"),
        (entry("set", "place", "Boston"), "'Boston' is not in the message"),
        (entry("set", "place", "ew Yor"), "is not in the message"),
        (entry("set", "place", {"a": 1}), "a dict is not in the message"),
        (entry("set", "mood", "vip"), "mood cannot be 'vip'"),
        (entry("identify", "email", "eve@example.com"), "the email is not in the message"),
        (entry("identify", "card", "[email]"), "nobody is identified by 'card'"),
        ("hand_off", "no command"),
        ({"command": 7}, "no command"),
        (None, "no command"),
    ],
)
def test_anything_else_is_dropped_with_its_reason(told: Any, reason: str) -> None:
    parsed = read(told)
    assert parsed.commands == ()
    assert reason in parsed.dropped[0]


@pytest.mark.parametrize("answer", ["", "Sure, I will!", "[]", '{"commands": "hand_off"}', '{"commands": null}', "{"])
def test_an_answer_that_is_no_list_of_commands_is_none(answer: str) -> None:
    assert parse_commands(answer, GRAMMAR, HEARD) == Parsed((), ("the answer is no list of commands",))


def test_more_commands_than_a_message_can_have_are_dropped() -> None:
    parsed = read(*[entry("hand_off")] * 100)
    assert parsed.commands == (Do("hand_off"),)
    assert parsed.dropped[-1] == "95 commands too many"


def test_flows_to_clarify_are_offered_together_unless_something_is_sure() -> None:
    told = [entry("clarify", "book"), entry("clarify", "prices")]
    assert read(*told).commands == (Clarify(("book", "prices")),)
    assert read(*told, entry("cancel")).commands == (Do("cancel"),)


def test_with_two_addresses_in_the_message_none_is_meant() -> None:
    heard = Heard("a@example.com or b@example.com")
    assert read(entry("identify", "email", "[email]"), heard=heard).commands == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(
    [
        *GRAMMAR.commands,
        *GRAMMAR.flows,
        *ASSISTANT.slots,
        *ASSISTANT.intents,
        "email",
        "phone",
        "[email]",
        "true",
        "fifty",
    ]
)
ENTRIES = st.fixed_dictionaries({"command": WORDS | JSON, "target": WORDS | JSON, "value": WORDS | JSON})
ANSWERS = (
    st.text()
    | JSON.map(json.dumps)
    | st.lists(ENTRIES | JSON, max_size=8).map(lambda entries: json.dumps({"commands": entries}))
)


@given(answer=ANSWERS, text=st.text(max_size=60) | st.just(TEXT))
def test_whatever_a_model_says_only_what_is_allowed_comes_out(answer: str, text: str) -> None:
    parsed = parse_commands(answer, GRAMMAR, Heard(text))
    assert len(parsed.commands) <= MOST_COMMANDS
    for command in parsed.commands:
        assert is_allowed(command, GRAMMAR, text)


def is_allowed(command: Command, grammar: Grammar, text: str) -> bool:
    """Written apart from the parser, so that both would have to be wrong in the same way."""
    match command:
        case Do(what=what):
            return what in {"ask_knowledge", "cancel", "hand_off", "revoke_consent"}
        case Start(flow=flow):
            return flow in {"book", "prices", "bot_challenge", "book_meeting"}
        case Clarify(flows=flows):
            return set(flows) <= {"book", "prices", "bot_challenge", "book_meeting"}
        case SetSlot(slot="people", value=float(), quoted=quoted):
            return quoted in text
        case SetSlot(slot="place", value=str(value), quoted=quoted):
            return value == quoted and quoted in text
        case SetSlot(slot="mood", value=value):
            return value in ("Good", "bad")
        case Identify(kind=kind, quoted=quoted):
            return kind in grammar.identities and quoted in text
        case Reschedule(quoted=quoted):
            return quoted in text
        case GrantConsent():
            return True
        case _:
            return False
