"""The people: profiles, their identities, events, scores, segments and imports."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from bot.adapters.tables.columns import Json, Moment, Words, metadata, partial, position, profile_id, shard

profile = Table(
    "profile",
    metadata,
    Column("id", Text, primary_key=True),
    shard(),
    Column("created_at", Moment, nullable=False),
    Column("time_zone", Text),
    Column("locale", Text),
    Column("attributes", Json, nullable=False),
    Column("sealed_attributes", Text),
    Column("words", Text),
    Column("tags", Json, nullable=False),
    Column("objected_at", Moment),
    Column("restricted_at", Moment),
    Column("marketing_pause", Integer),
    Column("paused_until", Moment),
    Column("provenance", Text),
)
"""`provenance` is JSON of who told what; null of those of whom nobody has told anything since it is kept.
`marketing_pause` is in days."""

identity = Table(
    "identity",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("sealed_value", Text),
    Column("profile_id", Text, ForeignKey("profile.id"), primary_key=True),
    Column("verified", Boolean, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Column("origin", Words),
    Index("ix_identity_profile_id", "profile_id"),
)

score_change = Table(
    "score_change",
    metadata,
    position(),
    profile_id(),
    Column("key", Text, nullable=False, unique=True),
    Column("dimension", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("reason", Words, nullable=False),
    Column("rule", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("half_life", Integer),
    Index("ix_score_change_profile_id", "profile_id", "position"),
)

crm_link = Table(
    "crm_link",
    metadata,
    Column("crm", Text, primary_key=True),
    Column("profile_id", Text, ForeignKey("profile.id"), primary_key=True),
    Column("crm_id", Text, nullable=False),
    Index("ix_crm_link_crm_id", "crm", "crm_id"),
    Index("ix_crm_link_profile_id", "profile_id"),
)

crm_write = Table(
    "crm_write",
    metadata,
    position(),
    profile_id(),
    shard(),
    Column("crm", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("key", Text, nullable=False),
    Column("record", Words),
    Column("fields", Text, nullable=False),
    Index("ix_crm_write_profile_id", "profile_id", "position"),
    Index("ix_crm_write_key", "key"),
)
"""The ledger of what CRMs were given. `record` is null until the CRM has answered; `key` is the outbox entry's."""

person_event = Table(
    "person_event",
    metadata,
    position(),
    profile_id(),
    shard(),
    Column("event", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Text),
    Column("data", Text, nullable=False),
    Column("sealed_data", Text),
    Index("ix_person_event_profile_id", "profile_id", "event", "at"),
    Index("ix_person_event_event", "event", "at"),
    partial("ux_person_event_key", "key", where="key IS NOT NULL", unique=True),
)
"""The timeline of everybody: append-only."""

merge = Table(
    "merge",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kept", Text, nullable=False),
    Column("merged", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
    Column("body", Text, nullable=False),
    Index("ix_merge_kept", "kept"),
    Index("ix_merge_merged", "merged"),
)
"""Profiles that were made one, with what it takes to part them."""

people_import = Table(
    "people_import",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Words, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("cursor", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("new", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("same", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("warned", BigInteger, nullable=False),
    Column("reported", BigInteger, nullable=False),
)
"""How far each import of people has come, written with the people."""


def _workings(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("version", Text, nullable=False),
        Column("after", Text, nullable=False),
        Column("begun_at", Moment, nullable=False),
        Column("finished_at", Moment),
    )


segment = _workings("segment")
"""How far each segment is worked out: everybody up to `after`, by the condition of this version."""

score_rule = _workings("score_rule")
"""The same of the points of each score rule that looks at what is known."""

segment_member = Table(
    "segment_member",
    metadata,
    Column("segment", Text, primary_key=True),
    Column("profile_id", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Index("ix_segment_member_profile_id", "profile_id"),
)
"""Without a foreign key: a million rows may be written at once, and each would be looked up."""

segment_change = Table(
    "segment_change",
    metadata,
    position(),
    Column("segment", Text, nullable=False),
    Column("profile_id", Text, nullable=False),
    Column("entered", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("error", Words, nullable=False),
    sqlite_autoincrement=True,
)
"""Who came into a segment or left it, until journeys have been told. Those that failed stay, with their error."""
