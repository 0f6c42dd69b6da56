"""Sync the CRM: queue what each CRM should know of a lead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.consent import Purpose
from bot.domain.delivery import CrmNote, CrmUpsert, OutboxEntry
from bot.domain.handoff import Lead
from bot.domain.ids import ConversationId, HandoffId, OutboxId, ProfileId, new_id
from bot.domain.person import Profile
from bot.domain.score import total_score
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime


async def sync_crm(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    *,
    key: str,
    note: str,
    now: datetime,
    record: Mapping[str, Any] | None = None,
    conversation_id: ConversationId | None = None,
    only: str = "",
) -> None:
    """Queue the record as it is now and, where there is one, a note. The same key queues once.

    `record` are fields that only the CRM has; `only` names the one CRM that is told, where it is not all.
    """
    lead = await lead_of(uow, await uow.profiles.get(profile_id))
    for crm in runtime.crms:
        if only not in ("", crm):
            continue
        dispatches: list[tuple[str, CrmUpsert | CrmNote]] = [(f"{key}:crm:{crm}", CrmUpsert(crm, lead, record or {}))]
        if note:
            dispatches.append((f"{key}:note:{crm}", CrmNote(crm, HandoffId(""), note)))
        for entry_key, dispatch in dispatches:
            await uow.outbox.add(
                OutboxEntry(
                    id=OutboxId(new_id(now)),
                    key=entry_key,
                    dispatch=dispatch,
                    purpose=Purpose.DESK,
                    profile_id=profile_id,
                    conversation_id=conversation_id,
                    created_at=now,
                    due_at=now,
                )
            )


async def lead_of(uow: UnitOfWork, profile: Profile) -> Lead:
    """The person as sales and the CRM see them."""
    identities = await uow.profiles.identities(profile.id)
    changes = await uow.scores.of(profile.id)
    score = total_score(changes)
    by_kind = {identity.kind: identity.value for identity in identities}
    known = profile.attributes
    return Lead(
        key=profile.id,
        email=_text(known.get("email")) or by_kind.get("email"),
        phone=_text(known.get("phone")) or by_kind.get("phone"),
        name=_text(known.get("name")),
        score=score.total,
        grade=score.grade,
        reasons=tuple(f"{change.points:+d} {change.reason}" for change in changes),
        properties={name: value for name, value in known.items() if name not in ("email", "phone", "name")},
    )


def _text(value: Any) -> str | None:
    """An attribute that should be a text: whoever set it may have put anything there."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
