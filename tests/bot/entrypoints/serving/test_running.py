"""Whoever serves or works is known to run, behind a PgBouncer, too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from bot.adapters.database import Database
from bot.adapters.tables import process
from bot.domain.errors import SettingsError
from bot.entrypoints.serving import running
from bot.entrypoints.serving.running import known_to_run, refuse_beside_others
from tests.servers import pgbouncer_url

SECRET = "of one installation"


@pytest.fixture(params=["directly", "through a PgBouncer"])
async def shared(request: pytest.FixtureRequest, postgresql_url: str) -> AsyncIterator[Database]:
    if request.param == "directly":
        database = Database(postgresql_url)
        yield database
        await database.close()
        return
    with pgbouncer_url(postgresql_url) as url:
        database = Database(f"{url}?statement_cache_size=0")
        yield database
        await database.close()


async def test_who_must_be_alone_is_told_who_runs_and_what_to_do(shared: Database) -> None:
    async with known_to_run(shared, "overture serve", SECRET), known_to_run(shared, "overture work", SECRET):
        with pytest.raises(SettingsError) as refused:
            await refuse_beside_others(shared)
    told = str(refused.value)
    assert f"overture serve on {os.uname().nodename} (process {os.getpid()}, since 2" in told
    assert ", overture work on " in told
    assert "Stop them first" in told
    assert "One that was killed is forgotten after 30 seconds." in told
    await refuse_beside_others(shared)


async def test_who_joins_others_that_sign_with_another_secret_says_so(shared: Database) -> None:
    """Links that one has sent would open nothing at the other, those to unsubscribe, too."""
    with capture_logs() as logs:
        async with known_to_run(shared, "overture serve", SECRET), known_to_run(shared, "overture work", SECRET):
            assert logs == []
            async with known_to_run(shared, "overture serve", "of another folder"):
                pass
    assert [(one["log_level"], len(one["others"]), SECRET in str(one)) for one in logs] == [("error", 2, False)]
    assert "the file `secret`" in logs[0]["so"]


async def test_tables_of_a_version_before_know_of_nobody(empty_postgresql_url: str) -> None:
    database = Database(empty_postgresql_url)
    await database.migrate_tables("0047")
    await refuse_beside_others(database)
    await database.close()


async def test_a_service_goes_on_where_it_cannot_say_that_it_runs(empty_postgresql_url: str) -> None:
    """As where `overture migrate --to` has brought the tables back under it."""
    database = Database(empty_postgresql_url)
    async with known_to_run(database, "overture serve", SECRET):
        pass
    await database.close()


async def test_who_wakes_over_tables_that_a_restore_has_made_ends(
    empty_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SAID_EVERY", timedelta(milliseconds=20))
    database, ended = Database(empty_postgresql_url), asyncio.Event()
    engine = create_async_engine(empty_postgresql_url)

    async def change(tables: Callable[[Any], None]) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(tables)

    await change(process.create)
    async with known_to_run(database, "overture work", SECRET, end=lambda _status: ended.set()):
        await asyncio.sleep(0.1)
        assert not ended.is_set(), "nothing has happened to the tables"
        await change(process.drop)
        await asyncio.sleep(0.1)
        assert not ended.is_set(), "nobody knows yet what is to come"
        await change(process.create)
        await asyncio.wait_for(ended.wait(), 10)
    await engine.dispose()
    await database.close()


async def test_a_sqlite_file_has_a_lock_instead(sqlite_store: Database) -> None:
    async with known_to_run(sqlite_store, "overture serve", SECRET), sqlite_store.reading() as uow:
        assert await uow.processes.running() == []
