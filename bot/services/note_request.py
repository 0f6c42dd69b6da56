"""Note request: what somebody asks for, with the day by which it has to be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.domain.audit import Deed
from bot.domain.ids import ProfileId, new_id
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.domain.sending_rules import SendingRules
from bot.journeys.send_window import country_of
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime

THEMSELVES = "person"
"""Who did it, in the audit log, where the person did."""


async def note_request(
    uow: UnitOfWork,
    rules: SendingRules,
    region: str,
    profile_id: ProfileId,
    kind: RequestKind,
    *,
    how: str,
    now: datetime,
    told: datetime | None = None,
) -> PrivacyRequest:
    """The request; the one before, where they have asked for the same and it is still to be done.

    Where they were `told` already by when it will be, that holds, whatever has been done or asked for meanwhile.
    """
    await uow.profiles.lock(profile_id)
    if (before := await _open(uow, profile_id, kind)) is not None:
        return before
    due = told or await due_by(uow, rules, region, profile_id, kind, now)
    request = PrivacyRequest(new_id(now), profile_id, kind, how, now, due)
    await uow.privacy_requests.add(request)
    return request


async def due_by(
    uow: UnitOfWork, rules: SendingRules, region: str, profile_id: ProfileId, kind: RequestKind, now: datetime
) -> datetime:
    """By when it has to be done if they ask for it now, or had asked for it before.

    The country is that of a phone number they proved, else the installation's `region`.
    """
    if (before := await _open(uow, profile_id, kind)) is not None:
        return before.due_at
    identities = await uow.profiles.identities(profile_id)
    phone = next((one.value for one in identities if one.kind == "phone" and one.verified), None)
    return now + rules.time_for(kind, country_of(phone, region), now)


async def hear_request(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    kind: RequestKind,
    *,
    how: str,
    now: datetime,
    told: datetime | None = None,
) -> None:
    """Note what somebody has asked for themselves, and in the audit log that they did."""
    rules = runtime.library.current().rules
    request = await note_request(uow, rules, runtime.region, profile_id, kind, how=how, now=now, told=told)
    if request.received_at == now:
        await uow.audit.note(Deed("person.requested", THEMSELVES, profile_id, detail={"kind": kind.value}), now)


async def settle_requests(
    uow: UnitOfWork, profile_id: ProfileId, kinds: Collection[RequestKind], outcome: str, now: datetime
) -> None:
    """What they asked for of these kinds has been done."""
    for request in await uow.privacy_requests.of(profile_id):
        if request.kind in kinds and request.done_at is None:
            await uow.privacy_requests.done(request.id, outcome, now)


async def _open(uow: UnitOfWork, profile_id: ProfileId, kind: RequestKind) -> PrivacyRequest | None:
    theirs = await uow.privacy_requests.of(profile_id)
    return next((one for one in theirs if one.kind is kind and one.done_at is None), None)


def told_of(request: PrivacyRequest) -> Mapping[str, Any]:
    """The request as JSON has it."""
    return {
        "id": request.id,
        "person": request.profile_id,
        "kind": request.kind.value,
        "how": request.how,
        "received_at": request.received_at.isoformat(),
        "due_at": request.due_at.isoformat(),
        "done_at": request.done_at.isoformat() if request.done_at is not None else None,
        "outcome": request.outcome,
    }
