"""Verify the audit log: walk along its chain, and compare it with a head that was kept before."""

from __future__ import annotations

from bot.domain.audit import AuditHead, Walk
from bot.ports import Store

AT_ONCE = 1000


async def verify_audit(store: Store, kept: AuditHead | None = None) -> tuple[AuditHead, str | None]:
    """Up to where it is whole, and what is wrong after that, where something is."""
    walk = Walk(kept)
    while True:
        async with store.transaction() as uow:
            entries = await uow.audit.after(walk.head.position, AT_ONCE)
        for entry in entries:
            if flaw := walk.step(entry):
                return walk.head, flaw
        if len(entries) < AT_ONCE:
            return walk.head, walk.end()
