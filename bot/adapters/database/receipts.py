"""What vendors say of messages that they have taken: their receipts, and how far each message got."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.database.repository import Listed, Session
from bot.adapters.tables import delivery, outbox
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.message import DeliveryState, DeliveryStatus, Told

_known = (delivery.c.channel, delivery.c.vendor_id, delivery.c.state, delivery.c.error)
_ours = select(outbox.c.key).where(outbox.c.key == bindparam("told_key")).scalar_subquery()
"""Where it is one of ours, still: a vendor may tell any, and whoever it was for may be erased while it is sent. Nobody
would ever forget what is noted by another."""
_receipt = upsert(delivery).values(outbox_key=_ours)
KEEP_RECEIPTS = _receipt.on_conflict_do_update(
    index_elements=["channel", "vendor_id"], set_={"outbox_key": _receipt.excluded.outbox_key}
)
KEEP_RECEIPT = KEEP_RECEIPTS.returning(*_known)
KNOWN = Listed(
    lambda among: select(*_known).where(
        among(delivery.c.channel, "channels"), among(delivery.c.vendor_id, "vendor_ids")
    )
)
_word = upsert(delivery).values(outbox_key=_ours)
TRACK = _word.on_conflict_do_update(
    index_elements=["channel", "vendor_id"],
    set_={
        "state": _word.excluded.state,
        "error": _word.excluded.error,
        "at": _word.excluded.at,
        "outbox_key": func.coalesce(delivery.c.outbox_key, _word.excluded.outbox_key),
    },
    where=or_(
        and_(delivery.c.state == DeliveryState.SENT, _word.excluded.state != DeliveryState.SENT),
        and_(delivery.c.state == DeliveryState.DELIVERED, _word.excluded.state == DeliveryState.READ),
    ),
).returning(delivery.c.outbox_key)
DROP_RECEIPT = delete(delivery).where(delivery.c.outbox_key == bindparam("this_key"))
TOLD_OF = (
    select(delivery.c.vendor_id)
    .where(delivery.c.outbox_key == bindparam("this_key"), delivery.c.state != DeliveryState.FAILED)
    .limit(1)
)


async def keep_receipts(session: Session, sent: Collection[OutboxEntry]) -> Mapping[str, Told]:
    """What their vendor has told of them before this, by the entry's key."""
    taken = {
        (one.dispatch.channel, one.vendor_id): one
        for one in sent
        if isinstance(one.dispatch, ChannelMessage) and one.vendor_id is not None
    }
    if not taken:
        return {}
    rows = [_receipt_row(taken[of_vendor], *of_vendor) for of_vendor in sorted(taken)]
    if len(rows) == 1:
        known = await session.execute(KEEP_RECEIPT, rows[0])
    else:
        await session.execute(KEEP_RECEIPTS, rows)
        known = await KNOWN.run(
            session, channels={channel for channel, _ in taken}, vendor_ids={one for _, one in taken}
        )
    told = [row for row in known if row.state != DeliveryState.SENT and (row.channel, row.vendor_id) in taken]
    return {taken[row.channel, row.vendor_id].key: Told(DeliveryState(row.state), row.error) for row in told}


def _receipt_row(entry: OutboxEntry, channel: str, vendor_id: str) -> dict[str, Any]:
    return {
        "channel": channel,
        "vendor_id": vendor_id,
        "told_key": entry.key,
        "state": DeliveryState.SENT,
        "error": "",
        "at": entry.first_tried_at or entry.due_at,
    }


def word_of(status: DeliveryStatus, at: datetime) -> dict[str, Any]:
    """The vendor's word on a message, which may come before its receipt."""
    return {
        "channel": status.channel,
        "vendor_id": status.sent_id,
        "told_key": status.key or None,
        "state": status.state,
        "error": status.error,
        "at": at,
    }
