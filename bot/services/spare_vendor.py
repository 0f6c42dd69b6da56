"""Spare a vendor: leave its channel alone for a while when it is in trouble, so that an outage uses up no tries."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.delivery import LEFT_ALONE, ChannelMessage, Lane, OutboxEntry
from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, TemporarySendError
from bot.domain.message import Receipt
from bot.ports import Breaker
from bot.services.hand_over import Unanswered
from bot.services.runtime import OUTBOX, Runtime
from bot.services.tell_desk import tell_desk

log = structlog.get_logger()

LONGEST_HOLD = {Lane.REPLIES: timedelta(minutes=1)}
LONGEST_OTHER_HOLD = timedelta(minutes=5)
WORTH_TELLING = timedelta(minutes=5)
"""An outage that has lasted so long is told to the desk, once an hour."""


@dataclass(frozen=True, slots=True)
class Hold:
    """How long an entry waits, and why."""

    wait: timedelta
    why: str


def hold_of(runtime: Runtime, entry: OutboxEntry) -> Hold | None:
    """How to keep this entry while its vendor is left alone; None where it is not.

    Longer the longer the trouble lasts, and with jitter, so that the vendor's return meets no crowd.
    """
    breaker = runtime.breakers.get(entry.goes_to)
    if breaker is None or not breaker.is_open or breaker.rest_left <= timedelta():
        return None
    longest = LONGEST_HOLD.get(entry.lane, LONGEST_OTHER_HOLD)
    wait = max(breaker.rest_left, min(breaker.open_for / 2, longest)) * random.uniform(1, 1.5)  # noqa: S311
    return Hold(wait, _in_trouble(entry.goes_to, breaker))


def _in_trouble(channel: str, breaker: Breaker) -> str:
    why = f"the vendor of {channel} is in trouble and {LEFT_ALONE}"
    return f"{why}: {breaker.why}" if breaker.why else why


async def spared(
    runtime: Runtime, entry: OutboxEntry, hand_over: Callable[[Runtime, OutboxEntry], Awaitable[Receipt]]
) -> Receipt:
    """Hand the entry over, and watch how its vendor takes it.

    Raises NotTried while the vendor is left alone, and for a trial that fails: that tells of the outage, and not of
    the entry that it was made with. A credential that it refuses is an outage, too.
    """
    breaker = runtime.breakers.get(entry.goes_to)
    if breaker is None or not isinstance(entry.dispatch, ChannelMessage):
        return await hand_over(runtime, entry)
    was_open = breaker.is_open
    if not breaker.lets_through():
        raise NotTried(_in_trouble(entry.goes_to, breaker), retry_after=breaker.rest_left)
    try:
        receipt = await hand_over(runtime, entry)
    except CredentialRefused as error:
        breaker.failed(error.retry_after, error.reason)
        await _notice(runtime, breaker, entry.goes_to, error.reason, was_open=was_open)
        raise
    except (PermanentSendError, NotTried):  # it answers
        await _heal(runtime, breaker, entry.goes_to, was_open=was_open)
        raise
    except Unanswered as error:
        breaker.failed(why=str(error))
        raise
    except TemporarySendError as error:
        if error.of_message:
            await _heal(runtime, breaker, entry.goes_to, was_open=was_open)
            raise
        breaker.failed(error.retry_after, error.reason)
        await _notice(runtime, breaker, entry.goes_to, error.reason, was_open=was_open)
        if was_open:
            rest = breaker.rest_left
            raise NotTried(error.reason, code=error.code, retry_after=rest, may_have_left=True) from error
        raise
    await _heal(runtime, breaker, entry.goes_to, was_open=was_open)
    return receipt


async def _heal(runtime: Runtime, breaker: Breaker, channel: str, *, was_open: bool) -> None:
    lasted = breaker.open_for
    breaker.succeeded()
    if was_open:
        log.warning("a vendor works again", channel=channel, minutes=_minutes(lasted))
        if lasted >= WORTH_TELLING:
            await _tell_desk(runtime, channel, "works", f"{channel} works again. What waited leaves now, bit by bit.")


async def _notice(runtime: Runtime, breaker: Breaker, channel: str, reason: str, *, was_open: bool) -> None:
    if breaker.is_open and not was_open:
        log.error("a vendor is in trouble and left alone for a while", channel=channel, reason=reason)
    if breaker.open_for >= WORTH_TELLING:
        log.error("a vendor is still in trouble", channel=channel, reason=reason, minutes=_minutes(breaker.open_for))
        words = (
            f"{channel} has not worked for {_minutes(breaker.open_for)} minutes: {reason}. "
            "What is to leave by it waits, and leaves when it works again."
        )
        await _tell_desk(runtime, channel, "trouble", words)


async def _tell_desk(runtime: Runtime, channel: str, what: str, words: str) -> None:
    """Once an hour, whichever process says it; nothing where the desk is what does not work.

    Never raises: what the vendor has made of the entry is known by now, and must not be forgotten for it.
    """
    if runtime.desk is None or runtime.desk.channel == channel:
        return
    now = runtime.clock.now()
    try:
        async with runtime.store.transaction() as uow:
            await tell_desk(uow, runtime, f"{what}:{channel}:{_hour(now)}", words, now)
        await runtime.wakeups.notify(OUTBOX)
    except Exception:
        log.exception("the desk could not be told how a vendor is", channel=channel)


def _minutes(lasted: timedelta) -> int:
    return int(lasted / timedelta(minutes=1))


def _hour(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"
