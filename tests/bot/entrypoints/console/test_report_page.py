"""The page "Report": the figures of `overture report`, of the days that are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.reporting import Happening, ReportPlan, Touch
from bot.domain.timeline import PersonEvent
from bot.entrypoints.console import report_page
from bot.entrypoints.serving.http import Server
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import ANA, Stage

Client = TestClient[Any, Any]
PLAN = ReportPlan(Happening("order.completed"), (Touch("search", Happening("pricing.viewed")),), currency="EUR")


@pytest_asyncio.fixture
async def client(stage: Stage, service_of: ServiceMaker) -> AsyncIterator[Client]:
    """Ana looked at prices two days ago, and bought yesterday."""
    now = stage.clock.now()
    stage.library.playbook = replace(stage.library.playbook, report_plan=PLAN)
    await stage.meet()
    async with stage.store.transaction() as uow:
        for days, event in ((2, "pricing.viewed"), (1, "order.completed")):
            at = now - timedelta(days=days)
            await uow.timeline.add(PersonEvent(ANA, event, at, at))
    service = service_of(connectors="")
    server = Server(replace(service, runtime=replace(service.runtime, library=stage.library)))
    async with TestClient(TestServer(server.application(), host="127.0.0.1")) as client:
        yield client


async def test_the_figures_of_a_period(client: Client) -> None:
    told = await (await client.get("/report.json")).json()
    figures = {(one["section"], one["of"], one["figure"]): one["value"] for one in told["figures"]}
    assert figures["sources", "search", "conversions, first touch"] == 1
    assert figures["sources", "all", "conversions"] == 1
    assert told["currency"] == "EUR"


async def test_other_days_have_other_figures(client: Client, stage: Stage) -> None:
    day = (stage.clock.now() - timedelta(days=30)).date().isoformat()
    told = await (await client.get(f"/report.json?since={day}&until={day}")).json()
    assert (told["since"][:10], {one["value"] for one in told["figures"] if one["unit"] == "count"}) == (day, {0})


async def test_it_can_be_taken_along(client: Client) -> None:
    answer = await client.get("/report.csv")
    assert answer.content_type == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (await answer.text()).startswith("section,of,figure,value,low,high,unit\n")


async def test_the_same_report_is_counted_once_a_minute(client: Client, stage: Stage) -> None:
    before = await (await client.get("/report.json")).json()
    async with stage.store.transaction() as uow:
        await uow.timeline.add(PersonEvent(ANA, "order.completed", stage.clock.now(), stage.clock.now()))
    assert await (await client.get("/report.json")).json() == before


async def test_a_report_is_counted_beside_whoever_writes_and_kept_the_longer_the_longer_it_took(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_page, "KEPT_AT_LEAST", 0.0)
    monkeypatch.setattr(report_page, "SHARE", 1_000_000)
    async with stage.store.transaction() as uow, asyncio.timeout(20):
        before = await (await client.get("/report.json")).json()
        await uow.timeline.add(PersonEvent(ANA, "order.completed", stage.clock.now(), stage.clock.now()))
    assert await (await client.get("/report.json")).json() == before


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=soon", "no day"),
        ("since=2026-11-24&until=2026-11-23", "before"),
        ("since=2001-01-01&until=2026-11-23", "three years"),
        ("until=9999-12-31", "no such days"),
        ("until=0001-01-01", "no such days"),
    ],
)
async def test_days_that_are_none_are_refused(client: Client, query: str, told: str) -> None:
    answer = await client.get(f"/report.json?{query}")
    assert answer.status == 400
    assert told in (await answer.json())["error"]
