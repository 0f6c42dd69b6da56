"""The front door: what a vendor tells us, by webhook or over a connection that we opened, is kept and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.domain.errors import SendError
from bot.domain.message import CustomerMessage
from bot.ports import Channel, Listens, Reply, Webhook
from bot.services.await_turn import await_turn
from bot.services.desk_command import obey
from bot.services.receive import receive
from bot.services.runtime import Runtime

log = structlog.get_logger()

TELL_VENDOR_WITHIN = 8
"""Seconds; the vendor waits for our answer meanwhile."""

LISTEN_AGAIN_AFTER = 5.0
"""Seconds, where a channel's listening ended in an error that it does not know."""


async def take(runtime: Runtime, channel: Channel, webhook: Webhook) -> Reply:
    """Keep what came in before anything else; then the answer. Not for a webhook that follows a feed."""
    if webhook.keep is not None:
        await webhook.keep()
    if webhook.inbound:
        await receive(runtime, channel, webhook.inbound)
    if webhook.then is not None:
        await _tell_vendor(channel.name, webhook.then)
    if webhook.obey is not None:
        return webhook.obey.reply(await obey(runtime, webhook.obey.command))
    if webhook.await_turn is not None:
        messages = [one for one in webhook.inbound if isinstance(one, CustomerMessage)]
        said = await await_turn(runtime, messages, webhook.await_turn, channel=channel.name)
        return webhook.await_turn.reply(said)
    return webhook.reply


async def listen_to_vendors(runtime: Runtime) -> None:
    """Every channel that listens to its vendor; until it is cancelled."""
    async with asyncio.TaskGroup() as listening:
        for channel in runtime.channels.values():
            if isinstance(channel, Listens):
                listening.create_task(_listen(runtime, channel, channel))


async def _listen(runtime: Runtime, channel: Channel, listener: Listens) -> None:
    while True:
        try:
            await listener.listen(partial(take, runtime, channel))
        except Exception:
            log.exception("a channel stopped listening to its vendor; beginning anew", channel=channel.name)
            await asyncio.sleep(LISTEN_AGAIN_AFTER)
        else:
            return


async def _tell_vendor(channel: str, then: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(TELL_VENDOR_WITHIN):
            await then()
    except (SendError, TimeoutError) as error:
        log.warning("a vendor could not be told what follows from its webhook", channel=channel, error=str(error))
