"""`overture people import`: take people from a file or a CRM, with a report of each row that was not taken whole."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from os.path import realpath
from pathlib import Path

from bot.documents import did_you_mean
from bot.domain.crm import CrmMapping
from bot.domain.errors import SettingsError
from bot.domain.importing import ImportProgress
from bot.entrypoints.command_line.commands.people.working import whoever
from bot.entrypoints.command_line.counting import counted
from bot.entrypoints.command_line.progress import bar
from bot.entrypoints.importing.crms import CrmSource, fields_read_back
from bot.entrypoints.importing.files import source_of
from bot.entrypoints.importing.mapping import ColumnMapping, read_mapping, read_options, told
from bot.entrypoints.importing.report import REFUSED, Reported, commonest
from bot.entrypoints.importing.running import Import, begin, mapping_for
from bot.entrypoints.importing.running import run as run_import
from bot.entrypoints.importing.sources import Source
from bot.entrypoints.importing.spreadsheets import SpreadsheetSource
from bot.entrypoints.serving.logs import set_up_logs
from bot.entrypoints.wiring.service import open_service
from bot.ports import GivesPeople
from bot.services.runtime import Runtime
from bot.settings import Settings

MOST_REASONS = 3
"""Why rows were refused, and as many why others were taken in part."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    set_up_logs(settings.log, level=logging.WARNING)
    return asyncio.run(_run(settings, options))


def _report_beside(named: Path) -> Path:
    """`fair.report.csv` for `fair.csv`, and another for a `fair.jsonl` that lies beside it."""
    return named.with_name(f"{named.stem if named.suffix.lower() == '.csv' else named.name}.report.csv")


def _is_one_of(report: Path, *read: Path | None) -> bool:
    return realpath(report) in {realpath(one) for one in read if one is not None}


async def _run(settings: Settings, options: argparse.Namespace) -> int:
    given = mapping_of(options, settings.region)
    if (options.file is None) == (options.from_ is None):
        raise SettingsError("name a file, or a CRM with --from.")
    crm = options.from_ or ""
    named = Path(f"{crm}.csv") if crm else options.file
    report = options.report or _report_beside(named)
    if _is_one_of(report, options.file, options.mapping):
        raise SettingsError(
            f"{report} is read, so the report cannot be written there. Name another file with --report."
        )
    file = None if crm else _file_of(options)
    async with open_service(settings, progress=_tell, understands_when_asked=True) as service:
        runtime = service.runtime
        if crm:
            given = _read_back(runtime, crm, given)
        source: Source = file or _crm_source(runtime, crm, given)
        mapping = mapping_for(source, given, runtime.library.current().profile)
        hidden = _hidden(file, shown_only=options.shown_only)
        print("\n".join([f"{source.name}{_which_sheet(file)}:", *told(mapping), *hidden]))
        by = f"terminal:{whoever()}"
        wanted = Import(
            source,
            mapping,
            report,
            crm,
            fill=options.fill,
            in_part=options.in_part,
            dry_run=options.dry_run,
            by=by,
        )
        begun = await begin(runtime, wanted, again=options.again)
        if begun.finished_at is not None and crm:
            begun = await begin(runtime, wanted, again=True)  # what is in there changes
        if begun.finished_at is not None:
            print(f"It was imported {begun.finished_at:%Y-%m-%d %H:%M} UTC. --again takes it once more.")
            return 0
        if begun.rows:
            print(f"It goes on behind row {begun.rows}, where it was interrupted.")
        with bar(source.total, source.name, begun.rows) as moved:
            done = await run_import(runtime, wanted, begun, moved=moved)
    print("\n".join(summary(done, report, dry_run=options.dry_run, in_part=options.in_part)))
    return 1 if done.refused else 0


def _file_of(options: argparse.Namespace) -> Source:
    return source_of(
        options.file,
        encoding=options.encoding or "",
        sheet=options.sheet or "",
        shown_only=options.shown_only,
    )


def _hidden(file: Source | None, *, shown_only: bool) -> Iterator[str]:
    """What Excel does not show, so that nobody is imported without being seen."""
    if not isinstance(file, SpreadsheetSource):
        return
    if file.hidden_rows:
        be, them = ("is", "it") if file.hidden_rows == 1 else ("are", "them")
        done = "left out" if shown_only else f"read, too (--shown-only leaves {them} out)"
        yield f"Of its rows {file.hidden_rows} {be} hidden in Excel, by a filter or by hand, and {done}."
    if file.hidden_columns:
        named = ", ".join(f'"{one}"' for one in file.hidden_columns)
        yield f"Columns that are hidden in Excel: {named}."


def _which_sheet(file: Source | None) -> str:
    """That of several, for the others are not read."""
    if not isinstance(file, SpreadsheetSource) or len(file.sheets) < 2:
        return ""
    others = ", ".join(f'"{one}"' for one in file.sheets if one != file.sheet)
    return f', its sheet "{file.sheet}" (--sheet for another: {others})'


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr)  # a model that is missing is trained, should a text want it


def _read_back(runtime: Runtime, crm: str, given: ColumnMapping) -> ColumnMapping:
    playbook = runtime.library.current()
    return fields_read_back(playbook.crm_mappings.get(crm, CrmMapping(crm)), playbook.profile, given)


def _crm_source(runtime: Runtime, name: str, mapping: ColumnMapping) -> CrmSource:
    if name not in runtime.crms:
        raise SettingsError(f'there is no CRM "{name}". {did_you_mean(name, runtime.crms)}'.rstrip())
    crm = runtime.crms[name]
    if not isinstance(crm, GivesPeople):
        raise SettingsError(f"the records of {name} cannot be read page by page.")
    return CrmSource(name, crm, mapping)


def mapping_of(options: argparse.Namespace, region: str) -> ColumnMapping:
    """What the file of the mapping says, and over it what the options say."""
    given = ColumnMapping(region=region)
    if options.mapping is not None:
        path: Path = options.mapping
        try:
            given = read_mapping(str(path), path.read_text(encoding="utf-8"), region)
        except OSError as error:
            raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{path} cannot be read: its letters are no UTF-8.") from error
    region, decimal, dates = options.region or given.region, options.decimal or "", options.dates or ""
    told = read_options(options.map or (), options.set or (), region, decimal, dates)
    return given.joined(replace(told, is_region_told=bool(options.region)))


def _these(one: Reported) -> str:
    kind = "" if one.result == REFUSED else f" {one.result}"
    return f"row {one.row}{kind}" if one.rows == 1 else f"{counted(one.rows, 'row')}{kind}, the first of them {one.row}"


def summary(done: ImportProgress, report: Path, *, dry_run: bool, in_part: bool) -> Iterator[str]:
    verb = "would be " if dry_run else ""
    yield (
        f"{counted(done.rows, 'row')}: {done.new} {verb}new, {done.changed} {verb}changed, {done.same} as they were, "
        f"{done.refused} refused."
    )
    if done.warned:
        yield f"{done.warned} of them {verb}taken in part."
    if done.reported:
        yield from (f"  {_these(one)}: {one.why}" for one in commonest(report, MOST_REASONS))
        yield f"Why, row by row: {report}"
    if done.refused and not in_part:
        yield (
            "Put the refused rows right there, and import that file. With --in-part, rows are taken without an address "
            "or value that cannot be read, never without a consent or an opt-out."
        )
    if dry_run:
        yield "Nothing was changed."
