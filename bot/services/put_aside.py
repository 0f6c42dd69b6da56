"""Put aside: what came in on a channel whose connector is gone waits, and is taken up once the channel is back.

But for who asks there to be left alone, or for their data: that counts at once, on every channel.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.domain.message import CheckIn, FromDesk, HoldOver, OpenForm
from bot.ports import InboxEntry
from bot.services.heed_stop import heed_stop, is_stop, written_in
from bot.services.runtime import Runtime
from bot.services.weigh import not_set_up

log = structlog.get_logger()

LOOK_AGAIN = timedelta(days=1)
"""Nothing comes of a look before the channel is back, and then the start of a worker takes it up."""


async def put_aside(runtime: Runtime, entry: InboxEntry) -> bool:
    """Whether its turn cannot be taken, since it would answer on a channel that is gone.

    What a rep does, the end of a hold on marketing, and what a journey or silence would ask have an end without it.
    """
    channel = entry.inbound.channel
    if channel in runtime.channels or isinstance(entry.inbound, FromDesk | HoldOver | OpenForm | CheckIn):
        return False
    why, now = not_set_up([channel]), runtime.clock.now()
    written = written_in(entry)
    stops = written is not None and await is_stop(runtime, entry, written)
    async with runtime.store.transaction() as uow:
        if written is not None:
            await heed_stop(uow, runtime, entry, written, now, stops=stops, is_answered_later=True)
        await uow.inbox.put_off(entry.position, now + LOOK_AGAIN, why=why)
    log.warning(
        "what came in waits until its channel is back",
        channel=channel,
        why=why,
        do="name its connector in OVERTURE_CONNECTORS again",
    )
    return True


async def take_up(runtime: Runtime) -> int:
    """What was put aside for a channel that is there now is due at once; how much that is."""
    async with runtime.store.transaction() as uow:
        taken = await uow.inbox.resume([not_set_up([name]) for name in runtime.channels], runtime.clock.now())
    if taken:
        log.info("what waited for a channel that is back is taken up", turns=taken)
    return taken
