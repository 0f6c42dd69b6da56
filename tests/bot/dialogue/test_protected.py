"""Words on consent, opting out and being a machine are told as such, in assistants that nobody here has seen, too."""

from __future__ import annotations

import pytest

from bot.dialogue.protected import asks_for_consent, is_protected, refusal
from bot.domain.assistant import Response, Variation
from bot.domain.conversation import ActiveLoop, BotUttered, SlotSet, Tracker, UserUttered
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import IntentScore, Understood
from tests.bot.dialogue.chat import assistant_of
from tests.bot.dialogue.test_commands import ASSISTANT, CONTENT


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("utter_disclosure", "Hello!"),
        ("utter_opted_out", "Done."),
        ("utter_ask_gdpr", "OK?"),
        ("utter_x", "Reply STOP at any time."),
        ("utter_x", "You may unsubscribe."),
        ("utter_x", "I'm an automated assistant."),
        ("utter_x", "I am not a person."),
        ("utter_x", "See our privacy policy."),
        ("utter_x", "May we send you marketing e-mails?"),
    ],
)
def test_protected_words(name: str, text: str) -> None:
    assert is_protected(Response(name, (Variation("Hello"), Variation(text))))


@pytest.mark.parametrize(
    "text", ["How many are you?", "We stop at six.", "Your machine shop is open.", "In terms of price"]
)
def test_words_that_may_be_others(text: str) -> None:
    assert not is_protected(Response("utter_x", (Variation(text),)))


NEW = Tracker(ConversationId("c"))
SAID = UserUttered("x", Understood("x", IntentScore("x", 1.0)), MessageId("m"), None, "webchat")


def test_a_question_on_consent_is_open_while_its_slot_is_asked_for() -> None:
    asked = NEW.apply_all([ActiveLoop("text_form"), SlotSet("requested_slot", "sms_consent"), SAID])
    assert asks_for_consent(ASSISTANT, asked)
    assert not asks_for_consent(
        ASSISTANT, NEW.apply_all([ActiveLoop("table_form"), SlotSet("requested_slot", "people")])
    )


def test_a_no_to_the_question_on_consent_is_what_its_author_lets_a_no_be() -> None:
    yes = "{type: from_intent, intent: affirm, value: true}"
    with_no = assistant_of(CONTENT.replace(yes, f"{yes}, {{type: from_intent, intent: greet, value: false}}"))
    asked = NEW.apply_all([ActiveLoop("text_form"), SlotSet("requested_slot", "sms_consent")])
    assert refusal(with_no, asked) == SlotSet("sms_consent", False)
    assert refusal(with_no, asked.apply(ActiveLoop(None))) is None
    assert refusal(with_no, asked.apply(SlotSet("requested_slot", "people"))) is None
    assert refusal(ASSISTANT, asked) is None


def test_a_question_on_consent_outside_of_a_form_is_one_too() -> None:
    asked = NEW.apply_all([SAID, BotUttered("May we send you our newsletter?"), BotUttered("Yes or no?")])
    assert asks_for_consent(ASSISTANT, asked)
    assert not asks_for_consent(ASSISTANT, asked.apply_all([SAID, BotUttered("How many? Reply STOP to opt out.")]))


@pytest.mark.parametrize("text", ["May we text you?", "Can I e-mail you offers?", "Do you agree to our terms?"])
def test_questions_on_consent_in_other_words(text: str) -> None:
    assert asks_for_consent(ASSISTANT, NEW.apply_all([SAID, BotUttered(text)]))
