"""`overture audit list`: who did what, the latest first."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.audit import AuditEntry
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.users.working import work
from bot.entrypoints.console.audit_entries import told_of
from bot.ports import UnitOfWork
from bot.settings import Settings

MOST = 10_000


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not 0 < options.most <= MOST:
        raise SettingsError(f"--most wants a number from 1 to {MOST}.")

    async def reading(uow: UnitOfWork, _now: datetime) -> tuple[Sequence[AuditEntry], Mapping[str, str]]:
        names = {f"user:{one.id}": one.email for one in await uow.accounts.all()}
        names |= {f"key:{one.prefix}": f'the key of "{one.name}"' for one in await uow.accounts.keys()}
        return await uow.audit.latest(options.most), names

    entries, names = work(settings, reading)
    for one in entries:
        print(_as_json(one) if options.json else _told(one, names))
    if not entries and not options.json:
        print("Nothing was done yet that is kept here.")
    return 0


def _told(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """The log has ids; whose they are is looked up now."""
    deed = entry.deed
    who = names.get(deed.who, deed.who) or "somebody"
    about = names.get(f"user:{deed.about}", names.get(f"key:{deed.about}", deed.about))
    detail = ", ".join(f"{name} {value}" for name, value in deed.detail.items())
    parts = [f"{entry.position}", f"{entry.at:%Y-%m-%d %H:%M:%S}", deed.what, about, f"by {who}", deed.origin, detail]
    return "  ".join(part for part in parts if part)


def _as_json(entry: AuditEntry) -> str:
    return json.dumps({**told_of(entry), "digest": entry.digest}, ensure_ascii=False)
