"""`overture keys revoke`: let a key open nothing any more."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.domain.access import ApiKey
from bot.entrypoints.command_line.commands.users.working import at_terminal, work
from bot.ports import UnitOfWork
from bot.services.keep_accounts import revoke_key
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def revoking(uow: UnitOfWork, now: datetime) -> ApiKey:
        return await revoke_key(uow, options.key, who=at_terminal(), now=now)

    key = work(settings, revoking)
    print(f'The key of "{key.name}" opens nothing any more.')
    return 0
