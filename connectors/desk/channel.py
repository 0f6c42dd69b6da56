"""The desk's channel: what is sent to it is kept already, and its page reads it where that is."""

from __future__ import annotations

from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.message import OutboundMessage, Receipt, Text, ToDesk
from bot.ports import Abilities, Webhook, WebhookRequest


class DeskChannel:
    """Calls nobody. Reps act on the page Conversations (`bot/entrypoints/console/conversations_page`), which shows
    hand-offs from their table and what was told the desk from the outbox."""

    name = "desk"
    abilities = Abilities(identity="desk", desk=True, kept_here=True, repeatable=True)

    def parse(self, request: WebhookRequest) -> Webhook:
        raise WebhookRejected(404, "The desk takes no webhooks: reps answer on the page Conversations.")

    async def send(self, message: OutboundMessage) -> Receipt:
        if not isinstance(message.content, ToDesk | Text):
            raise PermanentSendError(f"the desk shows what is for reps, not a {message.content.kind}")
        return Receipt(message.replaces or message.key)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        return None
