"""What the page "Import" asks for. It does what `overture people import` does, by the same calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from aiohttp import web
from phonenumbers import SUPPORTED_REGIONS

from bot.adapters.database.trouble import is_trouble
from bot.domain.access import Caller, Right
from bot.domain.errors import Conflict, SettingsError, WebhookRejected
from bot.domain.importing import ImportProgress
from bot.domain.masking import mask
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.import_page.earlier import EarlierImports
from bot.entrypoints.console.import_page.lines import Lines, NobodyReads
from bot.entrypoints.console.import_page.receiving import LARGEST_FILE, Sent, receive
from bot.entrypoints.console.import_page.showing import Columns
from bot.entrypoints.console.import_page.wording import for_page, targets
from bot.entrypoints.console.known_person import sees_personal
from bot.entrypoints.importing.files import source_of
from bot.entrypoints.importing.mapping import guessed
from bot.entrypoints.importing.report import commonest
from bot.entrypoints.importing.running import Import, begin, columns_of, consent_channels, look_through, run
from bot.entrypoints.importing.sources import FileSource, Source
from bot.entrypoints.importing.spreadsheets import SpreadsheetSource
from bot.entrypoints.web.translate import private_json
from bot.entrypoints.wiring.service import Service

log = structlog.get_logger()

BETWEEN = 0.3
"""Seconds between two words of how far it is."""

MOST = 5
"""Reasons of each kind that the page shows; all rows are in the report."""

BROKE_OFF = (
    "It broke off. What was taken until then is whole and stays; look at the file again and import it once more: "
    "whoever is in already stays as they are."
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request: the file, how it is taken, and who waits for the answer."""

    sent: Sent
    wanted: Import
    columns: Columns
    caller: Caller


class ImportPage:
    """Open to those who may take people in. Files are worked through one at a time, whoever asks: the service needs the
    machine, too."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._turn = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        guarded = self._service.doors.guarded
        app.router.add_get("/people/import", guarded(framed(self._service, "import.html"), Right.TAKE_PEOPLE))
        app.router.add_get("/people/import/choices.json", guarded(self._choices, Right.TAKE_PEOPLE))
        app.router.add_post("/people/import", self._import)
        EarlierImports(self._service).add_routes(app)

    async def _choices(self, _request: web.Request) -> web.StreamResponse:
        """What may be said of a file."""
        channels = sorted(consent_channels(self._runtime))
        return private_json(
            {
                "targets": list(targets(self._runtime.library.current().profile, channels)),
                "channels": channels,
                "region": self._service.settings.region,
                "regions": sorted(SUPPORTED_REGIONS),
                "largest": LARGEST_FILE,
            }
        )

    async def _import(self, request: web.Request) -> web.StreamResponse:
        """Lines of JSON: what the columns are, how far it is, the report, and the figures last.

        Whoever stops reading stops a look at a file; an import goes on without them.
        """
        _, caller = await self._service.doors.admit(request, Right.TAKE_PEOPLE, unread=True)
        with TemporaryDirectory(prefix="overture-import-", ignore_cleanup_errors=True) as folder:
            sent = await receive(request, Path(folder), self._service.settings.region)
            try:
                asked = await self._read(sent, caller, self._service.doors.origin(request))
            except SettingsError as error:
                raise WebhookRejected(422, for_page(str(error))) from error
            if not sent.dry_run:
                _require_seen(asked)
            lines = Lines(request, must_be_read=sent.dry_run)
            await lines.begin()
            with suppress(NobodyReads):
                await self._answer(asked, lines)
            return lines.response

    async def _read(self, sent: Sent, caller: Caller, origin: str) -> _Asked:
        schema = self._runtime.library.current().profile
        source = await asyncio.to_thread(
            source_of,
            sent.file,
            encoding=sent.encoding,
            sheet=sent.sheet,
            name=sent.name,
            shown_only=sent.shown_only,
        )
        mapping = guessed(sent.mapping, columns_of(source, sent.mapping), schema)
        wanted = Import(
            source,
            mapping,
            sent.file.with_name("report.csv"),
            fill=sent.fill,
            in_part=sent.in_part,
            dry_run=sent.dry_run,
            by=caller.reference,
            origin=origin,
            worded=for_page,
        )
        shown = await look_through(wanted, schema)
        first = await anext(source.chunks("", 0), None)
        columns = Columns(sent.mapping, mapping, shown, schema, first.rows if first is not None else ())
        return _Asked(sent, wanted, columns, caller)

    async def _answer(self, asked: _Asked, lines: Lines) -> None:
        source, problem = asked.wanted.source, asked.columns.problem
        await lines.say(
            {
                "id": asked.wanted.id,
                "file": source.name,
                **_written_as(source),
                "columns": asked.columns.told_to(asked.caller.role),
                "problem": problem,
            }
        )
        if problem:
            return
        await lines.say({"rows": 0, "of": source.total, "waits": self._turn.locked()})
        try:
            async with self._turn:
                before, done = await self._take(asked, lines)
        except NobodyReads:
            raise
        except Exception as error:
            if isinstance(error, Conflict) or is_trouble(error):
                log.error("an import broke off", error=type(error).__name__)
            else:
                log.exception("an import broke off")
            await lines.say({"error": BROKE_OFF})
        else:
            await self._tell(asked, before, done, lines)

    async def _take(self, asked: _Asked, lines: Lines) -> tuple[ImportProgress | None, ImportProgress | None]:
        """How it was imported before, if it was, and what has come of it now. Where it was broken off it begins anew,
        with the whole report: who is in already stays as they are."""
        wanted = asked.wanted
        async with self._runtime.store.transaction() as uow:
            there = await uow.imports.get(wanted.id)
        before = there if there is not None and there.finished_at is not None else None
        if before is not None and not (asked.sent.dry_run or asked.sent.again):
            return before, None
        rows = 0

        def moved(by: int) -> None:
            nonlocal rows
            rows += by

        begun = await begin(self._runtime, wanted, again=True)
        running = asyncio.create_task(run(self._runtime, wanted, begun, shown=asked.columns.shown, moved=moved))
        try:
            while not running.done():
                await asyncio.wait({running}, timeout=BETWEEN)
                await lines.say({"rows": rows, "of": wanted.source.total, "waits": False})
        finally:
            running.cancel()
            await asyncio.wait({running})
        return before, running.result()

    async def _tell(
        self, asked: _Asked, before: ImportProgress | None, done: ImportProgress | None, lines: Lines
    ) -> None:
        report, few = asked.wanted.report, []
        if done is not None and done.reported:
            reported = await asyncio.to_thread(commonest, report, MOST)
            hide = str if sees_personal(asked.caller.role) else mask
            few = [asdict(one) | {"why": hide(one.why)} for one in reported]
            await lines.say_file("report", report)
        await lines.say({"before": _figures(before), "done": _figures(done), "few": few})


def _written_as(source: Source) -> Mapping[str, Any]:
    """How its letters are written, or which of its sheets is read and what that hides."""
    if isinstance(source, SpreadsheetSource):
        hidden = {"rows": source.hidden_rows, "columns": source.hidden_columns}
        return {"encoding": "", "sheet": source.sheet, "sheets": source.sheets, "hidden": hidden}
    told = {"encoding": source.encoding if isinstance(source, FileSource) else "", "sheet": "", "sheets": []}
    return told | {"hidden": {"rows": 0, "columns": []}}


def _require_seen(asked: _Asked) -> None:
    """Nothing is taken but what was looked at."""
    if asked.sent.seen != asked.wanted.id:
        raise WebhookRejected(409, "the file, or what its columns are, is another than you looked at; look at it again")
    if asked.columns.problem:
        raise WebhookRejected(422, asked.columns.problem)


def _figures(progress: ImportProgress | None) -> Mapping[str, Any] | None:
    if progress is None:
        return None
    told = {name: getattr(progress, name) for name in ("rows", "new", "changed", "same", "refused", "warned")}
    return told | {"finished_at": progress.finished_at.isoformat() if progress.finished_at is not None else None}
