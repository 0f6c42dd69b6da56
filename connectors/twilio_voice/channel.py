"""The voice channel: answers calls with TwiML, and says in a call what comes while it lasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import PermanentSendError
from bot.domain.message import OutboundMessage, Receipt, Text, Transfer
from bot.ports import Abilities, Clock, FeedWriter, Webhook, WebhookRequest
from connectors.speech import item_of
from connectors.twilio_voice import webhooks
from connectors.twilio_voice.account import CHANNEL, VoiceAccount
from connectors.twilio_voice.call import feed_of

ON_THE_LINE = timedelta(minutes=2)
"""Twilio comes back to us within seconds while a caller talks with the bot; after this they have gone."""

MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who is on the phone with us, as far as the last webhook told."""

    call_sid: str
    seen_at: datetime


class TwilioVoiceChannel:
    """What is said in a call goes to the caller's feed, from which Twilio's next webhook is answered."""

    name = CHANNEL
    abilities = Abilities(identity="phone", longest_text=3000, proactive=False, repeatable=True, spoken=True)

    def __init__(self, account: VoiceAccount, *, service_url: str, feed: FeedWriter, clock: Clock) -> None:
        self.abilities = replace(self.abilities, transfers=bool(account.desk_number))
        self._account = account
        self._webhooks = f"{service_url.rstrip('/')}/channels/{self.name}"
        self._feed = feed
        self._clock = clock
        self._lines: dict[str, Line] = {}

    def parse(self, request: WebhookRequest) -> Webhook:
        webhook, call = webhooks.parse(request, self._account, self._webhooks)
        self._lines.pop(call.caller, None)
        if request.tail not in ("status", "whisper", "accepted"):
            self._lines[call.caller] = Line(call.sid, request.received_at)
        while len(self._lines) > MOST_LINES:
            del self._lines[next(iter(self._lines))]
        return webhook

    async def send(self, message: OutboundMessage) -> Receipt:
        match message.content:
            case Text() as content:
                item = item_of(message.key, content)
            case Transfer(handoff_id=handoff_id, summary=summary):
                item = {"type": "transfer", "id": message.key, "handoff": handoff_id, "summary": summary}
            case other:
                raise PermanentSendError(f"a call cannot carry a {other.kind}")
        if message.occasion != "reply" and not self._is_on_the_line(message.address):
            raise PermanentSendError("the call is over", code="call_over")
        await self._feed.append(feed_of(message.address), message.key, item)
        return Receipt(message.key)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        return None

    def _is_on_the_line(self, caller: str) -> bool:
        line = self._lines.get(caller)
        return line is not None and self._clock.now() - line.seen_at < ON_THE_LINE
