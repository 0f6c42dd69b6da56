"""Figures that marketers report, counted by the database itself. People whose data is restricted are in none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from bot.adapters.database.message_figures import messages_of
from bot.adapters.database.repository import Repository
from bot.adapters.tables import Jsonb, conversation, enrolment, handoff, meeting, person_event, profile
from bot.domain.journey import MEETING_BOOKED, MEETING_CANCELLED, REPLIED, TAKEN_OVER, WROTE_TO_REP, EnrolmentStatus
from bot.domain.meeting import MeetingState
from bot.domain.reporting import (
    Answered,
    Contained,
    Credit,
    Funnel,
    Happening,
    JourneyFigures,
    MessageFigures,
    Period,
    ReportPlan,
)

Sql = ColumnElement[Any]
MICROSECOND = timedelta(microseconds=1)
WROTE = (REPLIED, WROTE_TO_REP)


class StoredFigures(Repository):
    async def journeys(self, period: Period) -> Sequence[JourneyFigures]:
        held_out = enrolment.c.status == EnrolmentStatus.HELD_OUT.value
        found = (
            select(
                enrolment.c.journey,
                _people(~held_out).label("entered"),
                _people(and_(~held_out, enrolment.c.goal_at.is_not(None))).label("reached"),
                _people(held_out).label("held_out"),
                _people(and_(held_out, enrolment.c.goal_at.is_not(None))).label("reached_held_out"),
            )
            .join(profile, profile.c.id == enrolment.c.profile_id)
            .where(_within(enrolment.c.entered_at, period), _may_be_counted())
            .group_by(enrolment.c.journey)
            .order_by(enrolment.c.journey)
        )
        rows = await self._session.execute(found)
        return [
            JourneyFigures(row.journey, row.entered, row.reached, row.held_out, row.reached_held_out) for row in rows
        ]

    async def conversions(self, plan: ReportPlan, period: Period) -> int:
        if plan.conversion is None:
            return 0
        found = select(func.count()).select_from(self._conversions(plan.conversion, period).subquery())
        return int((await self._session.execute(found)).scalar())

    async def credits(self, plan: ReportPlan, period: Period) -> Sequence[Credit]:
        """Of each source that was touched before a conversion; a touch at the conversion's own instant counts."""
        if plan.conversion is None or not plan.touches:
            return []
        converted, touch = self._conversions(plan.conversion, period).subquery(), self._touches(plan).subquery()
        order: list[Sql] = [touch.c.at, touch.c.position]
        joined = (
            select(
                touch.c.source,
                func.row_number().over(partition_by=converted.c.position, order_by=order).label("nth"),
                func.count().over(partition_by=converted.c.position).label("touches"),
            )
            .join(touch, touch.c.profile_id == converted.c.profile_id)
            .where(
                touch.c.source.is_not(None),
                type_coerce(touch.c.at, BigInteger) <= type_coerce(converted.c.at, BigInteger),
                type_coerce(touch.c.at, BigInteger)
                >= type_coerce(converted.c.at, BigInteger) - plan.within // MICROSECOND,
            )
            .subquery()
        )
        counted = select(
            joined.c.source,
            joined.c.touches,
            func.count().label("times"),
            _count(joined.c.nth == 1).label("first"),
            _count(joined.c.nth == joined.c.touches).label("last"),
        ).group_by(joined.c.source, joined.c.touches)
        found: dict[str, Credit] = {}
        for row in await self._session.execute(counted):
            before = found.get(row.source, Credit(row.source))
            shares = {**before.shares, row.touches: row.times}
            found[row.source] = Credit(row.source, before.first + row.first, before.last + row.last, shares)
        return [found[source] for source in sorted(found)]

    async def new_people(self, plan: ReportPlan, period: Period) -> Mapping[str, int]:
        if not plan.touches:
            return {}
        touch = self._touches(plan, _within(person_event.c.at, period)).subquery()
        ranked = select(
            touch.c.source,
            touch.c.profile_id,
            func.row_number()
            .over(partition_by=touch.c.profile_id, order_by=[touch.c.at, touch.c.position])
            .label("nth"),
        ).where(touch.c.source.is_not(None))
        first = ranked.subquery()
        one_of_them = or_(*(and_(*self._is(one.happening)) for one in plan.touches))
        earlier = self._touches(
            plan, person_event.c.profile_id == first.c.profile_id, person_event.c.at < period.since, one_of_them
        )
        found = (
            select(first.c.source, func.count().label("people"))
            .where(first.c.nth == 1, ~earlier.exists())
            .group_by(first.c.source)
            .order_by(first.c.source)
        )
        return {row.source: row.people for row in await self._session.execute(found)}

    async def messages(self, period: Period) -> Sequence[MessageFigures]:
        return await messages_of(self._session, period, self._field("channel"))

    async def funnel(self, plan: ReportPlan, period: Period) -> Funnel:
        """Each step is of those who took the one before; what came after the period counts, too. Who only opened the
        chat or opted out has not written. A meeting is one of ours, or one that another system told of, such as the
        calendar that a rep's `link` leads to."""
        wrote = _has(person_event, person_event.c.event.in_(WROTE))
        handed_off, met = (
            _has(handoff),
            or_(_has(meeting, meeting.c.state == MeetingState.BOOKED.value), _has_told_meeting()),
        )
        converted = _has(person_event, *self._is(plan.conversion)) if plan.conversion is not None else None
        steps = [wrote, handed_off, met, *([converted] if converted is not None else [])]
        counts = [_count(and_(*steps[: number + 1])).label(f"step_{number}") for number in range(len(steps))]
        found = select(func.count().label("people"), *counts).where(
            _within(profile.c.created_at, period), _may_be_counted()
        )
        row = tuple((await self._session.execute(found)).first())
        return Funnel(*(int(one or 0) for one in row))

    async def answered(self, period: Period) -> Answered:
        claim = (
            select(func.min(person_event.c.at))
            .where(
                person_event.c.profile_id == handoff.c.profile_id,
                person_event.c.event == TAKEN_OVER,
                person_event.c.at >= handoff.c.created_at,
            )
            .correlate(handoff)
            .scalar_subquery()
        )
        waited = (
            select((type_coerce(claim, BigInteger) - type_coerce(handoff.c.created_at, BigInteger)).label("wait"))
            .join(profile, profile.c.id == handoff.c.profile_id)
            .where(_within(handoff.c.created_at, period), _may_be_counted())
            .subquery()
        )
        totals = (await self._session.execute(select(func.count(), func.count(waited.c.wait)))).first()
        handed_off, claimed = (int(one) for one in totals)
        if not claimed:
            return Answered(handed_off)
        ranked = (
            select(waited.c.wait, func.row_number().over(order_by=waited.c.wait).label("nth"))
            .where(waited.c.wait.is_not(None))
            .subquery()
        )
        ranks = (-(-claimed // 2), -(-claimed * 9 // 10))  # by the nearest rank
        rows = await self._session.execute(select(ranked).where(ranked.c.nth.in_(ranks)))
        waits = {row.nth: int(row.wait) * MICROSECOND for row in rows}
        return Answered(handed_off, claimed, waits[ranks[0]], waits[ranks[1]])

    async def contained(self, period: Period) -> Contained:
        """Who only opened the chat, opted out or was only written to has begun none."""
        taken_over = exists(select(literal(1)).where(handoff.c.conversation_id == conversation.c.id))
        wrote_here = exists(
            select(literal(1)).where(
                person_event.c.profile_id == conversation.c.profile_id,
                person_event.c.event.in_(WROTE),
                person_event.c.at >= conversation.c.started_at,
                self._field("channel") == conversation.c.channel,
            )
        )
        found = (
            select(func.count(), _count(~taken_over))
            .select_from(conversation)
            .join(profile, profile.c.id == conversation.c.profile_id)
            .where(
                _within(conversation.c.started_at, period),
                wrote_here,
                _may_be_counted(),
            )
        )
        conversations, contained = (await self._session.execute(found)).first()
        return Contained(int(conversations), int(contained or 0))

    # ------------------------------------------------------------ events

    def _conversions(self, conversion: Happening, period: Period) -> Select[Any]:
        return (
            select(person_event.c.position, person_event.c.profile_id, person_event.c.at)
            .join(profile, profile.c.id == person_event.c.profile_id)
            .where(*self._is(conversion), _within(person_event.c.at, period), _may_be_counted())
        )

    def _touches(self, plan: ReportPlan, *conditions: Sql) -> Select[Any]:
        """Every such touch with its source: of the declared ones the first that it fits."""
        fitting = [(and_(*self._is(touch.happening)), literal(touch.source, Text)) for touch in plan.touches]
        events = sorted({touch.happening.event for touch in plan.touches})
        return (
            select(
                person_event.c.position, person_event.c.profile_id, person_event.c.at, case(*fitting).label("source")
            )
            .join(profile, profile.c.id == person_event.c.profile_id)
            .where(person_event.c.event.in_(events), _may_be_counted(), *conditions)
        )

    def _is(self, happening: Happening) -> list[Sql]:
        return [
            person_event.c.event == happening.event,
            *(self._field(name).in_(self._as_stored(name, value)) for name, value in happening.fields),
        ]

    def _as_stored(self, name: str, value: str) -> list[Sql]:
        """The value, and what stands in its place where this field is sealed."""
        sealed = [self._sealing.index(value)] if name in self._sealing.contact and self._sealing.is_on else []
        return [literal(one, Text) for one in (value, *sealed)]

    def _field(self, name: str) -> Sql:
        """A field of the event's data as text; a number or a truth value is none."""
        if self._session.is_postgresql:
            value = cast(person_event.c.data, Jsonb()).op("->")(literal(name, Text))
            text = cast(person_event.c.data, Jsonb()).op("->>")(literal(name, Text))
            return case((func.jsonb_typeof(value) == "string", text))
        path = literal(f"$.{json.dumps(name)}", Text)
        is_text = func.json_type(person_event.c.data, path) == "text"
        return case((is_text, func.json_extract(person_event.c.data, path)))


def _people(condition: Sql) -> Sql:
    """Of how many people it is true of a run; being held out is drawn for a person, so people are what is compared."""
    return func.count(distinct(case((condition, enrolment.c.profile_id))))


def _count(condition: Sql) -> Sql:
    """How many rows it is true of."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _within(moment: Sql, period: Period) -> Sql:
    return and_(moment >= period.since, moment < period.until)


def _may_be_counted() -> Sql:
    return profile.c.restricted_at.is_(None)


def _has(table: Any, *conditions: Sql) -> Sql:
    """Whether somebody has such a row."""
    return exists(select(literal(1)).where(table.c.profile_id == profile.c.id, *conditions).correlate(profile))


def _has_told_meeting() -> Sql:
    """Whether a meeting of somebody is on their timeline that was not called off since."""
    cancelled = person_event.alias()
    called_off = exists(
        select(literal(1))
        .where(
            cancelled.c.profile_id == person_event.c.profile_id,
            cancelled.c.event == MEETING_CANCELLED,
            cancelled.c.at >= person_event.c.at,
        )
        .correlate(person_event)
    )
    return _has(person_event, person_event.c.event == MEETING_BOOKED, ~called_off)
