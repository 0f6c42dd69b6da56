"""How the tables would be spread over several PostgreSQL servers: by whom or what their rows are (docs/scaling.md).

One server is what Overture runs on. This is the one place that says where each table's rows would go, and what in
today's keys stands in the way; a test holds both to the tables, so that a new table or key is thought about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from bot.adapters.tables import (
    account,
    active_hour,
    api_key,
    audit_entry,
    challenge,
    consent,
    conversation,
    crm_link,
    crm_write,
    decision,
    delivery,
    desk_page,
    desk_turn,
    enrolment,
    erased_address,
    erased_place,
    erasure,
    event,
    feed,
    field_key,
    handoff,
    identity,
    inbox,
    installation,
    journey,
    journey_change,
    journey_state,
    lease,
    linked_page,
    login_session,
    login_try,
    meeting,
    meeting_quarter,
    merge,
    opt_out_question,
    outbox,
    passage,
    people_import,
    person_event,
    privacy_request,
    process,
    profile,
    resealing,
    review,
    schedule,
    score_change,
    score_rule,
    segment,
    segment_change,
    segment_member,
    sent_file,
    sent_link,
    split_tally,
    suppression,
    used_token,
)

BY_PERSON: Final[Mapping[Table, str]] = {
    profile: "id",
    **dict.fromkeys((identity, consent, decision, score_change, person_event, crm_link, crm_write), "profile_id"),
    **dict.fromkeys((segment_member, segment_change, enrolment, conversation, outbox), "profile_id"),
    **dict.fromkeys((handoff, meeting, sent_file, opt_out_question), "profile_id"),
}
"""All rows of a person lie on one server, so that one transaction writes them: the column that says whose a row is."""

BY_SOMETHING_ELSE: Final[Mapping[Table, str]] = {
    event: "conversation_id",
    inbox: "conversation_id",
    suppression: "address",
    erased_address: "digest",
    delivery: "vendor_id",
    sent_link: "code",
    feed: "feed",
}
"""Large, too, and found by something else than a person."""

SPREAD: Final[Mapping[Table, str]] = {**BY_PERSON, **BY_SOMETHING_ELSE}

EVERYWHERE: Final = frozenset({journey, journey_state, segment, score_rule, linked_page})
"""Small and read with everybody's rows: a copy on each server (a reference table in Citus)."""

ON_ONE_SERVER: Final = frozenset(
    {
        *(schedule, journey_change, passage, split_tally, active_hour, review, merge, erasure, erased_place),
        *(installation, used_token, desk_page, desk_turn, meeting_quarter, people_import, lease, process),
        *(account, api_key, login_session, login_try, audit_entry, challenge, privacy_request),
        *(field_key, resealing),
    }
)
"""Small or seldom read, and never with a person's rows in one statement of a hot path."""

CROSSING: Final = frozenset(
    {
        # Numbers that grow over all rows, as the key.
        *("consent.pk_consent", "decision.pk_decision", "score_change.pk_score_change", "crm_write.pk_crm_write"),
        *("person_event.pk_person_event", "segment_change.pk_segment_change", "outbox.pk_outbox"),
        *("inbox.pk_inbox", "feed.pk_feed"),
        # Ids of their own.
        *("conversation.pk_conversation", "enrolment.pk_enrolment", "handoff.pk_handoff", "meeting.pk_meeting"),
        *("sent_file.pk_sent_file", "opt_out_question.pk_opt_out_question"),
        # What makes a second try harmless, whoever the first was for.
        *("score_change.uq_score_change_key", "person_event.ux_person_event_key", "outbox.uq_outbox_key"),
        *("inbox.uq_inbox_channel", "conversation.uq_conversation_channel", "handoff.uq_handoff_card_key"),
        "sent_file.uq_sent_file_key",
        "enrolment.ux_enrolment_entry",
        # Rows that name a row which may lie elsewhere.
        *("event.fk_event_conversation_id", "inbox.fk_inbox_conversation_id"),
        *("handoff.fk_handoff_conversation_id", "meeting.fk_meeting_conversation_id"),
        "sent_file.fk_sent_file_conversation_id",
        # Rows of nobody: what goes to a desk or a CRM, and why it went.
        *("decision.profile_id", "outbox.profile_id"),
    }
)
"""Keys that no server could see to alone, and columns that may be empty: docs/scaling.md says how each would change."""


def crossing(table: Table) -> Iterator[str]:
    """What in this table's keys would reach over several servers."""
    by = SPREAD.get(table)
    if by is None:
        return
    if table.c[by].nullable:
        yield f"{table.name}.{by}"
    for name, columns in _unique_keys(table):
        if table.c[by] not in columns:
            yield f"{table.name}.{name}"
    for constraint in table.foreign_key_constraints:
        if not _stays_together(constraint, by):
            yield f"{table.name}.{constraint.name}"


def _unique_keys(table: Table) -> Iterator[tuple[str, list[Column[object]]]]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield str(constraint.name), list(constraint.columns)
    for index in table.indexes:
        if index.unique:
            yield str(index.name), list(index.columns)


def _stays_together(constraint: ForeignKeyConstraint, by: str) -> bool:
    """Whether the row that is named lies on the same server, or on each."""
    other = constraint.referred_table
    if other in EVERYWHERE:
        return True
    same = {element.parent.name: element.column.name for element in constraint.elements}
    return by in same and same[by] == SPREAD.get(other)
