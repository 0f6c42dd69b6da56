"""`overture report`: what marketers report of a period, on the terminal, as CSV or as JSON."""

from __future__ import annotations

import argparse
from datetime import UTC, date

from bot.domain.errors import SettingsError
from bot.domain.reporting import Period, ReportPlan
from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of, read
from bot.entrypoints.command_line.files import write_whole
from bot.journeys.reporting import as_csv, as_json, as_text, rows_of
from bot.services.report import report
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    plan, period = contents_of(settings).report_plan or ReportPlan(), _period(settings, options)
    found = read(settings, lambda uow: report(uow, plan, period))
    rows = rows_of(found)
    text = {"text": as_text(found, rows), "csv": as_csv(rows), "json": as_json(found, rows)}[options.format]
    if options.out is None:
        print(text, end="")
    else:
        write_whole(options.out, text)
    return 0


def _period(settings: Settings, options: argparse.Namespace) -> Period:
    """From the first of its days to the last, both whole days in UTC."""
    last = _day("--until", options.until) if options.until else now_of(settings).astimezone(UTC).date()
    first = _day("--since", options.since) if options.since else None
    try:
        period = Period.of_days(first, last)
    except OverflowError as error:
        raise SettingsError(f"--until is {last.isoformat()}, too near to where the calendar ends.") from error
    if period.since >= period.until:
        raise SettingsError(f"--since is later than --until: {period.since:%Y-%m-%d} and {last.isoformat()}.")
    return period


def _day(option: str, written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise SettingsError(f'{option} is "{written}", which is no day. Write it as 2026-11-24.') from error
