"""`overture users list`: the accounts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from bot.domain.access import Account
from bot.entrypoints.command_line.commands.users.working import work
from bot.ports import UnitOfWork
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork, _now: datetime) -> Sequence[Account]:
        return await uow.accounts.all()

    accounts = work(settings, reading)
    for one in accounts:
        print(f"{one.email}  {one.role}  {_how(one)}  since {one.created_at:%Y-%m-%d}  {one.id}")
    if not accounts:
        print("There are none yet. Make the first: overture users add ADDRESS --role admin")
    return 0


def _how(account: Account) -> str:
    if account.disabled_at is not None:
        return f"disabled on {account.disabled_at:%Y-%m-%d}"
    ways = [*(["password"] if account.password else []), *(["provider"] if account.subject else [])]
    return "by " + " or ".join(ways) if ways else "by provider, not yet seen"
