"""Let go: ask the gate about several messages at once, and compose those that may leave now.

The last thing before a message leaves is the gate: what somebody said while it waited for its sender counts. So where
a sender has a pace, the gate is asked first whether the message would leave at all, and once more when it is its turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import structlog

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Lane, Later, OutboxEntry, Send, Verdict, Withhold
from bot.domain.errors import Conflict, PermanentSendError
from bot.domain.ids import OutboxId
from bot.domain.message import DeskPage, OutboundMessage
from bot.domain.pace import Pace
from bot.journeys.judge import LOOK_AGAIN
from bot.ports import UnitOfWork
from bot.services.compose_outbound import Unready, compose
from bot.services.note_decision import keep_decisions, matter_of
from bot.services.put_off_waits import put_off_waits
from bot.services.runtime import Runtime
from bot.services.try_again import tried
from bot.services.weigh import weigh_all

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Departure:
    """May leave, as these messages; as none where they are made when it leaves."""

    attempt: OutboxEntry
    messages: Sequence[OutboundMessage] = ()


class TakenOver(Exception):
    """So much time has passed since the entry was claimed that another process has claimed it as left by a crash; or
    its run has withdrawn it meanwhile."""


@dataclass(frozen=True, slots=True)
class Paid:
    """Its sender may send it now, and the gate could not be asked about all at once: `let_go_paid`, when it leaves."""


Answer: TypeAlias = Departure | Withhold | Later | timedelta | Exception
"""A length of time: its sender may send no more for so long. An error: it could not be looked at or composed, or it is
not for us to send any more."""


async def let_go(runtime: Runtime, entries: Sequence[OutboxEntry]) -> Mapping[OutboxId, Answer | Paid]:
    """What to do with each of these entries, which are all messages. Each verdict leaves a decision record."""
    paced = [entry for entry in entries if _pace_of(runtime, entry) is not None and runtime.pacer is not None]
    answers: dict[OutboxId, Answer | Paid] = {}
    if paced:
        answers |= await _kept_back(runtime, paced)
        answers |= await _waiting_for_senders(runtime, [entry for entry in paced if entry.id not in answers])
    if ready := [entry for entry in entries if entry.id not in answers]:
        answers |= await _leaving_together(runtime, ready)
    return answers


async def let_go_paid(runtime: Runtime, entry: OutboxEntry) -> Answer:
    """What to do with this one, whose sender's pace is paid for."""
    try:
        return (await _leaving(runtime, [entry]))[entry.id]
    except Exception as error:
        return error


async def _kept_back(runtime: Runtime, entries: Sequence[OutboxEntry]) -> Mapping[OutboxId, Answer]:
    """Those that may not leave now. That the others may is not the last word, and so not kept."""
    async with runtime.store.transaction() as uow:
        now = runtime.clock.now()
        weighed = [one for one in await _weighed(uow, runtime, entries, now) if not isinstance(one[1], Send)]
        return await _decided(uow, runtime, weighed, now)


async def _leaving_together(
    runtime: Runtime, entries: Sequence[OutboxEntry]
) -> Mapping[OutboxId, Answer] | Mapping[OutboxId, Paid]:
    """Where that fails each is let go by itself, so that one entry costs no other, and only when it leaves: who opts
    out while the others are asked about is heeded."""
    if len(entries) == 1:
        return {entries[0].id: await let_go_paid(runtime, entries[0])}
    try:
        return await _leaving(runtime, entries)
    except Conflict:
        log.info("somebody else was faster with one of a batch of messages; each is by itself", entries=len(entries))
        return {entry.id: Paid() for entry in entries}
    except Exception:
        log.exception("messages could not be let go together; each is by itself")
        return {entry.id: Paid() for entry in entries}


async def _leaving(runtime: Runtime, entries: Sequence[OutboxEntry]) -> Mapping[OutboxId, Answer]:
    """Those that another process has taken over are left to it: by the decision records it sees what was let go.

    What belongs to somebody else since it was claimed, as to whom a merge has kept, is weighed for them in a moment.
    """
    async with runtime.store.transaction() as uow:
        now = runtime.clock.now()
        weighed = await _weighed(uow, runtime, entries, now)
        ours = await uow.outbox.still_ours(entries)
        left: dict[OutboxId, Answer] = {entry.id: TakenOver() for entry in entries if entry.key not in ours}
        left |= {entry.id: Unready() for entry in entries if ours.get(entry.key, entry.profile_id) != entry.profile_id}
        kept_back = await _decided(uow, runtime, [one for one in weighed if one[0].id not in left], now)
        going = [tried(entry, now) for entry in entries if entry.id not in {*left, *kept_back}]
        return {**left, **kept_back, **{one.id: await _composed(uow, runtime, one) for one in going}}


async def _weighed(
    uow: UnitOfWork, runtime: Runtime, entries: Sequence[OutboxEntry], now: datetime
) -> Sequence[tuple[OutboxEntry, Verdict]]:
    matters = [matter_of(entry, _message_of(entry)) for entry in entries]
    return list(zip(entries, await weigh_all(uow, runtime, matters, now), strict=True))


async def _decided(
    uow: UnitOfWork, runtime: Runtime, weighed: Sequence[tuple[OutboxEntry, Verdict]], now: datetime
) -> Mapping[OutboxId, Withhold | Later]:
    """Keep the verdicts; those that let nothing go. Of what goes to a desk there is no record."""
    kept = [
        (entry, verdict)
        for entry, verdict in weighed
        if entry.purpose is not Purpose.DESK and not _is_still_held(entry, verdict, now)
    ]
    await keep_decisions(uow, [(matter_of(entry, _message_of(entry)), verdict) for entry, verdict in kept], now)
    later = [(entry, verdict.at) for entry, verdict in weighed if isinstance(verdict, Later)]
    await put_off_waits(uow, runtime, later, now)
    return {entry.id: verdict for entry, verdict in weighed if not isinstance(verdict, Send)}


def _is_still_held(entry: OutboxEntry, verdict: Verdict, now: datetime) -> bool:
    """Whether the verdict is only that of the look a quarter of an hour ago, on the same day (UTC): a sender that is
    stopped for a week holds each message back some 700 times, for one reason."""
    if not isinstance(verdict, Later) or entry.reason != verdict.why or verdict.at - now > LOOK_AGAIN:
        return False
    return (entry.due_at - LOOK_AGAIN).astimezone(UTC).date() == now.astimezone(UTC).date()


async def _composed(uow: UnitOfWork, runtime: Runtime, attempt: OutboxEntry) -> Answer:
    message = _message_of(attempt)
    if isinstance(message.content, DeskPage):
        return Departure(attempt)
    try:
        return Departure(attempt, await compose(uow, runtime, attempt, message))
    except (Unready, PermanentSendError) as error:
        return error


async def _waiting_for_senders(runtime: Runtime, entries: Sequence[OutboxEntry]) -> Mapping[OutboxId, timedelta]:
    """Those whose sender may send no more just now. Of a wait there is no record.

    What somebody waits for goes before what nobody does, though that may have waited longer. Outside of transactions,
    for the pacer may be another server.
    """
    waits: dict[OutboxId, timedelta] = {}
    for (sender, yields), (pace, queue) in _by_sender(runtime, entries).items():
        assert runtime.pacer is not None  # noqa: S101  else nobody waits
        prices = [pace.price(_message_of(entry).content) for entry in queue]
        told = await runtime.pacer.take(sender, pace, prices, runtime.clock.now(), yields=yields)
        waits |= {entry.id: wait for entry, wait in zip(queue, told, strict=True) if wait}
    return waits


def _by_sender(
    runtime: Runtime, entries: Sequence[OutboxEntry]
) -> Mapping[tuple[str, bool], tuple[Pace, list[OutboxEntry]]]:
    """The entries of each sender, and apart from them those that yield to others."""
    found: dict[tuple[str, bool], tuple[Pace, list[OutboxEntry]]] = {}
    for entry in sorted(entries, key=_yields):
        message, pace = _message_of(entry), _pace_of(runtime, entry)
        assert pace is not None  # noqa: S101  else it would not wait
        sender = f"{message.channel}:{message.address}" if pace.per_address else message.channel
        found.setdefault((sender, _yields(entry)), (pace, []))[1].append(entry)
    return found


def _yields(entry: OutboxEntry) -> bool:
    return entry.lane is not Lane.REPLIES


def _pace_of(runtime: Runtime, entry: OutboxEntry) -> Pace | None:
    channel = runtime.channels.get(_message_of(entry).channel)
    return channel.abilities.pace if channel is not None else None


def _message_of(entry: OutboxEntry) -> ChannelMessage:
    assert isinstance(entry.dispatch, ChannelMessage)  # noqa: S101  others do not pass the gate
    return entry.dispatch
