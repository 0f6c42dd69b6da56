"""Journeys and who is in them, and what authors are to look at."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    false,
)

from bot.adapters.tables.columns import Moment, Words, metadata, partial, position, profile_id, shard

journey = Table(
    "journey",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("drained", Boolean, nullable=False, server_default=false()),
)

journey_state = Table(
    "journey_state",
    metadata,
    Column("journey", Text, primary_key=True),
    Column("running", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("version", Text),
)
"""How each journey stands that was published, paused or stopped once."""

journey_change = Table(
    "journey_change",
    metadata,
    position(),
    Column("journey", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("what", Text, nullable=False),
    Column("version", Text),
    Column("people", Integer, nullable=False),
    Index("ix_journey_change_journey", "journey", "position"),
)

passage = Table(
    "passage",
    metadata,
    Column("journey", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("moved", Boolean, primary_key=True),
    Column("times", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 50},
)
"""How many times people went from one step to another. Nothing in it says who."""

split_tally = Table(
    "split_tally",
    metadata,
    Column("journey", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("arm", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("went", BigInteger, nullable=False),
    Column("reached", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 50},
)
"""How many people went each way of a split on a day (in UTC), and who of them reached its metric. Nothing says who."""

active_hour = Table(
    "active_hour",
    metadata,
    Column("event", Text, primary_key=True),
    Column("hour", SmallInteger, primary_key=True),
    Column("times", BigInteger, nullable=False),
)
"""At which hours of their own clocks people do what messages are for. Nothing says who."""

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", Text, primary_key=True),
    shard(),
    profile_id(),
    Column("journey", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("step", Text, nullable=False),
    Column("visit", Integer, nullable=False),
    Column("due_at", Moment),
    Column("waiting_for", Text, nullable=False),
    Column("arrived_at", Moment),
    Column("reminded", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("entry", Text),
    Column("lane", Text, nullable=False),
    Column("goal_at", Moment),
    Column("paused_at", Moment),
    ForeignKeyConstraint(["journey", "version"], ["journey.id", "journey.version"]),
    partial("ux_enrolment_waiting", "profile_id", "journey", "lane", where="status = 'waiting'", unique=True),
    partial("ux_enrolment_entry", "journey", "entry", where="entry IS NOT NULL", unique=True),
    partial("ix_enrolment_due", "due_at", "shard", where="status = 'waiting' AND paused_at IS NULL"),
    partial("ix_enrolment_parked", "journey", "entered_at", where="status = 'parked'"),
    Index("ix_enrolment_entered", "profile_id", "journey", "entered_at"),
    Index("ix_enrolment_entered_at", "entered_at"),
    postgresql_with={"fillfactor": 85},
)

schedule = Table(
    "schedule",
    metadata,
    Column("id", Text, primary_key=True),
    Column("journey", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("due_at", Moment),
    Column("reached", Text, nullable=False),
    partial("ix_schedule_due", "due_at", where="due_at IS NOT NULL"),
)


review = Table(
    "review",
    metadata,
    Column("key", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
