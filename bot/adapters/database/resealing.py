"""Seals what is in the database anew: with another key, for the first time, or not at all any more.

Each column is walked through in the order of its table's key, a batch in each transaction, and how far it has come is
kept with the batch: so it may be interrupted at any time, and a service may be at work meanwhile. A row that somebody
else changed since it was read is left as they wrote it, for they wrote it with the key that is first now.

Only where blind indexes change no service may be at work: it would look for addresses by the others.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Delete,
    Select,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from bot.adapters.codec import PLAIN
from bot.adapters.database.facts import facts_text
from bot.adapters.database.json_in_postgresql import PostgresqlJson
from bot.adapters.database.json_in_sqlite import SqliteJson
from bot.adapters.database.keys_in_use import (
    SEAL_ALL,
    begin_indexing,
    end_indexing,
    forget_keys,
    index_is_new,
    was_indexed,
)
from bot.adapters.database.opening import bound
from bot.adapters.database.repository import Session
from bot.adapters.database.sealing import EMPTY, MARK, OFF, Sealing
from bot.adapters.database.store import Database
from bot.adapters.database.views import sure
from bot.adapters.field_keys import INDEX
from bot.adapters.tables import Jsonb, feed, identity, profile, resealing, suppression
from bot.adapters.tables.sealing import ADDRESSES, ATTRIBUTES_OF_PROFILE, DOCUMENTS, FACTS, ITEM_OF_FEED, Beside, Place
from bot.domain.consent import EVERY_ADDRESS
from bot.domain.errors import SettingsError

BATCH = 500
"""Rows in one transaction: some hundredths of a second."""

UNKNOWN = "a key that is not named here"
TWINS = (identity, suppression)
"""Tables in which a row may stand twice, sealed and not, where a process without keys wrote to it: one says it all."""

HOW_FAR = select(resealing)
_keep = insert(resealing)
KEEP = _keep.on_conflict_do_update(
    index_elements=["column"], set_={name: _keep.excluded[name] for name in ("key", "after", "rows", "finished_at")}
)
FORGET_ALL = delete(resealing)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A batch of one column that was sealed anew: how many fields were looked at."""

    column: str
    fields: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many rows of a column are sealed with which key, and how many stand readable."""

    column: str
    by_key: Mapping[str, int]
    readable: int

    def left(self, first: str) -> int:
        """How many are not sealed with this key."""
        return self.readable + sum(rows for key, rows in self.by_key.items() if key != first)


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """A column to be sealed anew: what of a row is read, and what it becomes."""

    place: Place
    beside: Beside | None = None

    @property
    def table(self) -> Table:
        return self.place.table

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def written(self) -> tuple[Column[Any], ...]:
        """The columns that may change."""
        if self.place is ITEM_OF_FEED:
            return (feed.c.item, feed.c.mentions)
        if self.place is ATTRIBUTES_OF_PROFILE:
            return (profile.c.attributes, profile.c.sealed_attributes, profile.c.words)
        return (self.place.column,) if self.beside is None else (self.beside.readable, self.place.column)

    def anew(self, row: Any, old: Sealing, new: Sealing) -> Values:
        """What is to be written; nothing where it is as it should be."""
        if self.beside is None:
            made = self._document(row, old, new)
        elif self.beside in ADDRESSES:
            made = self._address(row, old, new)
        else:
            made = self._facts(row, old, new)
        return {} if made is None else dict(zip((one.name for one in self.written), made, strict=True))

    def _document(self, row: Any, old: Sealing, new: Sealing) -> tuple[Any, ...] | None:
        text = getattr(row, self.place.column.name)
        if text is None or text in EMPTY:
            return None
        opened = old.open(self.place, text, *bound(self.place, row))
        is_item = self.place is ITEM_OF_FEED
        mentions = new.mentions(PLAIN.load(opened)) if is_item else None
        if _is_current(text, new) and (not is_item or row.mentions == mentions):
            return None
        sealed = new.seal(self.place, opened, *bound(self.place, row))
        return (sealed, mentions) if is_item else (sealed,)

    def _address(self, row: Any, old: Sealing, new: Sealing) -> tuple[Any, ...] | None:
        assert self.beside is not None  # noqa: S101  it is asked of none that has none
        value, sealed = getattr(row, self.beside.readable.name), getattr(row, self.place.column.name)
        # Not by `open_beside`, which holds it against the blind index: that may be the one that is changed.
        opened = value if sealed is None else old.open(self.place, sealed, *bound(self.place, row))
        stand_in = new.stand_in(self.place, opened)
        is_current = sealed is None if stand_in == opened else sealed is not None and _is_current(sealed, new)
        if stand_in == value and is_current:
            return None
        return stand_in, new.seal_beside(self.place, opened, *bound(self.place, row))

    def _facts(self, row: Any, old: Sealing, new: Sealing) -> tuple[Any, ...] | None:
        assert self.beside is not None  # noqa: S101  it is asked of none that has none
        text, sealed = getattr(row, self.beside.readable.name), getattr(row, self.place.column.name)
        facts = old.open_facts(self.place, text, sealed, *bound(self.place, row))
        shown, hidden = new.parted(facts)
        is_current = sealed is None if not hidden else sealed is not None and _is_current(sealed, new)
        has_words = self.place is ATTRIBUTES_OF_PROFILE
        words = new.words(facts) if has_words else None
        if is_current and shown == PLAIN.load(text) and (not has_words or row.words == words):
            return None
        made = new.seal(self.place, facts_text(hidden), *bound(self.place, row)) if hidden else None
        return (facts_text(shown), made, words) if has_words else (facts_text(shown), made)


WALKS = (
    *(Walk(one.sealed, one) for one in ADDRESSES),
    *(Walk(one.sealed, one) for one in FACTS),
    *(Walk(one) for one in DOCUMENTS),
)
INDEXED = tuple(one for one in WALKS if one.beside is not None or one.place is ITEM_OF_FEED)
"""Those that have blind indexes in them."""

ADDRESSED = tuple(one for one in WALKS if one.beside in ADDRESSES)
"""Those without whose blind indexes a service would not find whom it has before it."""


class Resealing:
    """Of one database: `database` seals with the keys that are wanted."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sealing = database.sealing

    async def needs_index(self) -> bool:
        """Whether blind indexes change, so that no service may be at work."""
        async with self._database.transaction() as uow:
            return await index_is_new(uow.profiles._session)

    async def index(self) -> AsyncIterator[Step]:
        """Put blind indexes where addresses are looked up by, and end what was begun; no service may be at work."""
        async with self._database.transaction() as uow:
            session = uow.profiles._session
            walks = INDEXED if await was_indexed(session) else ADDRESSED
            await begin_indexing(session, datetime.now(UTC))
        async for step in self._walk(walks, self._sealing, "index"):
            yield step
        async with self._database.transaction() as uow:
            await end_indexing(uow.profiles._session, datetime.now(UTC))

    async def seal(self) -> AsyncIterator[Step]:
        """Seal everything with the first key, while a service may be at work. Raises SettingsError before `index`."""
        if await self.needs_index():
            raise SettingsError(
                "blind indexes are to be made first, by which addresses are looked up. Stop every process that uses "
                f"this database, then: {SEAL_ALL}"
            )
        assert self._sealing.keys is not None  # noqa: S101  it needs an index where there are none
        async for step in self._walk(WALKS, self._sealing, self._sealing.keys.first):
            yield step

    async def open_all(self) -> AsyncIterator[Step]:
        """Seal nothing any more. No service may be at work."""
        async with self._database.transaction() as uow:
            await begin_indexing(uow.profiles._session, datetime.now(UTC))
        async for step in self._walk(WALKS, OFF, "none"):
            yield step
        async with self._database.transaction() as uow:
            await uow.profiles._session.execute(FORGET_ALL)
            await forget_keys(uow.profiles._session, [""])

    async def counts(self) -> Sequence[Sealed]:
        """Of each column, how much is sealed with which key. Reads all of it."""
        async with self._database.transaction() as uow:
            return [await _count(uow.profiles._session, walk, self._ids()) for walk in WALKS]

    async def forget_unused(self) -> Sequence[str]:
        """Let go of keys that nothing is sealed with; those that something is sealed with still, but for the first."""
        counts = await self.counts()
        assert self._sealing.keys is not None  # noqa: S101  whoever calls this looked
        first = self._sealing.keys.first
        used = sorted({key for one in counts for key, rows in one.by_key.items() if rows and key != first})
        async with self._database.transaction() as uow:
            await forget_keys(uow.profiles._session, [INDEX, first, *used])
        return used

    def _ids(self) -> Sequence[str]:
        return [] if self._sealing.keys is None else list(self._sealing.keys.by_id)

    # ------------------------------------------------------------ walking

    async def _walk(self, walks: Sequence[Walk], new: Sealing, key: str) -> AsyncIterator[Step]:
        before = await self._how_far()
        if all(one.name in before and before[one.name].key == key and before[one.name].finished_at for one in walks):
            before = {}
        for walk in walks:
            at = before.get(walk.name)
            if at is not None and at.key != key:
                at = None
            if at is not None and at.finished_at is not None:
                continue
            after, rows = (json.loads(at.after), at.rows) if at is not None else (None, 0)
            while True:
                after, looked_at = await self._batch(walk, new, key, after, rows)
                rows += looked_at
                yield Step(walk.name, looked_at)
                if after is None:
                    break

    async def _how_far(self) -> Mapping[str, Any]:
        async with self._database.transaction() as uow:
            return {row.column: row for row in await uow.profiles._session.execute(HOW_FAR)}

    async def _batch(
        self, walk: Walk, new: Sealing, key: str, after: list[Any] | None, rows: int
    ) -> tuple[list[Any] | None, int]:
        """The key of the last row that was looked at, None where there are no more; and how many there were."""
        async with self._database.transaction() as uow:
            session = uow.profiles._session
            values = {f"after_{one.name}": at for one, at in zip(walk.table.primary_key, after or (), strict=False)}
            found = list(await session.execute(_rows(walk, first=after is None), values))
            changes = [(row, made) for row in found if (made := walk.anew(row, self._sealing, new))]
            await _write(session, walk, changes)
            last = [getattr(found[-1], one.name) for one in walk.table.primary_key] if found else []
            finished = len(found) < BATCH
            note = {
                "column": walk.name,
                "key": key,
                "after": json.dumps(last),
                "rows": rows + len(found),
                "finished_at": datetime.now(UTC) if finished else None,
            }
            await session.execute(KEEP, note)
        return (None if finished else last), len(found)


def _is_current(sealed: str, sealing: Sealing) -> bool:
    if sealing.keys is None:
        return not sealed.startswith(MARK)
    return sealed.startswith(f"{MARK}{sealing.keys.first}:")


@lru_cache(maxsize=100)
def _rows(walk: Walk, *, first: bool) -> Select[Any]:
    keys = tuple(walk.table.primary_key)
    found = select(walk.table).order_by(*keys).limit(BATCH)
    if first:
        return found
    return found.where(tuple_(*keys) > tuple_(*(bindparam(f"after_{one.name}", type_=one.type) for one in keys)))


@lru_cache(maxsize=100)
def _update(walk: Walk) -> Update:
    """Only where nobody has changed it meanwhile."""
    keys = [one == bindparam(f"is_{one.name}", type_=one.type) for one in walk.table.primary_key]
    unchanged = [cast(one, Text).is_not_distinct_from(bindparam(f"was_{one.name}", type_=Text)) for one in walk.written]
    return (
        update(walk.table)
        .where(*keys, *unchanged)
        .values({one.name: bindparam(f"now_{one.name}") for one in walk.written})
    )


async def _write(session: Session, walk: Walk, changes: Sequence[tuple[Any, Values]]) -> None:
    if walk.table in TWINS:
        changes = await _without_twins(session, walk, changes)
    rows = []
    for row, made in changes:
        values = {f"is_{one.name}": getattr(row, one.name) for one in walk.table.primary_key}
        values |= {f"was_{one.name}": getattr(row, one.name) for one in walk.written}
        rows.append(values | {f"now_{name}": value for name, value in made.items()})
    if rows:
        await session.execute(_update(walk), rows)


async def _without_twins(
    session: Session, walk: Walk, changes: Sequence[tuple[Any, Values]]
) -> Sequence[tuple[Any, Values]]:
    """The changes but for rows that stand there already as they would become; those are deleted."""
    kept = []
    for row, made in changes:
        becomes = {one.name: made.get(one.name, getattr(row, one.name)) for one in walk.table.primary_key}
        is_now = {one.name: getattr(row, one.name) for one in walk.table.primary_key}
        if becomes != is_now and (await session.execute(_one(walk.table), becomes)).first() is not None:
            await session.execute(_delete_one(walk.table), is_now)
        else:
            kept.append((row, made))
    return kept


def _is_row(table: Table) -> list[Any]:
    return [one == bindparam(one.name) for one in table.primary_key]


@lru_cache(maxsize=100)
def _one(table: Table) -> Select[Any]:
    return select(*table.primary_key).where(*_is_row(table))


@lru_cache(maxsize=100)
def _delete_one(table: Table) -> Delete:
    return delete(table).where(*_is_row(table))


async def _count(session: Session, walk: Walk, keys: Sequence[str]) -> Sealed:
    column = walk.place.column
    begins = {key: column.like(f"{MARK}{key}:%") for key in keys}
    counts = [func.count(case((condition, 1))).label(f"n{n}") for n, condition in enumerate(begins.values())]
    row = (
        await session.execute(select(func.count(case((column.like(f"{MARK}%"), 1))), _readable(session, walk), *counts))
    ).first()
    sealed, readable, *of_keys = row
    by_key = dict(zip(keys, of_keys, strict=True))
    if sealed > sum(of_keys):
        by_key[UNKNOWN] = sealed - sum(of_keys)
    return Sealed(walk.name, by_key, readable)


def _readable(session: Session, walk: Walk) -> Any:
    """How many rows have something readable that would be sealed."""
    column = walk.place.column
    if walk.beside is None:
        return func.count(case((and_(column.is_not(None), column.not_in(EMPTY), column.not_like(f"{MARK}%")), 1)))
    if walk.beside in FACTS:
        facts = cast(walk.beside.readable, Jsonb()) if session.is_postgresql else walk.beside.readable
        json = PostgresqlJson() if session.is_postgresql else SqliteJson()
        texts: list[Any] = [json.at(facts, [name]).text for name in sorted(session.sealing.contact)]
        return func.count(case((and_(column.is_(None), or_(false(), *(sure(one != "") for one in texts))), 1)))
    value = walk.beside.readable
    is_address = value.like("%:%") if walk.table is feed else value != EVERY_ADDRESS
    return func.count(case((and_(column.is_(None), is_address), 1)))
