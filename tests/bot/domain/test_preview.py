from __future__ import annotations

import pytest

from bot.domain.message import Button, Text
from bot.domain.preview import Preview, as_speech, as_text


@pytest.mark.parametrize(
    ("preview", "nothing"),
    [
        (Preview("sms", " \n"), True),
        (Preview("sms", "Hello"), False),
        (Preview("chat", "", buttons=("Yes",)), False),
        (Preview("chat", "", image="https://example.com/a.png"), False),
    ],
)
def test_a_message_of_blanks_says_nothing(preview: Preview, nothing: bool) -> None:
    assert preview.says_nothing is nothing


def test_a_channel_that_does_not_say_what_it_makes_of_a_message_shows_its_text() -> None:
    assert as_text(Text("Hello", (Button("Yes", "/affirm"),))) == Preview("chat", "Hello")


def test_a_voice_says_buttons_and_does_not_read_links_out() -> None:
    said = as_speech(Text("See https://example.com/plans.", (Button("Book a demo", "/request_demo"),)), "en").text
    assert "Book a demo" in said
    assert "https" not in said
