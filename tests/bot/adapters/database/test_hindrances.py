"""What is said of a PostgreSQL that answers and would not keep all of ours, before the first message comes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import make_url
from structlog.testing import capture_logs

from bot.adapters.database import Database
from bot.adapters.migrations import migrate
from bot.domain.errors import SettingsError


@pytest_asyncio.fixture
async def opened() -> AsyncIterator[Callable[[str], Database]]:
    """Each is closed when the test is over."""
    databases: list[Database] = []

    def open_(url: str) -> Database:
        databases.append(Database(url))
        return databases[-1]

    yield open_
    for one in databases:
        await one.close()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_a_database_without_room_for_every_letter_gets_no_tables(
    encoding: str, empty_postgresql_url: str, opened: Callable[[str], Database]
) -> None:
    await make_anew(empty_postgresql_url, encoding)
    database = opened(empty_postgresql_url)
    for start in (database.migrate, database.migrate_tables):
        with pytest.raises(SettingsError, match=f"keeps text as {encoding}.*createdb --encoding=UTF8"):
            await start()
    assert await database.revision() is None


@pytest.mark.parametrize(
    ("encoding", "words"), [("LATIN1", "does not have every letter"), ("SQL_ASCII", "takes letters beyond A to Z")]
)
async def test_a_database_without_room_for_every_letter_that_has_tables_goes_on_and_is_told(
    encoding: str, words: str, empty_postgresql_url: str, opened: Callable[[str], Database]
) -> None:
    """As where it was made by a version that did not look."""
    await make_anew(empty_postgresql_url, encoding)
    database = opened(empty_postgresql_url)
    async with database._backend.migration() as connection:
        await connection.run_sync(migrate)
    with capture_logs() as logs:
        await database.migrate()
    await database.check()
    [told] = [one for one in logs if one["log_level"] == "warning"]
    assert words in told["event"]
    assert "pg_dump --encoding=UTF8" in told["advice"]


async def test_a_database_of_every_letter_is_not_warned_of(
    empty_postgresql_url: str, opened: Callable[[str], Database]
) -> None:
    database = opened(empty_postgresql_url)
    await database.migrate()
    assert await database.narrow_encoding() is None


async def test_a_role_that_may_not_write_is_told_at_the_start_and_while_it_serves(
    empty_postgresql_url: str, opened: Callable[[str], Database]
) -> None:
    await opened(empty_postgresql_url).migrate()
    await run(
        empty_postgresql_url, role("overture_reader"), "GRANT SELECT ON ALL TABLES IN SCHEMA public TO overture_reader"
    )
    database = opened(as_role(empty_postgresql_url, "overture_reader"))
    for look in (database.migrate, database.check):
        with pytest.raises(SettingsError, match=r'the role "overture_reader", which lacks rights.*GRANT SELECT'):
            await look()
    advice = (
        'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "overture_reader"',
        'REVOKE UPDATE, DELETE ON audit_entry FROM "overture_reader"',
    )
    with pytest.raises(SettingsError, match=re.escape("; ".join(advice))):
        await database.check()
    await run(empty_postgresql_url, *advice)
    await database.migrate()
    await database.check()


async def test_a_role_that_may_make_no_tables_is_told_what_to_do(
    empty_postgresql_url: str, opened: Callable[[str], Database]
) -> None:
    await run(empty_postgresql_url, role("overture_reader"))
    with pytest.raises(SettingsError, match=r"permission denied for schema public\. Let a role use it that may"):
        await opened(as_role(empty_postgresql_url, "overture_reader")).migrate()


async def test_tables_of_another_program_are_not_taken_for_a_wrong_password(
    empty_postgresql_url: str, opened: Callable[[str], Database]
) -> None:
    await run(empty_postgresql_url, "CREATE TABLE profile (id integer)")
    with pytest.raises(SettingsError, match=r"already exists\. Its tables are another program's"):
        await opened(empty_postgresql_url).migrate()


def role(name: str) -> str:
    return f"DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$"


def as_role(url: str, name: str) -> str:
    return make_url(url).set(username=name, password=None).render_as_string()


async def make_anew(url: str, encoding: str) -> None:
    name = make_url(url).database
    await run(
        make_url(url).set(database="postgres").render_as_string(hide_password=False),
        f'DROP DATABASE "{name}"',
        f"CREATE DATABASE \"{name}\" ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    )


async def run(url: str, *statements: str) -> None:
    connection: Any = await asyncpg.connect(url.replace("+asyncpg", ""))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
