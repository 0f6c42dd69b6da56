"""What a turn, a step and a message cost does not grow with how many people there are: each query goes by an index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bot.adapters.database import Database
from bot.adapters.database.postgresql import PostgresSession
from bot.adapters.distribution import SPREAD
from bot.adapters.tables import metadata, segment_change
from bot.domain.audience import Segment
from bot.domain.effects import AddTag, ChangeScore, RequestHandoff
from bot.domain.reporting import Happening, Period, ReportPlan, Touch
from bot.services.erase_person import erase_person
from bot.services.give_data import all_data, consent_proof
from bot.services.keep_time import TimeKeeper
from bot.services.know_person import look_for
from tests.bot.entrypoints.serving.test_worker import at_work, until
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of
from tests.manual_clock import ManualClock

LARGE = {table.name for table in SPREAD} - {segment_change.name}
"""What there is more of, the more people there are. Changes of segments are gone once journeys were told."""

PARTIAL = {
    str(index.name)
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["postgresql"]["where"] is not None
}
"""Indexes of what is still to be done: few rows, so that one may be read as a whole."""

Asked = dict[str, list[Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The SQL of all that was asked, each with the values of one time."""
    found: Asked = {}

    class Noting:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        async def fetch(self, sql: str, *arguments: Any) -> Any:
            found[sql] = list(arguments)
            return await self._connection.fetch(sql, *arguments)

        async def execute(self, sql: str, *arguments: Any) -> Any:
            found[sql] = list(arguments)
            return await self._connection.execute(sql, *arguments)

    made = PostgresSession.__init__

    def init(session: PostgresSession, connection: Any, *arguments: Any, **more: Any) -> None:
        made(session, Noting(connection), *arguments, **more)

    monkeypatch.setattr(PostgresSession, "__init__", init)
    return found


async def whole_tables_in(asked: Asked, url: str) -> list[str]:
    """Which query reads which table from end to end. Where a table need not be, PostgreSQL is told not to."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    found = []
    try:
        await connection.execute("SET enable_seqscan = off")
        for sql, arguments in asked.items():
            (plan,) = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments))
            found += [f"{table}: {sql}" for table in _read_whole(plan["Plan"])]
    finally:
        await connection.close()
    return found


def _read_whole(node: Mapping[str, Any], table: str = "", *, ends_early: bool = False) -> Iterator[str]:
    kind, table = node["Node Type"], node.get("Relation Name", table)
    without_condition = "Index Name" in node and "Index Cond" not in node and node["Index Name"] not in PARTIAL
    to_its_end = "Filter" in node or not ends_early
    if table in LARGE and (kind == "Seq Scan" or (without_condition and to_its_end)):
        yield table
    ends_early = kind == "Limit" or (ends_early and kind in ("LockRows", "Subquery Scan"))
    for part in node.get("Plans", ()):
        yield from _read_whole(part, table, ends_early=ends_early)


async def test_no_turn_step_or_message_reads_a_table_of_everybody(
    asked: Asked, postgresql_url: str, clock: ManualClock
) -> None:
    database = Database(postgresql_url)
    stage = Stage(database, clock)
    steps = "- send: {response: utter_tip, channels: [sms]}\n- wait: 1d\n- send: {response: utter_tip, channels: [sms]}"
    stage.play(journey_of(steps))
    segments = {"vips": Segment("vips", "'vip' in profile.tags")}
    stage.library.playbook = replace(stage.library.playbook, segments=segments)
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    await stage.do(AddTag("vip"), ChangeScore("engagement", 10, "came", "came"), RequestHandoff("asks for a person"))
    async with at_work(stage):
        await TimeKeeper(stage.runtime).look()
        await stage.hear("greet")
        await until(lambda: len(stage.sms.taken) == 2)
        stage.clock.forward(timedelta(days=1))
        await until(lambda: len(stage.sms.taken) == 3)
        await stage.hear("STOP")
        await until(lambda: len(stage.sms.taken) == 4)
    async with database.transaction() as uow:
        assert await look_for(uow, PHONE, region="GB", limit=5) == [ANA]
        await all_data(uow, ANA, stage.clock.now())
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now() + timedelta(days=1))
    await database.close()
    assert len(asked) > 100
    assert await whole_tables_in(asked, postgresql_url) == []


async def test_a_proof_of_consent_does_not_look_through_the_feeds(
    asked: Asked, postgresql_url: str, clock: ManualClock
) -> None:
    database = Database(postgresql_url)
    await Stage(database, clock).meet()
    async with database.reading() as uow:
        assert (await consent_proof(uow, ANA, clock.now()))["left_alone"] == []
    await database.close()
    assert not [sql for sql in asked if "FROM feed" in sql]


async def test_who_is_parked_and_what_was_in_the_days_of_a_report_go_by_indexes(
    asked: Asked, postgresql_url: str, clock: ManualClock
) -> None:
    database = Database(postgresql_url)
    period = Period(clock.now() - timedelta(days=30), clock.now())
    plan = ReportPlan(Happening("order.completed"), (Touch("search", Happening("pricing.viewed")),))
    await database.migrate()
    asked.clear()
    async with database.reading() as uow:
        await uow.enrolments.parked("welcome", 10)
        await uow.figures.journeys(period)
        await uow.figures.conversions(plan, period)
        await uow.figures.new_people(plan, period)
    await database.close()
    assert len(asked) == 4
    assert await whole_tables_in(asked, postgresql_url) == []


async def test_a_query_that_reads_everybody_is_noticed(asked: Asked, postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.reading() as uow:
        await uow.profiles.find("nobody", limit=5)
    await database.close()
    tables = {one.partition(":")[0] for one in await whole_tables_in(asked, postgresql_url)}
    assert tables == {"profile", "identity"}
