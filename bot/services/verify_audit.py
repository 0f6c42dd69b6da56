"""Verify the audit log: walk along its chain, and compare it with a head that was kept before."""

from __future__ import annotations

from bot.domain.audit import AuditHead, Walk, head_of
from bot.domain.errors import OvertureError
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


class AuditLogBroken(OvertureError):
    """The audit log does not go on from the head that was kept of it."""


async def head_after(store: Store, kept: AuditHead | None) -> AuditHead:
    """The head now; raises AuditLogBroken where what was the last entry is gone, or another."""
    async with store.transaction() as uow:
        head = await uow.audit.head()
        if kept is None or kept.position == 0:
            return head
        entries = await uow.audit.after(kept.position - 1, 1)
    if not entries or head_of(entries[0]) != kept:
        raise AuditLogBroken(
            f"entry {kept.position} of the audit log is gone, or another than it was. See: overture audit verify"
        )
    return head
