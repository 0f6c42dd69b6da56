"""Attempt: one try to deliver an outbox entry, and what to do about its outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain.delivery import (
    ChannelMessage,
    CrmNote,
    CrmUpsert,
    EndpointCall,
    Later,
    OutboxEntry,
    OutboxStatus,
    Withhold,
)
from bot.domain.errors import Conflict, NotTried, PermanentSendError, TemporarySendError, TooLittleKnown
from bot.journeys.judge import held_by_journey
from bot.services.compose_outbound import Unready
from bot.services.hand_over import Needless, NoRecord, Unanswered, Unknown, hand_over, left_before
from bot.services.heed_erasure import weigh_sync
from bot.services.let_go import Answer, Departure, Paid, let_go, let_go_paid
from bot.services.runtime import OUTBOX, Runtime
from bot.services.spare_vendor import hold_of, spared
from bot.services.take_refusal import send_elsewhere, take_refusal
from bot.services.tell_of_erasure import is_last_word
from bot.services.try_again import (
    held,
    held_in_outage,
    left_open,
    left_unknown,
    retry,
    sent,
    tried,
    wait_for_vendor,
    wait_to_know_more,
)

WAIT_FOR_CARD = timedelta(seconds=1)
WAIT_FOR_DATABASE = timedelta(seconds=5)
WAIT_FOR_OTHERS = timedelta(seconds=1)


async def attempt(runtime: Runtime, entry: OutboxEntry, answer: Answer | Paid | None = None) -> OutboxEntry:
    """One try: the entry as it is to be stored. `answer` is the gate's, where it was asked already.

    Raises TakenOver where it is not for us to store.
    """
    now = runtime.clock.now()
    trial = tried(entry, now)
    if (hold := hold_of(runtime, entry)) is not None:
        return held_in_outage(entry, now, hold.wait, hold.why)
    try:
        if entry.status is OutboxStatus.SENDING and (found := await left_before(runtime, trial)) is not None:
            return sent(trial, found)
        match await _answer(runtime, entry, answer, now):
            case Withhold(why=why, elsewhere=elsewhere):
                if elsewhere:
                    await _send_elsewhere(runtime, entry)
                return replace(entry, status=OutboxStatus.WITHHELD, reason=why)
            case Later(at=at, why=why):
                return replace(entry, status=OutboxStatus.WAITING, due_at=at, reason=why)
            case timedelta() as wait:
                return held(entry, now, wait, f"the sender of {entry.goes_to} sends no more quickly")
            case Departure(attempt=trial, messages=messages):
                with runtime.tracer.span(f"call {entry.goes_to}", "call"):
                    return sent(trial, await spared(runtime, trial, partial(hand_over, messages=messages)))
            case error if runtime.store.is_away(error):  # its vendor was not called: that is no try
                return held(entry, now, WAIT_FOR_DATABASE, "the database was away")
            case Conflict():  # nor is this: such as of somebody who was merged since it was claimed
                return held(entry, now, WAIT_FOR_OTHERS, "somebody else was faster")
            case error:
                raise error
    except Unready:
        waiting = replace(entry, status=OutboxStatus.WAITING, due_at=now + WAIT_FOR_CARD)
        return replace(waiting, first_tried_at=trial.first_tried_at)
    except Unknown as error:
        return left_unknown(entry, str(error), now)
    except Unanswered as error:
        return left_open(trial, str(error))
    except Needless as error:
        return replace(trial, status=OutboxStatus.WITHHELD, reason=str(error))
    except TooLittleKnown as error:
        return wait_to_know_more(entry, error, runtime.clock.now())
    except NoRecord as error:
        return replace(retry(trial, error, runtime.clock.now()), first_tried_at=entry.first_tried_at)
    except NotTried as error:
        return wait_for_vendor(trial, error, runtime.clock.now())
    except TemporarySendError as error:
        return retry(trial, error, runtime.clock.now())
    except PermanentSendError as error:
        await _take_refusal(runtime, trial, error)
        return replace(trial, status=OutboxStatus.DEAD, reason=error.reason)


async def _answer(runtime: Runtime, entry: OutboxEntry, answer: Answer | Paid | None, now: datetime) -> Answer:
    try:
        answer = answer or await _ask(runtime, entry, now)
    except Exception as error:
        return error
    return await let_go_paid(runtime, entry) if isinstance(answer, Paid) else answer


async def _ask(runtime: Runtime, entry: OutboxEntry, now: datetime) -> Answer | Paid:
    """Whether it may leave. Our own CRM and other systems get what a person's wishes have no say in, unless the CRM has
    erased them."""
    match entry.dispatch:
        case ChannelMessage():
            return (await let_go(runtime, [entry]))[entry.id]
        case CrmUpsert(crm=crm) | CrmNote(crm=crm) if entry.profile_id is not None:
            async with runtime.store.reading() as uow:
                return await weigh_sync(uow, entry, crm, entry.profile_id, now) or Departure(tried(entry, now))
        case EndpointCall() if entry.enrolment_id is not None:
            async with runtime.store.transaction() as uow:
                running = await uow.journeys.running_of_run(entry.enrolment_id)
            return held_by_journey(running, now) or Departure(tried(entry, now))
    return Departure(tried(entry, now))


async def _send_elsewhere(runtime: Runtime, entry: OutboxEntry) -> None:
    if isinstance(entry.dispatch, ChannelMessage):
        async with runtime.store.transaction() as uow:
            await send_elsewhere(uow, runtime, entry, entry.dispatch, runtime.clock.now())
        await runtime.wakeups.notify(OUTBOX)


async def _take_refusal(runtime: Runtime, entry: OutboxEntry, error: PermanentSendError) -> None:
    if isinstance(entry.dispatch, ChannelMessage) and not is_last_word(entry):
        async with runtime.store.transaction() as uow:
            await take_refusal(uow, runtime, entry, entry.dispatch, error.code, runtime.clock.now())
        await runtime.wakeups.notify(OUTBOX)
