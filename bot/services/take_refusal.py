"""Take a refusal: what follows when a vendor will never deliver a message: an address or a sender to spare, or another
channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.consent import Consequence, Suppression, Wish
from bot.domain.delivery import ChannelMessage, Failure, OutboxEntry, OutboxStatus
from bot.domain.effects import SendResponse
from bot.domain.ids import ProfileId
from bot.ports import UnitOfWork
from bot.services.cause import Cause
from bot.services.enrol import tell_journeys
from bot.services.opt_out import opt_out
from bot.services.reach import send_response
from bot.services.runtime import Runtime
from bot.services.stop_sender import stop_sender

MAY_HAVE_LEFT = "may_have_left"
"""Our own code: nobody knows whether the message left, so it is given up and goes nowhere else."""


async def take_refusal(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: ChannelMessage, code: str, now: datetime
) -> None:
    """Keep what the vendor knows and we did not, so that nobody tries again; else send a journey's message elsewhere.

    Somebody who opted out of one channel is not written to on the next. A second call changes nothing.
    """
    failure = failure_of(runtime, message, code)
    match failure.then:
        case Consequence.OPTED_OUT:
            await _keep_opt_out(uow, runtime, entry.profile_id, message, now)
            return
        case Consequence.UNREACHABLE:
            cause = Consequence.UNREACHABLE
            await uow.consents.suppress(Suppression(message.channel, message.address, failure.what, now, cause))
        case Consequence.SENDER_STOPPED:
            await stop_sender(uow, runtime, message.channel, failure.what, now)
    if code != MAY_HAVE_LEFT:
        await send_elsewhere(uow, runtime, entry, message, now)


def failure_of(runtime: Runtime, message: ChannelMessage, code: str) -> Failure:
    """What the vendor's error means; nothing in particular where its connector is gone."""
    channel = runtime.channels.get(message.channel)
    return channel.abilities.failures.get(code, Failure()) if channel is not None else Failure()


async def _keep_opt_out(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId | None, message: ChannelMessage, now: datetime
) -> None:
    """They told the vendor, and that is as good as telling us: it counts on every channel."""
    if await uow.consents.suppression(message.channel, message.address) is not None:
        return
    how = f"opted out at the vendor of {message.channel}"
    await uow.consents.suppress(Suppression(message.channel, message.address, how, now))
    if profile_id is not None:
        ended = await opt_out(uow, runtime, profile_id, Wish(how, now))
        await tell_journeys(uow, runtime, profile_id, ended, now)


async def send_elsewhere(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: ChannelMessage, now: datetime
) -> None:
    """Queue it on the next of its channels, where it has one; the gate weighs it there as any other. What was withdrawn
    meanwhile goes nowhere."""
    responses = runtime.library.current().assistant.responses
    if not message.fallbacks or entry.profile_id is None or message.response not in responses:
        return
    current = await uow.outbox.by_key(entry.key)
    if current is None or current.status is OutboxStatus.WITHHELD or current.is_too_late(now):
        return
    effect = SendResponse(
        response=message.response,
        channels=message.fallbacks,
        key=key_elsewhere(entry, message),
        window=entry.window,
        cap=entry.cap,
        event=await _event_of(uow, entry),
        follows_links=message.follows_links,
    )
    cause = Cause(
        key=effect.key,
        profile_id=entry.profile_id,
        enrolment_id=entry.enrolment_id,
        purpose=entry.purpose,
        priority=entry.priority,
    )
    await send_response(uow, runtime, effect, cause, now)


def key_elsewhere(entry: OutboxEntry, message: ChannelMessage) -> str:
    """That of the same message on the next of its channels."""
    return f"{entry.key}:after-{message.channel}"


async def _event_of(uow: UnitOfWork, entry: OutboxEntry) -> Mapping[str, Any]:
    """What let the person into the journey whose message it is, for its words."""
    if entry.enrolment_id is None:
        return {}
    event = (await uow.enrolments.get(entry.enrolment_id)).data.get("event")
    return event if isinstance(event, Mapping) else {}
