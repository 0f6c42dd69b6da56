from __future__ import annotations

import io

import pytest

from bot.domain.errors import WebhookRejected
from bot.domain.message import Button, OutboundMessage, Text
from connectors.console.channel import ConsoleChannel, preview
from tests.connectors.vendor_server import request_to


async def test_a_message_is_printed_with_its_buttons() -> None:
    stream = io.StringIO()
    content = Text("A demo?", buttons=(Button("Yes", "/affirm"), Button("No", "/deny")))
    await ConsoleChannel(stream).send(OutboundMessage("key", "console", "robin", content))
    assert stream.getvalue() == "robin A demo?\n  [Yes]\n  [No]\n"
    assert stream.getvalue() == f"robin {preview(content).text}\n"


def test_a_webhook_is_refused_because_nobody_sends_one() -> None:
    with pytest.raises(WebhookRejected, match="takes no webhooks"):
        ConsoleChannel(io.StringIO()).parse(request_to("console/inbound"))


def test_a_button_that_leads_to_a_page_is_printed_with_its_address() -> None:
    said = Text("Look.", (Button("Our prices", "https://acme.example/prices"), Button("Yes", "/affirm")))
    assert preview(said).text == "Look.\n  Our prices: https://acme.example/prices\n  [Yes]"


def test_a_message_of_what_only_some_channels_show_reaches_the_terminal() -> None:
    """As `rasa shell` prints what an action says by json_message."""
    assert ConsoleChannel(io.StringIO()).abilities.extras


def test_what_a_terminal_cannot_show_is_named() -> None:
    said = Text("", image="https://acme.example/map.png", image_alt="The way", extras={"custom": {"stars": 5}})
    assert preview(said).text == '\n  The way: https://acme.example/map.png\n  custom: {"stars": 5}'
