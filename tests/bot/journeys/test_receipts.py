"""Waits for what becomes of a message that nobody will tell."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.documents import Faults, parse
from bot.domain.message import DeliveryState
from bot.journeys.content import read_journey
from bot.journeys.known import Known
from bot.ports import Abilities

TELLS_READ = Abilities(identity="phone", receipts=frozenset({DeliveryState.DELIVERED, DeliveryState.READ}))
TELLS_DELIVERED = Abilities(identity="phone", receipts=frozenset({DeliveryState.DELIVERED}))
BY_TEXT = "- send: {response: utter_tip, channels: [sms]}\n"
BY_EITHER = "- send: {response: utter_tip, channels: [whatsapp, sms]}\n"
FOR_READ = "- wait: {for: message.read, at_most: 1d}\n"
NOT_BY_TEXT = '"message.read" is told by no vendor of sms, so this wait takes its whole time. It is told on whatsapp.'


@pytest.fixture
def warned(known: Known) -> Callable[[str], list[str]]:
    """What is warned of in a journey of these steps, where text messages tell less than WhatsApp."""
    channels = {"sms": TELLS_DELIVERED, "whatsapp": TELLS_READ}
    aware = replace(known, channels=frozenset(channels), abilities=channels)

    def read(steps: str) -> list[str]:
        warnings = Faults()
        head = "journey: welcome\npurpose: marketing\nenter: {event: demo.requested}\nexit: {events: order.placed}\n"
        text = f"{head}steps:\n{textwrap.indent(steps, '  ')}"
        read_journey(parse("journeys/welcome.yml", text), aware, warnings)
        return [str(one).split(": ", 1)[1] for one in warnings.in_order()]

    return read


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (BY_TEXT + FOR_READ, [NOT_BY_TEXT]),
        (BY_EITHER + FOR_READ, []),
        (BY_EITHER + "- wait: 1d\n" + BY_TEXT + FOR_READ, [NOT_BY_TEXT]),
        (BY_TEXT + "- wait: {for: [message.delivered, message.failed], at_most: 1d}\n", []),
        (BY_TEXT + "- wait: {for: message.read, if: happened.journey == 'news', at_most: 1d}\n", []),
        (FOR_READ + BY_EITHER, ['"message.read" is told of what is sent, and nothing is sent before this wait.']),
        ("- {id: again, send: {response: utter_tip, channels: [whatsapp]}}\n" + FOR_READ + "- go: again\n", []),
        (
            "- branch:\n    - if: profile.vip\n      do:\n"
            + textwrap.indent(BY_EITHER, " " * 8)
            + "    - else:\n        do:\n"
            + textwrap.indent(BY_TEXT, " " * 10)
            + FOR_READ,
            [],
        ),
    ],
)
def test_a_wait_for_what_no_vendor_tells_is_warned_of(
    warned: Callable[[str], list[str]], steps: str, told: list[str]
) -> None:
    assert warned(steps) == told
