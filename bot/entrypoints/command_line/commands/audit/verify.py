"""`overture audit verify`: check that the audit log is whole."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from bot.adapters.audit_head import AuditHeadFile
from bot.domain.audit import AuditHead, read_head, written_head
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.users.working import with_store
from bot.entrypoints.wiring.own_secret import secret_of_service
from bot.ports import Store
from bot.services.verify_audit import verify_audit
from bot.settings import Settings

BROKEN = 1


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Prints the head at the end: kept by somebody else, it proves later that nothing before it was touched."""
    secret = secret_of_service(settings.data)
    file = AuditHeadFile(settings.data, secret)
    kept = _given(options.against, secret) if options.against else file.read()

    async def verifying(store: Store) -> tuple[AuditHead, str | None]:
        return await verify_audit(store, kept)

    head, flaw = with_store(settings, verifying)
    if flaw:
        print(f"NOT whole: {flaw}")
        return BROKEN
    before = f", and goes on from the head at entry {kept.position}" if kept is not None else ""
    print(f"Whole: {head.position} entries up to {datetime.now(UTC):%Y-%m-%d %H:%M} UTC{before}. Its head now:")
    print(written_head(head, secret))
    file.write(head)
    return 0


def _given(line: str, secret: str) -> AuditHead:
    try:
        return read_head(line, secret)
    except ValueError as error:
        raise SettingsError(f"--against: {error}.") from error
