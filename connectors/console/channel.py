"""The console channel: what is sent to a customer is printed."""

from __future__ import annotations

import json
from typing import TextIO

from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.message import Button, OutboundMessage, Receipt, Text
from bot.domain.preview import Preview
from bot.ports import Abilities, Webhook, WebhookRequest


class ConsoleChannel:
    """Writes each message to `stream` as `<address> <text>` and a line for each button. Nothing can come in."""

    name = "console"
    abilities = Abilities(identity="console", buttons=True, proactive=True, extras=True)

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def parse(self, request: WebhookRequest) -> Webhook:
        raise WebhookRejected(404, "The console takes no webhooks: nobody sends to it over HTTP.")

    async def send(self, message: OutboundMessage) -> Receipt:
        if not isinstance(message.content, Text):
            raise PermanentSendError(f"the console shows text only, not a {message.content.kind}")
        self._stream.write(f"{message.address} {printed(message.content)}\n")
        self._stream.flush()
        return Receipt(message.key)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        return None


def printed(content: Text) -> str:
    """The text, and beneath it by name what no terminal can show."""
    pictures = [f"{content.image_alt or 'Picture'}: {content.image}"] if content.image else []
    extras = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in content.extras.items()]
    beneath = (*pictures, *extras, *map(_printed, content.buttons))
    return "\n".join([content.text, *(f"  {one}" for one in beneath)])


def _printed(button: Button) -> str:
    return f"{button.title}: {button.payload}" if button.is_link else f"[{button.title}]"


def preview(content: Text) -> Preview:
    return Preview("chat", printed(content))
