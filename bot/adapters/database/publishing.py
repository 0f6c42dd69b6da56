"""What is in force of each journey, and changes to many enrolments at once: in chunks, by the database itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.codec import NAMES
from bot.adapters.database.repository import Expected, OfPeople, Repository, Session
from bot.adapters.tables import enrolment, journey, journey_change, journey_state, microseconds, outbox
from bot.domain.delivery import OutboxStatus
from bot.domain.ids import EnrolmentId
from bot.domain.journey import ENDED, MOVED, EnrolmentStatus
from bot.domain.publishing import Census, InForce, JourneyChange, Move, Resting, Running, Version

_put = upsert(journey_state)
PUT = _put.on_conflict_do_update(
    index_elements=["journey"],
    set_={"running": _put.excluded.running, "since": _put.excluded.since, "version": _put.excluded.version},
)
STATES = select(journey_state)
STAYS_PAUSED = (
    select(journey_state.c.journey)
    .where(journey_state.c.journey == bindparam("this_journey"), journey_state.c.running == Running.PAUSED)
    .with_for_update(read=True)
)
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7306082715)")
"""Of those who change what is in force, which a journey may have no row of yet. The number means nothing."""

STATE_OF_RUN = (
    select(journey_state.c.running)
    .join(enrolment, enrolment.c.journey == journey_state.c.journey)
    .where(enrolment.c.id == bindparam("this_id"))
)
STATES_OF_RUNS = OfPeople(
    select(enrolment.c.id, journey_state.c.running).join(journey_state, enrolment.c.journey == journey_state.c.journey),
    enrolment.c.id,
)
NOTE = insert(journey_change)
HISTORY = (
    select(journey_change)
    .where(journey_change.c.journey == bindparam("this_journey"))
    .order_by(journey_change.c.position.desc())
    .limit(bindparam("most"))
)
VERSIONS = (
    select(journey.c.version, journey.c.drained)
    .where(journey.c.id == bindparam("this_journey"))
    .order_by(journey.c.version)
)
DRAIN = (
    update(journey)
    .where(journey.c.id == bindparam("this_journey"), journey.c.version != bindparam("this_version"))
    .values(drained=True)
)
UNDRAIN = (
    update(journey)
    .where(journey.c.id == bindparam("this_journey"), journey.c.version == bindparam("this_version"))
    .values(drained=False)
)
NAMES_OF_ALL = select(enrolment.c.journey).distinct()

_of_journey = enrolment.c.journey == bindparam("this_journey")
_waits = text("enrolment.status = 'waiting'")
# Literals: what is grouped by must be the same text in each place, and PostgreSQL numbers its values.
_begun = literal_column("CASE WHEN enrolment.seq > 0 THEN 1 ELSE 0 END", Integer)
_why = literal_column("CASE WHEN enrolment.status = 'parked' THEN enrolment.reason ELSE '' END", Text)
RESTING = (
    select(enrolment.c.version, enrolment.c.step, _begun.label("begun"), func.count().label("people"))
    .where(_of_journey, _waits)
    .group_by(enrolment.c.version, enrolment.c.step, _begun)
    .order_by(enrolment.c.version, enrolment.c.step, _begun)
)
OUTCOMES = (
    select(
        enrolment.c.status,
        _why.label("why"),
        func.count().label("people"),
        func.count(enrolment.c.goal_at).label("goals"),
    )
    .where(_of_journey)
    .group_by(enrolment.c.status, _why)
)
_chunk = (
    select(enrolment.c.id)
    .where(_of_journey, _waits, enrolment.c.id > bindparam("after"))
    .order_by(enrolment.c.id)
    .limit(bindparam("most"))
    .subquery()
)
CHUNK_END = select(func.max(_chunk.c.id))

_in_chunk = and_(_of_journey, _waits, enrolment.c.id > bindparam("after"), enrolment.c.id <= bindparam("upto"))
_at_step = and_(enrolment.c.version == bindparam("old_version"), enrolment.c.step == bindparam("old_step"))
_in_group = and_(_in_chunk, _at_step, _begun == bindparam("old_begun"))
_now = bindparam("now", type_=enrolment.c.due_at.type)
# A run that another journey waits for, or that runs another, ends with word to that one: not in bulk.
_alone = and_(enrolment.c.lane.not_like("%:%"), enrolment.c.waiting_for.not_like(f"%{ENDED}%"))
_seq = {"seq": enrolment.c.seq + 1}

MOVE = update(enrolment).where(_in_group).values(version=bindparam("new_version"), step=bindparam("new_step"), **_seq)
BEGIN = update(enrolment).where(_in_group).values(version=bindparam("new_version"), step=bindparam("new_step"))
ARRIVE = MOVE.values(due_at=_now, waiting_for=NAMES.dump((MOVED,)), arrived_at=None)
_CLOSED = {"due_at": None, "waiting_for": NAMES.dump(()), "paused_at": None, "reason": bindparam("why"), **_seq}
PARK_BY_TIMER = ARRIVE.where(~_alone)
PARK = update(enrolment).where(_in_group, _alone).values(status=EnrolmentStatus.PARKED, **_CLOSED)
STOP = update(enrolment).where(_in_chunk, _alone).values(status=EnrolmentStatus.DONE, **_CLOSED)
NOT_ALONE = select(enrolment.c.id).where(_in_chunk, ~_alone)
WAKE = update(enrolment).where(enrolment.c.id == bindparam("this_id")).values(due_at=_now, paused_at=None, **_seq)
PAUSE = update(enrolment).where(_in_chunk, enrolment.c.paused_at.is_(None)).values(paused_at=_now, **_seq)
_stood_still = _now - enrolment.c.paused_at
_end_of_time = literal_column(str(microseconds(datetime.max.replace(tzinfo=UTC))), enrolment.c.due_at.type)
"""The calendar's: what waits for the last day of the year 9999 would come after it."""
_paused = and_(_in_chunk, enrolment.c.paused_at.is_not(None))
RESUME_BY_THE_CLOCK = (
    update(enrolment)
    .where(_paused, _at_step)
    .values(due_at=case((enrolment.c.due_at < _now, _now), else_=enrolment.c.due_at), paused_at=None, **_seq)
)
RESUME = (
    update(enrolment)
    .where(_paused)
    .values(
        due_at=case(
            (enrolment.c.due_at > _end_of_time - _stood_still, _end_of_time),
            else_=enrolment.c.due_at + _stood_still,
        ),
        arrived_at=enrolment.c.arrived_at + _stood_still,
        paused_at=None,
        **_seq,
    )
)

_other = enrolment.alias("other")
_same_lane = and_(
    _other.c.profile_id == enrolment.c.profile_id,
    _other.c.journey == enrolment.c.journey,
    _other.c.lane == enrolment.c.lane,
)
_is_in_again = exists().where(_same_lane, _other.c.status == EnrolmentStatus.WAITING)
_has_a_later_run = exists().where(_same_lane, _other.c.status == EnrolmentStatus.PARKED, _other.c.id > enrolment.c.id)
_parked = (
    select(enrolment.c.id)
    .where(_of_journey, text("enrolment.status = 'parked'"), ~_is_in_again, ~_has_a_later_run)
    .limit(bindparam("most"))
)
_waits_for_nothing = and_(enrolment.c.due_at.is_(None), enrolment.c.waiting_for == NAMES.dump(()))
UNPARK = (
    update(enrolment)
    .where(enrolment.c.id.in_(_parked))
    .values(
        status=EnrolmentStatus.WAITING,
        reason="",
        due_at=case((_waits_for_nothing, _now), else_=enrolment.c.due_at),
        waiting_for=case((_waits_for_nothing, NAMES.dump((MOVED,))), else_=enrolment.c.waiting_for),
        arrived_at=case((_waits_for_nothing, null()), else_=enrolment.c.arrived_at),
        **_seq,
    )
)

_runs = select(enrolment.c.id).where(_of_journey)
_queued = and_(text("outbox.status = 'waiting'"), outbox.c.enrolment_id.in_(_runs))
WITHHOLD = update(outbox).where(_queued).values(status=OutboxStatus.WITHHELD, reason=bindparam("why"))
RELEASE = update(outbox).where(_queued, outbox.c.reason == bindparam("why")).values(due_at=_now, reason="")
SKIP = (
    update(outbox)
    .where(
        _queued,
        outbox.c.reason == bindparam("because"),
        outbox.c.window.like('%"closed":"skip"%'),
    )
    .values(status=OutboxStatus.WITHHELD, reason=bindparam("why"))
)


class StoredJourneys(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._states: Mapping[str, InForce] | None = None
        self._runs = Expected(session, STATES_OF_RUNS)

    def expect_runs(self, runs: Collection[EnrolmentId]) -> None:
        self._runs.expect(runs)

    async def states(self) -> Mapping[str, InForce]:
        if self._states is None:
            rows = await self._session.execute(STATES)
            self._states = {
                row.journey: InForce(row.journey, Running(row.running), row.since, row.version) for row in rows
            }
        return self._states

    async def lock(self) -> None:
        if self._session.is_postgresql:
            await self._session.execute(ONE_AT_A_TIME)
        self._states = None

    async def stays_paused(self, name: str) -> bool:
        return (await self._session.execute(STAYS_PAUSED, {"this_journey": name})).first() is not None

    async def put(self, state: InForce) -> None:
        row = {"journey": state.journey, "running": state.running, "since": state.since, "version": state.version}
        await self._session.execute(PUT, row)
        self._states = None
        self._runs.expect(())

    async def running_of_run(self, enrolment_id: EnrolmentId) -> Running:
        expected = await self._runs.rows(enrolment_id)
        if expected is not None:
            return Running(expected[0].running) if expected else Running.RUNNING
        found = (await self._session.execute(STATE_OF_RUN, {"this_id": enrolment_id})).scalar()
        return Running.RUNNING if found is None else Running(found)

    async def note(self, change: JourneyChange) -> None:
        row = {
            "journey": change.journey,
            "at": change.at,
            "who": change.who,
            "what": change.what,
            "version": change.version,
            "people": change.people,
        }
        await self._session.execute(NOTE, row)

    async def history(self, name: str, limit: int) -> Sequence[JourneyChange]:
        rows = await self._session.execute(HISTORY, {"this_journey": name, "most": limit})
        return [JourneyChange(row.journey, row.at, row.who, row.what, row.version, row.people) for row in rows]

    async def names(self) -> frozenset[str]:
        return frozenset(row.journey for row in await self._session.execute(NAMES_OF_ALL))

    async def versions(self, name: str) -> Sequence[Version]:
        rows = await self._session.execute(VERSIONS, {"this_journey": name})
        return [Version(row.version, bool(row.drained)) for row in rows]

    async def drain(self, name: str, *, but: str) -> None:
        await self._session.execute(DRAIN, {"this_journey": name, "this_version": but})

    async def undrain(self, name: str, version: str) -> None:
        await self._session.execute(UNDRAIN, {"this_journey": name, "this_version": version})

    async def census(self, name: str) -> Census:
        resting = await self._resting(name)
        counts = {"done": 0, "held_out": 0}
        parked: dict[str, int] = {}
        goals = 0
        for row in await self._session.execute(OUTCOMES, {"this_journey": name}):
            goals += row.goals
            if row.status == EnrolmentStatus.PARKED:
                parked[row.why] = row.people
            elif row.status in counts:
                counts[row.status] = row.people
        return Census(tuple(resting), counts["done"], counts["held_out"], goals, parked)

    async def _resting(self, name: str) -> Sequence[Resting]:
        rows = await self._session.execute(RESTING, {"this_journey": name})
        return [Resting(row.version, row.step, bool(row.begun), row.people) for row in rows]

    # ------------------------------------------------------------ many at once

    async def chunk_end(self, name: str, after: str, limit: int) -> str | None:
        values = {"this_journey": name, "after": after, "most": limit}
        end: str | None = (await self._session.execute(CHUNK_END, values)).scalar()
        return end

    async def move(self, name: str, move: Move, version: str, after: str, upto: str, now: datetime) -> int:
        group = move.resting
        values: dict[str, Any] = {
            "this_journey": name,
            "after": after,
            "upto": upto,
            "old_version": group.version,
            "old_step": group.step,
            "old_begun": int(group.begun),
        }
        where_to = values | {"new_version": version, "new_step": move.to}
        match move.way:
            case "moves":
                return await self._count(MOVE, where_to)
            case "begins":
                return await self._count(BEGIN, where_to)
            case "arrives":
                return await self._count(ARRIVE, where_to | {"now": now})
            case "lost":
                why = f"a version was published, and step {group.step} {move.why}"
                by_timer = await self._count(
                    PARK_BY_TIMER, values | {"new_version": version, "new_step": group.step, "now": now}
                )
                return by_timer + await self._count(PARK, values | {"why": why})
            case "stays":
                return 0

    async def pause(self, name: str, after: str, upto: str, now: datetime) -> int:
        return await self._count(PAUSE, {"this_journey": name, "after": after, "upto": upto, "now": now})

    async def resume(
        self, name: str, after: str, upto: str, now: datetime, *, by_the_clock: Collection[tuple[str, str]] = ()
    ) -> int:
        chunk = {"this_journey": name, "after": after, "upto": upto, "now": now}
        kept = [
            await self._count(RESUME_BY_THE_CLOCK, {**chunk, "old_version": version, "old_step": step})
            for version, step in by_the_clock
        ]
        return sum(kept) + await self._count(RESUME, chunk)

    async def stop(self, name: str, after: str, upto: str, why: str, now: datetime) -> int:
        values = {"this_journey": name, "after": after, "upto": upto}
        others = (await self._session.execute(NOT_ALONE, values)).all()
        if others:
            await self._session.execute(WAKE, [{"this_id": row.id, "now": now} for row in others])
        return len(others) + await self._count(STOP, values | {"why": why})

    async def unpark(self, name: str, limit: int, now: datetime) -> int:
        return await self._count(UNPARK, {"this_journey": name, "most": limit, "now": now})

    async def withhold_queued(self, name: str, why: str) -> int:
        return await self._count(WITHHOLD, {"this_journey": name, "why": why})

    async def release_queued(self, name: str, *, held: str, skipped: str, now: datetime) -> tuple[int, int]:
        left_out = await self._count(SKIP, {"this_journey": name, "because": held, "why": skipped})
        return await self._count(RELEASE, {"this_journey": name, "why": held, "now": now}), left_out

    async def _count(self, statement: Any, values: dict[str, Any]) -> int:
        return int((await self._session.execute(statement, values)).rowcount)
