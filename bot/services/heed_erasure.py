"""Heed erasure: who was erased in a CRM is to be erased here, too, and gets no new record there meanwhile.

That the CRM has erased somebody stands in the register of requests, and nowhere else: `erased_in` is how it came.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.audit import Deed
from bot.domain.delivery import CrmErasure, Later, OutboxEntry, Withhold
from bot.domain.ids import ProfileId, new_id
from bot.domain.privacy import RequestKind
from bot.ports import UnitOfWork
from bot.services.erase_elsewhere import queue_erasure
from bot.services.note_request import note_request
from bot.services.runtime import Runtime
from bot.services.weigh import have_written_since

log = structlog.get_logger()

LOOK_AGAIN = timedelta(hours=1)
ASKED_BEFORE = "asked for before, and still to be done"


def erased_in(crm: str) -> str:
    """How the request came."""
    return f"erased in {crm}"


async def heed_erasure(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, crm: str, now: datetime) -> None:
    """Note that it is asked for here, too, and that there is no record over there. Who erases people here looks first
    whether it is for them to do."""
    rules, how = runtime.library.current().rules, erased_in(crm)
    request = await note_request(uow, rules, runtime.region, profile_id, RequestKind.ERASURE, how=how, now=now)
    if request.received_at != now:
        line = replace(request, id=new_id(now), how=how, received_at=now, done_at=now, outcome=ASKED_BEFORE)
        await uow.privacy_requests.add(line)
    await uow.crm_links.remove(crm, profile_id)
    deed = Deed("person.requested", f"crm:{crm}", profile_id, detail={"kind": RequestKind.ERASURE.value})
    await uow.audit.note(deed, now)
    log.warning("a CRM has erased somebody: a request for erasure is in the register", crm=crm, profile=profile_id)


async def weigh_sync(
    uow: UnitOfWork, entry: OutboxEntry, crm: str, profile_id: ProfileId, now: datetime
) -> Withhold | Later | None:
    """Why their record is not written, where the CRM has erased them; None where nothing is in the way.

    There is one again only for who has written since, and not before it is decided whether they are erased here.
    """
    if await uow.crm_links.get(crm, profile_id) is not None:
        return None
    erased_at = await _erased_at(uow, crm, profile_id)
    if erased_at is None:
        return None
    if entry.created_at <= erased_at or not await have_written_since(uow, profile_id, erased_at):
        return Withhold(f"{crm} has erased them, and they have not written since")
    theirs = await uow.privacy_requests.of(profile_id)
    if any(one.kind is RequestKind.ERASURE and one.done_at is None for one in theirs):
        return Later(now + LOOK_AGAIN, f"{crm} has erased them: erase them here, or close their request for erasure")
    return None


async def link_record(
    uow: UnitOfWork, crm: str, profile_id: ProfileId, record: str, *, made: bool, since: datetime
) -> None:
    """Keep whose record it is. Where the CRM has erased them `since` the sync began, one that it `made` is erased."""
    erased_at = await _erased_at(uow, crm, profile_id)
    if erased_at is None or erased_at < since:
        await uow.crm_links.put(crm, profile_id, record)
    elif made:
        await queue_erasure(uow, f"erasure:anew:{crm}:{record}", CrmErasure(crm, record, "delete"), erased_at)


async def _erased_at(uow: UnitOfWork, crm: str, profile_id: ProfileId) -> datetime | None:
    """When the CRM erased them, at the last."""
    theirs = await uow.privacy_requests.of(profile_id)
    return max((one.received_at for one in theirs if one.how == erased_in(crm)), default=None)
