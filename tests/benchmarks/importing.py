"""People from a file: read, checked, matched, kept with their consent, and sorted into a segment."""

from __future__ import annotations

import asyncio
import logging
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog
import uvloop
from openpyxl import Workbook

from bot.adapters.database import Database
from bot.domain.audience import Segment
from bot.domain.importing import ImportProgress
from bot.entrypoints.importing.files import source_of
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.running import Import, begin, mapping_for, run
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

HEADER = (
    "email,phone,team_size,tags,consent_purpose,consent_channel,consent_granted,consent_how,consent_at,consent_text"
)


def table(rows: int) -> Iterator[str]:
    """The figures for SQLite and PostgreSQL."""
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield ""
    yield f"{rows} rows of a file with e-mail, phone, consent and a tag; one segment"
    yield "| store, file | new, rows a second | again, rows a second | CPU of ours, µs a new row | memory grown, MB |"
    yield "|---|---|---|---|---|"
    for name, opening, kind in (
        ("SQLite", _sqlite, "csv"),
        ("PostgreSQL", postgresql_url, "csv"),
        ("SQLite", _sqlite, "xlsx"),
    ):
        with opening() as url:
            first, second, used, grown = uvloop.run(_measure(url, rows, kind))
        yield f"| {name}, {kind} | {rows / first:,.0f} | {rows / second:,.0f} | {used / rows * 1e6:.0f} | {grown:.0f} |"


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite+aiosqlite:///{folder}/people.db"


async def _measure(url: str, rows: int, kind: str) -> tuple[float, float, float, float]:
    store = Database(url)
    await store.migrate()
    stage = Stage(store, ManualClock())
    stage.library.playbook = replace(stage.library.playbook, segments={"big": Segment("big", "profile.team_size > 20")})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"people.{kind}"
        await asyncio.to_thread(_write if kind == "csv" else _write_sheet, path, rows)
        before, used = _memory(), time.process_time()
        first, done = await _timed(stage, path)
        used = time.process_time() - used
        second, again = await _timed(stage, path)
        grown = _memory() - before
    await store.close()
    if (done.new, again.same) != (rows, rows):
        raise AssertionError(f"{done} and then {again}")
    return first, second, used, grown


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in _lines(rows))


def _write_sheet(path: Path, rows: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    for line in _lines(rows):
        sheet.append(line.split(","))
    book.save(path)


def _lines(rows: int) -> Iterator[str]:
    yield HEADER
    for row in range(rows):
        consent = "marketing,sms,yes,web form,2026-03-01,May we text you about our offers?"
        yield f"person{row}@example.com,+4477{row:08},{row % 40},fair,{consent}"


async def _timed(stage: Stage, path: Path) -> tuple[float, ImportProgress]:
    source = source_of(path)
    told = Import(source, mapping_for(source, ColumnMapping(), None), path.with_suffix(".report.csv"))
    begun = time.perf_counter()
    done = await run(stage.runtime, told, await begin(stage.runtime, told, again=True))
    return time.perf_counter() - begun, done


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
