"""The page "Report": what marketers report of a period, as `overture report` counts it."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, date, datetime

from aiohttp import web

from bot.domain.access import Right
from bot.domain.errors import WebhookRejected
from bot.domain.reporting import Period, Report, ReportPlan
from bot.entrypoints.console.framing import framed
from bot.entrypoints.web.translate import private_json
from bot.entrypoints.wiring.service import Service
from bot.journeys.reporting import as_csv, as_json, rows_of
from bot.services.report import report

KEPT_AT_LEAST = 60.0
"""Seconds for which the same report is not counted anew: the database looks at many rows for it."""

SHARE = 20
"""At most so small a part of the time is spent on counting one report, however long it takes."""

MOST_KEPT = 20
LONGEST = 3 * 366
"""Days of one report."""


class ReportPage:
    """Open to those who may see how the service does. There is nobody in it by name."""

    def __init__(self, service: Service) -> None:
        self._service, self._runtime = service, service.runtime
        self._lock = asyncio.Lock()
        self._kept: dict[tuple[Period, ReportPlan], tuple[float, Report]] = {}
        """Each until when."""

    def add_routes(self, app: web.Application) -> None:
        for path, handler in (
            ("/report", framed(self._service, "report.html")),
            ("/report.json", self._json),
            ("/report.csv", self._csv),
        ):
            app.router.add_get(path, self._service.doors.guarded(handler, Right.WATCH))

    async def _json(self, request: web.Request) -> web.StreamResponse:
        found = await self._report(request)
        return private_json({**json.loads(as_json(found, rows_of(found))), "today": self._today().isoformat()})

    async def _csv(self, request: web.Request) -> web.StreamResponse:
        found = await self._report(request)
        name = f"report-{found.period.since:%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return web.Response(text=as_csv(rows_of(found)), content_type="text/csv", headers=headers)

    async def _report(self, request: web.Request) -> Report:
        """One at a time, however many look: each costs the database as much as many turns do."""
        plan, period = self._runtime.library.current().report_plan or ReportPlan(), self._period(request)
        async with self._lock:
            until, kept = self._kept.get((period, plan), (0.0, None))
            began = time.monotonic()
            if kept is not None and began < until:
                return kept
            async with self._runtime.store.reading(at_length=True) as uow:
                found = await report(uow, plan, period)
            took = time.monotonic() - began
            self._kept.pop((period, plan), None)
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[period, plan] = (time.monotonic() + max(KEPT_AT_LEAST, SHARE * took), found)
            return found

    def _period(self, request: web.Request) -> Period:
        last = _day(request, "until") or self._today()
        try:
            period = Period.of_days(_day(request, "since"), last)
        except OverflowError as error:
            raise WebhookRejected(400, "there are no such days") from error
        if period.since >= period.until or (period.until - period.since).days > LONGEST:
            raise WebhookRejected(400, "a period begins on its last day or before, and has three years at the most")
        return period

    def _today(self) -> date:
        now: datetime = self._runtime.clock.now()
        return now.astimezone(UTC).date()


def _day(request: web.Request, name: str) -> date | None:
    written = request.query.get(name, "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise WebhookRejected(400, f'"{name}" is no day; write it as 2026-11-24') from error
