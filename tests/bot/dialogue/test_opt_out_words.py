"""What an opt-out is answered with sells nothing."""

from __future__ import annotations

import pytest

from bot.dialogue.content import read_assistant
from bot.dialogue.opt_out_words import what_sells
from bot.documents import parse

DOMAIN = """
version: "3.1"
intents: [greet]
responses:
  utter_opted_out:
    - {}
"""


def found(variation: str, company: str = "") -> list[str]:
    assistant = read_assistant([parse("domain.yml", DOMAIN.format(variation))])
    return [str(fault) for fault in what_sells(assistant, company)]


@pytest.mark.parametrize(
    "variation",
    [
        '{text: "You will get no more. You can still write to us here."}',
        '{text: "Done. {{ preferences_link }}", metadata: {liquid: true}}',
        '{text: "Done.{% if preferences_link %} Bye.{% endif %}", metadata: {liquid: true}}',
    ],
)
def test_a_plain_confirmation_passes(variation: str) -> None:
    assert found(variation) == []


@pytest.mark.parametrize(
    ("variation", "what"),
    [
        ('{text: "Done. See https://example.com/sale"}', "a link"),
        ('{text: "Done. Come back for 20 % off!"}', "a price or a percentage"),
        ('{text: "Done. From $9."}', "a price or a percentage"),
        ('{text: "Done.", image: "https://example.com/a.png"}', "a picture or a card"),
        ('{text: "Done.", buttons: [{title: "Prices", payload: "/greet"}]}', "buttons"),
    ],
)
def test_what_may_sell_is_a_fault_at_its_place(variation: str, what: str) -> None:
    (fault,) = found(variation)
    assert fault.startswith("domain.yml:6:")
    assert f"utter_opted_out has {what} in it" in fault


def test_the_name_of_the_company_is_no_price_and_what_stands_beside_it_is() -> None:
    assert found('{text: "Save 50%: you will get no more."}', "Save 50%") == []
    assert found('{text: "{{50%}} & {{more}}: you will get no more."}', "{50%} & {more}") == []
    (fault,) = found('{text: "Save 50%: come back for 20 % off."}', "Save 50%")
    assert "a price or a percentage" in fault
    assert "overture: company: in config.yml" in fault


def test_a_link_in_the_name_of_the_company_is_a_link() -> None:
    (fault,) = found('{text: "www.acme.com: you will get no more."}', "www.acme.com")
    assert "a link" in fault
