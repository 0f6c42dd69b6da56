"""Looks for people by what is known of them: by any part of what stands readable, by whole words of what is sealed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, and_, bindparam, cast, func, or_, select, union

from bot.adapters.database.json_in_postgresql import PostgresqlJson
from bot.adapters.database.json_in_sqlite import SqliteJson
from bot.adapters.database.repository import Session
from bot.adapters.database.sealing import BLIND, INDEX_CHARACTERS, Sealing, words_of
from bot.adapters.tables import identity, profile
from bot.adapters.tables.sealing import ATTRIBUTES_OF_PROFILE
from bot.domain.ids import ProfileId

MOST_WORDS = 4
"""People are looked for by so many words of what is sealed; by further ones when it is opened."""

OPENED_AT_ONCE, MOST_OPENED = 500, 10_000
"""People whose sealed attributes are opened in a search, because words of theirs may be those."""


_most: Any = bindparam("most")

LOOKED_AT_FIRST = 20_000
"""Profiles among which a text that many have is found in some hundredths of a second."""

_first = select(profile).order_by(profile.c.id).limit(LOOKED_AT_FIRST).subquery()


def _find(in_profile: Callable[[Any], Any], in_identity: Any) -> tuple[Any, Any]:
    """How they are looked for among the first, and among all.

    Each half finds its first so many by itself, so that it may use indexes of its own.
    """
    reached = select(func.max(_first.c.id)).scalar_subquery()
    return (
        _either(
            select(_first.c.id).where(in_profile(_first)), _known.where(in_identity, identity.c.profile_id <= reached)
        ),
        _either(select(profile.c.id).where(in_profile(profile)), _known.where(in_identity)),
    )


_known = select(identity.c.profile_id.label("id"))


def _either(*halves: Any) -> Any:
    firsts = (select(one.order_by("id").limit(_most).subquery()) for one in halves)
    found = union(*firsts).subquery()
    return select(found.c.id).order_by(found.c.id).limit(_most)


_looked_for, _sealed = bindparam("looked_for", type_=Text), bindparam("sealed", type_=Text)
_in_json = bindparam("in_json", type_=Text)
_besides: Any = bindparam("besides")

A_BLIND_INDEX = f"{BLIND}{'_' * INDEX_CHARACTERS}"


def _in_facts(people: Any, json: PostgresqlJson | SqliteJson, *, sealed: bool) -> Any:
    """Whether a value that is looked at has the text. Whose JSON has it nowhere are passed over before that is read."""

    def has(value: Any) -> Any:
        found = value.ilike(_looked_for, escape="!")
        return and_(found, value.not_like(A_BLIND_INDEX)) if sealed else found

    groups = {people.c.attributes: json.without(people.c.attributes, _besides), people.c.tags: people.c.tags}
    return or_(
        *(and_(cast(one, Text).ilike(_in_json, escape="!"), json.says(seen, has)) for one, seen in groups.items())
    )


def _readable(json: PostgresqlJson | SqliteJson) -> tuple[Any, Any]:
    return _find(lambda people: _in_facts(people, json, sealed=False), identity.c.value.ilike(_looked_for, escape="!"))


def _sealed_ways(json: PostgresqlJson | SqliteJson) -> tuple[Any, Any]:
    """Of what is sealed, by the whole of it."""
    return _find(
        lambda people: or_(
            _in_facts(people, json, sealed=True),
            cast(json.without(people.c.attributes, _besides), Text).like(_sealed, escape="!"),
        ),
        identity.c.value == bindparam("value"),
    )


_JSON: Mapping[bool, PostgresqlJson | SqliteJson] = {True: PostgresqlJson(), False: SqliteJson()}
FIND = {postgresql: _readable(json) for postgresql, json in _JSON.items()}
FIND_SEALED = {postgresql: _sealed_ways(json) for postgresql, json in _JSON.items()}

BY_WORDS = (
    select(profile.c.id, profile.c.attributes, profile.c.sealed_attributes)
    .where(
        profile.c.id > bindparam("after"),
        *(profile.c.words.like(bindparam(f"word_{one}"), escape="!") for one in range(MOST_WORDS)),
    )
    .order_by(profile.c.id)
    .limit(bindparam("most"))
)


async def find_people(session: Session, text: str, *, limit: int, besides: Collection[str] = ()) -> Sequence[ProfileId]:
    """Who has this text in an identity, a tag or an attribute of another name than these, in the order of their ids."""
    found: set[ProfileId] = set()
    for written in _ways_to_write(text):
        if len(found) < limit:
            found.update(await _by_part(session, written, limit, besides))
    if session.sealing.is_on:
        found.update(await _by_words(session, text, limit, besides))
    return sorted(found)[:limit]


def _ways_to_write(text: str) -> Sequence[str]:
    """SQLite knows capitals of the English alphabet alone: of `müller` the Ü is looked for, too."""
    return [text] if text.isascii() else list(dict.fromkeys((text, text.lower(), text.title(), text.upper())))


async def _by_part(session: Session, text: str, limit: int, besides: Collection[str]) -> Sequence[ProfileId]:
    in_json = json.dumps(text, ensure_ascii=False)[1:-1]
    values: dict[str, Any] = {"looked_for": f"%{escaped(text)}%", "in_json": f"%{escaped(in_json)}%", "most": limit}
    values["besides"] = sorted(besides) if session.is_postgresql else json.dumps(dict.fromkeys(besides))
    if not session.sealing.is_on:
        return await _found(session, FIND[session.is_postgresql], values)
    index = session.sealing.index(text)
    ways = FIND_SEALED[session.is_postgresql]
    return await _found(session, ways, values | {"sealed": f'%"{escaped(index)}"%', "value": index})


async def _found(session: Session, ways: tuple[Any, Any], values: Mapping[str, Any]) -> Sequence[ProfileId]:
    among_first, among_all = ways
    found = [row.id for row in await session.execute(among_first, values)]
    return found if len(found) == values["most"] else [row.id for row in await session.execute(among_all, values)]


async def _by_words(session: Session, text: str, limit: int, besides: Collection[str]) -> Sequence[ProfileId]:
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
        found += [row.id for row in rows if _has(row, text, session.sealing, besides)]
        if len(rows) < OPENED_AT_ONCE:
            break
        after, opened = rows[-1].id, opened + len(rows)
    return found[:limit]


def _has(row: Any, text: str, sealing: Sealing, besides: Collection[str]) -> bool:
    facts = sealing.open_facts(ATTRIBUTES_OF_PROFILE, row.attributes, row.sealed_attributes, row.id)
    known = (facts.get(name) for name in sealing.contact - set(besides))
    return any(isinstance(one, str) and text.casefold() in one.casefold() for one in known)


def escaped(text: str) -> str:
    """For a pattern: the text as it stands."""
    return re.sub("([!%_])", r"!\1", text)
