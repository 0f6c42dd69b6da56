"""What authors said of unclear messages: by the key of the message, whose text is not kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import review
from bot.domain.review import Review

ADD = insert_once(review).returning(review.c.key)
HANDLED = select(review.c.key).where(review.c.key.in_(bindparam("keys", expanding=True)))


class StoredReviews(Repository):
    async def add(self, review: Review) -> bool:
        row = {"key": review.key, "verdict": review.verdict, "intent": review.intent, "at": review.at}
        return (await self._session.execute(ADD, row)).first() is not None

    async def handled(self, keys: Sequence[str]) -> frozenset[str]:
        return frozenset(row.key for row in await self._session.execute(HANDLED, {"keys": list(keys)}))
