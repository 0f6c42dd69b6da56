"""What the page says of an import, and what a column may be there."""

from __future__ import annotations

import pytest

from bot.domain.audience import ProfileSchema
from bot.entrypoints.console.import_page.wording import channel_wish, for_page, targets
from bot.entrypoints.importing.mapping import PARTS, PLAIN, check_target


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Say which (--map \"Contact=email\"). The first line", "Say which. The first line"),
        ('stands before the decimals (--decimal "," or --decimal ".")', "stands before the decimals"),
        ("nothing was changed (overture people restrict --lift)", "nothing was changed"),
        ("her number (mobile) is none", "her number (mobile) is none"),
        ("there is no consent.channel, consent.text.", "there is no “Consent: channel”, “Consent: to which words”."),
    ],
)  # fmt: skip
def test_what_is_said_in_the_terminal_is_said_as_on_the_page(words: str, said: str) -> None:
    assert for_page(words) == said


def test_a_column_may_be_all_that_it_may_be_for_the_command() -> None:
    offered = {one["target"] for group in targets(ProfileSchema(), ["sms"]) for one in group["targets"]}
    for target in offered:
        check_target(target)
    assert offered >= {*PLAIN, *(f"consent.{part}" for part in PARTS), "subscribed.sms", "opted_out.sms"}


def test_what_is_told_of_a_channel_that_is_not_set_up_is_said_in_words_too() -> None:
    name, about, channel = channel_wish("subscribed.email")
    assert (name, channel) == ("Is subscribed", "email")
    assert "A yes is no consent: where it tells of one, choose “Consent: yes or no”" in about
    assert channel_wish("consent.fair.granted") == ("consent.fair.granted", "")
