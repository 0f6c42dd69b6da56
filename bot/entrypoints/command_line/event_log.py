"""Reads the log of all conversations for a command, batch after batch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.database.address import read_url
from bot.domain.errors import SettingsError
from bot.ports import LoggedEvent, Store

BATCH = 2000


def batches(
    runner: asyncio.Runner, store: Store, *, after: tuple[str, int] = ("", 0), since: datetime | None = None
) -> Iterator[list[LoggedEvent]]:
    """Each in a transaction of its own, so that a long reading holds up nothing."""

    async def read() -> list[LoggedEvent]:
        async with store.transaction() as uow:
            return list(await uow.conversations.logged(after=after, since=since, limit=BATCH))

    while batch := runner.run(read()):
        yield batch
        after = (batch[-1].conversation_id, batch[-1].sequence)


def time_since(written: str) -> datetime:
    """What `--since` says; a time without a zone is in UTC."""
    try:
        time = datetime.fromisoformat(written)
    except ValueError as error:
        raise SettingsError(
            f'--since is "{written}", which is no time. Write it as 2026-11-24 or 2026-11-24T09:00+00:00.'
        ) from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def require_file(url: str, purpose: str) -> None:
    """A file that is not there would be made, and there would be nothing in it to read."""
    where = read_url(url)
    if where.get_backend_name() == "sqlite" and not Path(where.database or "").is_file():
        raise SettingsError(f"there is no database {where.database} to {purpose}. OVERTURE_DATABASE names another.")
