"""What the tables do to values, and that the queues are read through their indexes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, UniqueConstraint, text
from sqlalchemy.dialects.sqlite import dialect as sqlite

from bot.adapters.database import (
    Database,
    consents,
    enrolments,
    feeds,
    handoffs,
    inbox,
    merges,
    outbox_claims,
    outbox_statements,
    personal_data,
    receipts,
    retention,
    segments,
)
from bot.adapters.tables import SHARDS, Moment, metadata, segment_change, shard_of
from bot.domain.retention import DataClass

moments = st.datetimes(timezones=st.just(UTC))


@given(moments)
def test_a_moment_comes_back_exactly(moment: datetime) -> None:
    stored = Moment().process_bind_param(moment, sqlite())
    assert Moment().process_result_value(stored, sqlite()) == moment


@given(moments, moments)
def test_moments_sort_as_they_are_stored(one: datetime, other: datetime) -> None:
    stored = [Moment().process_bind_param(moment, sqlite()) or 0 for moment in (one, other)]
    assert (stored[0] < stored[1]) == (one < other)


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    there = noon.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert Moment().process_bind_param(there, sqlite()) == Moment().process_bind_param(noon, sqlite())


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Moment().process_bind_param(datetime(2026, 11, 23), sqlite())  # noqa: DTZ001


def test_a_shard_never_changes() -> None:
    assert shard_of("019ab1f0-3c00-7000-8000-000000000000") == 961
    assert {shard_of(str(number)) for number in range(20_000)} == set(range(SHARDS))


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (outbox_claims.CLAIM_DUE, "ix_outbox_due"),
        (outbox_claims.CLAIM_DUE, "ix_outbox_lane"),
        (outbox_claims.CLAIM_STALE, "ix_outbox_sending"),
        (outbox_claims.NEXT_DUE, "ix_outbox_due"),
        (outbox_statements.PURGEABLE, "ix_outbox_profile_id"),
        (outbox_statements.SENT_SINCE._sqlite, "ix_outbox_sent_to"),
        (outbox_statements.LAST_SENT._sqlite, "ix_outbox_sent_to"),
        (outbox_claims.CLAIMS._sqlite, "sqlite_autoindex_outbox"),
        (outbox_claims.MARK_SENDING._sqlite, "INTEGER PRIMARY KEY"),
        (receipts.KNOWN._sqlite, "sqlite_autoindex_delivery"),
        (consents.IN_ANY_WAY._sqlite, "sqlite_autoindex_suppression"),
        (consents.OPTED_OUT, "ix_suppression_address"),
        (consents.LET_GO, "ix_decision_profile_id"),
        (handoffs.IN_THREAD, "ix_outbox_vendor_id"),
        (receipts.TOLD_OF, "ix_delivery_outbox_key"),
        (enrolments.CLAIM_DUE, "ix_enrolment_due"),
        (enrolments.NEXT_DUE, "ix_enrolment_due"),
        (enrolments.WAITING, "(profile_id=?)"),  # by one index on SQLite 3.40 and by another on 3.53
        (inbox.WAITING_IN, "ix_inbox_waiting"),
        (segments.IN_SEGMENTS, "ix_segment_member_profile_id"),
        (segments.MEMBERS, "sqlite_autoindex_segment_member"),
        (inbox.WAITING_CONVERSATIONS, "ix_inbox"),
        (feeds.GROWN, "INTEGER PRIMARY KEY"),
        (merges.CARRY["outbox"], "ix_outbox_profile_id"),
        (merges.CARRY["handoff"], "ix_handoff_profile_id"),
        (retention.NEXT_CONVERSATIONS, "ix_outbox_conversation_id"),
        (retention.NEXT_CONVERSATIONS, "ix_meeting_conversation_id"),
        (retention.NEXT_PEOPLE[DataClass.VISITORS], "ix_outbox_profile_id"),
    ],
)
async def test_a_queue_is_read_through_its_index(sqlite_store: Database, query: Any, index: str) -> None:
    compiled = query.compile(dialect=sqlite())
    async with sqlite_store._backend.transaction() as session:
        plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {_with_values(compiled)}"))).all()
    assert any(index in row.detail for row in plan), [row.detail for row in plan]


SOON_EMPTY = {segment_change}
"""What journeys have not been told yet."""


@pytest.mark.parametrize(
    "table", [one for one in personal_data.OWNED if one not in SOON_EMPTY], ids=lambda table: table.name
)
async def test_what_is_kept_of_a_person_is_found_without_reading_all(sqlite_store: Database, table: Table) -> None:
    """An export and an erasure read the whole outbox, delivery by delivery."""
    compiled = personal_data.READ[table].compile(dialect=sqlite())
    async with sqlite_store._backend.transaction() as session:
        plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {_with_values(compiled)}"))).all()
    scanned = [row.detail for row in plan if row.detail.startswith("SCAN") and row.detail.split()[1] in metadata.tables]
    assert scanned == []


async def test_who_else_has_an_address_is_found_without_reading_all(sqlite_store: Database) -> None:
    compiled = personal_data.ANOTHERS_TOO.compile(dialect=sqlite())
    async with sqlite_store._backend.transaction() as session:
        [plan] = (await session.execute(text(f"EXPLAIN QUERY PLAN {_with_values(compiled)}"))).all()
    assert "(kind=? AND value=?)" in plan.detail


def test_what_belongs_to_something_that_may_go_is_found_by_an_index() -> None:
    """Whatever is deleted or merged has its rows looked for in each table that names it: not in the whole of it."""
    sought = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name in ("conversation", "profile")
        for column in key.columns
    }
    found = {
        (table.name, next(iter(columns)).name)
        for table in metadata.tables.values()
        for columns in (
            table.primary_key.columns,
            *(one.columns for one in table.constraints if isinstance(one, UniqueConstraint)),
            *(one.columns for one in table.indexes if one.dialect_options["postgresql"]["where"] is None),
        )
        if len(columns)
    }
    assert sought - found == set()


def _with_values(compiled: Any) -> str:
    """The statement with a value in each place; the plan does not depend on which."""
    with_lists = re.sub(r"__\[POSTCOMPILE_\w+\]", "'one'", str(compiled))
    return with_lists.replace("?", "1").replace(":", r"\:")
