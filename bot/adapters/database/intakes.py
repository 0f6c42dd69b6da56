"""Lets many people into a journey in one statement of PostgreSQL, by the same rules as one by one.

What is looked up for each person stands in a subquery of its own, with a limit: so it is found by an index, whatever
the planner believes of the tables, which a million people may have come into since it last looked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Executable,
    FromClause,
    LargeBinary,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on

from bot.adapters.database.conditions import TODAY, condition
from bot.adapters.database.enrolments import Watermark, place_of
from bot.adapters.database.repository import Repository, Session, insert_once
from bot.adapters.database.sealing import Sealing
from bot.adapters.database.segments import NOTED, noted
from bot.adapters.database.views import Sql
from bot.adapters.database.workings import LAST_OF_CHUNK
from bot.adapters.tables import Moment, enrolment, person_event, profile, segment_change, segment_member
from bot.domain.consent import Purpose
from bot.domain.ids import new_id
from bot.domain.journey import Intake
from bot.journeys.chance import held_out_by_digest

EVER = datetime(1, 1, 1, tzinfo=UTC)
ONE: Sql = literal_column("1")

_oldest = (
    select(segment_change.c.position, segment_change.c.segment, segment_change.c.entered)
    .where(text("error = ''"))
    .order_by(segment_change.c.position)
    .limit(bindparam("most"))
    .subquery("oldest")
)
QUEUED = select(_oldest.c.segment, func.count().label("people")).where(_oldest.c.entered).group_by(_oldest.c.segment)

# As `new_id` has it: the time, which is the same for all, and random bits.
_ID: Sql = bindparam("id_begins", type_=Text) + "-7" + func.substr(cast(func.gen_random_uuid(), Text), 16)
_digest = func.sha256(func.convert_to(profile.c.id, "UTF8").op("||")(bindparam("drawn_for", type_=LargeBinary)))
_IS_HELD_OUT: Sql = (
    literal_column("CAST('\\x00' AS bytea)")
    .op("||")(func.substr(_digest, 1, 8))
    .op("<", is_comparison=True)(bindparam("drawn_below", type_=LargeBinary))
)


class StoredIntakes(Repository):
    def __init__(self, session: Session, watermark: Watermark) -> None:
        super().__init__(session)
        self._watermark = watermark

    async def of_everybody(self, intake: Intake, after: str, now: datetime, *, limit: int) -> tuple[str | None, int]:
        last: str | None = (await self._session.execute(LAST_OF_CHUNK, {"behind": after, "most": limit - 1})).scalar()
        statement = _of_everybody(_Rules.of(intake), self._sealing, bounded=last is not None)
        values = self._values(intake, now) | {"behind": after, "up_to": last}
        return last, int((await self._session.execute(statement, values)).scalar())

    async def queued(self, limit: int) -> Mapping[str, int]:
        return {row.segment: row.people for row in await self._session.execute(QUEUED, {"most": limit})}

    async def of_segment(
        self, intake: Intake, segment: str, heeding: Collection[tuple[str, str]], now: datetime, *, limit: int
    ) -> tuple[int, int]:
        values = self._values(intake, now) | {
            "of_segment": segment,
            "most": limit,
            "heeding_journeys": [journey for journey, _ in heeding],
            "heeding_versions": [version for _, version in heeding],
        }
        row = (await self._session.execute(_of_segment(_Rules.of(intake), self._sealing), values)).first()
        return row.told, row.let_in

    def _values(self, intake: Intake, now: datetime) -> dict[str, Any]:
        """What the statements are given; whoever enters is due at once."""
        self._watermark.will_be_due(now)
        each, held_out, again = intake.each, intake.held_out, intake.entry.again_after
        drawn_for, drawn_below = held_out_by_digest(intake.journey.id, intake.journey.holdout)
        return {
            TODAY: now.astimezone(UTC).date().isoformat(),
            "since": EVER if again is None else max(now - again, EVER) if now - EVER > again else EVER,
            "id_begins": new_id(now)[: len("01234567-0123")],
            "drawn_for": drawn_for,
            "drawn_below": drawn_below,
            "once": intake.once or "",
            "held_out_status": held_out.status,
            "held_out_reason": held_out.reason,
            "this_journey": each.journey,
            **{f"each_{name}": value for name, value in place_of(each).items()},
            "each_journey": each.journey,
            "each_version": each.version,
            "each_entered_at": each.entered_at,
        }


@dataclass(frozen=True, slots=True)
class _Rules:
    """What makes one statement differ from another."""

    condition: str | None
    draws: bool
    many_at_once: bool
    once: bool
    is_marketing: bool

    @staticmethod
    def of(intake: Intake) -> _Rules:
        journey = intake.journey
        is_marketing = journey.purpose is Purpose.MARKETING
        return _Rules(
            intake.entry.condition, journey.holdout > 0, journey.many_at_once, intake.once is not None, is_marketing
        )


@lru_cache(maxsize=200)
def _of_everybody(rules: _Rules, sealing: Sealing, *, bounded: bool) -> Executable:
    within = [profile.c.id > bindparam("behind"), *([profile.c.id <= bindparam("up_to")] if bounded else [])]
    entering = _entering(_entrants(rules, sealing).where(*within), rules)
    return select(func.count()).select_from(entering)


@lru_cache(maxsize=200)
def _of_segment(rules: _Rules, sealing: Sealing) -> Executable:
    """Takes of the oldest changes the first one of each person, where it is this one and nothing else hears of it, and
    puts it onto their timelines."""
    oldest = (
        select(segment_change)
        .where(text("error = ''"))
        .order_by(segment_change.c.position)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("oldest")
        .prefix_with("MATERIALIZED")
    )
    first = (
        select(oldest).ext(distinct_on(oldest.c.profile_id)).order_by(oldest.c.profile_id, oldest.c.position).subquery()
    )
    taken = (
        select(first.c.position, first.c.profile_id)
        .where(
            first.c.segment == bindparam("of_segment"),
            first.c.entered,
            _is_member(first).is_not(None),
            _hears_of_it(first).is_(None),
        )
        .cte("taken")
        .prefix_with("MATERIALIZED")
    )
    one = _entrants(rules, sealing).where(profile.c.id == taken.c.profile_id).limit(ONE).lateral("one")
    entering = _entering(select(one).select_from(taken.join(one, text("true"))), rules)
    telling = (
        delete(segment_change)
        .where(segment_change.c.position.in_(select(taken.c.position)))
        .returning(segment_change)
        .cte("telling")
    )
    noting = insert(person_event).from_select(NOTED, noted(telling)).returning(ONE).cte("noting")
    return select(
        select(func.count()).select_from(telling).scalar_subquery().label("told"),
        select(func.count()).select_from(entering).scalar_subquery().label("let_in"),
    ).add_cte(noting)


def _is_member(change: FromClause) -> Sql:
    found = select(ONE).where(
        segment_member.c.segment == change.c.segment, segment_member.c.profile_id == change.c.profile_id
    )
    return found.limit(ONE).scalar_subquery()


def _hears_of_it(change: FromClause) -> Sql:
    """A journey that the person is in, and whose version heeds this event, or did before they were moved."""
    heeding = select(text("* FROM unnest(CAST(:heeding_journeys AS text[]), CAST(:heeding_versions AS text[]))"))
    found = select(ONE).where(
        enrolment.c.profile_id == change.c.profile_id,
        text("enrolment.status = 'waiting'"),
        or_(
            tuple_(enrolment.c.journey, enrolment.c.version).in_(heeding),
            enrolment.c.waiting_for.like('%"segment.entered"%'),
        ),
    )
    return found.limit(ONE).scalar_subquery()


def _entrants(rules: _Rules, sealing: Sealing) -> Select[Any]:
    """Those of `profile` who may enter: with an id for each, and whether they are held out."""
    entered = select(ONE).where(
        enrolment.c.profile_id == profile.c.id,
        enrolment.c.journey == bindparam("this_journey"),
        enrolment.c.entered_at > bindparam("since", type_=Moment),
    )
    may_enter: list[Sql] = [entered.limit(ONE).scalar_subquery().is_(None), profile.c.restricted_at.is_(None)]
    if rules.is_marketing:
        may_enter.append(profile.c.objected_at.is_(None))
    if rules.condition is not None:
        may_enter.append(condition(rules.condition, postgresql=True, sealing=sealing))
    return select(
        profile.c.id.label("profile_id"),
        profile.c.shard,
        _ID.label("id"),
        (_IS_HELD_OUT if rules.draws else false()).label("is_held_out"),
    ).where(and_(*may_enter))


def _entering(entrants: Select[Any], rules: _Rules) -> FromClause:
    """Writes an enrolment for each of them, unless they are inside already."""
    one = entrants.subquery("entrant")
    id_, shard, person, held_out = (one.c[name] for name in ("id", "shard", "profile_id", "is_held_out"))
    written: dict[str, Sql] = {
        "id": id_,
        "shard": shard,
        "profile_id": person,
        "entry": bindparam("once", type_=Text) + person if rules.once else literal_column("CAST(NULL AS text)"),
        "lane": id_ if rules.many_at_once else literal_column("''"),
        "status": case((held_out, bindparam("held_out_status", type_=Text)), else_=_each("status")),
        "reason": case((held_out, bindparam("held_out_reason", type_=Text)), else_=_each("reason")),
        "due_at": case((held_out, literal_column("CAST(NULL AS bigint)")), else_=_each("due_at")),
    }
    names = [column.name for column in enrolment.columns]
    values = select(*(written[name] if name in written else _each(name) for name in names)).select_from(one)
    return insert_once(enrolment).from_select(names, values).returning(enrolment.c.id).cte("entering")


def _each(name: str) -> Sql:
    return bindparam(f"each_{name}", type_=enrolment.c[name].type)
