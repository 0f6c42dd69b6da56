"""`overture people export`: all that is kept of a person, as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.services.give_data import give_data
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork) -> Mapping[str, Any]:
        person, now = await named(uow, options.person), now_of(settings)
        await note(uow, "exported", person, whoever(), now)
        return await give_data(uow, person, who=whoever(), now=now)

    give(read(settings, reading), options.out)
    return 0


def give(told: Mapping[str, Any], out: Path | None) -> None:
    """Print it, or write it where only the user can read it."""
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        print(text, end="")
        return
    give_bytes(text.encode(errors="replace"), out)


def give_bytes(content: bytes, out: Path) -> None:
    """Write it where only the user can read it."""
    try:
        out.touch(mode=0o600)
        out.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{out} cannot be written: {error.strerror}.") from error
    print(f"Written to {out}.")
