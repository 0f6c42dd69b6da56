"""What says that the database takes nothing, and what says that something is wrong with what it was asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.database import Database
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


async def test_a_file_that_may_not_be_written_is_away(sqlite_store: Database) -> None:
    async with sqlite_store.transaction() as uow:
        await uow.inbox._session.execute(text("PRAGMA query_only = 1"))
    with pytest.raises(SQLAlchemyError) as refused:
        await something_wrong(sqlite_store)
    assert sqlite_store.is_away(refused.value)


async def test_what_breaks_a_rule_is_at_fault_itself(store: Database) -> None:
    with pytest.raises(SQLAlchemyError) as refused:
        await something_wrong(store)
    assert not store.is_away(refused.value)
    assert not store.is_away(ValueError("a poisoned message"))


async def crash_under(database: Database, server: PrivatePostgresql) -> None:
    async with database.transaction() as uow:
        server.crash()
        await uow.inbox.next_due()


async def something_wrong(store: Database) -> None:
    """A message in a conversation that there is not."""
    message = CustomerMessage("sms", "SM1", "+447700900123", "hi")
    async with store.transaction() as uow:
        await uow.inbox.add(ConversationId("nobody's"), message, NOW)
