"""Conversations, what arrives in them, and the desk that people take over at."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from bot.adapters.tables.columns import Moment, Words, metadata, partial, position, profile_id, shard

conversation = Table(
    "conversation",
    metadata,
    Column("id", Text, primary_key=True),
    shard(),
    profile_id(),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("sealed_address", Text),
    Column("tracker", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("last_message_at", Moment),
    Column("disclosed_at", Moment),
    Column("asking_enrolment", Text),
    Column("version", Integer, nullable=False),
    UniqueConstraint("channel", "address"),
    Index("ix_conversation_profile_id", "profile_id"),
)

event = Table(
    "event",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    shard(),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    partial("ix_event_speech", "conversation_id", "sequence", where="kind IN ('user', 'bot')"),
    partial("ix_event_heard", "at", where="kind IN ('user', 'rewind')"),
)

inbox = Table(
    "inbox",
    metadata,
    position(),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    shard(),
    Column("channel", Text, nullable=False),
    Column("vendor_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("status", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("conflicts", SmallInteger),
    Column("error", Words, nullable=False),
    Column("trace", Text),
    UniqueConstraint("channel", "vendor_id"),
    Index("ix_inbox_conversation_id", "conversation_id", "received_at"),  # in no order in which what waits is wanted
    partial("ix_inbox_waiting", "conversation_id", "position", where="status = 'waiting'"),
    partial("ix_inbox_due", "due_at", where="status = 'waiting'"),
    sqlite_autoincrement=True,
)

handoff = Table(
    "handoff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    profile_id(),
    Column("desk", Text, nullable=False),
    Column("desk_address", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("card_key", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("rep", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("offered_to", Words, nullable=False, server_default=""),
    Column("offered_why", Words, nullable=False, server_default=""),
    Column("claimed_at", Moment),
    partial("ux_handoff_open", "conversation_id", "profile_id", where="state <> 'closed'", unique=True),
    partial("ix_handoff_open_for", "profile_id", where="state <> 'closed'"),
    partial("ix_handoff_open_at", "desk", "desk_address", where="state <> 'closed'"),
    Index("ix_handoff_asked", "desk", "desk_address", "created_at"),
    Index("ix_handoff_conversation", "conversation_id", "created_at"),
    Index("ix_handoff_profile_id", "profile_id"),
)

desk_turn = Table(
    "desk_turn",
    metadata,
    Column("desk", Text, primary_key=True),
    Column("rep", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""Whose turn was when: the number of a rep's last turn at a desk, and (for the rep "") how many there have been."""

desk_page = Table(
    "desk_page",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("rep", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Index("ix_desk_page_rep", "channel", "rep"),
)
"""The pages on which reps see their own leads, at the desk."""

meeting = Table(
    "meeting",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rep", Words, nullable=False),
    Column("handoff_id", Text, nullable=False),
    profile_id(),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("booked_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Index("ix_meeting_profile", "profile_id"),
    Index("ix_meeting_conversation_id", "conversation_id"),
    partial("ix_meeting_rep", "rep", "starts_at", where="state = 'booked'"),
)

meeting_quarter = Table(
    "meeting_quarter",
    metadata,
    Column("rep", Text, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("meeting_id", Text, nullable=False),
    Index("ix_meeting_quarter_meeting", "meeting_id"),
)
"""Each quarter of an hour of a rep's time that is booked; the key is what makes double booking impossible."""


sent_file = Table(
    "sent_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    profile_id(),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("place", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("sender", Words, nullable=False, server_default=""),
    Index("ix_sent_file_profile", "profile_id", "at"),
    Index("ix_sent_file_conversation", "conversation_id", "at"),
)
