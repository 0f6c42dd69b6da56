"""`overture users role`: give an account another role."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.domain.access import Account, Role
from bot.entrypoints.command_line.commands.users.working import at_terminal, work
from bot.ports import UnitOfWork
from bot.services.keep_accounts import set_role, user_named
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def changing(uow: UnitOfWork, now: datetime) -> Account:
        account = await user_named(uow, options.email)
        return await set_role(uow, account, Role(options.role), who=at_terminal(), now=now)

    account = work(settings, changing)
    print(f"{account.email} has the role {account.role}, from the next request on.")
    return 0
