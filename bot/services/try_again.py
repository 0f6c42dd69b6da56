"""Try again: the outbox entry as it is after a try, whatever came of that, and when the next one is due."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Fetch, OutboxEntry, OutboxStatus
from bot.domain.errors import CredentialRefused, NotTried, SendError, TemporarySendError, TooLittleKnown
from bot.domain.message import Receipt

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_OUTAGE = timedelta(days=3)
LONGEST_WAIT = timedelta(minutes=5)
"""For a vendor that takes nothing just now."""

LONGEST_UNKNOWN = timedelta(days=14)
"""What a CRM should have of somebody is worth telling it, once it can keep them."""

LOOK_AGAIN = timedelta(minutes=5), timedelta(hours=6)
"""Whether it can by now: after how long at the earliest, and at the latest."""


def tried(entry: OutboxEntry, now: datetime) -> OutboxEntry:
    """The entry with one more try. One that a crash left unsettled was first tried when it was due, at the earliest."""
    began = entry.due_at if entry.status is OutboxStatus.SENDING else now
    return replace(entry, attempts=entry.attempts + 1, first_tried_at=entry.first_tried_at or began)


def sent(attempt: OutboxEntry, receipt: Receipt) -> OutboxEntry:
    return replace(attempt, status=OutboxStatus.SENT, vendor_id=receipt.vendor_id, reason="")


def retry(entry: OutboxEntry, error: SendError, now: datetime) -> OutboxEntry:
    """Back off exponentially, with jitter so that a vendor's return meets no crowd, and give up in the end."""
    if entry.attempts >= MOST_ATTEMPTS:
        return _given_up(entry, error.reason)
    pause = min(FIRST_PAUSE * 4 ** max(entry.attempts - 1, 0), LONGEST_PAUSE)
    pause *= random.uniform(0.75, 1.25)  # noqa: S311
    if isinstance(error, TemporarySendError) and error.retry_after is not None:
        pause = max(pause, error.retry_after)
    return replace(entry, status=OutboxStatus.WAITING, due_at=now + pause, reason=error.reason)


def wait_for_vendor(attempt: OutboxEntry, error: NotTried, now: datetime) -> OutboxEntry:
    """An outage uses up no tries, until it has taken so long that it may not be one. The longer, the longer the pause.

    Where we are not let in, that has no end but that we are, unless it is for a customer or a rep to read.

    Where the vendor may have taken it, one try stays counted: the next one asks first.
    """
    waited = now - (attempt.first_tried_at or now)
    keeps = isinstance(error, CredentialRefused) and not isinstance(attempt.dispatch, ChannelMessage | Fetch)
    if waited > LONGEST_OUTAGE and not keeps:
        return retry(attempt, error, now)
    pause = max(error.retry_after or FIRST_PAUSE, min(waited / 2, LONGEST_WAIT))
    due_at = now + pause * random.uniform(1, 1.5)  # noqa: S311
    attempts = max(attempt.attempts - 1, 1 if error.may_have_left else 0)
    return replace(attempt, attempts=attempts, status=OutboxStatus.WAITING, due_at=due_at, reason=error.reason)


def wait_to_know_more(entry: OutboxEntry, error: TooLittleKnown, now: datetime) -> OutboxEntry:
    """That a CRM cannot keep somebody yet is no try; it holds up nothing, and is not missed if it stays so."""
    waited = now - entry.created_at
    if waited > LONGEST_UNKNOWN:
        return replace(entry, status=OutboxStatus.WITHHELD, reason=error.reason)
    soonest, latest = LOOK_AGAIN
    due_at = now + min(max(waited / 4, soonest), latest)
    return replace(entry, status=OutboxStatus.WAITING, due_at=due_at, reason=error.reason)


def held(entry: OutboxEntry, now: datetime, wait: timedelta, reason: str) -> OutboxEntry:
    """Not tried yet. What comes behind it in its conversation waits for it; marketing holds up nothing.

    What a crash left stays as it is: whether it has left is still to be asked.
    """
    if entry.status is OutboxStatus.SENDING:
        return replace(entry, reason=reason)
    first = entry.first_tried_at if entry.purpose is Purpose.MARKETING else entry.first_tried_at or now
    return replace(entry, status=OutboxStatus.WAITING, due_at=now + wait, reason=reason, first_tried_at=first)


def held_in_outage(entry: OutboxEntry, now: datetime, wait: timedelta, reason: str) -> OutboxEntry:
    """The same, while its vendor is left alone: no longer than an outage may take, for then nobody waits for it any
    more. Marketing, for which nobody does, is weighed by the gate when it leaves."""
    waiting = held(entry, now, wait, reason)
    first = waiting.first_tried_at
    if entry.purpose is Purpose.MARKETING or first is None or now - first <= LONGEST_OUTAGE:
        return waiting
    return replace(entry, status=OutboxStatus.DEAD, reason=f"gave up after {LONGEST_OUTAGE.days} days: {reason}")


def left_unknown(entry: OutboxEntry, reason: str, now: datetime) -> OutboxEntry:
    """The vendor could not be asked whether it has it. That is no try, until it has taken too long."""
    first = entry.first_tried_at or entry.due_at
    if now - first > LONGEST_OUTAGE:
        return _given_up(entry, reason)
    return replace(entry, status=OutboxStatus.SENDING, reason=reason, first_tried_at=first)


def left_open(entry: OutboxEntry, reason: str) -> OutboxEntry:
    """Stays SENDING, as after a crash: it comes up again as stale, and then the vendor is asked first."""
    if entry.attempts >= MOST_ATTEMPTS:
        return _given_up(entry, reason)
    return replace(entry, status=OutboxStatus.SENDING, reason=reason)


def _given_up(entry: OutboxEntry, reason: str) -> OutboxEntry:
    return replace(entry, status=OutboxStatus.DEAD, reason=f"gave up after {entry.attempts} tries: {reason}")
