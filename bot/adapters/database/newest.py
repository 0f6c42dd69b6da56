"""Lists people, who became known last first, by the index that their ids are in: each begins with its moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, bindparam, func, select

from bot.adapters.database.repository import Session
from bot.adapters.tables import profile, segment_member
from bot.domain.ids import ProfileId

_everybody = select(profile.c.id.label("id"))
_members = select(segment_member.c.profile_id.label("id")).where(
    segment_member.c.segment == bindparam("of_segment", type_=Text)
)


def _newest(people: Any) -> Any:
    return people.order_by(people.selected_columns.id.desc()).limit(bindparam("most"))


def _behind(people: Any) -> Any:
    return _newest(people.where(people.selected_columns.id < bindparam("before", type_=Text)))


NEWEST = {(False, False): _newest(_everybody), (False, True): _behind(_everybody)} | {
    (True, False): _newest(_members),
    (True, True): _behind(_members),
}
"""By whether only members of a segment are listed, and whether only those behind somebody."""

COUNT = {
    of_segment: select(func.count()).select_from(people.limit(bindparam("most")).subquery())
    for of_segment, people in ((False, _everybody), (True, _members))
}


async def newest_people(session: Session, *, segment: str, before: str, limit: int) -> Sequence[ProfileId]:
    """At most `limit` of the members of the segment, or of everybody, behind `before` where it is given."""
    values = {"most": limit} | ({"of_segment": segment} if segment else {}) | ({"before": before} if before else {})
    rows = await session.execute(NEWEST[bool(segment), bool(before)], values)
    return [ProfileId(row.id) for row in rows]


async def count_people(session: Session, *, segment: str, most: int) -> int:
    values = {"most": most} | ({"of_segment": segment} if segment else {})
    return int((await session.execute(COUNT[bool(segment)], values)).scalar())
