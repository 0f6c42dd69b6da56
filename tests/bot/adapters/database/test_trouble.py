"""What says that the database takes nothing, and what says that something is wrong with what it was asked."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.database import Database, postgresql
from bot.domain.errors import SettingsError
from bot.domain.ids import ConversationId
from bot.domain.message import CustomerMessage
from tests.servers import PrivatePostgresql, private_postgresql

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_a_server_that_crashes_under_a_transaction_and_one_that_is_gone_are_away() -> None:
    with private_postgresql(connections=20) as server:
        database = Database(server.url)
        with pytest.raises(SQLAlchemyError) as broken_off:
            await crash_under(database, server)
        assert database.is_away(broken_off.value)
        with pytest.raises(SQLAlchemyError) as refused:
            async with database.transaction():
                pass
        assert database.is_away(refused.value)
        server.start()
        async with database.transaction() as uow:
            await uow.inbox._session.execute(text("SELECT 1"))
        await database.close()


@pytest.mark.parametrize(
    "done",
    [
        pytest.param('ALTER DATABASE "{}" SET default_transaction_read_only = on', id="it may only be read"),
        pytest.param("DROP TABLE inbox CASCADE", id="a table is gone"),
        pytest.param("ALTER TABLE inbox RENAME COLUMN attempts TO tries", id="its tables are of another version"),
    ],
)
async def test_what_an_operator_did_to_a_server_is_no_messages_fault(done: str, empty_postgresql_url: str) -> None:
    await migrated(empty_postgresql_url)
    await run(empty_postgresql_url, done)
    database = Database(empty_postgresql_url)
    with pytest.raises(SQLAlchemyError) as refused:
        await something_wrong(database)
    assert database.is_away(refused.value)
    await database.close()


async def test_where_none_of_several_servers_may_be_written_the_database_is_away(empty_postgresql_url: str) -> None:
    name = make_url(empty_postgresql_url).database
    await run(empty_postgresql_url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    database = Database(f"{empty_postgresql_url}?target_session_attrs=read-write")
    with pytest.raises(SQLAlchemyError) as refused:
        async with database.transaction():
            pass
    assert database.is_away(refused.value)
    await database.close()


async def test_a_connection_that_is_lost_as_a_statement_begins_is_no_messages_fault(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")

    database = Database(postgresql_url)
    async with database.transaction() as uow:
        await uow.inbox.next_due()
    monkeypatch.setattr(asyncpg.Connection, "_execute", lost)
    with pytest.raises(SQLAlchemyError) as broken_off:
        async with database.transaction() as uow:
            await uow.inbox.next_due()
    assert database.is_away(broken_off.value)
    await database.close()


@pytest.mark.parametrize("part", ["database", "username"])
async def test_a_server_that_lets_us_in_nowhere_is_away(part: str, empty_postgresql_url: str) -> None:
    elsewhere = make_url(empty_postgresql_url).set(**{part: "unknown"})  # type: ignore[arg-type]
    database = Database(elsewhere.render_as_string(hide_password=False))
    with pytest.raises(SQLAlchemyError) as refused:
        await something_wrong(database)
    assert database.is_away(refused.value)


async def test_a_server_that_cuts_off_what_takes_too_long_is_away(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with pytest.raises(SQLAlchemyError) as cut_off:
        await take_too_long(database)
    assert database.is_away(cut_off.value)
    await database.close()


async def test_a_server_that_may_only_be_read_is_told_at_the_start_and_while_it_serves(
    empty_postgresql_url: str,
) -> None:
    await migrated(empty_postgresql_url)
    await run(empty_postgresql_url, 'ALTER DATABASE "{}" SET default_transaction_read_only = on')
    database = Database(empty_postgresql_url)
    for look in (database.migrate, database.check):
        with pytest.raises(SettingsError, match=r"may only be read: it is a standby, or .* Name the primary"):
            await look()
    await run(empty_postgresql_url, 'ALTER DATABASE "{}" RESET default_transaction_read_only')
    await database.check()
    await database.close()


async def test_a_server_that_refused_to_write_is_connected_to_anew(empty_postgresql_url: str) -> None:
    """Another may be the primary by now. What the pool opened at once in its place may be to the old one, too."""
    await migrated(empty_postgresql_url)
    await run(empty_postgresql_url, 'ALTER DATABASE "{}" SET default_transaction_read_only = on')
    database = Database(empty_postgresql_url)
    with pytest.raises(SQLAlchemyError, match="read-only transaction"):
        await write_something(database)
    await run(empty_postgresql_url, 'ALTER DATABASE "{}" RESET default_transaction_read_only')
    with suppress(SQLAlchemyError):
        await write_something(database)
    await write_something(database)
    await database.close()


async def test_a_file_that_may_not_be_written_is_away(sqlite_store: Database) -> None:
    async with sqlite_store.transaction() as uow:
        await uow.inbox._session.execute(text("PRAGMA query_only = 1"))
    with pytest.raises(SQLAlchemyError) as refused:
        await something_wrong(sqlite_store)
    assert sqlite_store.is_away(refused.value)


async def test_a_server_that_takes_too_long_over_a_statement_is_away(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody else holds a lock: no message is at fault that is not taken meanwhile."""
    monkeypatch.setattr(postgresql, "STATEMENT_TIMEOUT_SECONDS", 0.2)
    database = Database(postgresql_url)
    async with database.transaction() as holding:
        await holding.inbox._session.execute(text("LOCK TABLE inbox"))
        with pytest.raises(SQLAlchemyError) as given_up:
            async with database.transaction() as uow:
                await uow.inbox.next_due()
    assert database.is_away(given_up.value)
    await database.close()


async def test_a_time_limit_of_the_callers_stays_theirs(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), database.transaction() as uow:
            await uow.inbox._session.execute(text("SELECT pg_sleep(60)"))
    await database.check()
    await database.close()


async def test_what_breaks_a_rule_is_at_fault_itself(store: Database) -> None:
    with pytest.raises(SQLAlchemyError) as refused:
        await something_wrong(store)
    assert not store.is_away(refused.value)
    assert not store.is_away(ValueError("a poisoned message"))


async def migrated(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


async def run(url: str, statement: str) -> None:
    """`{}` is the database's name."""
    writing = {"default_transaction_read_only": "off"}
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=writing)
    await connection.execute(statement.format(make_url(url).database))
    await connection.close()


async def write_something(database: Database) -> None:
    async with database.transaction() as uow:
        await uow.inbox._session.execute(text("DELETE FROM inbox"))


async def crash_under(database: Database, server: PrivatePostgresql) -> None:
    async with database.transaction() as uow:
        server.crash()
        await uow.inbox.next_due()


async def take_too_long(database: Database) -> None:
    async with database.transaction() as uow:
        await uow.inbox._session.execute(text("SET LOCAL statement_timeout = 1"))
        await uow.inbox._session.execute(text("SELECT pg_sleep(10)"))


async def something_wrong(store: Database) -> None:
    """A message in a conversation that there is not."""
    message = CustomerMessage("sms", "SM1", "+447700900123", "hi")
    async with store.transaction() as uow:
        await uow.inbox.add(ConversationId("nobody's"), message, NOW)
