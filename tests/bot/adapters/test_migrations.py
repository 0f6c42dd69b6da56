"""The migrations lead to the tables, quickly, and only once."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from bot.adapters import migrations
from bot.adapters.codec import JOURNEY
from bot.adapters.database import Database, store
from bot.adapters.distribution import SPREAD
from bot.adapters.migrations import HEAD, configuration
from bot.adapters.tables import journey, metadata
from bot.domain.entries import EventEntry
from bot.domain.ids import ProfileId
from bot.domain.person import Profile


def test_the_version_we_look_for_is_the_last_migration() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(configuration(connection))
    engine.dispose()
    assert script.get_current_head() == HEAD


async def test_migrated_tables_are_those_that_the_code_uses(store_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    engine = create_async_engine(store_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_a_new_file_is_made_with_its_folder_and_an_old_one_is_left_as_it_is(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'folder' / 'overture.db'}"
    for _ in range(2):
        database = Database(url)
        await database.migrate()
        assert await database.revision() == HEAD
        await database.close()


def test_versions_of_journeys_that_were_entered_before_stay_readable(tmp_path: Path) -> None:
    """As release 0002 wrote one: who is inside goes on with it."""
    from alembic import command

    body: dict[str, Any] = {
        "id": "welcome", "version": "1", "purpose": "marketing", "enter_event": "demo.requested",
        "enter_if": "profile.vip", "again_after": "P90D", "exit_events": [], "exit_when": None, "window": None,
        "first": "begin", "steps": {"begin": {"id": "begin", "tag": "seen", "then": "end", "kind": "add_to"}},
        "places": {},
    }  # fmt: skip
    row = {"id": "welcome", "version": "1", "body": json.dumps(body)}
    engine = create_engine(f"sqlite:///{tmp_path / 'overture.db'}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0002")
        connection.execute(insert(journey), row)
        command.upgrade(configuration(connection), "head")
        read = JOURNEY.load(connection.execute(select(journey.c.body)).scalar_one())
        command.downgrade(configuration(connection), "0002")
        assert json.loads(connection.execute(select(journey.c.body)).scalar_one()) == body
    engine.dispose()
    assert read.entries == (EventEntry("demo.requested", condition="profile.vip", again_after=timedelta(days=90)),)


@pytest.mark.timeout(60)
def test_an_up_to_date_start_does_not_load_alembic(sqlite_url: str) -> None:
    program = (
        "import asyncio, sys; from bot.adapters.database import Database\n"
        f"async def main():\n    store = Database({sqlite_url!r}); await store.migrate(); await store.close()\n"
        "asyncio.run(main()); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, cwd=Path(__file__).parents[3])


def test_the_way_back_leaves_nothing(tmp_path: Path) -> None:
    from alembic import command

    engine = create_engine(f"sqlite:///{tmp_path / 'overture.db'}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "head")
        command.downgrade(configuration(connection), "base")
    with engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").scalars()
        assert list(left) == ["alembic_version"]
    engine.dispose()


async def test_the_way_back_tells_of_people_who_want_no_marketing_before_a_day(store_url: str) -> None:
    """The release before would write to them."""
    database, now = Database(store_url), datetime.now(UTC)
    async with database.transaction() as uow:
        for name, until in (("ana", now + timedelta(days=9)), ("ben", now - timedelta(days=9)), ("cleo", None)):
            await uow.profiles.add(Profile(ProfileId(name), now, paused_until=until))
    with capture_logs() as logs:
        await database.migrate_tables("0052")
        await database.migrate()
        await database.migrate_tables("0052")
        await database.migrate()
    await database.close()
    told = [one for one in logs if one["log_level"] == "warning"]
    assert [one["people"] for one in told] == [1]
    assert "keep the journeys of marketing paused" in told[0]["event"]


async def test_the_way_back_tells_of_people_who_want_marketing_seldom(store_url: str) -> None:
    database, now = Database(store_url), datetime.now(UTC)
    async with database.transaction() as uow:
        for name, pause in (("ana", timedelta(days=30)), ("ben", None)):
            await uow.profiles.add(Profile(ProfileId(name), now, marketing_pause=pause))
    with capture_logs() as logs:
        await database.migrate_tables("0041")
        await database.migrate()
        await database.migrate_tables("0041")
        await database.migrate()
    await database.close()
    told = [one for one in logs if one["log_level"] == "warning"]
    assert [one["people"] for one in told] == [1]
    assert "at most once in so many days" in told[0]["event"]


async def test_a_migration_makes_nobody_wait_behind_a_table_that_is_in_use(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LONGEST_WAIT_SECONDS", 0.2)
    monkeypatch.setattr(store, "PAUSE_FOR_LOCKS", 0.05)
    engine, database = create_async_engine(postgresql_url), Database(postgresql_url)
    async with engine.connect() as backup:
        await backup.execute(text("LOCK TABLE outbox IN ACCESS SHARE MODE"))
        migrating = asyncio.create_task(database.migrate_tables("0034"))
        waits = []
        for _ in range(5):
            begun = time.monotonic()
            async with database.transaction() as uow:
                await uow.outbox.next_due()
            waits.append(time.monotonic() - begun)
            await asyncio.sleep(0.1)
        assert not migrating.done()
    await migrating
    assert await database.revision() == "0034"
    assert max(waits) < 2, "as long as the migration waits, and not as long as the backup takes"
    await database.migrate()
    await database.close()
    await engine.dispose()


async def test_the_way_back_leaves_nothing_on_postgresql(empty_postgresql_url: str) -> None:
    from alembic import command

    def there_and_back(connection: Connection) -> list[str]:
        command.upgrade(configuration(connection), "head")
        command.downgrade(configuration(connection), "base")
        command.upgrade(configuration(connection), "head")
        command.downgrade(configuration(connection), "base")
        left = "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public'"
        return list(connection.exec_driver_sql(left).scalars())

    engine = create_async_engine(empty_postgresql_url)
    async with engine.begin() as connection:
        assert set(await connection.run_sync(there_and_back)) == {"alembic_version", "alembic_version_pkc"}
    await engine.dispose()


LARGE = "|".join(sorted(table.name for table in SPREAD))
HOLDS_UP = re.compile(
    rf"""CREATE\ (UNIQUE\ )?INDEX\ (?!IF\ NOT\ EXISTS|CONCURRENTLY).*\ ON\ ({LARGE})\b
    | ALTER\ TABLE\ ({LARGE})\ (ALTER\ COLUMN\ \w+\ (TYPE|SET\ NOT\ NULL)|ADD\ (CONSTRAINT|PRIMARY|UNIQUE|FOREIGN))
    | ALTER\ TABLE\ ({LARGE})\ ADD\ COLUMN\ .*(DEFAULT\ .*\(|GENERATED)
    | (UPDATE|DELETE\ FROM)\ ({LARGE})\b""",
    re.VERBOSE,
)
"""What reads or writes a whole table while others wait for it."""

ONLINE_SINCE = "0039"
"""The version of the first release: before it there were no large tables."""


@pytest.mark.parametrize(
    ("statement", "holds_up"),
    [
        ("CREATE INDEX ix_event_at ON event (at)", True),
        ("CREATE UNIQUE INDEX ux ON outbox (key) WHERE status = 'sent'", True),
        ("ALTER TABLE profile ALTER COLUMN tags TYPE JSONB USING tags::jsonb", True),
        ("ALTER TABLE inbox ALTER COLUMN trace SET NOT NULL", True),
        ("ALTER TABLE event ADD COLUMN token TEXT DEFAULT gen_random_uuid()", True),
        ("ALTER TABLE event ADD CONSTRAINT fk FOREIGN KEY(person) REFERENCES profile (id)", True),
        ("UPDATE outbox SET lane = 'crm' WHERE status = 'waiting'", True),
        ("CREATE INDEX IF NOT EXISTS ix_event_at ON event (at)", False),
        ("CREATE INDEX ix_schedule_due ON schedule (due_at)", False),
        ("ALTER TABLE outbox ADD COLUMN lane TEXT DEFAULT 'replies' NOT NULL", False),
        ("ALTER TABLE event DROP COLUMN token", False),
        ("UPDATE alembic_version SET version_num='0040'", False),
    ],
)
def test_what_makes_others_wait_for_a_large_table_is_known(statement: str, holds_up: bool) -> None:
    assert bool(HOLDS_UP.search(statement)) is holds_up


async def test_no_migration_since_the_first_release_makes_others_wait_for_a_large_table(
    empty_postgresql_url: str,
) -> None:
    from alembic import command

    statements: list[str] = []

    def there_and_back(connection: Connection) -> None:
        command.upgrade(configuration(connection), ONLINE_SINCE)
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))
        command.upgrade(configuration(connection), "head")
        command.downgrade(configuration(connection), ONLINE_SINCE)

    engine = create_async_engine(empty_postgresql_url)
    async with engine.begin() as connection:
        await connection.run_sync(there_and_back)
    await engine.dispose()
    made = re.findall(r"CREATE TABLE (\w+)", "".join(statements))  # and empty: nobody waits for them
    held_up = [found for one in statements if (found := HOLDS_UP.search(" ".join(one.split())))]
    assert [one[0] for one in held_up if not set(re.findall(r"\w+", one[0])).intersection(made)] == []


def test_attributes_that_no_condition_could_look_into_are_mended(tmp_path: Path) -> None:
    from alembic import command

    engine = create_engine(f"sqlite:///{tmp_path / 'overture.db'}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0002")
        for name, attributes in (("a", r'{"name":"A\u0000","size":Infinity,"x":[NaN]}'), ("b", r'{"name":"\\u0000"}')):
            values = {"id": name, "attributes": attributes}
            connection.execute(text("INSERT INTO profile VALUES (:id, 1, 1, NULL, NULL, :attributes, '[]')"), values)
        command.upgrade(configuration(connection), "head")
        rows = connection.execute(text("SELECT id, attributes FROM profile")).all()
    found = {row.id: row.attributes for row in rows}
    assert json.loads(found["a"]) == {"name": "A\ufffd", "size": None, "x": [None]}
    assert json.loads(found["b"]) == {"name": r"\u0000"}
    engine.dispose()
