"""What people were given points for, and by which rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Integer, Text, bindparam, case, func, not_, or_, select

from bot.adapters.database.conditions import TODAY, condition, grade
from bot.adapters.database.repository import Expected, OfPeople, Repository, Session, insert_once
from bot.adapters.database.sealing import Sealing
from bot.adapters.database.views import Sql
from bot.adapters.database.workings import LAST_OF_CHUNK, Workings, WorkingTable, within_chunk
from bot.adapters.tables import profile, score_change, score_rule
from bot.adapters.tables.sealing import REASON_OF_SCORE
from bot.domain.audience import Working
from bot.domain.ids import ProfileId
from bot.domain.score import Dimension, Grades, ScoreChange

ADD_SCORE = insert_once(score_change).returning(score_change.c.position)
SCORES = select(score_change).where(score_change.c.profile_id == bindparam("profile")).order_by(score_change.c.position)
ADD_SCORES = insert_once(score_change)
SCORES_OF = OfPeople(select(score_change).order_by(score_change.c.position), score_change.c.profile_id)
_given = (
    select(score_change.c.rule)
    .group_by(score_change.c.rule, score_change.c.profile_id)
    .having(func.sum(score_change.c.points) != 0)
    .subquery("given")
)
PEOPLE_OF_RULES = select(_given.c.rule, func.count().label("people")).group_by(_given.c.rule)

OF_RULE: Sql = bindparam("of_rule", type_=Text)
WORKINGS = WorkingTable(score_rule)


class StoredScores(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._expected = Expected(session, SCORES_OF)
        self._waiting: list[dict[str, Any]] = []
        self._workings = Workings(session, WORKINGS)

    def expect(self, people: Collection[ProfileId]) -> None:
        self._expected.expect(people)

    async def add(self, change: ScoreChange) -> bool:
        await self.write()
        self._expected.forget(change.profile_id)
        return (await self._session.execute(ADD_SCORE, _score_row(change, self._sealing))).first() is not None

    async def add_all(self, changes: Sequence[ScoreChange]) -> None:
        for one in changes:
            self._expected.forget(one.profile_id)
        if changes:
            await self._session.execute(ADD_SCORES, [_score_row(one, self._sealing) for one in changes])

    async def add_at_end(self, change: ScoreChange) -> None:
        self._expected.forget(change.profile_id)
        self._waiting.append(_score_row(change, self._sealing))

    async def write(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._session.execute(ADD_SCORES, waiting)

    async def of(self, profile_id: ProfileId) -> Sequence[ScoreChange]:
        rows = await self._expected.rows(profile_id)
        if rows is None:
            await self.write()
            rows = (await self._session.execute(SCORES, {"profile": profile_id})).all()
        return [_change_of(row, self._sealing) for row in rows]

    async def people_of_rules(self) -> Mapping[str, int]:
        rows = await self._session.execute(PEOPLE_OF_RULES, {})
        return {row.rule: row.people for row in rows}

    async def people_of_grades(self, now: datetime, grades: Grades) -> Mapping[str, int]:
        statement = _people_of_grades(grades, postgresql=self._session.is_postgresql)
        rows = await self._session.execute(statement, {TODAY: now.astimezone(UTC).date().isoformat()})
        return {row.grade: row.people for row in rows}

    # ------------------------------------------------------------ putting right

    async def workings(self) -> Sequence[Working]:
        return await self._workings.all()

    async def claim(self, rule: str) -> Working | None:
        return await self._workings.claim(rule)

    async def save(self, working: Working) -> None:
        await self._workings.save(working)

    async def drop(self, rule: str) -> None:
        await self._workings.drop(rule)

    async def not_right(
        self,
        rule: str,
        condition: str,
        points: int,
        dimension: Dimension,
        after: str,
        now: datetime,
        *,
        among: int,
        limit: int,
    ) -> tuple[Sequence[ProfileId], str | None]:
        last: str | None = (await self._session.execute(LAST_OF_CHUNK, {"behind": after, "most": among - 1})).scalar()
        statement = _not_right(
            condition, self._sealing, postgresql=self._session.is_postgresql, bounded=last is not None
        )
        values = {
            "of_rule": rule,
            "due": points,
            "of_dimension": dimension,
            "behind": after,
            "up_to": last,
            "most": limit,
        }
        rows = await self._session.execute(statement, {**values, TODAY: now.astimezone(UTC).date().isoformat()})
        found = [ProfileId(row.id) for row in rows]
        return found, found[-1] if len(found) == limit else last


@lru_cache(maxsize=200)
def _not_right(source: str, sealing: Sealing, *, postgresql: bool, bounded: bool) -> Executable:
    is_true = condition(source, postgresql=postgresql, sealing=sealing)
    lines = [score_change.c.profile_id == profile.c.id, score_change.c.rule == OF_RULE]
    is_of_it = score_change.c.dimension == bindparam("of_dimension", type_=Text)
    summed = select(func.coalesce(func.sum(score_change.c.points), 0)).where(*lines)
    given, elsewhere = (summed.where(one).scalar_subquery() for one in (is_of_it, not_(is_of_it)))
    due = case((is_true, bindparam("due", type_=Integer)), else_=0)
    return (
        select(profile.c.id)
        .where(
            *within_chunk(profile.c.id, bounded=bounded),
            profile.c.objected_at.is_(None),
            profile.c.restricted_at.is_(None),
            or_(due != given, elsewhere != 0),
        )
        .order_by(profile.c.id)
        .limit(bindparam("most"))
    )


@lru_cache(maxsize=20)
def _people_of_grades(grades: Grades, *, postgresql: bool) -> Executable:
    graded = select(grade(grades, postgresql=postgresql).label("grade")).select_from(profile).subquery("graded")
    return select(graded.c.grade, func.count().label("people")).group_by(graded.c.grade)


def _change_of(row: Any, sealing: Sealing) -> ScoreChange:
    reason = sealing.open(REASON_OF_SCORE, row.reason, row.rule, row.at)
    return ScoreChange(row.profile_id, row.key, row.dimension, row.points, reason, row.rule, row.at, row.half_life)


def _score_row(change: ScoreChange, sealing: Sealing) -> dict[str, Any]:
    return {
        "profile_id": change.profile_id,
        "key": change.key,
        "dimension": change.dimension,
        "points": change.points,
        "reason": sealing.seal(REASON_OF_SCORE, change.reason, change.rule, change.at),
        "rule": change.rule,
        "at": change.at,
        "half_life": change.half_life,
    }
