"""Runs an import, chunk by chunk: reads rows, lets the service take them, reports the others."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.audience import ProfileSchema
from bot.domain.audit import Deed
from bot.domain.importing import Arrival, ImportProgress, Landing, Taking
from bot.entrypoints.importing import home_numbers, overlooked
from bot.entrypoints.importing.dates import evident_order
from bot.entrypoints.importing.evidence import Evidence
from bot.entrypoints.importing.home_numbers import Doubt, HomeNumbers
from bot.entrypoints.importing.mapping import ColumnMapping, complete, date_columns, number_columns
from bot.entrypoints.importing.numbers import evident_mark
from bot.entrypoints.importing.overlooked import Overlooked, Unheard
from bot.entrypoints.importing.report import IN_PART, REFUSED, Line, Report
from bot.entrypoints.importing.rows import RowReader, RowRefused
from bot.entrypoints.importing.sources import Chunk, Row, Source
from bot.services.import_people import import_people
from bot.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Import:
    """What is imported, how, and by whom, from which address. `report` is where rows are told of that were not taken
    whole, as `worded` has it."""

    source: Source
    mapping: ColumnMapping
    report: Path
    crm: str = ""
    fill: bool = False
    in_part: bool = False
    dry_run: bool = False
    by: str = ""
    origin: str = ""
    worded: Callable[[str], str] = str

    @property
    def id(self) -> str:
        """Another one where the content is another, or is understood otherwise."""
        understood = [
            dict(self.mapping.columns),
            dict(self.mapping.values),
            self.mapping.region,
            self.mapping.decimal,
            self.fill,
            *([self.mapping.dates] if self.mapping.dates else []),
            *(["in part"] if self.in_part else []),
        ]
        told = json.dumps([self.source.digest, understood], sort_keys=True)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a file shows once all of it was looked through: the decimal mark of columns of numbers, None where a program
    wrote them; of columns of dates whether days or months stand first; wishes that would not be heard; and numbers that
    may be read as of the wrong country."""

    marks: Mapping[str, str] | None
    orders: Mapping[str, str]
    unheard: Sequence[Unheard] = ()
    doubt: Doubt | None = None


def mapping_for(source: Source, given: ColumnMapping, schema: ProfileSchema | None) -> ColumnMapping:
    """What the columns mean; raises SettingsError where that is no whole mapping."""
    return complete(given, columns_of(source, given), schema)


def columns_of(source: Source, given: ColumnMapping) -> Sequence[str]:
    """Of what is no table, a mapping may name more than was seen of it yet."""
    columns = list(source.columns)
    if not source.is_table:
        columns += [one for one in given.columns if one not in columns]
    return columns


def consent_channels(runtime: Runtime) -> Collection[str]:
    return [name for name, one in runtime.channels.items() if not one.abilities.desk and one.abilities.proactive]


async def begin(runtime: Runtime, told: Import, *, again: bool = False) -> ImportProgress:
    """How far it has come; `again` from its beginning. It began when it did so first: whom it made known then are its
    people, too."""
    async with runtime.store.transaction() as uow:
        there = None if told.dry_run else await uow.imports.get(told.id)
        if again and there is not None:
            await uow.imports.forget(told.id)
    if there is not None and not again:
        return there
    return ImportProgress(told.id, told.source.name, there.begun_at if there is not None else runtime.clock.now())


async def run(
    runtime: Runtime,
    told: Import,
    begun: ImportProgress,
    *,
    shown: Shown | None = None,
    moved: Callable[[int], object] = lambda _: None,
) -> ImportProgress:
    """Take the rest; each chunk is kept with how far it has come. `moved` hears of how many rows were read.

    Raises SettingsError where a column would be left out in which somebody wants no marketing, and where phone numbers
    may be of another country.
    """
    shown = shown or await look_through(told, runtime.library.current().profile)
    overlooked.refuse(shown.unheard)
    home_numbers.refuse(shown.doubt)
    reader = RowReader(
        told.mapping,
        runtime.library.current().profile,
        consent_channels(runtime),
        source=told.source.name,
        now=runtime.clock.now,
        marks=shown.marks,
        orders=shown.orders,
        in_part=told.in_part,
    )
    taking = Taking(told.source.name, told.crm, told.fill, told.dry_run)
    columns = told.source.columns if told.source.is_table else None
    progress = begun
    if not told.dry_run:
        async with runtime.store.transaction() as uow:
            deed = Deed("people.imported", told.by, told.id, told.origin, detail={"behind_row": begun.rows})
            await uow.audit.note(deed, runtime.clock.now())
    with Report(told.report, columns, begun.reported, told.worded) as report:
        async for chunk in told.source.chunks(begun.cursor, begun.rows):
            progress = await _take(runtime, reader, chunk, taking, progress, report)
            report.keep(progress.reported)
            moved(len(chunk.rows))
    done = replace(progress, finished_at=runtime.clock.now())
    if not told.dry_run:
        async with runtime.store.transaction() as uow:
            await uow.imports.save(done)
    return done


async def look_through(told: Import, schema: ProfileSchema | None) -> Shown:
    """Once through all of a file, before the first row is taken. A CRM's records are not read twice."""
    mapping = told.mapping
    numbers, dates = number_columns(mapping, schema), date_columns(mapping, schema)
    marks, orders, unheard = Evidence(evident_mark), Evidence(evident_order), Overlooked(mapping.overlooked)
    homes = HomeNumbers(mapping, schema)
    if not told.crm:
        async for chunk in told.source.chunks("", 0):
            for row in chunk.rows:
                unheard.see(row)
                homes.see(row)
                for column in numbers:
                    marks.see(column, str(row.values.get(column, "")))
                for column in dates:
                    orders.see(column, str(row.values.get(column, "")))
    ordered = dict.fromkeys(dates, mapping.dates) if mapping.dates else orders.found()
    if not told.source.is_table:
        return Shown(None, ordered, unheard.unheard(), homes.doubt())
    written = dict.fromkeys(numbers, mapping.decimal) if mapping.decimal else marks.found()
    return Shown(written, ordered, unheard.unheard(), homes.doubt())


async def _take(
    runtime: Runtime, reader: RowReader, chunk: Chunk, taking: Taking, progress: ImportProgress, report: Report
) -> ImportProgress:
    arrivals, refused = await asyncio.to_thread(_read, reader, chunk.rows)
    by_number = {row.number: row for row in chunk.rows}

    def tell(landings: Sequence[Landing]) -> int:
        in_part = [(by_number[one.row], IN_PART, one.warnings) for one in landings if one.warnings]
        return report.write(sorted([*refused, *in_part], key=lambda line: line[0].number))

    reached = replace(
        progress,
        cursor=chunk.cursor,
        rows=progress.rows + len(chunk.rows),
        refused=progress.refused + len(refused),
    )
    return await import_people(runtime, arrivals, taking, reached, tell)


def _read(reader: RowReader, rows: Sequence[Row]) -> tuple[Sequence[Arrival], Sequence[Line]]:
    """Whom rows tell of, and the lines of those that are refused."""
    arrivals: list[Arrival] = []
    refused: list[Line] = []
    for row in rows:
        try:
            if row.fault:
                raise RowRefused([row.fault])
            faults = (row.flaw,) if row.flaw else ()
            arrivals.append(
                reader.read(row.number, row.values, record=row.record, opted_out=row.opted_out, faults=faults)
            )
        except RowRefused as error:
            refused.append((row, REFUSED, [str(error)]))
    return arrivals, refused
