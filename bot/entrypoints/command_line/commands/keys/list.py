"""`overture keys list`: the keys, by how they begin."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from bot.domain.access import ApiKey
from bot.entrypoints.command_line.commands.users.working import work
from bot.ports import UnitOfWork
from bot.services.log_in import KEY_MARK
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork, _now: datetime) -> Sequence[ApiKey]:
        return await uow.accounts.keys()

    keys = work(settings, reading)
    for one in keys:
        state = f"revoked on {one.revoked_at:%Y-%m-%d}" if one.revoked_at else f"since {one.created_at:%Y-%m-%d}"
        print(f"{KEY_MARK}{one.prefix}_...  {one.role}  {state}  {one.name}")
    if not keys:
        print("There are none yet. Make one: overture keys add crm --role marketer")
    return 0
