"""The tables, as SQLAlchemy Core sees them. Rows stay in `bot/adapters`: the repositories return domain types.

Hot tables carry `shard`, the same number for all rows of a person, so that they can be spread over workers and
databases. A merge leaves what was said before it with the number that it had. Partial indexes hold only what is
unfinished, so that what is done costs a look into a queue nothing. Queries write the same conditions with literals,
because neither database matches a bound value with an index's condition.
"""

from __future__ import annotations

from bot.adapters.tables.access import account, api_key, audit_entry, installation, login_session, login_try, used_token
from bot.adapters.tables.columns import SHARDS, Json, Jsonb, Moment, Words, metadata, microseconds, shard_of
from bot.adapters.tables.consent import (
    challenge,
    consent,
    decision,
    erased_address,
    erased_place,
    erasure,
    opt_out_question,
    privacy_request,
    suppression,
)
from bot.adapters.tables.conversations import (
    conversation,
    desk_page,
    desk_turn,
    event,
    handoff,
    inbox,
    meeting,
    meeting_quarter,
    sent_file,
)
from bot.adapters.tables.journeys import (
    active_hour,
    enrolment,
    journey,
    journey_change,
    journey_state,
    passage,
    review,
    schedule,
    split_tally,
)
from bot.adapters.tables.people import (
    crm_link,
    crm_write,
    identity,
    merge,
    people_import,
    person_event,
    profile,
    score_change,
    segment,
    segment_change,
    segment_member,
)
from bot.adapters.tables.sealing import field_key, resealing
from bot.adapters.tables.sending import delivery, feed, lease, outbox, process

__all__ = [
    "SHARDS",
    "Json",
    "Jsonb",
    "Moment",
    "Words",
    "account",
    "active_hour",
    "api_key",
    "audit_entry",
    "challenge",
    "consent",
    "conversation",
    "crm_link",
    "crm_write",
    "decision",
    "delivery",
    "desk_page",
    "desk_turn",
    "enrolment",
    "erased_address",
    "erased_place",
    "erasure",
    "event",
    "feed",
    "field_key",
    "handoff",
    "identity",
    "inbox",
    "installation",
    "journey",
    "journey_change",
    "journey_state",
    "lease",
    "login_session",
    "login_try",
    "meeting",
    "meeting_quarter",
    "merge",
    "metadata",
    "microseconds",
    "opt_out_question",
    "outbox",
    "passage",
    "people_import",
    "person_event",
    "privacy_request",
    "process",
    "profile",
    "resealing",
    "review",
    "schedule",
    "score_change",
    "segment",
    "segment_change",
    "segment_member",
    "sent_file",
    "shard_of",
    "split_tally",
    "suppression",
    "used_token",
]
