"""`overture people requests`: what people asked for that is still to be done."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bot.domain.privacy import PrivacyRequest
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.settings import Settings

MOST = 1000


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork) -> Sequence[PrivacyRequest]:
        return await uow.privacy_requests.undone(limit=MOST)

    now = now_of(settings)
    for one in (found := read(settings, reading)):
        late = "  OVERDUE" if one.is_overdue(now) else ""
        print(f"{one.due_at:%Y-%m-%d}  {one.kind:<13}  {one.profile_id}  {one.id}{late}")
    if not found:
        print("Nothing is still to be done.")
    return 0
