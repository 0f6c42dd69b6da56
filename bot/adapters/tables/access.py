"""Where channels are installed, who may come in, and what they did."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from bot.adapters.tables.columns import Moment, Words, metadata

installation = Table(
    "installation",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("workspace", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("installed_at", Moment, nullable=False),
    Column("ended", Words, nullable=False),
    Column("renewing_until", Moment),
    Column("version", Integer, nullable=False),
)

used_token = Table(
    "used_token",
    metadata,
    Column("token", Text, primary_key=True),
    Column("until", Moment, nullable=False),
    Index("ix_used_token_until", "until"),
)
"""What may be used once, until it would not be taken any more anyway."""


account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Words, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("password", Text, nullable=False),
    Column("subject", Words, unique=True),
    Column("disabled_at", Moment),
)

login_session = Table(
    "login_session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_login_session_account", "account"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

login_try = Table(
    "login_try",
    metadata,
    Column("key", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Index("ix_login_try_last_at", "last_at"),
)
"""Tries in a row that failed, by a digest of whom and from where: it says neither."""

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
"""Rows are added and never changed; `bot/domain/audit.py` says how they are chained."""
