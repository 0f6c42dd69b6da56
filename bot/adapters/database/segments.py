"""Segments: who is in them, worked out by the database itself, and the changes that journeys are to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Executable,
    Select,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    not_,
    select,
    text,
    true,
    type_coerce,
    update,
)

from bot.adapters.database.conditions import TODAY, condition
from bot.adapters.database.repository import Repository, Session, insert_once
from bot.adapters.database.sealing import Sealing
from bot.adapters.database.views import Sql
from bot.adapters.database.workings import LAST_OF_CHUNK, Workings, WorkingTable, within_chunk
from bot.adapters.tables import Moment, enrolment, person_event, profile, segment, segment_change, segment_member
from bot.domain.audience import Segment, SegmentChange, Working
from bot.domain.ids import ProfileId
from bot.domain.journey import SEGMENT_ENTERED, SEGMENT_LEFT
from bot.domain.likelihood import Scorecard
from bot.domain.score import USUAL_GRADES, Grades
from bot.journeys.selection import looks_at

OF_SEGMENT: Sql = bindparam("of_segment", type_=Text)

IN_SEGMENTS = (
    select(segment_member.c.segment, segment_member.c.since)
    .where(segment_member.c.profile_id == bindparam("person"))
    .order_by(segment_member.c.segment)
)
ENTER = insert_once(segment_member)
LEAVE = delete(segment_member).where(
    segment_member.c.segment == bindparam("from_segment"), segment_member.c.profile_id == bindparam("person")
)
MEMBERS = (
    select(segment_member.c.profile_id)
    .where(segment_member.c.segment == OF_SEGMENT, segment_member.c.profile_id > bindparam("behind"))
    .order_by(segment_member.c.profile_id)
    .limit(bindparam("most"))
)
COUNT_MEMBERS = select(func.count()).select_from(segment_member).where(segment_member.c.segment == OF_SEGMENT)

WORKINGS = WorkingTable(segment)

QUEUE = insert(segment_change)
_waits = text("segment_change.error = ''")
_is_member = exists(
    select(literal_column("1")).where(
        segment_member.c.segment == segment_change.c.segment,
        segment_member.c.profile_id == segment_change.c.profile_id,
    )
)
CLAIM_CHANGES = (
    select(segment_change, _is_member.label("is_member"))
    .where(_waits)
    .order_by(segment_change.c.position)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=segment_change)
)
OLDEST_CHANGE = select(segment_change.c.at).where(_waits).order_by(segment_change.c.position).limit(1)
TOLD = delete(segment_change).where(segment_change.c.position.in_(bindparam("positions", expanding=True)))
FAILED = update(segment_change).where(segment_change.c.position == bindparam("at_position"))
TELL_AGAIN = update(segment_change).where(
    segment_change.c.segment == OF_SEGMENT, segment_change.c.error == bindparam("left_with")
)
_oldest = select(segment_change.c.position, segment_change.c.profile_id).where(_waits)
_oldest_now = _oldest.order_by(segment_change.c.position).limit(bindparam("most")).subquery("oldest")
_waits_in_a_journey = exists(
    select(literal_column("1")).where(
        enrolment.c.profile_id == _oldest_now.c.profile_id, text("enrolment.status = 'waiting'")
    )
)
_unheard = select(_oldest_now.c.position).where(not_(_waits_in_a_journey))
DROP_UNHEARD = delete(segment_change).where(segment_change.c.position.in_(_unheard))
NOTED = ("profile_id", "shard", "event", "at", "received_at", "source", "data")


def noted(change: Any) -> Select[Any]:
    """Lines of the timeline that tell of these changes."""
    word = case((change.c.entered, SEGMENT_ENTERED), else_=SEGMENT_LEFT)
    data = literal('{"segment":"', Text) + type_coerce(change.c.segment, Text) + literal('"}', Text)
    return select(
        change.c.profile_id, profile.c.shard, word, change.c.at, change.c.at, literal("service", Text), data
    ).join_from(change, profile, profile.c.id == change.c.profile_id)


NOTE_UNHEARD = insert(person_event).from_select(
    NOTED, noted(segment_change).where(segment_change.c.position.in_(_unheard))
)
_dropped = DROP_UNHEARD.returning(segment_change).cte("dropped")
_note_dropped = insert(person_event).from_select(NOTED, noted(_dropped)).returning(literal_column("1")).cte("noted")
DROP_AND_NOTE_UNHEARD = select(func.count()).select_from(_dropped).add_cte(_note_dropped)
NEWEST_CHANGE = select(func.coalesce(func.max(segment_change.c.position), 0))


class StoredSegments(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._workings = Workings(session, WORKINGS)

    async def of(self, profile_id: ProfileId) -> Mapping[str, datetime]:
        rows = await self._session.execute(IN_SEGMENTS, {"person": profile_id})
        return {row.segment: row.since for row in rows}

    async def enter(self, profile_id: ProfileId, segment: str, at: datetime) -> None:
        await self._session.execute(ENTER, {"segment": segment, "profile_id": profile_id, "since": at})

    async def leave(self, profile_id: ProfileId, segment: str) -> None:
        await self._session.execute(LEAVE, {"from_segment": segment, "person": profile_id})

    async def members(self, segment: str, *, after: str = "", limit: int) -> Sequence[ProfileId]:
        values = {"of_segment": segment, "behind": after, "most": limit}
        return [ProfileId(row.profile_id) for row in await self._session.execute(MEMBERS, values)]

    async def count_members(self, segment: str) -> int:
        return int((await self._session.execute(COUNT_MEMBERS, {"of_segment": segment})).scalar())

    async def find(
        self,
        condition: str,
        now: datetime,
        *,
        limit: int,
        cards: tuple[Scorecard, ...] = (),
        grades: Grades = USUAL_GRADES,
    ) -> Sequence[ProfileId]:
        statement = _find(condition, cards, grades, self._sealing, postgresql=self._session.is_postgresql)
        rows = await self._session.execute(statement, {TODAY: _day(now), "most": limit})
        return [ProfileId(row.id) for row in rows]

    async def count(
        self, condition: str, now: datetime, *, cards: tuple[Scorecard, ...] = (), grades: Grades = USUAL_GRADES
    ) -> int:
        statement = _count(condition, cards, grades, self._sealing, postgresql=self._session.is_postgresql)
        return int((await self._session.execute(statement, {TODAY: _day(now)})).scalar())

    # ------------------------------------------------------------ working out

    async def workings(self) -> Sequence[Working]:
        return await self._workings.all()

    async def claim(self, segment: str) -> Working | None:
        return await self._workings.claim(segment)

    async def save(self, working: Working) -> None:
        await self._workings.save(working)

    async def drop(self, segment: str) -> None:
        await self._workings.drop(segment)

    async def work_out(self, segment: Segment, after: str, now: datetime, *, limit: int) -> tuple[str | None, int]:
        last: str | None = (await self._session.execute(LAST_OF_CHUNK, {"behind": after, "most": limit - 1})).scalar()
        values = {"of_segment": segment.id, "behind": after, "up_to": last, TODAY: _day(now), "moment": now}
        on_postgresql = self._session.is_postgresql
        chunk = _Chunk.of(segment, self._sealing, postgresql=on_postgresql, bounded=last is not None)
        return last, await self._write_changes(chunk, values)

    async def _write_changes(self, chunk: _Chunk, values: dict[str, Any]) -> int:
        if self._session.is_postgresql:
            if chunk.lock is not None and not (await self._session.execute(chunk.lock, values)).scalar():
                return 0
            return int((await self._session.execute(chunk.write, values)).scalar())
        newest = (await self._session.execute(NEWEST_CHANGE)).scalar()
        changed = await self._session.execute(chunk.queue, values)
        if changed.rowcount:
            await self._session.execute(ENTER_QUEUED, {"newest": newest})
            await self._session.execute(LEAVE_QUEUED, {"newest": newest, "of_segment": values["of_segment"]})
        return int(changed.rowcount)

    # ------------------------------------------------------------ changes that journeys are to be told

    async def queue(self, profile_id: ProfileId, segment: str, *, entered: bool, at: datetime) -> None:
        row = {"segment": segment, "profile_id": profile_id, "entered": entered, "at": at, "error": ""}
        await self._session.execute(QUEUE, row)

    async def claim_changes(self, limit: int) -> Sequence[SegmentChange]:
        rows = list(await self._session.execute(CLAIM_CHANGES, {"most": limit}))
        # Who has come and gone meanwhile was told of what happened last.
        stale = [row.position for row in rows if bool(row.entered) != bool(row.is_member)]
        if stale:
            await self.told(stale)
        return [
            SegmentChange(row.position, row.segment, ProfileId(row.profile_id), bool(row.entered))
            for row in rows
            if row.position not in stale
        ]

    async def next_due(self) -> datetime | None:
        at: datetime | None = (await self._session.execute(OLDEST_CHANGE)).scalar()
        return at

    async def told(self, positions: Sequence[int]) -> int:
        return int((await self._session.execute(TOLD, {"positions": list(positions)})).rowcount)

    async def failed(self, position: int, error: str) -> None:
        await self._session.execute(FAILED, {"at_position": position, "error": error or "it failed"})

    async def tell_again(self, segment: str, error: str) -> int:
        values = {"of_segment": segment, "left_with": error, "error": ""}
        return int((await self._session.execute(TELL_AGAIN, values)).rowcount)

    async def drop_unheard(self, limit: int) -> int:
        if self._session.is_postgresql:
            return int((await self._session.execute(DROP_AND_NOTE_UNHEARD, {"most": limit})).scalar())
        await self._session.execute(NOTE_UNHEARD, {"most": limit})
        return int((await self._session.execute(DROP_UNHEARD, {"most": limit})).rowcount)


ENTER_QUEUED = insert(segment_member).from_select(
    ["segment", "profile_id", "since"],
    select(segment_change.c.segment, segment_change.c.profile_id, segment_change.c.at).where(
        segment_change.c.position > bindparam("newest"), segment_change.c.entered
    ),
)
LEAVE_QUEUED = delete(segment_member).where(
    segment_member.c.segment == OF_SEGMENT,
    segment_member.c.profile_id.in_(
        select(segment_change.c.profile_id).where(
            segment_change.c.position > bindparam("newest"), not_(segment_change.c.entered)
        )
    ),
)


class _Chunk:
    """The statements that work out one segment among the people of a chunk."""

    def __init__(self, segment: Segment, sealing: Sealing, *, postgresql: bool, bounded: bool) -> None:
        source = segment.condition
        belongs = condition(
            source, postgresql=postgresql, cards=segment.scorecards, grades=segment.grades, sealing=sealing
        )
        differing = _differing(belongs, bounded=bounded)
        self.lock: Executable | None = None
        if postgresql:
            # Whoever changes one of these people holds this lock. PostgreSQL looks at a row again that changed while we
            # waited for it, but not at other tables: where scores or events count, they must be read after the lock.
            differing = differing.with_for_update(key_share=True, of=profile)
            if any(not one.startswith("profile.") for one in looks_at(source)):
                self.lock = select(func.count()).select_from(differing.subquery("locked"))
            self.write = _write(differing, bounded=bounded)
        else:
            changes = differing.add_columns(bindparam("moment", type_=Moment), literal_column("''"))
            self.queue = insert(segment_change).from_select(
                ["segment", "profile_id", "entered", "at", "error"], changes
            )

    @staticmethod
    @lru_cache(maxsize=200)
    def of(segment: Segment, sealing: Sealing, *, postgresql: bool, bounded: bool) -> _Chunk:
        """The same for the same segment, so that each is compiled once."""
        return _Chunk(segment, sealing, postgresql=postgresql, bounded=bounded)


def _differing(belongs: Sql, *, bounded: bool) -> Select[Any]:
    """Those of a chunk who are members and do not belong, or belong and are none: the segment, who, whether they do."""
    member = segment_member.alias("member")
    # Both sides are read in the order of ids, within the same bounds: a merge, not a search for each person.
    same_person = [member.c.segment == OF_SEGMENT, member.c.profile_id == profile.c.id]
    joined = profile.outerjoin(member, and_(*same_person, *within_chunk(member.c.profile_id, bounded=bounded)))
    is_member = case((member.c.profile_id.is_not(None), true()), else_=false())
    return (
        select(OF_SEGMENT.label("segment"), profile.c.id, belongs.label("belongs"))
        .select_from(joined)
        .where(
            *within_chunk(profile.c.id, bounded=bounded),
            case((belongs, true()), else_=false()).op("<>", is_comparison=True)(is_member),
        )
    )


def _write(differing: Select[Any], *, bounded: bool) -> Executable:
    """All of it in one statement of PostgreSQL: members come and go, and what changed is queued; how much that was."""
    found = differing.cte("differing").prefix_with("MATERIALIZED")
    moment = bindparam("moment", type_=Moment)
    entering = (
        insert_once(segment_member)
        .from_select(
            ["segment", "profile_id", "since"], select(found.c.segment, found.c.id, moment).where(found.c.belongs)
        )
        .returning(segment_member.c.profile_id)
        .cte("entering")
    )
    leaving = (
        delete(segment_member)
        .where(
            segment_member.c.segment == OF_SEGMENT,
            *within_chunk(segment_member.c.profile_id, bounded=bounded),
            segment_member.c.profile_id.in_(select(found.c.id).where(not_(found.c.belongs))),
        )
        .returning(segment_member.c.profile_id)
        .cte("leaving")
    )
    changes = select(OF_SEGMENT, entering.c.profile_id, literal_column("true"), moment, literal_column("''")).union_all(
        select(OF_SEGMENT, leaving.c.profile_id, literal_column("false"), moment, literal_column("''"))
    )
    queued = (
        insert(segment_change)
        .from_select(["segment", "profile_id", "entered", "at", "error"], changes)
        .returning(segment_change.c.position)
        .cte("queued")
    )
    return select(func.count()).select_from(queued)


@lru_cache(maxsize=200)
def _find(
    source: str, cards: tuple[Scorecard, ...], grades: Grades, sealing: Sealing, *, postgresql: bool
) -> Executable:
    found = select(profile.c.id).where(
        condition(source, postgresql=postgresql, cards=cards, grades=grades, sealing=sealing)
    )
    return found.order_by(profile.c.id).limit(bindparam("most"))


@lru_cache(maxsize=200)
def _count(
    source: str, cards: tuple[Scorecard, ...], grades: Grades, sealing: Sealing, *, postgresql: bool
) -> Executable:
    belongs = condition(source, postgresql=postgresql, cards=cards, grades=grades, sealing=sealing)
    return select(func.count()).select_from(profile).where(belongs)


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
