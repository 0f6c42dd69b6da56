"""`overture users enable`: let somebody log in again."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.domain.access import Account
from bot.entrypoints.command_line.commands.users.working import at_terminal, work
from bot.ports import UnitOfWork
from bot.services.keep_accounts import enable, user_named
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def changing(uow: UnitOfWork, now: datetime) -> Account:
        return await enable(uow, await user_named(uow, options.email), who=at_terminal(), now=now)

    account = work(settings, changing)
    print(f"{account.email} may log in again.")
    return 0
