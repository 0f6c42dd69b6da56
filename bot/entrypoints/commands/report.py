"""`overture report`: what marketers report of a period, on the terminal, as CSV or as JSON."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.errors import SettingsError
from bot.domain.reporting import Period, ReportPlan
from bot.entrypoints.commands.segments.reading import contents_of, now_of, read
from bot.journeys.reporting import as_csv, as_json, as_text, rows_of
from bot.services.report import report
from bot.settings import Settings

USUAL = timedelta(days=30)


def run(settings: Settings, options: argparse.Namespace) -> int:
    plan, period = contents_of(settings).report_plan or ReportPlan(), _period(settings, options)
    found = read(settings, lambda uow: report(uow, plan, period))
    rows = rows_of(found)
    text = {"text": as_text(found, rows), "csv": as_csv(rows), "json": as_json(found, rows)}[options.format]
    if options.out is None:
        print(text, end="")
    else:
        options.out.write_text(text, encoding="utf-8")
    return 0


def _period(settings: Settings, options: argparse.Namespace) -> Period:
    """From the first of its days to the last, both whole days in UTC."""
    last = _day("--until", options.until) if options.until else now_of(settings).astimezone(UTC).date()
    until = _midnight(last) + timedelta(days=1)
    since = _midnight(_day("--since", options.since)) if options.since else until - USUAL
    if since >= until:
        raise SettingsError(f"--since is later than --until: {since:%Y-%m-%d} and {last.isoformat()}.")
    return Period(since, until)


def _day(option: str, written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise SettingsError(f'{option} is "{written}", which is no day. Write it as 2026-11-24.') from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
