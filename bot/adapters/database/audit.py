"""The audit log: a chain that grows by one writer at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text

from bot.adapters.database.repository import Repository, Session
from bot.adapters.tables import audit_entry
from bot.domain.audit import AuditEntry, AuditHead, Deed, chained, head_of

ADD = insert(audit_entry)
AFTER = (
    select(audit_entry)
    .where(audit_entry.c.position > bindparam("after"))
    .order_by(audit_entry.c.position)
    .limit(bindparam("most"))
)
LATEST = select(audit_entry).order_by(audit_entry.c.position.desc()).limit(bindparam("most"))
ONE_WRITER = text("SELECT pg_advisory_xact_lock(7306082713)")
"""Held from the reading of the last entry to the commit. The number is Overture's own and means nothing."""


class StoredAudit(Repository):
    """Deeds wait in memory until the transaction ends, as items of feeds do, and are written after those.

    SQLite has one writer. On PostgreSQL whoever writes takes one lock for the last moment of the transaction.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._waiting: list[tuple[Deed, datetime]] = []

    async def note(self, deed: Deed, at: datetime) -> None:
        self._waiting.append((deed, at))

    async def after(self, position: int, limit: int) -> Sequence[AuditEntry]:
        rows = await self._session.execute(AFTER, {"after": position, "most": limit})
        return [_entry(row) for row in rows]

    async def latest(self, limit: int) -> Sequence[AuditEntry]:
        return [_entry(row) for row in await self._session.execute(LATEST, {"most": limit})]

    async def head(self) -> AuditHead:
        last = await self.latest(1)
        return head_of(last[0] if last else None)

    async def write(self) -> None:
        if not self._waiting:
            return
        if self._session.is_postgresql:
            await self._session.execute(ONE_WRITER)
        waiting, self._waiting = self._waiting, []
        head = await self.head()
        for deed, at in waiting:
            entry = chained(_storable(deed), at, head)
            head = head_of(entry)
            await self._session.execute(ADD, _row(entry))


def _storable(deed: Deed) -> Deed:
    """As it will be read again: PostgreSQL has no NUL character in text."""

    def plain(words: str) -> str:
        return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode()

    detail = {plain(name): plain(value) if isinstance(value, str) else value for name, value in deed.detail.items()}
    return Deed(plain(deed.what), plain(deed.who), plain(deed.about), plain(deed.origin), detail)


def _row(entry: AuditEntry) -> dict[str, Any]:
    deed = entry.deed
    return {
        "position": entry.position,
        "at": entry.at,
        "who": deed.who,
        "origin": deed.origin,
        "what": deed.what,
        "about": deed.about,
        "detail": json.dumps(dict(deed.detail), sort_keys=True),
        "previous": entry.previous,
        "digest": entry.digest,
    }


def _entry(row: Any) -> AuditEntry:
    """Whatever stands there, also where somebody has written nonsense: the chain then says so."""
    try:
        detail = json.loads(row.detail)
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        detail = {"": row.detail}
    deed = Deed(row.what, row.who, row.about, row.origin, detail)
    return AuditEntry(row.position, row.at, deed, row.previous, row.digest)
