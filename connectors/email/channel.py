"""The channel `email`: out by SMTP, in by the webhooks of a mail service or from a mailbox."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from bot.domain.consent import Purpose
from bot.domain.errors import PermanentSendError
from bot.domain.message import DeliveryState, OutboundMessage, Receipt, Text
from bot.domain.preview import Preview
from bot.ports import Abilities, Clock, Reply, Webhook, WebhookRequest
from connectors.email import webhooks
from connectors.email.account import EmailAccount, in_ascii, normalised
from connectors.email.failures import FAILURES
from connectors.email.fetching import fetch
from connectors.email.letters import WEB, Envelope, body_of, letter
from connectors.email.mailbox import Mailbox
from connectors.email.oauth import Tokens
from connectors.email.raw_mail import words_of
from connectors.email.smtp import MailServer
from connectors.email.unsubscribe import CHANNEL, UnsubscribeLinks

LONGEST_TEXT = 20_000
LARGEST_EMAIL = 10 * 1024 * 1024


class EmailChannel:
    """One sender's mail."""

    name = CHANNEL
    abilities = Abilities(
        identity="email",
        longest_text=LONGEST_TEXT,
        correspondence=True,
        largest_webhook=LARGEST_EMAIL,
        failures=FAILURES,
        receipts=frozenset({DeliveryState.DELIVERED}),
    )

    def __init__(
        self,
        account: EmailAccount,
        server: MailServer,
        links: UnsubscribeLinks,
        clock: Clock,
        mailbox: Mailbox | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self._account = account
        self._server = server
        self._links = links
        self._clock = clock
        self._mailbox = mailbox
        self._tokens = tokens

    def parse(self, request: WebhookRequest) -> Webhook:
        return webhooks.parse(request, self.name, self._account, self._links)

    async def send(self, message: OutboundMessage) -> Receipt:
        if not isinstance(message.content, Text):
            raise PermanentSendError(f"an e-mail cannot carry a {message.content.kind}")
        to = _deliverable(message.address)
        envelope = Envelope(
            to=to,
            message_id=self._message_id(message.key),
            at=self._clock.now(),
            answers=message.answers,
            unsubscribe=self._links.link_for(message.address) if message.purpose is Purpose.MARKETING else "",
        )
        await self._server.take(to, letter(message.content, envelope, self._account))
        return Receipt(envelope.message_id)

    async def listen(self, take: Callable[[Webhook], Awaitable[Reply]]) -> None:
        """Take what comes into the mailbox, where the settings name one."""
        if self._mailbox is not None:
            await fetch(self._mailbox, self._clock, self._understand, take, self._tokens)

    def _understand(self, raw: bytes) -> Webhook:
        return Webhook(inbound=words_of(raw, self._account, self.name, self._links))

    async def find(self, message: OutboundMessage) -> Receipt | None:
        """No mail server can be asked. A second try has the same Message-ID, by which programs know it again."""
        return None

    async def close(self) -> None:
        if self._tokens is not None:
            await self._tokens.close()

    def _message_id(self, key: str) -> str:
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._account.domain}>"


def preview(content: Text) -> Preview:
    """An e-mail."""
    image = content.image if content.image and content.image.startswith(WEB) else None
    titles = tuple(button.title for button in content.buttons)
    return Preview("email", body_of(content), titles, image, subject=content.subject)


def _deliverable(address: str) -> str:
    try:
        found = in_ascii(normalised(address))
    except ValueError:
        raise PermanentSendError("this is no e-mail address", code="5.1.3") from None
    if found is None:
        raise PermanentSendError("an address with other letters than ASCII before its @ is not supported")
    return found
