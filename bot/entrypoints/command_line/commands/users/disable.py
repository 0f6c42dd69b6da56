"""`overture users disable`: let nobody log in by an account, and end its sessions."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.domain.access import Account
from bot.entrypoints.command_line.commands.users.working import at_terminal, work
from bot.ports import UnitOfWork
from bot.services.keep_accounts import disable, user_named
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def changing(uow: UnitOfWork, now: datetime) -> Account:
        return await disable(uow, await user_named(uow, options.email), who=at_terminal(), now=now)

    account = work(settings, changing)
    print(f"{account.email} cannot log in any more, and is logged out everywhere.")
    return 0
