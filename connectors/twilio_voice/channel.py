"""The voice channel: answers calls with TwiML, says in a call what comes while it lasts, and places calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.errors import NotTried, PermanentSendError, SendError, WebhookRejected
from bot.domain.message import DeliveryState, DeliveryStatus, OutboundMessage, Receipt, Text, Transfer
from bot.domain.phone_forms import dialled
from bot.ports import Abilities, Clock, FeedWriter, Webhook, WebhookRequest
from connectors.speech import item_of
from connectors.twilio_requests import check_socket
from connectors.twilio_voice import webhooks
from connectors.twilio_voice.account import CHANNEL, SID, VoiceAccount
from connectors.twilio_voice.call import Call, feed_of, feed_of_call
from connectors.twilio_voice.calls import FAILURES, CallsApi
from connectors.twilio_voice.place import Place
from connectors.twilio_voice.relay import RelayTalk

ON_THE_LINE = timedelta(minutes=2)
"""Twilio comes back to us within seconds while a caller talks with the bot; after this they have gone."""

ASK_AGAIN_AFTER = timedelta(seconds=5)
MOST_LINES = 10_000
OFF_THE_LINE = ("status", "whisper", "accepted", "placed", "mailbox")


@dataclass(frozen=True, slots=True)
class Ringing:
    """A phone that rings for the message of this key; others have to wait."""

    key: str
    since: datetime


class TwilioVoiceChannel:
    """What is said in a call goes to the caller's feed, from which Twilio's next webhook is answered."""

    name = CHANNEL
    abilities = Abilities(
        identity="phone",
        longest_text=3000,
        spoken=True,
        failures=FAILURES,
        receipts=frozenset({DeliveryState.DELIVERED}),
    )

    def __init__(
        self, account: VoiceAccount, calls: CallsApi, *, service_url: str, feed: FeedWriter, clock: Clock
    ) -> None:
        can_call = bool(account.sender)
        # Words on a feed may be put there again; a phone must not ring again.
        self.abilities = replace(
            self.abilities, transfers=bool(account.desk_number), proactive=can_call, repeatable=not can_call
        )
        self._account = account
        self._calls = calls
        self._webhooks = f"{service_url.rstrip('/')}/channels/{self.name}"
        self._feed = feed
        self._clock = clock
        self._on_the_line: dict[str, datetime] = {}
        """When each caller was last heard of, as far as webhooks and talks tell."""
        self._ringing: dict[str, Ringing] = {}

    def parse(self, request: WebhookRequest) -> Webhook:
        webhook, call = webhooks.parse(request, self._account, self._webhooks)
        if request.tail == "machine":
            return replace(webhook, then=self._then(call))
        self._on_the_line.pop(call.caller, None)
        if not _still_rings(webhook):
            self._ringing.pop(call.caller, None)
        if request.tail not in OFF_THE_LINE:
            self._on_the_line[call.caller] = request.received_at
        while len(self._on_the_line) > MOST_LINES:
            del self._on_the_line[next(iter(self._on_the_line))]
        return webhook

    def talk(self, request: WebhookRequest) -> RelayTalk:
        """The WebSocket that `<ConversationRelay>` opens. Its address, which is signed, names the call."""
        check_socket(request, self._account.tokens)
        folder, _, sid = request.tail.partition("/")
        if folder != "relay" or not SID.fullmatch(sid):
            raise WebhookRejected(404, "ConversationRelay's WebSocket is at relay/ and the call's SID.")
        return RelayTalk(self._account, self._webhooks, sid, feed=self._feed, clock=self._clock, seen=self._is_talking)

    def _is_talking(self, call: Call) -> None:
        self._ringing.pop(call.caller, None)
        self._on_the_line.pop(call.caller, None)
        self._on_the_line[call.caller] = self._clock.now()

    def _then(self, call: Call) -> Callable[[], Awaitable[None]] | None:
        """What is to become of a call that a machine has answered."""
        if not call.met_machine:
            return None
        if call.leaves_message:
            address = call.address("mailbox", Place(message=call.place.message))
            return partial(self._calls.go_on_at, call.sid, address)
        return partial(self._calls.end, call.sid)

    async def send(self, message: OutboundMessage) -> Receipt:
        message = replace(message, address=dialled(message.address))
        match message.content:
            case Text() as content:
                item = item_of(message.key, content)
            case Transfer(handoff_id=handoff_id, summary=summary):
                item = {"type": "transfer", "id": message.key, "handoff": handoff_id, "summary": summary}
            case other:
                raise PermanentSendError(f"a call cannot carry a {other.kind}")
        if message.occasion != "reply" and not self._is_on_the_line(message.address):
            if message.occasion != "proactive":
                raise PermanentSendError("the call is over", code="call_over")
            return await self._call(message, item)
        await self._feed.append(feed_of(message.address), message.key, item)
        return Receipt(message.key)

    async def _call(self, message: OutboundMessage, item: Mapping[str, Any]) -> Receipt:
        """Place a call, in which the item is said. A second try asks first whether the one before has placed it."""
        if not self._account.sender:
            raise PermanentSendError("TWILIO_VOICE_FROM is not set, so nobody can be called", code="no_number")
        now = self._clock.now()
        ringing = self._ringing.get(message.address)
        if ringing is not None and ringing.key != message.key and now - ringing.since < ON_THE_LINE:
            # Whether anybody answers is not known yet: then it is said in that call, else it is a call of its own.
            raise NotTried("the phone rings for another message", retry_after=ASK_AGAIN_AFTER)
        if message.attempt > 1 and (found := await self.find(message)) is not None:
            return found
        await self._feed.append(feed_of_call(message.key), message.key, item)
        ours = Place(message=message.key).query()
        self._ringing[message.address] = Ringing(message.key, now)  # it may be answered before we hear of it
        while len(self._ringing) > MOST_LINES:
            del self._ringing[next(iter(self._ringing))]
        try:
            sid = await self._calls.place(
                message.address,
                answered=f"{self._webhooks}/answered?{ours}",
                status=f"{self._webhooks}/placed?{ours}",
                machine=f"{self._webhooks}/machine?{ours}",
            )
        except SendError:
            self._ringing.pop(message.address, None)
            raise
        return Receipt(sid)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        """The call that an earlier try has placed, where Twilio's list has one."""
        message = replace(message, address=dialled(message.address))
        if message.occasion != "proactive" or message.first_tried_at is None or not self._account.sender:
            return None
        sid = await self._calls.placed(message.address, since=message.first_tried_at, but=message.others)
        return Receipt(sid) if sid is not None else None

    async def close(self) -> None:
        await self._calls.close()

    def _is_on_the_line(self, caller: str) -> bool:
        seen_at = self._on_the_line.get(caller)
        return seen_at is not None and self._clock.now() - seen_at < ON_THE_LINE


def _still_rings(webhook: Webhook) -> bool:
    """Whether it tells only that the call was begun."""
    return any(isinstance(one, DeliveryStatus) and one.state is DeliveryState.SENT for one in webhook.inbound)
