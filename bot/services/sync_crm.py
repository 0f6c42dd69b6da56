"""Sync the CRM: queue what each CRM should know of a lead, and work out what that is when it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.consent import Purpose, has_opted_out, standing_consent
from bot.domain.crm import CrmMapping
from bot.domain.delivery import CrmUpsert, OutboxEntry
from bot.domain.effects import SyncCrm
from bot.domain.handoff import Lead
from bot.domain.ids import ConversationId, OutboxId, ProfileId, new_id
from bot.domain.likelihood import Scorecard
from bot.domain.person import Profile
from bot.domain.score import Grades, total_score
from bot.journeys.crm_mapping import field_values
from bot.journeys.scoring import lead_facts, reasons_of
from bot.ports import UnitOfWork
from bot.services.person_facts import foresee, profile_facts
from bot.services.runtime import Runtime

MARKETING = Purpose.MARKETING


async def sync_crm(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    *,
    key: str,
    wanted: SyncCrm,
    now: datetime,
    conversation_id: ConversationId | None = None,
    only: str = "",
    only_known: bool = False,
) -> None:
    """Queue the record as it is now, with the note, task and deal that are wanted. The same key queues once.

    `only` names the one CRM that is told, where it is not all. `only_known`: no record is made by it.
    """
    playbook = runtime.library.current()
    profile = await uow.profiles.get(profile_id)
    lead = await lead_of(uow, profile, now, playbook.scorecards, grades=playbook.grades)
    for crm in runtime.crms:
        if only not in ("", crm):
            continue
        await uow.outbox.add(
            OutboxEntry(
                id=OutboxId(new_id(now)),
                key=f"{key}:crm:{crm}",
                dispatch=CrmUpsert(crm, lead, wanted.record, wanted.note, wanted.task, wanted.deal, only_known),
                purpose=Purpose.DESK,
                profile_id=profile_id,
                conversation_id=conversation_id,
                created_at=now,
                due_at=now,
            )
        )


async def tell_crms_of_opt_out(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> None:
    await _tell_crms(uow, runtime, profile_id, "opt-out", now)


async def tell_crms_of_consent(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> None:
    """They have said yes or no to marketing on one channel."""
    await _tell_crms(uow, runtime, profile_id, "consent", now)


async def _tell_crms(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, what: str, now: datetime) -> None:
    """Queue the record where a CRM has one; nobody gets one because of what they want to hear."""
    for crm in runtime.crms:
        if await uow.crm_links.get(crm, profile_id) is not None:
            key = f"{what}:{profile_id}:{now.isoformat()}"
            await sync_crm(uow, runtime, profile_id, key=key, wanted=SyncCrm(), now=now, only=crm, only_known=True)


async def lead_of(
    uow: UnitOfWork, profile: Profile, now: datetime, cards: Sequence[Scorecard] = (), *, grades: Grades
) -> Lead:
    """The person as sales and the CRM see them."""
    identities = await uow.profiles.identities(profile.id)
    changes = await uow.scores.of(profile.id)
    score = total_score(changes, now)
    foretold = await foresee(uow, cards, profile, now)
    by_kind = {identity.kind: identity.value for identity in identities}
    known = profile.attributes
    consents = await uow.consents.of(profile.id)
    said = {one.channel: standing_consent(consents, MARKETING, one.channel) for one in consents}
    stands = [name for name, one in said.items() if one is not None and one.granted and not one.has_expired(now)]
    stands = stands if profile.objected_at is None else []
    return Lead(
        key=profile.id,
        email=_text(known.get("email")) or by_kind.get("email"),
        phone=_text(known.get("phone")) or by_kind.get("phone"),
        name=_text(known.get("name")),
        score=score.total,
        grade=grades.of(score),
        reasons=reasons_of(changes, foretold, now),
        properties={name: value for name, value in known.items() if name not in ("email", "phone", "name")},
        opted_out=has_opted_out(consents) or profile.objected_at is not None,
        wants_mail="email" in stands,
        consents=tuple(sorted(stands)),
        refuses=tuple(sorted(name for name, one in said.items() if one is not None and not one.granted)),
    )


async def fields_of(
    uow: UnitOfWork,
    mapping: CrmMapping,
    profile_id: ProfileId,
    record: Mapping[str, Any],
    now: datetime,
    cards: Sequence[Scorecard] = (),
    *,
    grades: Grades,
) -> tuple[Lead, Mapping[str, Any]]:
    """The lead as it is now, and what we have for each field of the mapping."""
    profile = await uow.profiles.get(profile_id)
    lead = replace(await lead_of(uow, profile, now, cards, grades=grades), record=record)
    foretold = await foresee(uow, cards, profile, now)
    scores = lead_facts(await uow.scores.of(profile_id), now, foretold, grades=grades)
    return lead, field_values(mapping, profile_facts(profile), {**scores, **_who(lead)}, now)


def _who(lead: Lead) -> Mapping[str, Any]:
    """What a mapping may read of a lead besides its score. An opt-out is there or not, so that none is taken back."""
    first, _, last = (lead.name or "").strip().partition(" ")
    return {
        "id": lead.key,
        "email": lead.email.strip().lower() if lead.email else None,
        "phone": lead.phone,
        "name": lead.name,
        "first_name": first or None,
        "last_name": last.strip() or None,
        "reasons": list(lead.reasons),
        "opted_out": True if lead.opted_out else None,
        "consent": ", ".join(lead.consents) or "none",
    }


def _text(value: Any) -> str | None:
    """An attribute that should be a text: whoever set it may have put anything there."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
