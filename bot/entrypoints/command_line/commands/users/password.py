"""`overture users password`: set the password of an account."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.domain.access import Account
from bot.entrypoints.command_line.commands.users.working import at_terminal, hashed_password, work
from bot.ports import UnitOfWork
from bot.services.keep_accounts import set_password, user_named
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def finding(uow: UnitOfWork, _now: datetime) -> Account:
        return await user_named(uow, options.email)

    password = hashed_password(work(settings, finding).email)

    async def changing(uow: UnitOfWork, now: datetime) -> Account:
        account = await user_named(uow, options.email)
        return await set_password(uow, account, password, who=at_terminal(), now=now)

    print(f"{work(settings, changing).email} has a new password, and is logged out everywhere.")
    return 0
