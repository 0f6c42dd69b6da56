"""`overture senders lift`: let a stopped sender send again."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.outbox.noting import note_queue
from bot.entrypoints.command_line.commands.segments.reading import read
from bot.ports import UnitOfWork
from bot.services.stop_sender import lift_stop
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def lifting(uow: UnitOfWork) -> bool:
        lifted = await lift_stop(uow, options.channel)
        if lifted:
            await note_queue(uow, settings, "sender.lifted", about=options.channel)
        return lifted

    if not read(settings, lifting):
        raise SettingsError(f'nothing is stopped on "{options.channel}". overture senders list shows what is.')
    print(f"{options.channel} sends again. What waits leaves within a quarter of an hour.")
    return 0
