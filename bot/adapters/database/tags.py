"""Counts the tags of people who became known last: no index holds tags, so that no more of them are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, select, true

from bot.adapters.database.repository import Session
from bot.adapters.tables import profile

_newest = select(profile.c.tags).order_by(profile.c.id.desc()).limit(bindparam("among")).subquery()


def _counted(each: Any) -> Any:
    """`each` is a function of the database that has a row for each tag of a list."""
    tag = each(_newest.c.tags).table_valued("value", name="tag")
    people = func.count().label("people")
    named = select(tag.c.value.label("tag"), people).select_from(_newest).join(tag, true())
    return named.group_by(tag.c.value).order_by(people.desc(), tag.c.value).limit(bindparam("most"))


COUNT_TAGS = {True: _counted(func.jsonb_array_elements_text), False: _counted(func.json_each)}
"""By whether it is PostgreSQL."""


async def count_tags(session: Session, *, among: int, limit: int) -> Mapping[str, int]:
    rows = await session.execute(COUNT_TAGS[session.is_postgresql], {"among": among, "most": limit})
    return {row.tag: row.people for row in rows}
