"""Note request: what somebody asks for, with the day by which it has to be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.ids import ProfileId, new_id
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.domain.sending_rules import SendingRules
from bot.journeys.send_window import country_of
from bot.ports import UnitOfWork


async def note_request(
    uow: UnitOfWork,
    rules: SendingRules,
    region: str,
    profile_id: ProfileId,
    kind: RequestKind,
    *,
    how: str,
    now: datetime,
) -> PrivacyRequest:
    """The country is that of a phone number they proved, else the installation's `region`."""
    identities = await uow.profiles.identities(profile_id)
    phone = next((one.value for one in identities if one.kind == "phone" and one.verified), None)
    within = rules.time_for(kind, country_of(phone, region), now)
    request = PrivacyRequest(new_id(now), profile_id, kind, how, now, now + within)
    await uow.privacy_requests.add(request)
    return request


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
