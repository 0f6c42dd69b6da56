"""Feeds: durable, ordered lists that pages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text

from bot.adapters.codec import PLAIN
from bot.adapters.database.repository import Repository, Session, insert_once
from bot.adapters.tables import feed
from bot.adapters.tables.sealing import ITEM_OF_FEED, NAME_OF_FEED
from bot.ports import FeedItem

APPEND = insert_once(feed)
READ = (
    select(feed)
    .where(feed.c.feed.in_(bindparam("feeds", expanding=True)), feed.c.position > bindparam("after"))
    .order_by(feed.c.position)
    .limit(bindparam("most"))
)
NEWEST = select(func.coalesce(func.max(feed.c.position), 0))
GROWN = select(feed.c.feed, feed.c.position).where(feed.c.position > bindparam("after")).order_by(feed.c.position)
"""Not the newest of each, grouped: for that SQLite goes through all there ever was, in the order of the groups."""

FIND = (
    select(feed)
    .where(feed.c.feed == bindparam("in_feed"), feed.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(feed.c.position)
)
ONE_WRITER = text("SELECT pg_advisory_xact_lock(7306082712)")
"""Held from the first append to the commit. The number is Overture's own and means nothing."""


class StoredFeeds(Repository):
    """Items wait in memory until the transaction ends, and are written last.

    A reader asks for what comes after the last position it saw, so no position may become visible after a higher one.
    SQLite has one writer. On PostgreSQL appending takes one lock, for the last moments of the transaction; nothing is
    waited for under it, so it cannot be part of a deadlock.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._waiting: list[dict[str, Any]] = []
        self.appended: set[str] = set()

    async def append(self, feed: str, key: str, item: Mapping[str, Any], at: datetime) -> None:
        row = {
            "feed": self._sealing.feed_name(feed),
            "sealed_feed": self._sealing.seal_beside(NAME_OF_FEED, feed, key),
            "key": key,
            "item": self._sealing.seal(ITEM_OF_FEED, PLAIN.dump(dict(item)), key),
            "mentions": self._sealing.mentions(item),
            "at": at,
        }
        self._waiting.append(row)
        self.appended.add(feed)

    async def read(self, feeds: Sequence[str], *, after: int, limit: int = 500) -> Sequence[FeedItem]:
        await self.write()
        names = {self._sealing.feed_name(one): one for one in feeds}
        rows = await self._session.execute(READ, {"feeds": list(names), "after": after, "most": limit})
        return [self._item(row, names[row.feed]) for row in rows]

    async def find(self, feed: str, keys: Sequence[str]) -> Sequence[FeedItem]:
        await self.write()
        values = {"in_feed": self._sealing.feed_name(feed), "keys": list(keys)}
        return [self._item(row, feed) for row in await self._session.execute(FIND, values)]

    async def newest(self) -> int:
        await self.write()
        return int((await self._session.execute(NEWEST)).scalar_one())

    async def grown(self, after: int) -> Mapping[str, int]:
        await self.write()
        return {row.feed: row.position for row in await self._session.execute(GROWN, {"after": after})}

    def _item(self, row: Any, feed: str) -> FeedItem:
        item = self._sealing.open(ITEM_OF_FEED, row.item, row.key)
        return FeedItem(row.position, feed, PLAIN.load(item), row.at)

    async def write(self) -> None:
        """Write what waits, in the order in which it was appended."""
        if not self._waiting:
            return
        if self._session.is_postgresql:
            await self._session.execute(ONE_WRITER)
        waiting, self._waiting = self._waiting, []
        await self._session.execute(APPEND, waiting)
