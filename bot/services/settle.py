"""Settle: write down what came of a try to deliver, and tell whom it concerns; also what its vendor says later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, CrmErasure, DeskErasure, EndpointCall, Fetch, OutboxEntry, OutboxStatus
from bot.domain.ids import ConversationId
from bot.domain.journey import Failed, Finished
from bot.domain.message import Author, DeliveryState, DeliveryStatus, Text, Told
from bot.journeys.judge import JOURNEY_PAUSED
from bot.ports import UnitOfWork
from bot.services.enrol import tell_step
from bot.services.erase_elsewhere import settle_erasure, settle_late
from bot.services.fetch_files import settle_file
from bot.services.hand_off import relay
from bot.services.note_decision import matter_of, note_decision
from bot.services.pass_on_file import settle_reps_file
from bot.services.runtime import Runtime
from bot.services.take_refusal import failure_of, take_refusal
from bot.services.tell_of_erasure import is_last_word, settle_last_word
from bot.services.tell_of_message import is_listened_to, tell_of_message

log = structlog.get_logger()


async def settle(uow: UnitOfWork, runtime: Runtime, settled: OutboxEntry, now: datetime) -> None:
    """The entry as it is from now on. A vendor may have told that it failed before it had even answered."""
    await settle_all(uow, runtime, [settled], now)


async def settle_all(uow: UnitOfWork, runtime: Runtime, settled: Sequence[OutboxEntry], now: datetime) -> None:
    """The same for many entries."""
    settled = [await _released(uow, one, now) for one in await _ours(uow, settled)]
    told = await uow.outbox.settle_all(settled)
    for one in settled:
        await _follow(uow, one)
    await uow.conversations.disclosed({conversation for one in settled for conversation in _discloses(one)}, now)
    for one in settled:
        await _tell(uow, runtime, one, told.get(one.key), now)


async def _ours(uow: UnitOfWork, settled: Sequence[OutboxEntry]) -> Sequence[OutboxEntry]:
    """Without what a process would write that stood still for so long that another has taken the entry up since, and
    has most likely sent it, and without what was withdrawn meanwhile. That a vendor has it is true whoever gave it to
    them. The others are whose they are by now: two people may have been merged meanwhile."""
    open_ones = [one for one in settled if one.status is not OutboxStatus.SENT]
    ours = await uow.outbox.still_ours(open_ones) if open_ones else {}
    taken_over = [one.id for one in open_ones if one.key not in ours]
    if taken_over:
        why = "another process has taken them over, or their run has withdrawn them"
        log.warning(f"what came of deliveries is passed over: {why}", entries=taken_over)
    kept = [one for one in settled if one.status is OutboxStatus.SENT or one.key in ours]
    return [replace(one, profile_id=ours.get(one.key, one.profile_id)) for one in kept]


async def _released(uow: UnitOfWork, settled: OutboxEntry, now: datetime) -> OutboxEntry:
    """What is held back by a pause that has ended meanwhile is due: whoever ended it has not seen it."""
    held = settled.status is OutboxStatus.WAITING and settled.reason == JOURNEY_PAUSED
    if not held or settled.enrolment_id is None:
        return settled
    run = await uow.enrolments.get(settled.enrolment_id)
    return settled if await uow.journeys.stays_paused(run.journey) else replace(settled, due_at=now, reason="")


async def _tell(uow: UnitOfWork, runtime: Runtime, settled: OutboxEntry, told: Told | None, now: datetime) -> None:
    """Whoever is concerned by what came of the entry."""
    match settled.dispatch:
        case ChannelMessage() if is_last_word(settled):
            await settle_last_word(uow, settled)
        case ChannelMessage() as message:
            if settled.purpose is Purpose.DESK:
                await settle_late(uow, settled, message, now)
            await _follow_up(uow, settled, message, now)
            if settled.status is OutboxStatus.DEAD:
                await tell_of_message(uow, runtime, settled, DeliveryState.FAILED, now, settled.reason)
            if told is not None and (current := await uow.outbox.by_key(settled.key)) is not None:
                # Of whoever it is by now: the person may have been merged, or erased, while it was being sent.
                theirs = replace(settled, profile_id=current.profile_id)
                await _heed(uow, runtime, theirs, message, told, now)
        case CrmErasure() | DeskErasure():
            await settle_erasure(uow, settled)
        case EndpointCall():
            await _tell_journey(uow, runtime, settled, now)
        case Fetch(rep="") as wanted if settled.status in (OutboxStatus.SENT, OutboxStatus.DEAD):
            await settle_file(uow, runtime, settled, wanted, now)
        case Fetch() as wanted if settled.status in (OutboxStatus.SENT, OutboxStatus.DEAD):
            await settle_reps_file(uow, runtime, settled, wanted, now)


async def _follow(uow: UnitOfWork, settled: OutboxEntry) -> None:
    """What takes the place of an earlier message that was gone stands elsewhere: so does that one now, for all that
    belongs to it."""
    match settled.dispatch:
        case ChannelMessage(replaces_of=str(replaced)) if settled.status is OutboxStatus.SENT and settled.vendor_id:
            earlier = await uow.outbox.by_key(replaced)
            if earlier is not None and earlier.vendor_id not in (None, settled.vendor_id):
                await uow.outbox.settle(replace(earlier, vendor_id=settled.vendor_id))


def _discloses(settled: OutboxEntry) -> Sequence[ConversationId]:
    """The conversation in which this has said that a machine writes: the first words of one do.

    The words of a template are the vendor's: what they say of a machine is not for us to know.
    """
    match settled.dispatch:
        case ChannelMessage(content=Text(author=Author.BOT, template=None)):
            if settled.status is OutboxStatus.SENT and settled.conversation_id is not None:
                return [settled.conversation_id]
    return []


async def track_deliveries(uow: UnitOfWork, runtime: Runtime, statuses: Sequence[DeliveryStatus], now: datetime) -> int:
    """Note a vendor's statuses of messages that it accepted; how many are new and of messages of ours.

    All are noted before anything follows from one, in the order in which settling writes of them: else both could wait
    for each other.
    """
    moved = []
    for status in sorted(statuses, key=lambda one: (one.channel, one.sent_id)):
        key = await uow.outbox.track(status, now)
        if key is not None:
            moved.append((key, status))
    for key, status in moved:
        concerns = status.state is DeliveryState.FAILED or await is_listened_to(uow, runtime, status.state, key)
        entry = await uow.outbox.by_key(key) if concerns else None
        if entry is None or entry.status is not OutboxStatus.SENT or entry.vendor_id != status.sent_id:
            continue  # one that is still being sent hears of it when it is settled
        if isinstance(entry.dispatch, ChannelMessage):
            await _heed(uow, runtime, entry, entry.dispatch, Told(status.state, status.error), now)
    return len(moved)


async def _heed(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: ChannelMessage, told: Told, now: datetime
) -> None:
    if told.state is DeliveryState.FAILED:
        await _take_failure(uow, runtime, entry, message, told.error, now)
    else:
        await tell_of_message(uow, runtime, entry, told.state, now)


async def _take_failure(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: ChannelMessage, code: str, now: datetime
) -> None:
    """The vendor took it, and it did not arrive: worth another try later, or as a refusal."""
    failure = failure_of(runtime, message, code)
    what = f"taken by the vendor, and not delivered: error {code or 'unknown'}" + (
        f" ({failure.what})" if failure.what else ""
    )
    log.warning("a message was not delivered", entry=entry.id, channel=message.channel, code=code)
    if entry.attempts < failure.most_tries:
        due_at = now + failure.pause * 4 ** max(entry.attempts - 1, 0)
        again = replace(entry, status=OutboxStatus.WAITING, due_at=due_at, vendor_id=None, reason=what)
        await uow.outbox.settle(again)
        return
    dead = replace(entry, status=OutboxStatus.DEAD, reason=what)
    await uow.outbox.settle(dead)
    await _follow_up(uow, dead, message, now)
    await take_refusal(uow, runtime, dead, message, code, now)
    await tell_of_message(uow, runtime, dead, DeliveryState.FAILED, now, what)


async def _follow_up(uow: UnitOfWork, settled: OutboxEntry, message: ChannelMessage, now: datetime) -> None:
    if settled.status is OutboxStatus.DEAD:
        await note_decision(uow, matter_of(settled, message), "dead", settled.reason, now)
    content = message.content
    if settled.conversation_id is None or not isinstance(content, Text):
        return
    if settled.status in (OutboxStatus.DEAD, OutboxStatus.WITHHELD) and content.author is not Author.BOT:
        handoff = await uow.handoffs.latest_in(settled.conversation_id)
        if handoff is not None:
            what = "Your message" if content.author is Author.PERSON else f'"{content.text}"'
            words = f"{what} did not reach the customer: {settled.reason}."
            await relay(uow, handoff, f"{settled.key}:undelivered", "Overture", words, now)


async def _tell_journey(uow: UnitOfWork, runtime: Runtime, settled: OutboxEntry, now: datetime) -> None:
    """The step that wanted the endpoint told waits for what comes of it."""
    if settled.enrolment_id is None:
        return
    if settled.status is OutboxStatus.SENT:
        await tell_step(uow, runtime, settled.enrolment_id, Finished(settled.key), now)
    elif settled.status is OutboxStatus.DEAD:
        await tell_step(uow, runtime, settled.enrolment_id, Failed(settled.key, settled.reason), now)
