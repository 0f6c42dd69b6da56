"""Take a refusal: what follows when a vendor will never deliver a message: an opt-out to keep, or another channel."""

from __future__ import annotations

from bot.domain.consent import Suppression
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.effects import SendResponse
from bot.domain.errors import PermanentSendError
from bot.services.cause import Cause
from bot.services.reach import send_response
from bot.services.runtime import OUTBOX, Runtime

OPTED_OUT_AT_VENDOR = "opted_out"
"""The code by which a channel says that its vendor will never deliver to this address again."""

MAY_HAVE_LEFT = "may_have_left"
"""Our own code: nobody knows whether the message left, so it is given up and goes nowhere else."""


async def take_refusal(runtime: Runtime, entry: OutboxEntry, error: PermanentSendError) -> None:
    """Keep an opt-out that we did not know of, so that nobody tries again; else send a journey's message elsewhere.

    Somebody who opted out of one channel is not written to on the next. A second call changes nothing.
    """
    message = entry.dispatch
    if not isinstance(message, ChannelMessage):
        return
    if error.code == OPTED_OUT_AT_VENDOR:
        suppression = Suppression(message.channel, message.address, "opted out at the vendor", runtime.clock.now())
        async with runtime.store.transaction() as uow:
            await uow.consents.suppress(suppression)
    elif error.code != MAY_HAVE_LEFT:
        await _send_elsewhere(runtime, entry, message)


async def _send_elsewhere(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage) -> None:
    """Queue it on the next of its channels, where it has one; the gate weighs it there as any other."""
    responses = runtime.library.current().assistant.responses
    if not message.fallbacks or entry.profile_id is None or message.response not in responses:
        return
    effect = SendResponse(
        response=message.response,
        channels=message.fallbacks,
        key=f"{entry.key}:after-{message.channel}",
        window=entry.window,
        cap=entry.cap,
    )
    cause = Cause(
        key=effect.key,
        profile_id=entry.profile_id,
        enrolment_id=entry.enrolment_id,
        purpose=entry.purpose,
        priority=entry.priority,
    )
    async with runtime.store.transaction() as uow:
        await send_response(uow, runtime, effect, cause, runtime.clock.now())
    await runtime.wakeups.notify(OUTBOX)
