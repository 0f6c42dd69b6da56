"""Put aside: what came in on a channel whose connector is gone waits, and is taken up once the channel is back.

But for who asks there to be left alone, or for their data: that counts at once, on every channel.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.domain.consent import WRITTEN_TO, Wish, has_opted_out
from bot.domain.ids import ProfileId
from bot.domain.message import CheckIn, CustomerMessage, FromDesk, HoldOver, OpenForm
from bot.domain.privacy import RequestKind
from bot.domain.understanding import OPT_OUT_INTENT
from bot.domain.wrong_number import names_of
from bot.ports import InboxEntry, UnitOfWork
from bot.services.disown_address import spare_disowned
from bot.services.enrol import tell_journeys
from bot.services.note_request import hear_request
from bot.services.opt_out import opt_out
from bot.services.respond import read_by_vendor
from bot.services.runtime import Runtime
from bot.services.take_request import in_their_words, requests_in
from bot.services.understand import expecting
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
    written = entry.inbound if isinstance(entry.inbound, CustomerMessage) and not entry.inbound.automatic else None
    stops = written is not None and await _is_stop(runtime, entry, written)
    async with runtime.store.transaction() as uow:
        if written is not None:
            await _heed_stop(uow, runtime, entry, written, now, stops=stops)
        await uow.inbox.put_off(entry.position, now + LOOK_AGAIN, why=why)
    log.warning(
        "what came in waits until its channel is back",
        channel=channel,
        why=why,
        do="name its connector in OVERTURE_CONNECTORS again",
    )
    return True


async def _is_stop(runtime: Runtime, entry: InboxEntry, message: CustomerMessage) -> bool:
    """By the words of the rules, or as it is understood."""
    playbook = runtime.library.current()
    if read_by_vendor(message) == "stop" or playbook.rules.asks_to_stop(message.text):
        return True
    async with runtime.store.reading() as uow:
        tracker = (await uow.conversations.get(entry.conversation_id)).tracker
    expected = expecting(playbook.assistant, tracker)
    read = await asyncio.to_thread(playbook.nlu.parse, message.payload or message.text, expecting=expected)
    return read.intent.name == OPT_OUT_INTENT


async def _heed_stop(
    uow: UnitOfWork, runtime: Runtime, entry: InboxEntry, message: CustomerMessage, now: datetime, *, stops: bool
) -> None:
    """End all marketing to who asks to stop, and note what is asked for by law, whose time runs already.

    The turn, once the channel is back, spares the address and gives the answer.
    """
    conversation = await uow.conversations.get(entry.conversation_id)
    asked = requests_in(runtime, conversation.tracker, message)
    who = conversation.profile_id
    for kind in asked:
        await hear_request(uow, runtime, who, kind, how=in_their_words(message), now=now)
    wish = Wish(f"wrote so on {message.channel}", now, message.text, message.message_id)
    if await _is_wrong_number(uow, runtime, who, message):
        await spare_disowned(uow, runtime, message.channel, message.address, wish)
        return
    if not stops and RequestKind.ERASURE not in asked:
        return
    await uow.profiles.lock(who)
    if not has_opted_out(await uow.consents.of(who)):  # as it has on the first day of those that it waits
        ended = await opt_out(uow, runtime, who, wish, answered_on=message.channel)
        await tell_journeys(uow, runtime, who, ended, now)


async def _is_wrong_number(uow: UnitOfWork, runtime: Runtime, who: ProfileId, message: CustomerMessage) -> bool:
    if message.channel not in WRITTEN_TO:
        return False
    names = names_of((await uow.profiles.get(who)).attributes)
    return runtime.library.current().rules.wrong_in(message.text, names) is not None


async def take_up(runtime: Runtime) -> int:
    """What was put aside for a channel that is there now is due at once; how much that is."""
    async with runtime.store.transaction() as uow:
        taken = await uow.inbox.resume([not_set_up([name]) for name in runtime.channels], runtime.clock.now())
    if taken:
        log.info("what waited for a channel that is back is taken up", turns=taken)
    return taken
