"""Fixtures for everybody: a clock, a clean store on each database, wake-ups and leases on each carrier."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.adapters.database import Database
from bot.adapters.database.sealing import OFF, Sealing
from bot.adapters.leases import FleetLeases
from bot.adapters.memory import MemoryLeases, MemoryWakeups
from bot.adapters.redis import RedisWakeups
from bot.adapters.tables import metadata
from bot.ports import Leases, Wakeups
from tests import servers
from tests.field_keys import SEALED
from tests.lending import empty_store, migrate
from tests.log_scan import LogScan
from tests.manual_clock import ManualClock

# No test is timed: the machines that run them are shared. In CI the same examples are tried each time.
settings.register_profile(
    "overture", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=os.environ.get("CI") == "true"
)
settings.load_profile("overture")

# A traceback with each frame's values, structlog's own, takes seconds to draw.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

TIMED_BY_THE_MACHINE = ("tests/browser/", "tests/end_to_end/")
"""Their processes wait for each other on a machine that others use, too: what fails is tried once more, and told."""

EMPTY_ALL = "".join(f'DELETE FROM "{table.name}"; ' for table in reversed(metadata.sorted_tables))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(TIMED_BY_THE_MACHINE):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: the garbage collector need not look through them again and again, nor for
    what else there is as often as it would."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def no_logger_keeps_for_ever_what_a_test_writes_to() -> Iterator[None]:
    """As it would after a command that sets up logs: standard error is another one in the next test."""
    configure = structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        uncached = {"cache_logger_on_first_use": False}
        patch.setattr(structlog, "configure", lambda **asked: configure(**{**asked, **uncached}))
        yield


@pytest.fixture(scope="session")
def log_scan_of_all() -> Iterator[LogScan]:
    """What is logged anywhere passes by it. A test that sets up logs of its own is not seen."""
    scan = LogScan()
    logging.getLogger().addHandler(scan)
    yield scan
    logging.getLogger().removeHandler(scan)


@pytest.fixture(autouse=True)
def log_scan(log_scan_of_all: LogScan) -> Iterator[LogScan]:
    """No test may log a number or an address of the people in it."""
    log_scan_of_all.leaks.clear()
    before = structlog.get_config()
    structlog.configure(processors=[log_scan_of_all, *before["processors"]])
    yield log_scan_of_all
    structlog.configure(**before)
    leaks = list(log_scan_of_all.leaks)
    assert not leaks, f"personal data in the logs: {leaks[0][:300]}"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with servers.postgresql_url() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server(worker_id: str) -> Iterator[str]:
    """A database of this test process's own: leases and wake-ups do not cross from one to another."""
    number = worker_id.removeprefix("gw")
    with servers.redis_url() as url:
        yield make_url(url).set(database=number if number.isdigit() else "0").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def empty_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy, which is quicker than migrating one for each test."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    path.write_bytes(empty_store())
    return path


@pytest.fixture
def sqlite_url(empty_sqlite_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "overture.db"
    shutil.copyfile(empty_sqlite_file, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str, worker_id: str) -> str:
    """A database of this test process's own, with all tables."""
    server = make_url(postgresql_server)
    name = f"overture_test_{worker_id}"
    fresh = (f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    asyncio.run(_administer(postgresql_server, *fresh))
    url = server.set(database=name).render_as_string(hide_password=False)
    asyncio.run(migrate(url))
    return url


@pytest.fixture(scope="module")
def postgresql_of_module(migrated_postgresql: str) -> str:
    """The URL of a database with all tables, and nothing in them when the module begins."""
    asyncio.run(_administer(migrated_postgresql, f"DO $$ BEGIN {EMPTY_ALL} END $$"))
    return migrated_postgresql


@pytest_asyncio.fixture
async def postgresql_url(migrated_postgresql: str) -> str:
    """The URL of a database with all tables and nothing in them."""
    await _administer(migrated_postgresql, f"DO $$ BEGIN {EMPTY_ALL} END $$")
    return migrated_postgresql


@pytest_asyncio.fixture
async def empty_postgresql_url(postgresql_server: str, worker_id: str) -> str:
    """The URL of a database without tables."""
    name = f"overture_empty_{worker_id}"
    fresh = (f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    await _administer(postgresql_server, *fresh)
    return make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sealing() -> Sealing:
    """Without keys, unless all of these tests are to be run with some: OVERTURE_TESTS_SEALED=true."""
    return SEALED if os.environ.get("OVERTURE_TESTS_SEALED") == "true" else OFF


@pytest_asyncio.fixture
async def store(store_url: str, sealing: Sealing) -> AsyncIterator[Database]:
    database = Database(store_url, sealing)
    if sealing.is_on:
        await database.migrate()
    yield database
    await database.close()


@pytest_asyncio.fixture
async def sqlite_store(sqlite_url: str, sealing: Sealing) -> AsyncIterator[Database]:
    database = Database(sqlite_url, sealing)
    if sealing.is_on:
        await database.migrate()
    yield database
    await database.close()


@pytest_asyncio.fixture(params=["memory", "redis"])
async def wakeups(request: pytest.FixtureRequest) -> AsyncIterator[Wakeups]:
    carrier: Wakeups = (
        MemoryWakeups() if request.param == "memory" else RedisWakeups(request.getfixturevalue("redis_server"))
    )
    yield carrier
    await carrier.close()


@pytest_asyncio.fixture(params=["memory", "redis"])
async def leases(request: pytest.FixtureRequest, sqlite_store: Database) -> AsyncIterator[Leases]:
    carrier: Leases = (
        MemoryLeases()
        if request.param == "memory"
        else FleetLeases(request.getfixturevalue("redis_server"), sqlite_store)
    )
    yield carrier
    await carrier.close()


async def _administer(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()
