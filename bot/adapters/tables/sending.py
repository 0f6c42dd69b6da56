"""What leaves: messages, deliveries, and feeds to other systems; and who works on what."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from bot.adapters.tables.columns import Moment, Words, metadata, partial, position, shard

outbox = Table(
    "outbox",
    metadata,
    position(),
    Column("id", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("profile_id", Text),
    shard(),
    Column("conversation_id", Text),
    Column("enrolment_id", Text),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("dispatch", Text, nullable=False),
    Column("window", Text),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("status", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("first_tried_at", Moment),
    Column("claimed_at", Moment),
    Column("sent_at", Moment),
    Column("vendor_id", Text),
    Column("reason", Words, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("cap", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("trace", Text),
    partial("ix_outbox_due", "lane", "due_at", "position", where="status = 'waiting'"),
    partial("ix_outbox_sending", "claimed_at", where="status = 'sending'"),
    partial("ix_outbox_lane", "conversation_id", "channel", "position", where="status IN ('waiting', 'sending')"),
    Index("ix_outbox_profile_id", "profile_id"),
    Index("ix_outbox_conversation_id", "conversation_id"),
    partial("ix_outbox_sent_to", "profile_id", "channel", "sent_at", where="status = 'sent'"),
    partial("ix_outbox_dead", "position", where="status = 'dead'"),
    partial("ix_outbox_vendor_id", "channel", "vendor_id", where="vendor_id IS NOT NULL"),
    sqlite_autoincrement=True,
    postgresql_with={"fillfactor": 85},
)

delivery = Table(
    "delivery",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("vendor_id", Text, primary_key=True),
    Column("outbox_key", Text),
    Column("state", Text, nullable=False),
    Column("error", Words, nullable=False),
    Column("at", Moment, nullable=False),
    partial("ix_delivery_outbox_key", "outbox_key", where="outbox_key IS NOT NULL"),
    partial("ix_delivery_unclaimed", "at", where="outbox_key IS NULL"),
)

linked_page = Table(
    "linked_page",
    metadata,
    Column("code", Text, primary_key=True),
    Column("url", Text, nullable=False),
)
"""Pages that followed links lead to, as authors wrote them: kept for ever, so that no link ends."""

sent_link = Table(
    "sent_link",
    metadata,
    Column("code", Text, primary_key=True),
    Column("outbox_key", Text, nullable=False),
    Column("journey", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("clicked_at", Moment),
    Index("ix_sent_link_outbox_key", "outbox_key"),
)

feed = Table(
    "feed",
    metadata,
    position(),
    Column("feed", Text, nullable=False),
    Column("sealed_feed", Text),
    Column("key", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("mentions", Text),
    Column("at", Moment, nullable=False),
    UniqueConstraint("feed", "key"),
    Index("ix_feed_feed", "feed", "position"),
    sqlite_autoincrement=True,
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
"""Who works on what, while some process cannot reach Redis; else it is empty. Names have ids in them, for seconds."""

process = Table(
    "process",
    metadata,
    Column("id", Text, primary_key=True),
    Column("command", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("seconds_ahead", Integer, nullable=False),
)
"""Who runs on the database, for those who must be alone with it; on SQLite it is empty, for there a file is locked."""
