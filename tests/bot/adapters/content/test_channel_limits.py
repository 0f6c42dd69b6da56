"""A response that is too long for a channel is warned of, whoever says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content.channel_limits import beyond_limits, unknown_templates
from bot.adapters.content.known_names import known_names
from bot.adapters.content.shelves import Shelves
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.entrypoints.wiring.connectors import channel_kinds
from bot.ports import Abilities, ChannelKind
from bot.settings import Settings
from connectors.twilio_messaging.channel import SmsChannel, preview

KINDS = {
    "sms": ChannelKind(SmsChannel.abilities, preview),
    "webchat": ChannelKind(Abilities(identity="webchat")),
    "slack": ChannelKind(Abilities(identity="slack", desk=True, longest_text=10)),
}


def warnings(*variations: str) -> list[str]:
    written = "".join(f"\n    - {one}" for one in variations)
    document = parse("nlu_data/domain.yml", f'version: "3.1"\nresponses:\n  utter_prices:{written}\n')
    assistant = read_assistant([document])
    nowhere = Path("none")
    known = known_names(Shelves(nowhere, nowhere, nowhere, channels=tuple(KINDS), kinds=KINDS), assistant, ())
    return [str(one) for one in beyond_limits(assistant, known, KINDS)]


def test_a_text_of_more_than_a_message_takes_is_told_with_its_place() -> None:
    assert warnings(f"text: {'x' * 1601}") == [
        'nlu_data/domain.yml:4:7: "utter_prices" has 1,601 characters on sms, which takes 1,600 in one message. '
        "Shorten it, or add a shorter variation with channel: sms."
    ]
    assert len(warnings(f"text: {'x' * 4001}")) == 2


def test_choices_that_are_written_out_count() -> None:
    button = "buttons: [{title: 'See the prices', payload: 'https://harbourline.example'}]"
    assert len(warnings(f"{{text: {'x' * 1580}, {button}}}")) == 1


def test_what_fits_or_has_a_shorter_variation_for_the_channel_is_fine() -> None:
    assert warnings(f"text: {'x' * 1600}") == []
    assert warnings(f"text: {'x' * 1601}", "{text: shorter, channel: sms}") == []


@pytest.mark.parametrize(
    ("connector", "template", "told"),
    [
        ("twilio_messaging", "HX00000000000000000000000000000001", ""),
        ("twilio_messaging", "demo_reminder/en_GB", "is no Content SID of Twilio"),
        ("whatsapp_cloud", "demo_reminder/en_GB", ""),
        ("whatsapp_cloud", "demo_reminder", "write its name and its language, such as demo_reminder/en_GB"),
        ("webchat", "whatever", ""),
    ],
)
def test_a_template_that_the_channels_vendor_cannot_have_is_told_with_its_place(
    connector: str, template: str, told: str
) -> None:
    variation = f"{{text: Hello, channel: whatsapp, template: {{id: {template}}}}}"
    document = parse("nlu_data/domain.yml", f'version: "3.1"\nresponses:\n  utter_x:\n    - {variation}\n')
    kinds = channel_kinds(Settings(connectors=connector))
    found = [str(one) for one in unknown_templates(read_assistant([document]), kinds)]
    assert [one for one in found if 'domain.yml:4:7: "utter_x" cannot leave on whatsapp' in one] == found
    assert len(found) == bool(told)
    assert all(told in one for one in found)
