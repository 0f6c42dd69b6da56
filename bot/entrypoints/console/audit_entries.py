"""Entries of the audit log, as JSON tells them."""

from __future__ import annotations

from typing import Any

from bot.domain.audit import AuditEntry


def told_of(entry: AuditEntry) -> dict[str, Any]:
    deed = entry.deed
    return {
        "position": entry.position,
        "at": entry.at.isoformat(),
        "what": deed.what,
        "who": deed.who,
        "about": deed.about,
        "origin": deed.origin,
        "detail": dict(deed.detail),
    }
