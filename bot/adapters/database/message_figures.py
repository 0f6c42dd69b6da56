"""Counts what became of the messages of journeys, of each journey and day.

No index holds the day on which a message was made; but its position grows with it, so that the first one of the period
is found by halving, and no older one is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, exists, func, literal, select
from sqlalchemy import type_coerce as as_is

from bot.adapters.database.repository import Session
from bot.adapters.tables import consent, delivery, enrolment, outbox, person_event, profile, sent_link
from bot.domain.consent import Purpose
from bot.domain.delivery import Lane, OutboxStatus
from bot.domain.journey import REPLIED
from bot.domain.message import DeliveryState
from bot.domain.reporting import SOON, MessageFigures, Period

Sql = ColumnElement[Any]
MICROSECOND, A_DAY = timedelta(microseconds=1), timedelta(days=1)
SLACK = A_DAY
"""Messages of several processes may be kept in another order than they were made in, and of clocks that differ."""

ENDS = select(func.min(outbox.c.position).label("first"), func.max(outbox.c.position).label("last"))
NEXT = (
    select(outbox.c.position, outbox.c.created_at)
    .where(outbox.c.position >= bindparam("at_position"))
    .order_by(outbox.c.position)
    .limit(1)
)

_is_sent = outbox.c.status == OutboxStatus.SENT.value
_is_withheld = outbox.c.status == OutboxStatus.WITHHELD.value


def _was(*condition: Sql) -> Sql:
    """1 where a sent message has such a row, else 0; for others, no row is looked for."""
    return case((and_(_is_sent, exists(select(literal(1)).where(*condition).correlate(outbox))), 1), else_=0)


def _soon_after(moment: Sql) -> Sql:
    sent_at, then = as_is(outbox.c.sent_at, BigInteger), as_is(moment, BigInteger)
    return and_(then > sent_at, then <= sent_at + SOON // MICROSECOND)


def _told(*states: DeliveryState) -> Sql:
    return _was(delivery.c.outbox_key == outbox.c.key, delivery.c.state.in_([one.value for one in states]))


def _counted(answered_on: Sql) -> Any:
    """Messages that are alike; `answered_on` is the channel that an event of the timeline names."""
    of_message = (
        enrolment.c.journey,
        (as_is(outbox.c.created_at, BigInteger) // (A_DAY // MICROSECOND)).label("day"),
        outbox.c.status,
        case((_is_withheld, outbox.c.reason), else_="").label("why"),
        _told(DeliveryState.DELIVERED, DeliveryState.READ).label("delivered"),
        _told(DeliveryState.FAILED).label("refused"),
        _was(sent_link.c.outbox_key == outbox.c.key).label("followed"),
        _was(sent_link.c.outbox_key == outbox.c.key, sent_link.c.clicked_at.is_not(None)).label("opened"),
        _was(
            person_event.c.profile_id == outbox.c.profile_id,
            person_event.c.event == REPLIED,
            _soon_after(person_event.c.at),
            answered_on == outbox.c.channel,
        ).label("answered"),
        _was(
            consent.c.profile_id == outbox.c.profile_id,
            consent.c.purpose == Purpose.MARKETING.value,
            consent.c.granted.is_(False),
            _soon_after(consent.c.at),
        ).label("opted_out"),
    )
    each = (
        select(*of_message)
        .join(enrolment, enrolment.c.id == outbox.c.enrolment_id)
        .join(profile, profile.c.id == outbox.c.profile_id)
        .where(
            outbox.c.position >= bindparam("first"),
            outbox.c.position <= bindparam("last"),
            outbox.c.created_at >= bindparam("since", type_=outbox.c.created_at.type),
            outbox.c.created_at < bindparam("until", type_=outbox.c.created_at.type),
            outbox.c.lane == Lane.SENDS.value,
            outbox.c.purpose.in_([Purpose.MARKETING.value, Purpose.SERVICE.value]),
            profile.c.restricted_at.is_(None),
        )
        .subquery()
    )
    alike = tuple(each.c)
    return select(*alike, func.count().label("messages")).group_by(*alike)


async def messages_of(session: Session, period: Period, answered_on: Sql) -> Sequence[MessageFigures]:
    """In the order of journeys and days; `answered_on` as `_counted` takes it."""
    ends = (await session.execute(ENDS)).first()
    if ends.first is None:
        return []
    first = await _first_since(session, period.since - SLACK, ends.first, ends.last)
    last = await _first_since(session, period.until + SLACK, first, ends.last)
    values = {"first": first, "last": last, "since": period.since, "until": period.until}
    found: dict[tuple[str, date], _Sum] = {}
    for row in await session.execute(_counted(answered_on), values):
        day = (datetime(1970, 1, 1, tzinfo=UTC) + row.day * A_DAY).date()
        found.setdefault((row.journey, day), _Sum()).add(row)
    return [one.told(*of) for of, one in sorted(found.items())]


async def _first_since(session: Session, moment: datetime, first: int, last: int) -> int:
    """The position from which on messages were made at this moment or later; the last where none was."""
    while first < last:
        middle = (first + last) // 2
        row = (await session.execute(NEXT, {"at_position": middle})).first()
        if row.created_at < moment:
            first = min(row.position + 1, last)
        else:
            last = middle
    return first


class _Sum:
    """The messages of one journey and day, as they are summed up."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()
        self._withheld: Counter[str] = Counter()

    def add(self, row: Any) -> None:
        match OutboxStatus(row.status):
            case OutboxStatus.SENT:
                self._times["sent"] += row.messages
                self._times["refused"] += row.messages * (row.refused and not row.delivered)
                for name in ("delivered", "followed", "opened", "answered", "opted_out"):
                    self._times[name] += row.messages * getattr(row, name)
            case OutboxStatus.WITHHELD:
                self._withheld[row.why] += row.messages
            case OutboxStatus.DEAD:
                self._times["given_up"] += row.messages
            case OutboxStatus.WAITING | OutboxStatus.SENDING:
                self._times["waiting"] += row.messages

    def told(self, journey: str, day: date) -> MessageFigures:
        return MessageFigures(journey, day, **self._times, withheld=dict(self._withheld))
