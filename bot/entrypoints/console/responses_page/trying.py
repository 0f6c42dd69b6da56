"""Trying a response out on a device of one's own: to whom, on which channels, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.dialogue.personal import Unsayable
from bot.domain.assistant import Response
from bot.domain.errors import WebhookRejected
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.journeys_page.messages import Messages
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.limits import Limit, Rate, refuse_for
from bot.entrypoints.web.translate import private_json, query_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.told.addresses import normal_email, normal_phone
from bot.ports import Channel
from bot.services.runtime import OUTBOX
from bot.services.send_test import send_test, sent_as_test

OF_TESTS = Rate(per_second=1 / 30, burst=10)
"""Of each who sends them."""

KINDS = ("phone", "email")
"""Of addresses that somebody can have in their pocket."""

IN_SANDBOX: Mapping[str, str] = {"phone": "+447700900123", "email": "ana@example.com"}
"""Whom the stand-ins know: the playground's own phone, and its inbox."""

LONGEST_ADDRESS = 320
NOBODY = "no colleague is named for tests on {}: put their address into OVERTURE_TEST_ADDRESSES"


class Trials:
    """Only to addresses that the settings name; to any where the channel's connector is in its sandbox."""

    def __init__(self, service: Service, messages: Messages) -> None:
        self._service, self._runtime = service, service.runtime
        self._messages = messages
        self._limit = Limit(OF_TESTS)

    def offered(self) -> list[dict[str, Any]]:
        """Each channel with the addresses that may get a test; `anybody` may where nothing leaves."""
        return [
            {"channel": name, "addresses": self._addresses(channel), "anybody": self._is_sandboxed(channel)}
            for name, channel in self._runtime.channels.items()
            if channel.abilities.identity in KINDS and not channel.abilities.spoken
        ]

    async def send(self, request: web.Request, response: Response, body: Mapping[str, Any]) -> web.Response:
        """Queue the variation of this `number`, as it is worded for somebody who is `known` so."""
        channel, address = self._to(text_of(body, "channel", 40), text_of(body, "address", LONGEST_ADDRESS))
        number = body.get("number")
        if not isinstance(number, int) or isinstance(number, bool):
            raise WebhookRejected(400, '"number" wants that of the variation, from 0 on')
        words = self._messages.words_on(response, channel.name, number, body)
        if isinstance(words, Unsayable):
            raise WebhookRejected(422, f"it cannot be said to this person: {words.why}")
        refuse_for(self._limit, request[CALLER].reference)
        deed = self._service.doors.deed(request, "response.tested", response.name, channel=channel.name)
        async with self._runtime.store.transaction() as uow:
            now = self._runtime.clock.now()
            key = await send_test(uow, response.name, channel.name, address, words, now)
            await uow.audit.note(deed, now)
        await self._runtime.wakeups.notify(OUTBOX)
        return private_json({"test": key, "channel": channel.name, "address": address})

    async def outcome(self, request: web.Request) -> web.Response:
        """How far a test has come, and why no further."""
        async with self._runtime.store.reading() as uow:
            entry = await sent_as_test(uow, query_of(request, "test"))
        if entry is None:
            raise WebhookRejected(404, "there is no such test")
        return private_json({"status": entry.status, "reason": entry.reason})

    def _to(self, name: str, address: str) -> tuple[Channel, str]:
        """Raises WebhookRejected for a channel that takes no tests, and for an address that may get none."""
        if name not in [one["channel"] for one in self.offered()]:
            raise WebhookRejected(404, f'nothing can be tried on "{name}" here')
        channel = self._runtime.channels[name]
        try:
            normal = _normal(channel.abilities.identity, address)
        except ValueError as error:
            raise WebhookRejected(422, str(error)) from error
        allowed = self._addresses(channel)
        if normal not in allowed and not self._is_sandboxed(channel):
            told = "this address is not among those of OVERTURE_TEST_ADDRESSES" if allowed else NOBODY.format(name)
            raise WebhookRejected(403, told)
        return channel, normal

    def _addresses(self, channel: Channel) -> list[str]:
        kind = channel.abilities.identity
        named = [one for one in self._service.settings.addresses_for_tests if ("@" in one) == (kind == "email")]
        return [_normal(kind, one) for one in named] or [IN_SANDBOX[kind]] * self._is_sandboxed(channel)

    def _is_sandboxed(self, channel: Channel) -> bool:
        return channel.name in self._service.sandboxed_channels


def _normal(kind: str, address: str) -> str:
    return normal_email(address) if kind == "email" else normal_phone(address)
