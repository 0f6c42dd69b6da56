"""What is wrong with a whole audit log, for tests that have all of it at hand."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.audit import AuditEntry, AuditHead, Walk


def first_flaw(entries: Iterable[AuditEntry], kept: AuditHead | None = None) -> str | None:
    """What is wrong first, in order; None where nothing is. `kept` is a head from before."""
    walk = Walk(kept)
    return next((flaw for flaw in map(walk.step, entries) if flaw), None) or walk.end()
