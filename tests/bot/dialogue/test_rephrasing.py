"""A response in other words keeps what it states, or it stays as its author wrote it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.rephrasing import opted_in, read_rephrased, rephrase_prompt
from bot.domain.assistant import Variation
from bot.domain.message import Button
from tests.bot.dialogue.chat import assistant_of

ASSISTANT = assistant_of("""
version: "3.1"
intents: [hi]
slots: {name: {type: text, mappings: [{type: custom}]}}
actions: [action_x]
responses:
  utter_thanks:
    - {text: "Thanks, {name}! We'll call.", metadata: {rephrase: true, defaults: {name: you}}}
    - {text: "Thank you.", channel: sms}
  utter_plain: [{text: "Thanks, {name}!"}]
  utter_disclosure: [{text: "Hello!", metadata: {rephrase: true}}]
  utter_ask_newsletter: [{text: "OK?", metadata: {rephrase: true}}]
  utter_footer: [{text: "An offer. Reply STOP to opt out.", metadata: {rephrase: true}}]
""")
LINE = Variation(
    'Thanks, {name}. So Harbourline costs £4 a month, 20 people or more. Say "cancel" or press Skip, or text PERSON.',
    buttons=(Button("Skip", "/skip"),),
)
GOOD = (
    'Thank you, {name}: with 20 people or more Harbourline costs £4 a month. Press Skip, say "cancel" or text PERSON.'
)


def test_the_variation_that_was_said_is_found_where_its_author_lets_it() -> None:
    found = opted_in(ASSISTANT, "utter_thanks", "Thanks, Lea! We'll call.", {"name": "Lea"})
    assert found is not None
    assert found.text == "Thanks, {name}! We'll call."
    assert opted_in(ASSISTANT, "utter_thanks", "Thanks, you! We'll call.", {}) is found


@pytest.mark.parametrize(
    ("response", "text"),
    [
        ("utter_thanks", "Thank you."),
        ("utter_thanks", "Thanks, Mara! We'll call."),
        ("utter_plain", "Thanks, Lea!"),
        ("utter_disclosure", "Hello!"),
        ("utter_ask_newsletter", "OK?"),
        ("utter_footer", "An offer. Reply STOP to opt out."),
        ("utter_unknown", "x"),
        ("", "x"),
    ],
)
def test_nothing_else_is_put_otherwise(response: str, text: str) -> None:
    assert opted_in(ASSISTANT, response, text, {"name": "Lea"}) is None


def test_the_prompt_has_the_template_and_nobodys_values() -> None:
    assert rephrase_prompt(LINE).data == {"line": LINE.text}


def test_other_words_that_keep_everything_are_taken() -> None:
    assert read_rephrased(json.dumps({"text": f" {GOOD}\n"}), LINE) == (GOOD, "")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("{name}", "Lea", "placeholders"),
        ("{name}", "{name} {secret}", "placeholders"),
        ("{name}", "{name} {{", "placeholders"),
        ("£4", "£3", "number"),
        ("£4", "$4", "number"),
        ("£4 a month", "£4 a month, at harbourline.example", "link"),
        ("20 people", "twenty people", "number"),
        ('"cancel"', '"stop"', "quotation"),
        ("PERSON", "person", "capitals"),
        ("Harbourline", "It", "Harbourline is missing"),
        ("Skip", "the button", "Skip is missing"),
        ("costs", "never costs", "not the same"),
        ("costs", "does not cost", "denies"),
        ("PERSON.", "PERSON?", "asks"),
        ("Thank you", "Thank you, dear friend of ours, " * 6, "too long"),
        ("Thank you", "<b>Thank you</b>", "markup"),
        ("Thank you", "As a person I thank you", "claims to be a person"),
    ],
)
def test_other_words_that_change_anything_are_not(old: str, new: str, why: str) -> None:
    assert old in GOOD
    text, reason = read_rephrased(json.dumps({"text": GOOD.replace(old, new)}), LINE)
    assert text is None
    assert why in reason


@pytest.mark.parametrize("answer", ["", "Thanks!", "{}", '{"text": 1}', '{"text": "  "}', "[]"])
def test_an_answer_in_another_form_is_none(answer: str) -> None:
    assert read_rephrased(answer, LINE) == (None, "the answer is not in the form that was asked for")


@given(st.text() | st.text().map(lambda text: json.dumps({"text": text})))
def test_whatever_a_model_says_the_placeholders_stay(answer: str) -> None:
    text, _ = read_rephrased(answer, LINE)
    assert text is None or text.count("{name}") == 1


def test_an_author_is_told_what_is_never_put_otherwise() -> None:
    assert [str(warning) for warning in ASSISTANT.warnings if "rephrase" in str(warning)] == [
        f'nlu_data/0.yml:{line}:3: the response "{name}" is about consent, opting out or being a machine: no language '
        "model puts it otherwise. Take rephrase out of its metadata."
        for line, name in ((11, "utter_disclosure"), (12, "utter_ask_newsletter"), (13, "utter_footer"))
    ]
