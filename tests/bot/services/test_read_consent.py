"""What a message says to a question on consent, whatever it was taken for."""

from __future__ import annotations

import pytest

from bot.domain.conversation import ActiveLoop, SlotSet, Tracker
from bot.domain.ids import ConversationId
from bot.domain.sending_rules import SendingRules
from bot.domain.understanding import FALLBACK_INTENT, OPT_OUT_INTENT, Further, IntentScore, Understood
from bot.ports import Playbook
from bot.services.read_consent import read_consent
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import keyword_row

MORE = """
version: "3.1"
intents: [inform, affirm, deny, thank, opt_out]
entities: [number]
slots:
  seats:
    type: float
    influence_conversation: false
    mappings: [{type: from_entity, entity: number}]
  sms_consent:
    type: bool
    influence_conversation: false
    mappings:
      - {type: from_intent, intent: affirm, value: true}
      - {type: from_intent, intent: deny, value: false}
responses:
  utter_ask_sms_consent: [{text: "May we text you offers?"}]
forms:
  text_form: {required_slots: [sms_consent]}
"""
RULES = SendingRules(
    keywords=(
        keyword_row("confirm", "yes"),
        keyword_row("confirm", "tak"),
        keyword_row("deny", "no"),
        keyword_row("stop", "stop"),
    )
)


def read(said: str, intent: str, confidence: float, *, slot: str = "sms_consent", language: str = "en") -> Understood:
    return read_of(Understood(said, IntentScore(intent, confidence)), slot=slot, language=language)


def read_of(understood: Understood, *, slot: str = "sms_consent", language: str = "en") -> Understood:
    playbook = Playbook(assistant_of(MORE), FakeNlu(), {}, RULES, languages=frozenset({language}))
    tracker = Tracker(ConversationId("c")).apply(ActiveLoop("text_form")).apply(SlotSet("requested_slot", slot))
    return read_consent(playbook, tracker, understood)


@pytest.mark.parametrize(
    ("said", "confidence", "slot", "read_as"),
    [
        ("hmm", 0.32, "sms_consent", FALLBACK_INTENT),
        ("hmm", 0.32, "seats", "affirm"),
        ("all right then", 0.84, "sms_consent", "affirm"),
        ("yes", 0.5, "sms_consent", "affirm"),
        ("yes but only by email", 0.9, "sms_consent", FALLBACK_INTENT),
        ("ja aber nur per mail", 0.63, "sms_consent", FALLBACK_INTENT),
        ("yes but only in June", 0.9, "seats", "affirm"),
        ("I do not consent", 0.87, "sms_consent", FALLBACK_INTENT),
        ("yes I mean no", 0.99, "sms_consent", FALLBACK_INTENT),
        ("sure, why not", 0.99, "sms_consent", "affirm"),
        ("she said yes", 0.96, "sms_consent", FALLBACK_INTENT),
        ("yes, email me", 0.98, "sms_consent", FALLBACK_INTENT),
        ("yes?", 0.97, "sms_consent", FALLBACK_INTENT),
        ("yes, STOP", 0.76, "sms_consent", OPT_OUT_INTENT),
    ],
    ids=[
        "half a yes is none",
        "but to other questions",
        "a sure one counts",
        "and a word that means it",
        "a narrowed one is none",
        "in German neither",
        "but to other questions it is",
        "a no that is taken for a yes is none",
        "nor are both at once",
        "a strong one may have a no in it",
        "somebody else's is none",
        "nor is one to another channel",
        "nor is a question",
        "and one with STOP is an opt-out",
    ],
)
def test_half_a_yes_is_no_consent(said: str, confidence: float, slot: str, read_as: str) -> None:
    assert read(said, "affirm", confidence, slot=slot).intent.name == read_as


@pytest.mark.parametrize(
    ("said", "taken_for", "confidence"),
    [("no problem", "thank", 0.88), ("I don't mind", "deny", 0.43), ("no objection", "deny", 0.94),
     ("I have nothing against it", "opt_out", 0.43), ("pas de souci", FALLBACK_INTENT, 0.73)],
)  # fmt: skip
def test_a_plain_yes_is_one_whatever_it_was_taken_for(said: str, taken_for: str, confidence: float) -> None:
    assert read(said, taken_for, confidence).intent == IntentScore("affirm", 1.0)
    assert read(said, taken_for, confidence, slot="seats").intent.name == taken_for


def test_an_ok_that_takes_note_is_no_consent() -> None:
    assert read("ok thanks", "thank", 0.99).intent.name == "thank"


def test_a_yes_in_a_language_that_is_not_spoken_is_answered_as_one() -> None:
    understood = Understood("oui", IntentScore(FALLBACK_INTENT, 0.6), stage="fallback", language="fr", foreign=True)
    assert not read_of(understood).foreign


@pytest.mark.parametrize(
    "said", ["ok but no spam", "ok provided you don't spam me", "can I stop later?", "can i stop later"]
)
def test_a_condition_and_a_question_are_no_opt_out_but_are_doubted(said: str) -> None:
    understood = read(said, "opt_out", 0.8)
    assert (understood.intent.name, understood.may_opt_out) == (FALLBACK_INTENT, True)


@pytest.mark.parametrize(
    ("said", "confidence"),
    [("ok but no spam", 1.0), ("yes please, stop", 0.8), ("ok, but, stop", 0.8), ("leave it", 0.5)],
)
def test_an_opt_out_that_is_one_by_its_words_stays_one(said: str, confidence: float) -> None:
    assert read(said, "opt_out", confidence).intent.name == OPT_OUT_INTENT


@pytest.mark.parametrize(
    ("said", "confidence", "read_as"),
    [("maybe", 0.7, FALLBACK_INTENT), ("not sure", 0.6, FALLBACK_INTENT), ("do I have to?", 0.56, FALLBACK_INTENT),
     ("ask my boss", 0.36, FALLBACK_INTENT), ("keine Ahnung", 0.99, FALLBACK_INTENT), ("I refuse", 0.49, "deny"),
     ("no, what is this?", 0.6, "deny"), ("not now", 0.9, "deny"), ("next", 0.67, "deny")],
)  # fmt: skip
def test_who_has_not_decided_has_not_refused(said: str, confidence: float, read_as: str) -> None:
    assert read(said, "deny", confidence).intent.name == read_as


@pytest.mark.parametrize(
    ("more", "intent", "read_as"),
    [("And what does it cost?", "ask_knowledge", "affirm"), ("Can we meet?", "book_meeting", "affirm"),
     ("Use 07700 900124", "inform", FALLBACK_INTENT), ("My boss agrees", "out_of_scope", FALLBACK_INTENT)],
)  # fmt: skip
def test_a_question_beside_a_yes_takes_nothing_from_it(more: str, intent: str, read_as: str) -> None:
    text = f"yes. {more}"
    further = Further(more, 5, len(text), IntentScore(intent, 0.9))
    assert read_of(Understood(text, IntentScore("affirm", 0.99), further=(further,))).intent.name == read_as


@pytest.mark.parametrize(
    ("said", "confidence", "read_as"),
    [
        ("pewnie", 0.9, "affirm"),
        ("pewnie", 0.4, FALLBACK_INTENT),
        ("tak", 0.4, "affirm"),
        ("pewnie but no", 0.9, FALLBACK_INTENT),
    ],
)
def test_where_the_words_of_a_yes_are_not_known_it_has_to_be_sure(said: str, confidence: float, read_as: str) -> None:
    assert read(said, "affirm", confidence, language="pl").intent.name == read_as


def test_a_name_beneath_a_yes_is_nothing_that_is_said_besides() -> None:
    text = "yes please.\n\nBest regards\nSam Lee"
    further = Further("Best regards\nSam Lee", 13, len(text), IntentScore("inform", 0.9))
    read_as = read_of(Understood(text, IntentScore("affirm", 0.99), further=(further,)))
    assert (read_as.intent.name, read_as.further) == ("affirm", ())


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("what am I agreeing to?", "ask_why"),
        ("what am i agreeing to", "ask_why"),
        ("wozu stimme ich hier zu", "ask_why"),
        ("worin willige ich da ein", "ask_why"),
        ("je consens à quoi", "ask_why"),
        ("wozu stimme ich da zu? was heißt zustimmen?", "ask_why"),
        ("does that subscribe me to anything?", "ask_why"),
        ("can I pay by card?", FALLBACK_INTENT),
        ("I agree with nobody", FALLBACK_INTENT),
    ],
)
def test_a_question_about_the_question_that_is_not_understood_is_told_what_it_is_for(said: str, read_as: str) -> None:
    playbook = Playbook(
        assistant_of(MORE, "intents: [ask_why]"), FakeNlu(), {}, RULES, languages=frozenset({"en", "de"})
    )
    tracker = Tracker(ConversationId("c")).apply(ActiveLoop("text_form"))
    tracker = tracker.apply(SlotSet("requested_slot", "sms_consent"))
    understood = Understood(said, IntentScore(FALLBACK_INTENT, 0.6), stage="fallback")
    assert read_consent(playbook, tracker, understood).intent.name == read_as
