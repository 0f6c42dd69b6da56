"""Which columns are sealed where there are field keys, what each is bound to, and the keys that were used.

A sealed column is cipher text, bound to its table, its column and what of its row never changes: moved elsewhere it
does not open. Three kinds of columns:

- documents, of which the database is asked nothing, are sealed where they stand;
- addresses are looked up and joined by: their blind index stands in their place, and a column beside it is sealed (so
  are names of feeds, which have addresses in them);
- of facts, which conditions look into, those that are contact data are sealed in a column beside the others, and a
  blind index of each stands in its place. People are looked for by words of them, of which a few bits are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Column, Table, Text

from bot.adapters.tables.columns import Moment, metadata
from bot.adapters.tables.consent import challenge, consent, opt_out_question, privacy_request, suppression
from bot.adapters.tables.conversations import conversation, event, handoff, inbox, sent_file
from bot.adapters.tables.journeys import enrolment
from bot.adapters.tables.people import crm_write, identity, merge, person_event, profile, score_change
from bot.adapters.tables.sending import feed, outbox

field_key = Table(
    "field_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("proof", Text, nullable=False),
    Column("since", Moment),
)
"""The keys that something was sealed with, each with a proof by which it is known again; never the keys themselves.
The row of the index key has no `since` while addresses are being sealed."""

resealing = Table(
    "resealing",
    metadata,
    Column("column", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("finished_at", Moment),
)
"""How far each column has been sealed anew with a key: all rows up to `after`, a JSON list of a row's key."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A column of cipher text, and the columns of its row that it is bound to."""

    column: Column[Any]
    bound_to: tuple[Column[Any], ...]
    name: str = field(init=False)
    """The table's and its own, worked out once: it is asked for with every field."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.table.name}.{self.column.name}")

    @property
    def table(self) -> Table:
        table: Table = self.column.table
        return table


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """A column that is sealed in another one beside it, where only blind indexes are left of it."""

    readable: Column[Any]
    sealed: Place


TRACKER_OF_CONVERSATION = Place(conversation.c.tracker, (conversation.c.id,))
BODY_OF_EVENT = Place(event.c.body, (event.c.conversation_id,))
BODY_OF_INBOX = Place(inbox.c.body, (inbox.c.channel, inbox.c.vendor_id))
DISPATCH_OF_OUTBOX = Place(outbox.c.dispatch, (outbox.c.key,))
BODY_OF_MERGE = Place(merge.c.body, (merge.c.id,))
FIELDS_OF_CRM_WRITE = Place(crm_write.c.fields, (crm_write.c.crm, crm_write.c.key))
DATA_OF_ENROLMENT = Place(enrolment.c.data, (enrolment.c.id,))
SUMMARY_OF_HANDOFF = Place(handoff.c.summary, (handoff.c.id,))
REASON_OF_HANDOFF = Place(handoff.c.reason, (handoff.c.id,))
_of_consent = (consent.c.channel, consent.c.purpose, consent.c.at)
ADDRESS_OF_CONSENT = Place(consent.c.address, _of_consent)
IP_OF_CONSENT = Place(consent.c.ip, _of_consent)
HOW_OF_CONSENT = Place(consent.c.how, _of_consent)
TEXT_OF_CONSENT = Place(consent.c.text, _of_consent)
HOW_OF_CHALLENGE = Place(challenge.c.how, (challenge.c.id,))
TEXT_OF_CHALLENGE = Place(challenge.c.text, (challenge.c.id,))
ADDRESS_OF_QUESTION = Place(opt_out_question.c.address, (opt_out_question.c.id,))
TEXT_OF_QUESTION = Place(opt_out_question.c.text, (opt_out_question.c.id,))
PROVENANCE_OF_PROFILE = Place(profile.c.provenance, (profile.c.id,))
REASON_OF_SCORE = Place(score_change.c.reason, (score_change.c.rule, score_change.c.at))
HOW_OF_REQUEST = Place(privacy_request.c.how, (privacy_request.c.id,))
OUTCOME_OF_REQUEST = Place(privacy_request.c.outcome, (privacy_request.c.id,))
NAME_OF_FILE = Place(sent_file.c.name, (sent_file.c.id,))
ITEM_OF_FEED = Place(feed.c.item, (feed.c.key,))

DOCUMENTS = (
    *(TRACKER_OF_CONVERSATION, BODY_OF_EVENT, BODY_OF_INBOX, DISPATCH_OF_OUTBOX, BODY_OF_MERGE, FIELDS_OF_CRM_WRITE),
    *(DATA_OF_ENROLMENT, SUMMARY_OF_HANDOFF, REASON_OF_HANDOFF),
    *(ADDRESS_OF_CONSENT, IP_OF_CONSENT, HOW_OF_CONSENT, TEXT_OF_CONSENT),
    *(HOW_OF_CHALLENGE, TEXT_OF_CHALLENGE, ADDRESS_OF_QUESTION, TEXT_OF_QUESTION, HOW_OF_REQUEST, NAME_OF_FILE),
    *(OUTCOME_OF_REQUEST, PROVENANCE_OF_PROFILE, REASON_OF_SCORE, ITEM_OF_FEED),
)

VALUE_OF_IDENTITY = Place(identity.c.sealed_value, (identity.c.kind, identity.c.profile_id))
ADDRESS_OF_CONVERSATION = Place(conversation.c.sealed_address, (conversation.c.id,))
ADDRESS_OF_SUPPRESSION = Place(suppression.c.sealed_address, (suppression.c.channel,))
ADDRESS_OF_CHALLENGE = Place(challenge.c.sealed_address, (challenge.c.id,))

NAME_OF_FEED = Place(feed.c.sealed_feed, (feed.c.key,))

ADDRESSES = (
    Beside(identity.c.value, VALUE_OF_IDENTITY),
    Beside(conversation.c.address, ADDRESS_OF_CONVERSATION),
    Beside(suppression.c.address, ADDRESS_OF_SUPPRESSION),
    Beside(challenge.c.address, ADDRESS_OF_CHALLENGE),
    Beside(feed.c.feed, NAME_OF_FEED),
)

ATTRIBUTES_OF_PROFILE = Place(profile.c.sealed_attributes, (profile.c.id,))
DATA_OF_PERSON_EVENT = Place(person_event.c.sealed_data, (person_event.c.event, person_event.c.at))

FACTS = (
    Beside(profile.c.attributes, ATTRIBUTES_OF_PROFILE),
    Beside(person_event.c.data, DATA_OF_PERSON_EVENT),
)
