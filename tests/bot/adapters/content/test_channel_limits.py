"""A response that is too long for a channel is warned of, whoever says it."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.content.channel_limits import beyond_limits
from bot.adapters.content.known_names import known_names
from bot.adapters.content.shelves import Shelves
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.ports import Abilities, ChannelKind
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
