"""Looks for people by what is known of them: by any part of what stands readable, by whole words of what is sealed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, bindparam, cast, or_, select

from bot.adapters.database.repository import Session
from bot.adapters.database.sealing import Sealing, words_of
from bot.adapters.tables import identity, profile
from bot.adapters.tables.sealing import ATTRIBUTES_OF_PROFILE
from bot.domain.ids import ProfileId

MOST_WORDS = 4
"""People are looked for by so many words of what is sealed; by further ones when it is opened."""

OPENED_AT_ONCE, MOST_OPENED = 500, 10_000
"""People whose sealed attributes are opened in a search, because words of theirs may be those."""


def _find(*conditions: Any) -> Any:
    return select(profile.c.id).where(or_(*conditions)).order_by(profile.c.id).limit(bindparam("most"))


_looked_for, _sealed = bindparam("looked_for", type_=Text), bindparam("sealed", type_=Text)
_in_facts = [cast(one, Text).ilike(_looked_for, escape="!") for one in (profile.c.attributes, profile.c.tags)]
FIND = _find(
    *_in_facts,
    profile.c.id.in_(select(identity.c.profile_id).where(identity.c.value.ilike(_looked_for, escape="!"))),
)
FIND_SEALED = _find(
    *_in_facts,
    cast(profile.c.attributes, Text).like(_sealed, escape="!"),
    profile.c.id.in_(select(identity.c.profile_id).where(identity.c.value == bindparam("value"))),
)
"""Of what is sealed, by the whole of it."""

BY_WORDS = (
    select(profile.c.id, profile.c.attributes, profile.c.sealed_attributes)
    .where(
        profile.c.id > bindparam("after"),
        *(profile.c.words.like(bindparam(f"word_{one}"), escape="!") for one in range(MOST_WORDS)),
    )
    .order_by(profile.c.id)
    .limit(bindparam("most"))
)


async def find_people(session: Session, text: str, *, limit: int) -> Sequence[ProfileId]:
    """Who has this text in an identity, an attribute or a tag, in the order of their ids."""
    values = {"looked_for": f"%{escaped(text)}%", "most": limit}
    if not session.sealing.is_on:
        return [row.id for row in await session.execute(FIND, values)]
    index = session.sealing.index(text)
    values |= {"sealed": f'%"{escaped(index)}"%', "value": index}
    found = {row.id for row in await session.execute(FIND_SEALED, values)}
    return sorted(found | set(await _by_words(session, text, limit)))[:limit]


async def _by_words(session: Session, text: str, limit: int) -> Sequence[ProfileId]:
    """Whose sealed attributes have this text in them, in whole words."""
    words = words_of(text)
    if not words:
        return []
    patterns = [f"% {escaped(session.sealing.word(word))} %" for word in words]
    patterns = (patterns + patterns[:1] * MOST_WORDS)[:MOST_WORDS]
    values: dict[str, Any] = {f"word_{number}": pattern for number, pattern in enumerate(patterns)}
    found: list[ProfileId] = []
    after, opened = "", 0
    while opened < MOST_OPENED and len(found) < limit:
        rows = list(await session.execute(BY_WORDS, values | {"after": after, "most": OPENED_AT_ONCE}))
        found += [row.id for row in rows if _has(row, text, session.sealing)]
        if len(rows) < OPENED_AT_ONCE:
            break
        after, opened = rows[-1].id, opened + len(rows)
    return found[:limit]


def _has(row: Any, text: str, sealing: Sealing) -> bool:
    facts = sealing.open_facts(ATTRIBUTES_OF_PROFILE, row.attributes, row.sealed_attributes, row.id)
    known = (facts.get(name) for name in sealing.contact)
    return any(isinstance(one, str) and text.casefold() in one.casefold() for one in known)


def escaped(text: str) -> str:
    """For a pattern: the text as it stands."""
    return re.sub("([!%_])", r"!\1", text)
