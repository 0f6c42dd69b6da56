"""What is run for many at once gives no rows: Python's sqlite3 takes a RETURNING for one row only from 3.12 on."""

from __future__ import annotations

import pytest

from bot.adapters.database import Database
from bot.adapters.database.compiled import compiled
from bot.adapters.database.conversations import LOG
from bot.adapters.database.receipts import KEEP_RECEIPT
from bot.adapters.database.sqlite_session import DIALECT

COLUMNS = ("conversation_id", "at", "kind", "body")


def test_sqlalchemy_adds_no_returning_to_what_is_run_for_many() -> None:
    assert "RETURNING" in compiled(LOG, COLUMNS, DIALECT).sql
    assert "RETURNING" not in compiled(LOG, COLUMNS, DIALECT, many=True).sql


async def test_rows_that_nobody_would_get_are_refused_on_every_version_of_python(store: Database) -> None:
    async with store._backend.transaction() as session:
        with pytest.raises(RuntimeError, match="what is run for many at once gives no rows: INSERT INTO delivery"):
            await session.execute(KEEP_RECEIPT, [{"channel": "sms", "vendor_id": one} for one in ("SM1", "SM2")])
