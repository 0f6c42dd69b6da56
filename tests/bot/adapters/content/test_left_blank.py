"""What would be left blank in a journey's messages."""

from __future__ import annotations

import pytest

from bot.adapters.content.left_blank import left_blank
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.journeys.content import Known, read_journey

JOURNEY = """
journey: j
purpose: service
enter: {event: cart.left}
steps: [send: {response: utter_cart, channels: [sms]}]
"""


def warnings(variation: str, response: str = "utter_cart") -> list[str]:
    domain = f"slots: {{name: {{type: text, mappings: [{{type: custom}}]}}}}\nresponses:\n  {response}: [{variation}]\n"
    if response != "utter_cart":
        domain += '  utter_cart: [{text: "Hi"}]\n'
    journey = read_journey(
        parse("journeys/j.yml", JOURNEY), Known(responses=frozenset({"utter_cart"}), channels=frozenset({"sms"}))
    )
    return [str(one) for one in left_blank(read_assistant([parse("domain.yml", domain)]), [journey])]


def test_a_placeholder_that_no_slot_fills_is_told() -> None:
    (told,) = warnings('{text: "Hi {name}, {total} waits."}')
    assert '{total} is no slot, and the journey "j" fills nothing in, so it is left out.' in told
    assert '{{ event.total | default: "..." }}' in told


@pytest.mark.parametrize(
    "variation",
    [
        '{text: "Hi {name}"}',
        '{text: "{{total}} stands as it is"}',
        '{text: "{total}", metadata: {defaults: {total: much}}}',
        '{text: "{{ event.total | default: 1 }}", metadata: {liquid: true}}',
    ],
)
def test_what_is_filled_in_or_has_a_default_is_not(variation: str) -> None:
    assert warnings(variation) == []


def test_what_is_said_in_a_dialogue_may_be_filled_in_by_an_action() -> None:
    assert warnings('{text: "Order {total}"}', "utter_order") == []
