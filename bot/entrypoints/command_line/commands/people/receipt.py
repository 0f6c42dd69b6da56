"""`overture people receipt`: what has become of an erasure, here and at others."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.erase import told
from bot.entrypoints.command_line.commands.people.working import work
from bot.services.runtime import Runtime
from bot.settings import Settings

SHOWN = 5


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(runtime: Runtime) -> list[str]:
        return await receipts(runtime, options.receipt or "")

    print("\n".join(work(settings, doing)))
    return 0


async def receipts(runtime: Runtime, receipt_id: str) -> list[str]:
    """The one of this id, or the latest."""
    async with runtime.store.transaction() as uow:
        if not receipt_id:
            latest = await uow.erasures.latest(limit=SHOWN)
            return [line for one in latest for line in told(one)] or ["Nobody was erased yet."]
        receipt = await uow.erasures.get(receipt_id)
    if receipt is None:
        raise SettingsError(f'there is no receipt "{receipt_id}". Without an id this command shows the latest ones.')
    return list(told(receipt))
