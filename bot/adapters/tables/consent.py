"""What people allowed and what was decided of it: the ledger, suppressions, requests and decisions."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from bot.adapters.tables.columns import Moment, Words, metadata, partial, position, profile_id

consent = Table(
    "consent",
    metadata,
    position(),
    profile_id(),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("how", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("message_id", Text),
    Column("basis", Text, nullable=False, server_default=text("'consent'")),
    Column("expires_at", Moment),
    Column("address", Words),
    Column("ip", Text),
    Index("ix_consent_profile_id", "profile_id", "position"),
)

challenge = Table(
    "challenge",
    metadata,
    Column("id", Text, primary_key=True),
    profile_id(),
    Column("channel", Text, nullable=False),
    Column("address", Words, nullable=False),
    Column("sealed_address", Text),
    Column("asked_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("purpose", Text),
    Column("text", Words),
    Column("how", Words),
    Column("message_id", Text),
    Column("code", Text, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("settled_at", Moment),
    Column("outcome", Text),
    Index("ix_challenge_profile_id", "profile_id", "asked_at"),
    Index("ix_challenge_address", "address", "channel", "asked_at"),
)
"""Proof that was asked of people: `purpose` to `message_id` are of the consent that waits for it, null for a code."""

opt_out_question = Table(
    "opt_out_question",
    metadata,
    Column("id", Text, primary_key=True),
    profile_id(),
    Column("asking", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("message_id", Text),
    Column("settled_at", Moment),
    Column("outcome", Text),
    Index("ix_opt_out_question_profile_id", "profile_id", "asked_at"),
)
"""What was asked of people who opted out, or may have meant to. One that is not settled may hold all marketing."""

privacy_request = Table(
    "privacy_request",
    metadata,
    Column("id", Text, primary_key=True),
    profile_id(),
    Column("kind", Text, nullable=False),
    Column("how", Words, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("outcome", Words, nullable=False),
    Index("ix_privacy_request_profile_id", "profile_id", "received_at"),
    partial("ix_privacy_request_open", "due_at", where="done_at IS NULL"),
)
"""What people asked for, and by when it has to be done."""

suppression = Table(
    "suppression",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("sealed_address", Text),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("again_at", Moment),
    Index("ix_suppression_address", "address"),
)

erased_address = Table(
    "erased_address",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Suppressions of addresses that were erased: only a salted digest is left of each."""

erasure = Table(
    "erasure",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("rows", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Column("suppressed", Integer),
)
"""Receipts: how many rows of which table were erased. The salt is the same in all."""

erased_place = Table(
    "erased_place",
    metadata,
    Column("key", Text, primary_key=True),
    Column("erasure_id", Text, ForeignKey("erasure.id"), nullable=False),
    Column("place", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Words, nullable=False),
    Column("held", Words, nullable=False),
    Index("ix_erased_place_erasure_id", "erasure_id"),
)
"""Lines of receipts: what others held of somebody, and what became of it. The key is that of what leaves for it."""

decision = Table(
    "decision",
    metadata,
    position(),
    Column("profile_id", Text),
    Column("at", Moment, nullable=False),
    Column("entry_key", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("why", Words, nullable=False),
    Index("ix_decision_profile_id", "profile_id", "position"),
)
