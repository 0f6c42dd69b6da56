"""`overture users add`: make an account."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.domain.access import Account, Role
from bot.entrypoints.command_line.commands.users.working import at_terminal, hashed_password, work
from bot.ports import UnitOfWork
from bot.services.keep_accounts import add_user
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    password = "" if options.no_password else hashed_password(options.email)

    async def adding(uow: UnitOfWork, now: datetime) -> Account:
        return await add_user(uow, options.email, Role(options.role), password=password, who=at_terminal(), now=now)

    account = work(settings, adding, may_begin=True)
    # Without a public address only the service itself knows where it listens: --port is not told to other commands.
    where = f"at {settings.service_url}/login" if settings.public_url else "on the service's page /login"
    print(f"{account.email} may log in {where}, with the role {account.role}.")
    return 0
