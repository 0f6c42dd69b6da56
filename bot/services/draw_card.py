"""Draw card: what the desk is shown of a customer who is handed over, and what was said and sent until then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.access import Role
from bot.domain.audience import ProfileSchema
from bot.domain.conversation import Conversation
from bot.domain.file_types import in_words
from bot.domain.files import FileState
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import DeskLine, HandoffCard, said_by_one
from bot.domain.score import total_score
from bot.journeys.scoring import reasons_of
from bot.ports import UnitOfWork
from bot.services.name_customer import name_customer
from bot.services.offer import plan_of
from bot.services.person_facts import foresee
from bot.services.runtime import Runtime
from bot.services.tell_consent import consent_in_short

MOST_FACTS = 10
"""On a card; how to reach them, their journey and their consent come before attributes that are one too many."""

REACH = {"phone": "Phone", "email": "E-mail"}
"""What numbers and addresses are called on a card."""

CONSENT = "Consent to marketing"
SILENT = (*REACH.values(), CONSENT)
"""Facts that are not read aloud to a person who is put through."""

LAST_SPEECHES, LONGEST_SPEECH = 12, 800
"""What was said last has to be there, however long what came before; the whole is behind the link to the transcript."""


async def draw_card(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> HandoffCard:
    """The card of the hand-off as things stand now."""
    profile = await uow.profiles.get(handoff.profile_id)
    changes = await uow.scores.of(handoff.profile_id)
    score = total_score(changes, now)
    foretold = await foresee(uow, runtime.library.current().scorecards, profile, now)
    consents = await uow.consents.of(handoff.profile_id)
    schema = runtime.library.current().profile or ProfileSchema()
    facts = [
        (name.replace("_", " ").capitalize(), _in_words(value))
        for name, value in schema.shown_to(Role.REP, profile.attributes).items()
        if value is not None
    ]
    reach = await _reach(uow, handoff, profile.attributes.values())
    inside = sorted({one.journey for one in await uow.enrolments.waiting(handoff.profile_id)})
    journeys = [("In the journey", ", ".join(inside))] if inside else []
    certain = [*reach, *journeys, (CONSENT, consent_in_short(profile, consents, now))]
    card = HandoffCard(
        handoff_id=handoff.id,
        title=f"{await name_customer(uow, runtime, handoff.profile_id)} — {handoff.reason}",
        summary=_besides(handoff),
        facts=(*facts[: max(MOST_FACTS - len(certain), 0)], *certain),
        score=score.total,
        grade=runtime.library.current().grades.of(score),
        reasons=reasons_of(changes, foretold, now),
        transcript_url=runtime.links.transcript(handoff.conversation_id),
        claimed_by=handoff.rep,
        closed=handoff.state is HandoffState.CLOSED,
    )
    return offered_in(runtime, handoff, card)


def _besides(handoff: Handoff) -> str:
    """What the summary says besides the reason, which the card's title has."""
    said = handoff.summary.removeprefix(f"{handoff.reason}; ")
    return said[:1].upper() + said[1:]


def offered_in(runtime: Runtime, handoff: Handoff, card: HandoffCard) -> HandoffCard:
    """The card with whom the hand-off is offered to, and why."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_called(handoff.offered_to) if plan is not None else None
    member = rep.member if rep is not None else ""
    return replace(card, offered_to=handoff.offered_to, offered_why=handoff.offered_why, member=member)


async def _reach(uow: UnitOfWork, handoff: Handoff, known: Collection[Any]) -> list[tuple[str, str]]:
    """Numbers and addresses by which they go, besides those that they have told and are shown anyway."""
    identities = await uow.profiles.identities(handoff.profile_id)
    return [(REACH[one.kind], one.value) for one in identities if one.kind in REACH and one.value not in known]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ")


async def files_so_far(uow: UnitOfWork, runtime: Runtime, handoff: Handoff) -> dict[str, DeskLine]:
    """What the customer sent before anybody at the desk was told of them, by the keys of the lines that say so."""
    files = await uow.files.in_conversation(handoff.conversation_id, FileState.CLEAN)
    return {
        f"relay:{handoff.id}:{one.key}": DeskLine(
            "Customer", f"sent a file ({one.name}, {in_words(one.size)}): {runtime.links.file(one.id)}"
        )
        for one in files
        if not one.sender
    }


async def recent_lines(uow: UnitOfWork, conversation: Conversation) -> DeskLine:
    speeches = await uow.conversations.transcript(conversation.id, last=LAST_SPEECHES)
    lines = "\n".join(f"{one.speaker}: {_in_short(said_by_one(one.text))}" for one in speeches if one.text)
    return DeskLine("The conversation so far", lines or "Nothing has been said yet.")


def _in_short(text: str) -> str:
    return text if len(text) <= LONGEST_SPEECH else f"{text[:LONGEST_SPEECH]}…"
