"""Which journeys sell by text, and never say how that is stopped."""

from __future__ import annotations

import pytest

from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.journeys.content import Known, read_journey
from bot.journeys.how_to_stop import without_how_to_stop
from bot.journeys.rules import read_rules
from tests.bot.journeys.test_rules import STOP

ASSISTANT = """
version: "3.1"
responses:
  utter_offer: [{text: "Ten per cent off."}]
  utter_told: [{text: "Ten per cent off. Reply STOP to opt out."}]
  utter_linked: [{text: "Ten per cent off. {{ preferences_link }}", metadata: {liquid: true}}]
  utter_told_elsewhere:
    - text: "Ten per cent off."
    - {text: "Ten per cent off. STOP ends it.", channel: sms}
  utter_told_in_two_words: [{text: "Dix pour cent. Répondez « opt out » pour ne plus rien recevoir."}]
"""


def warnings(*sent: str, purpose: str = "marketing", channels: str = "[sms]") -> list[str]:
    known = Known(responses=frozenset(sent), channels=frozenset({"sms", "whatsapp", "email"}))
    steps = "".join(f"  - send: {{response: {one}, channels: {channels}}}\n" for one in sent)
    written = f"journey: hi\npurpose: {purpose}\nenter: {{event: demo.requested}}\nsteps:\n{steps}"
    journey = read_journey(parse("journeys/hi.yml", written), known)
    assistant = read_assistant([parse("nlu_data/domain.yml", ASSISTANT)])
    rules = read_rules([parse("journeys/rules/opt_out.yml", STOP)])
    return [str(one) for one in without_how_to_stop({"hi": journey}, assistant, rules, ("sms", "whatsapp"))]


def test_a_journey_whose_texts_do_not_say_how_to_stop_them_is_told_at_the_first() -> None:
    assert warnings("utter_offer", "utter_offer") == [
        'nlu_data/domain.yml:4:17: the journey "hi" sells on sms, and none of its texts says how to stop them. '
        'Let the first one end with "Reply STOP to opt out.", or link {{ preferences_link }}.'
    ]


@pytest.mark.parametrize("told", ["utter_told", "utter_linked", "utter_told_elsewhere", "utter_told_in_two_words"])
def test_one_text_that_says_it_is_enough(told: str) -> None:
    assert warnings("utter_offer", told) == []


def test_each_channel_has_its_own_texts() -> None:
    (told,) = warnings("utter_told_elsewhere", channels="[sms, whatsapp]")
    assert "sells on whatsapp" in told


def test_service_messages_and_mail_need_none() -> None:
    assert warnings("utter_offer", purpose="service") == []
    assert warnings("utter_offer", channels="[email]") == []
