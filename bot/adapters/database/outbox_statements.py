"""What the outbox asks of the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)

from bot.adapters.database.repository import Among, Listed, insert_once
from bot.adapters.tables import conversation, decision, outbox, profile
from bot.domain.delivery import Lane, OutboxStatus

OWNERS = Listed(
    lambda among: select(profile.c.id).where(among(profile.c.id, "people")).with_for_update(read=True, key_share=True)
)
ADD = insert_once(outbox).returning(outbox.c.position)
ADD_ALL = insert_once(outbox)

DUE_AGAIN = (
    update(outbox)
    .where(
        outbox.c.lane.in_(bindparam("lanes", expanding=True)),
        text("status = 'waiting'"),
        outbox.c.due_at > bindparam("later"),
        outbox.c.due_at <= outbox.c.created_at,
    )
    .values(due_at=bindparam("now"))
)
CLAIMED_NOW = (
    update(outbox)
    .where(text("status = 'sending'"), outbox.c.claimed_at > bindparam("far_ahead"))
    .values(claimed_at=bindparam("now"))
)
CLAIMED_AHEAD = timedelta(minutes=1)
"""Clocks by which work is taken are never so far apart."""

SETTLE = update(outbox).where(outbox.c.key == bindparam("this_key"))
SETTLE_SENT = SETTLE.values(
    sent_at=func.coalesce(outbox.c.claimed_at, bindparam("tried_at", type_=outbox.c.sent_at.type), outbox.c.due_at)
)
DROP = delete(outbox).where(outbox.c.key == bindparam("this_key"))
BY_KEY = select(outbox).where(outbox.c.key == bindparam("this_key"))
_waiting = (
    select(outbox)
    .where(outbox.c.profile_id == bindparam("profile"), text("status = 'waiting'"))
    .order_by(outbox.c.position)
    .with_for_update()
)
PURGEABLE = _waiting.where(outbox.c.purpose == bindparam("with_purpose"))
OF_RUN = (
    select(outbox)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id == bindparam("this_run"),
        text("status IN ('waiting', 'sending')"),
    )
    .order_by(outbox.c.position)
    .with_for_update()
)
GIVE_BACK = (
    update(outbox)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id == bindparam("this_run"),
        outbox.c.reason == bindparam("because"),
        text("status = 'withheld'"),
    )
    .values(status=OutboxStatus.WAITING, reason="")
    .returning(outbox.c.key)
)
EXPIRE = (
    update(outbox)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id == bindparam("this_run"),
        outbox.c.lane != Lane.CRM.value,
        text("status IN ('sending', 'sent')"),
    )
    .values(expires_at=bindparam("now"))
)
WITHHOLD = (
    update(outbox)
    .where(outbox.c.position == bindparam("this_position"))
    .values(status=OutboxStatus.WITHHELD, reason=bindparam("why"))
)
_leaving = exists().where(
    decision.c.profile_id == outbox.c.profile_id,
    decision.c.entry_key == outbox.c.key,
    decision.c.outcome == "send",
    decision.c.at >= outbox.c.claimed_at,
)
"""Whether the gate has let it go since it was claimed: its vendor has it, or will have it in a moment."""

UNDER_WAY = select(outbox.c.key).where(
    outbox.c.profile_id == bindparam("profile"),
    outbox.c.enrolment_id == bindparam("this_run"),
    text("outbox.status = 'sending'"),
    _leaving,
)
"""Asked once the rows are locked: who lets a message go has its row until that is kept."""

_with_purpose = outbox.c.purpose == bindparam("with_purpose")
_sent = (
    (outbox.c.sent_at, and_(outbox.c.sent_at >= bindparam("since"), text("outbox.status = 'sent'"))),
    (outbox.c.claimed_at, and_(text("outbox.status = 'sending'"), _leaving)),
)
"""When a message left, or is just leaving, and which do."""

_there = and_(conversation.c.id == outbox.c.conversation_id, conversation.c.profile_id == outbox.c.profile_id)
"""A message goes to where its conversation is. That it is the same person's finds it by the index of who got what."""


def _sent_since(among: Among) -> CompoundSelect[Any]:
    """What went to one of these people, and what went to one of these addresses; what did both is there twice."""
    on_channel = outbox.c.channel == bindparam("on_channel")
    nobody = cast(null(), Text)
    found = []
    for at, left in _sent:
        said = (outbox.c.position, at.label("sent_at"))
        found.append(
            select(*said, outbox.c.profile_id, nobody.label("address")).where(
                among(outbox.c.profile_id, "people"), on_channel, _with_purpose, left
            )
        )
        found.append(
            select(*said, nobody, conversation.c.address)
            .join(conversation, _there)
            .where(
                conversation.c.channel == bindparam("on_channel"),
                among(conversation.c.address, "addresses"),
                on_channel,
                _with_purpose,
                left,
            )
        )
    return union_all(*found)


SENT_SINCE = Listed(_sent_since)
LAST_SENT = Listed(
    lambda among: union_all(
        *(
            select(outbox.c.profile_id, at.label("sent_at")).where(
                among(outbox.c.profile_id, "people"), among(outbox.c.channel, "channels"), _with_purpose, left
            )
            for at, left in _sent
        )
    )
)
WROTE_LAST = (
    select(outbox.c.enrolment_id)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id.in_(bindparam("among", expanding=True)),
        text("status = 'sent'"),
    )
    .order_by(outbox.c.sent_at.desc(), outbox.c.position.desc())
    .limit(1)
)
UNSETTLED = select(outbox.c.key).where(
    outbox.c.conversation_id == bindparam("conversation"),
    outbox.c.channel == bindparam("on_channel"),
    text("status IN ('waiting', 'sending')"),
)
DEAD = (
    select(outbox)
    .where(
        text("status = 'dead'"),
        outbox.c.id > bindparam("after"),
        or_(bindparam("to") == "", outbox.c.channel == bindparam("to")),
        or_(bindparam("reason") == "", outbox.c.reason == bindparam("reason")),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
)
COUNT = {
    status: select(func.count()).select_from(outbox).where(text(f"status = '{status.value}'"))
    for status in OutboxStatus
}

LEFT_BY = select(func.count()).select_from(
    select(outbox.c.position)
    .where(
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.sent_at >= bindparam("since"),
        text(f"status = '{OutboxStatus.SENT.value}'"),
    )
    .limit(bindparam("at_most"))
    .subquery()
)

SENT_IDS = select(outbox.c.vendor_id).where(
    outbox.c.profile_id == bindparam("profile"),
    outbox.c.channel == bindparam("on_channel"),
    outbox.c.sent_at >= bindparam("since"),
    outbox.c.vendor_id.is_not(None),
    text("status = 'sent'"),
)
IN_CONVERSATION = (
    select(outbox)
    .where(
        outbox.c.conversation_id == bindparam("conversation"),
        outbox.c.purpose == bindparam("with_purpose"),
    )
    .order_by(outbox.c.position.desc())
    .limit(bindparam("most"))
)
SENT_AS = select(outbox).where(
    outbox.c.channel == bindparam("on_channel"),
    outbox.c.vendor_id.in_(bindparam("under", expanding=True)),
    text("vendor_id IS NOT NULL"),
)
_earlier = outbox.alias("earlier")
OVERTAKEN = (
    select(outbox.c.key, outbox.c.dispatch)
    .join(_earlier, (_earlier.c.profile_id == outbox.c.profile_id) & (_earlier.c.channel == outbox.c.channel))
    .where(
        _earlier.c.key == bindparam("this_key"),
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.position > _earlier.c.position,
        text("outbox.status = 'sent'"),
    )
)
