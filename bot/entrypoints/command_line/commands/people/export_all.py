"""`overture people export-all`: write everybody, or who is in a segment, into a CSV file or JSON Lines."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bot.documents import did_you_mean
from bot.domain.audit import Deed
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.working import whoever, work
from bot.entrypoints.command_line.progress import bar
from bot.entrypoints.importing.reading import everybody
from bot.entrypoints.importing.running import consent_channels
from bot.entrypoints.importing.table import cells_of, columns_of, line_of
from bot.services.runtime import Runtime
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(runtime: Runtime) -> int:
        return await export_all(runtime, options.file, options.segment)

    print(f"{work(settings, doing)} people are in {options.file}.")
    return 0


async def export_all(runtime: Runtime, path: Path, segment: str | None = None) -> int:
    """How many were written. The file is there when all of them are in it, and only its owner can read it."""
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise SettingsError(f"{path} is neither a .csv nor a .jsonl file.")
    playbook = runtime.library.current()
    if segment is not None and segment not in playbook.segments:
        raise SettingsError(f'there is no segment "{segment}". {did_you_mean(segment, playbook.segments)}'.rstrip())
    async with runtime.store.transaction() as uow:
        deed = Deed("people.exported", f"terminal:{whoever()}", segment or "everybody")
        await uow.audit.note(deed, runtime.clock.now())
    channels = consent_channels(runtime)
    attributes = list(playbook.profile.attributes) if playbook.profile is not None else []
    columns = columns_of(attributes, channels)
    part, count = path.with_name(f".{path.name}.part"), 0
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with part.open("w", encoding="utf-8", errors="replace", newline="") as file, bar(None, path.name) as moved:
            writer = csv.writer(file, lineterminator="\n") if path.suffix.lower() == ".csv" else None
            if writer is not None:
                writer.writerow(columns)
            async for chunk in everybody(runtime.store, segment):
                lines = [line_of(one, channels, runtime.clock.now()) for one in chunk]
                if writer is not None:
                    writer.writerows(cells_of(line, columns) for line in lines)
                else:
                    file.writelines(_json(line) for line in lines)
                count += len(lines)
                moved(len(lines))
        part.replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _json(line: Mapping[str, Any]) -> str:
    kept: Collection[tuple[str, Any]] = [(name, value) for name, value in line.items() if value not in (None, [])]
    return json.dumps(dict(kept), ensure_ascii=False) + "\n"
