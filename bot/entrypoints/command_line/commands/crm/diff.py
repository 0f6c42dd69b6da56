"""`overture crm diff`: field by field what the next sync would change in the CRM's live record; nothing is changed."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Iterator, Sequence

from bot.adapters.content.library import Contents, read_contents
from bot.documents import did_you_mean
from bot.domain.crm import CrmMapping, CrmRecord, FieldChange, as_text, weigh_fields
from bot.domain.errors import SendError, SettingsError
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.show import shown_value
from bot.entrypoints.command_line.commands.segments.reading import now_of
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.service import open_crms
from bot.services.sync_crm import fields_of
from bot.settings import Settings

SIGNS = {"set": "+", "overwrite": "~", "keep": "!", "same": " "}
LONGEST = 60


def run(settings: Settings, options: argparse.Namespace) -> int:
    require_file(settings.database_url, "look into")
    contents = read_contents(shelves_of(settings, channel_names(settings)))
    for line in asyncio.run(_lines(settings, contents, options.person, options.crm)):
        print(line)
    return 0


async def _lines(settings: Settings, contents: Contents, person: str, only: str | None) -> Sequence[str]:
    lines: list[str] = []
    async with open_crms(settings) as (store, crms):
        if not crms:
            raise SettingsError("none of the connectors is a CRM. OVERTURE_CONNECTORS names them.")
        if only is not None and only not in crms:
            raise SettingsError(f'there is no CRM "{only}". {did_you_mean(only, crms)}'.rstrip())
        for name in [only] if only is not None else crms:
            mapping = contents.crm_mappings.get(name, CrmMapping(name))
            async with store.transaction() as uow:
                profile_id = await named(uow, person)
                lead, values = await fields_of(
                    uow, mapping, profile_id, {}, now_of(settings), contents.scorecards, grades=contents.grades
                )
            try:
                record = await crms[name].find(lead, list(values))
            except SendError as error:
                raise SettingsError(f"{name} cannot be asked: {error.reason}.") from error
            lines += told(name, record, weigh_fields(mapping, values, {}, record))
    return lines


def told(name: str, record: CrmRecord | None, changes: Iterable[FieldChange]) -> Iterator[str]:
    """The CRM's record in one line, then a line for each field that would change or is kept although we differ."""
    changes = list(changes)
    yield f"{name}: record {record.id}" if record is not None else f"{name}: no record yet; it would be made"
    shown = [one for one in changes if one.is_written or (one.verdict == "keep" and one.ours is not None)]
    width = max((len(one.name) for one in shown), default=0)
    for one in shown:
        yield f"  {SIGNS[one.verdict]} {one.name:{width}}  {_told(one)}"
    same = sum(one.verdict == "same" for one in changes)
    yield f"  {same} field{'' if same == 1 else 's'} the same" + ("" if shown else "; nothing would change")


def _told(change: FieldChange) -> str:
    ours, theirs = _short(as_text(change.ours)), _short(as_text(change.theirs))
    match change.verdict:
        case "set":
            return ours
        case "overwrite":
            return f"{theirs} -> {ours}"
        case _:
            return f"stays {theirs}; ours is {ours} (overwrite: true would write it)"


def _short(text: str) -> str:
    line = shown_value(text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
