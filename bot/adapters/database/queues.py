"""The queues as an operator looks at them. Each statement reads a bounded number of rows, whatever waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, distinct, func, literal, literal_column, select, text

from bot.adapters.database.outbox_rows import dispatch_of
from bot.adapters.database.repository import Repository
from bot.adapters.tables import decision, enrolment, inbox, outbox, segment_change
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Lane, Verdicts
from bot.journeys.judge import BEGIN_OF_RULES, END_OF_RULES
from bot.ports.queues import MOST_COUNTED, MOST_LOOKED_AT, Bound, DeadGroup, HeldUp, Waiting

RECENT = timedelta(minutes=5)
NEWEST = 1000

_waits = text("status = 'waiting'")


def _grouped(first: Select[Any]) -> Select[Any]:
    """How many of the first that wait go to the same place for the same reason."""
    one = first.limit(MOST_COUNTED).subquery()
    due = func.sum(case((one.c.due_at <= bindparam("now"), 1), else_=0))
    return (
        select(one.c.goes_to, one.c.why, func.count().label("entries"), due.label("due"), func.min(one.c.due_at))
        .group_by(one.c.goes_to, one.c.why)
        .order_by(func.min(one.c.due_at))
    )


TURNS = _grouped(
    select(inbox.c.channel.label("goes_to"), inbox.c.error.label("why"), inbox.c.due_at)
    .where(_waits)
    .order_by(inbox.c.due_at)
)
STEPS = _grouped(
    select(enrolment.c.journey.label("goes_to"), literal("").label("why"), enrolment.c.due_at)
    .where(text("status = 'waiting' AND paused_at IS NULL"), enrolment.c.due_at.is_not(None))
    .order_by(enrolment.c.due_at)
)
LEAVING = _grouped(
    select(outbox.c.channel.label("goes_to"), outbox.c.reason.label("why"), outbox.c.due_at)
    .where(outbox.c.lane == bindparam("in_lane"), _waits)
    .order_by(outbox.c.due_at)
)
CHANGES = _grouped(
    select(segment_change.c.segment.label("goes_to"), literal("").label("why"), segment_change.c.at.label("due_at"))
    .where(segment_change.c.error == literal_column("''"))
    .order_by(segment_change.c.position)
)
"""In the order of their positions, which is that of their times; by these there is no index."""
_taken = (
    select(inbox.c.done_at.label("at"))
    .where(inbox.c.done_at.is_not(None))
    .order_by(inbox.c.position.desc())
    .limit(NEWEST)
    .subquery()
)
TAKEN = select(func.count(), func.min(_taken.c.at)).where(_taken.c.at >= bindparam("since"))
_let_go = (
    select(decision.c.at, decision.c.entry_key)
    .where(decision.c.outcome == "send")
    .order_by(decision.c.position.desc())
    .limit(NEWEST)
    .subquery()
)
LET_GO = (
    select(outbox.c.lane, func.count().label("entries"), func.min(_let_go.c.at).label("first"))
    .join(outbox, outbox.c.key == _let_go.c.entry_key)
    .where(_let_go.c.at >= bindparam("since"))
    .group_by(outbox.c.lane)
)
DEAD = (
    select(outbox.c.channel, outbox.c.reason, func.count().label("entries"), func.min(outbox.c.created_at))
    .where(text("status = 'dead'"))
    .group_by(outbox.c.channel, outbox.c.reason)
    .order_by(func.count().desc(), outbox.c.channel, outbox.c.reason)
    .limit(bindparam("most"))
)
_oldest_changes = (
    select(segment_change.c.segment, segment_change.c.error, segment_change.c.at)
    .order_by(segment_change.c.position)
    .limit(MOST_COUNTED)
    .subquery()
)
UNTOLD = (
    select(
        _oldest_changes.c.segment,
        _oldest_changes.c.error,
        func.count().label("entries"),
        func.min(_oldest_changes.c.at),
    )
    .where(_oldest_changes.c.error != literal_column("''"))
    .group_by(_oldest_changes.c.segment, _oldest_changes.c.error)
    .order_by(func.count().desc(), _oldest_changes.c.segment, _oldest_changes.c.error)
)
"""What is told is deleted, and in the order of the positions: before those that wait are only those that failed."""


BOUND = (
    select(outbox.c.key, outbox.c.profile_id, outbox.c.dispatch)
    .where(
        outbox.c.lane == Lane.SENDS.value,
        _waits,
        outbox.c.purpose == bindparam("with_purpose"),
        outbox.c.channel.in_(bindparam("channels", expanding=True)),
        outbox.c.profile_id.is_not(None),
    )
    .order_by(outbox.c.due_at)
    .limit(bindparam("most"))
)
_newest = select(func.max(decision.c.position)).scalar_subquery()
_lately = decision.c.position > _newest - MOST_LOOKED_AT
LOOKED_AT_SINCE = select(decision.c.position, decision.c.at).where(_lately).order_by(decision.c.position).limit(1)


def _held_up(index: Callable[[ColumnElement[str], str], ColumnElement[int]]) -> Select[Any]:
    """By what names the rules alone: a reason has the time of its next look behind that. `index` is where a text has
    another in it."""
    begun = func.substr(decision.c.why, index(decision.c.why, BEGIN_OF_RULES))
    named = func.substr(begun, 1, index(begun, END_OF_RULES))
    one = (
        select(decision.c.outcome, named.label("why"), decision.c.entry_key)
        .where(
            _lately,
            decision.c.at >= bindparam("since"),
            decision.c.outcome.in_(("later", "withhold")),
            index(decision.c.why, BEGIN_OF_RULES) > 0,
        )
        .subquery()
    )
    return select(one.c.outcome, one.c.why, func.count(distinct(one.c.entry_key)).label("messages")).group_by(
        one.c.outcome, one.c.why
    )


HELD_UP_IN_SQLITE, HELD_UP_IN_POSTGRESQL = _held_up(func.instr), _held_up(func.strpos)


class StoredQueues(Repository):
    async def waiting(self, now: datetime) -> Sequence[Waiting]:
        found = [
            *await self._waiting(TURNS, Lane.REPLIES, now),
            *await self._waiting(STEPS, Lane.TIMERS, now),
            *await self._waiting(CHANGES, Lane.SEGMENTS, now),
        ]
        for lane in (Lane.REPLIES, Lane.SENDS, Lane.CRM):
            found += await self._waiting(LEAVING, lane, now)
        return sorted(found, key=lambda one: one.first_due)

    async def _waiting(self, statement: Select[Any], lane: Lane, now: datetime) -> list[Waiting]:
        values = {"now": now} | ({"in_lane": lane} if statement is LEAVING else {})
        rows = (await self._session.execute(statement, values)).all()
        return [Waiting(lane, to, why, entries, due, first) for to, why, entries, due, first in rows]

    async def per_minute(self, now: datetime) -> Mapping[Lane, float]:
        since = {"since": now - RECENT}
        taken, first = (await self._session.execute(TAKEN, since)).all()[0]
        rates = {Lane.REPLIES: _rate(taken, first, now), Lane.SENDS: 0.0}
        for row in (await self._session.execute(LET_GO, since)).all():
            lane = Lane(row.lane)
            rates[lane] = rates.get(lane, 0.0) + _rate(row.entries, row.first, now)
        return rates

    async def dead(self, limit: int) -> Sequence[DeadGroup]:
        rows = (await self._session.execute(DEAD, {"most": limit})).all()
        return [DeadGroup(to, reason, entries, oldest) for to, reason, entries, oldest in rows]

    async def untold(self) -> Sequence[DeadGroup]:
        rows = (await self._session.execute(UNTOLD)).all()
        return [DeadGroup(segment, error, entries, oldest) for segment, error, entries, oldest in rows]

    async def held_up(self, since: datetime) -> HeldUp:
        first = (await self._session.execute(LOOKED_AT_SINCE)).first()
        statement = HELD_UP_IN_POSTGRESQL if self._session.is_postgresql else HELD_UP_IN_SQLITE
        rows = (await self._session.execute(statement, {"since": since})).all()
        all_of_it = first is None or first.position == 1
        return HeldUp(since if all_of_it else max(since, first.at), [Verdicts(*row) for row in rows])

    async def bound(self, purpose: Purpose, channels: Collection[str], limit: int) -> Sequence[Bound]:
        values = {"with_purpose": purpose.value, "channels": [*channels], "most": limit}
        rows = (await self._session.execute(BOUND, values)).all()
        found = ((row.profile_id, dispatch_of(row, self._sealing)) for row in rows)
        return [Bound(who, one.channel, one.address) for who, one in found if isinstance(one, ChannelMessage)]


def _rate(entries: int, first: datetime | None, now: datetime) -> float:
    """A minute's worth: over all these minutes, or where the newest thousand took less, over what they took."""
    if not entries or first is None:
        return 0.0
    over = max(now - first, timedelta(seconds=1)) if entries >= NEWEST else RECENT
    return entries / (over / timedelta(minutes=1))
