"""`overture keys add`: make a key for another system, and show it this once."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

from bot.domain.access import ApiKey, Role
from bot.entrypoints.command_line.commands.users.working import at_terminal, work
from bot.ports import UnitOfWork
from bot.services.keep_accounts import add_key
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """The key alone goes to the output, so that it can be piped into where it is kept."""

    async def adding(uow: UnitOfWork, now: datetime) -> tuple[ApiKey, str]:
        return await add_key(uow, options.name, Role(options.role), who=at_terminal(), now=now)

    key, word = work(settings, adding, may_begin=True)
    print(word)
    print(
        f'The key of "{key.name}", with the role {key.role}. It is shown this once. '
        "Send it as: Authorization: Bearer <key>",
        file=sys.stderr,
    )
    return 0
