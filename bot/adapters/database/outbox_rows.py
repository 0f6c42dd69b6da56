"""Rows of the outbox, as entries and back."""

from __future__ import annotations

from typing import Any

from bot.adapters.codec import DISPATCH, WINDOW
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import shard_of
from bot.adapters.tables.sealing import DISPATCH_OF_OUTBOX
from bot.domain.consent import Purpose
from bot.domain.delivery import Dispatch, OutboxEntry, OutboxStatus
from bot.ports.tracing import PRESENT_TRACE


def row_of(entry: OutboxEntry, sealing: Sealing) -> dict[str, Any]:
    """The entry as a new row has it."""
    return {
        "id": entry.id,
        "key": entry.key,
        "profile_id": entry.profile_id,
        "shard": shard_of(entry.profile_id or entry.conversation_id or entry.id),
        "conversation_id": entry.conversation_id,
        "enrolment_id": entry.enrolment_id,
        "channel": entry.goes_to,
        "purpose": entry.purpose,
        "dispatch": sealing.seal(DISPATCH_OF_OUTBOX, DISPATCH.dump(entry.dispatch), entry.key),
        "window": None if entry.window is None else WINDOW.dump(entry.window),
        "created_at": entry.created_at,
        "expires_at": entry.expires_at,
        "priority": entry.priority,
        "cap": entry.cap,
        "lane": entry.lane,
        "trace": entry.trace or PRESENT_TRACE.get() or None,
        **progress_of(entry),
    }


def progress_of(entry: OutboxEntry) -> dict[str, Any]:
    """What delivering changes."""
    return {
        "due_at": entry.due_at,
        "status": entry.status,
        "attempts": entry.attempts,
        "first_tried_at": entry.first_tried_at,
        "vendor_id": entry.vendor_id,
        "reason": entry.reason,
    }


def dispatch_of(row: Any, sealing: Sealing) -> Dispatch:
    return DISPATCH.load(sealing.open(DISPATCH_OF_OUTBOX, row.dispatch, row.key))


def entry_of(row: Any, sealing: Sealing) -> OutboxEntry:
    return OutboxEntry(
        id=row.id,
        key=row.key,
        dispatch=dispatch_of(row, sealing),
        purpose=Purpose(row.purpose),
        profile_id=row.profile_id,
        created_at=row.created_at,
        due_at=row.due_at,
        conversation_id=row.conversation_id,
        enrolment_id=row.enrolment_id,
        window=None if row.window is None else WINDOW.load(row.window),
        expires_at=row.expires_at,
        status=OutboxStatus(row.status),
        attempts=row.attempts,
        first_tried_at=row.first_tried_at,
        vendor_id=row.vendor_id,
        reason=row.reason,
        priority=row.priority,
        cap=row.cap,
        trace=row.trace or "",
        claimed_at=row.claimed_at,
    )
