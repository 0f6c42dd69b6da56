"""WhatsApp through Meta's Cloud API, where only a template may be sent later than 24 hours after the customer's last
message."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from bot.domain.errors import NotTried, SendError
from bot.domain.message import (
    Attachment,
    Content,
    CustomerMessage,
    DeliveryState,
    OutboundMessage,
    Receipt,
    Template,
    Text,
)
from bot.domain.pace import Pace
from bot.domain.preview import Preview
from bot.ports import Abilities, ConnectorSettings, Webhook, WebhookRequest
from connectors import whatsapp
from connectors.whatsapp_cloud import webhooks
from connectors.whatsapp_cloud.account import CloudNumber
from connectors.whatsapp_cloud.api import CloudApi
from connectors.whatsapp_cloud.bodies import LONGEST_TEXT, Part, parts_of, shown_buttons, shown_text, template_fault
from connectors.whatsapp_cloud.failures import FAILURES

LARGEST_WEBHOOK = 3 * 1024 * 1024
"""Bytes; what Meta puts into one, many messages and statuses at once."""

MOST_BEGUN = 1000

TELL_READ_WITHIN = 1.0
"""Seconds, for all that came in one webhook."""


class CloudWhatsAppChannel:
    """Talks with people by one number of a business. Their numbers are the addresses, or Meta's ids of them."""

    name = "whatsapp"
    abilities = Abilities(
        identity="phone",
        buttons=True,
        longest_text=LONGEST_TEXT,
        largest_webhook=LARGEST_WEBHOOK,
        failures=FAILURES,
        reply_window=whatsapp.WINDOW,
        media=whatsapp.MEDIA,
        receipts=frozenset({DeliveryState.DELIVERED, DeliveryState.READ}),
    )

    def __init__(self, number: CloudNumber, settings: ConnectorSettings) -> None:
        self._number = number
        self._api = CloudApi(number, settings)
        a_second = number.messages_per_second
        self.abilities = replace(self.abilities, pace=Pace(a_second, max(a_second, 1), _messages))
        self._begun: OrderedDict[str, int] = OrderedDict()
        """How many parts have left of messages of which a later one has not, by key."""

    @staticmethod
    def template_fault(template: Template) -> str:
        return template_fault(template)

    def parse(self, request: WebhookRequest) -> Webhook:
        webhook = webhooks.parse(request, self._number)
        latest = {one.address: one for one in webhook.inbound if isinstance(one, CustomerMessage)}
        if not latest or not self._number.tells_read:
            return webhook
        return replace(webhook, then=partial(self._tell_read, [one.vendor_id for one in latest.values()]))

    async def send(self, message: OutboundMessage) -> Receipt:
        """Each part in turn. On a second try by this process, those that were taken are not sent again."""
        parts = parts_of(message.content)
        sent = ""
        for number, part in enumerate(parts):
            if number < self._begun.get(message.key, 0):
                continue
            try:
                sent = await self._api.create(self._body(message, part, last=part is parts[-1]))
            except NotTried as error:
                raise (error.behind_others() if number > 0 else error) from None
            self._remember(message.key, number + 1)
        self._begun.pop(message.key, None)
        return Receipt(sent)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None  # Meta cannot be asked what it was sent; its statuses name our key

    async def fetch(self, attachment: Attachment) -> bytes:
        return await self._api.fetch(attachment.url)

    async def close(self) -> None:
        await self._api.close()

    def _remember(self, key: str, parts: int) -> None:
        self._begun[key] = parts
        while len(self._begun) > MOST_BEGUN:
            self._begun.popitem(last=False)

    async def _tell_read(self, messages: Sequence[str]) -> None:
        """A courtesy: where Meta does not take it, or is slow, nothing is missing. Meta waits for our answer
        meanwhile."""
        with suppress(SendError, TimeoutError):
            async with asyncio.timeout(TELL_READ_WITHIN):
                for one in messages:
                    await self._api.tell_read(one)

    @staticmethod
    def _body(message: OutboundMessage, part: Part, *, last: bool) -> dict[str, Any]:
        """From which of ours a status tells is in `biz_opaque_callback_data`; only the last part stands for the
        message."""
        by_id = whatsapp.USER.fullmatch(message.address) is not None
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "recipient" if by_id else "to": message.address if by_id else message.address.removeprefix("+"),
            **part,
            **({"biz_opaque_callback_data": message.key} if last else {}),
        }


def preview(content: Text) -> Preview:
    """A chat with its buttons, or with what stands for those that WhatsApp cannot show."""
    return Preview("chat", shown_text(content), buttons=tuple(shown_buttons(content)), image=content.image)


def _messages(content: Content) -> float:
    """What WhatsApp counts: messages, however long each is."""
    try:
        return len(parts_of(content))
    except SendError:
        return 1
