"""Take back an import: erase whom it made known and of whom nothing else was heard since, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import Deed
from bot.domain.ids import ProfileId, first_id
from bot.domain.importing import IMPORTED, ImportProgress
from bot.domain.person import Profile
from bot.domain.timeline import PersonEvent
from bot.ports import UnitOfWork
from bot.services.erase_person import erase_person
from bot.services.runtime import Runtime

AT_ONCE = 20
"""People. Their rows are in many tables, and a transaction should be short."""

COMES_BY_ITSELF = frozenset({"segment.entered", "segment.left"})
AN_IDS_MOMENT = timedelta(milliseconds=1)
MOST_LINES = 50
"""Of a timeline. Of whom there are more, more is known than a file tells."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many were erased, how many stay because more is known of them, and behind whom it goes on, if it does."""

    erased: int
    left: int
    reached: ProfileId | None


async def take_back(
    runtime: Runtime, imported: ImportProgress, deed: Deed, *, after: str = "", dry_run: bool = False
) -> TakenBack:
    """Of the next few. What an import changed of people who were known before is not undone; nobody who had refused
    becomes reachable by it."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        behind = max(after, first_id(imported.begun_at))
        people = await uow.timeline.who_did({IMPORTED}, after=behind, limit=AT_ONCE)
        erased = left = 0
        for who in people:
            await uow.profiles.lock(who, alone=not dry_run)
            profile, lines = await uow.profiles.get(who), await uow.timeline.of(who, limit=MOST_LINES)
            if not _made_known_by(imported, profile, lines, now):
                continue
            if await _more_is_known(uow, imported, profile, lines):
                left += 1
                continue
            erased += 1
            if not dry_run:
                await erase_person(uow, runtime, who, who=deed.who, now=now, asked=False)
        if erased and not dry_run:
            await uow.audit.note(deed, now)
    is_over = len(people) < AT_ONCE or people[-1] > first_id((imported.finished_at or now) + AN_IDS_MOMENT)
    return TakenBack(erased, left, None if is_over else people[-1])


def _made_known_by(imported: ImportProgress, profile: Profile, lines: Sequence[PersonEvent], now: datetime) -> bool:
    """Whoever is new is told of at the moment at which their profile was made."""
    if not imported.begun_at <= profile.created_at <= (imported.finished_at or now):
        return False
    return any(
        one.event == IMPORTED and one.at == profile.created_at and one.data.get("from") == imported.source
        for one in lines
    )


async def _more_is_known(
    uow: UnitOfWork, imported: ImportProgress, profile: Profile, lines: Sequence[PersonEvent]
) -> bool:
    """Whether they wrote, were written to, asked for something, said what they want, or are known from elsewhere."""
    if len(lines) == MOST_LINES or profile.objected_at is not None or profile.restricted_at is not None:
        return True
    if any(one.event != IMPORTED and one.event not in COMES_BY_ITSELF for one in lines):
        return True
    if any(one.event == IMPORTED and one.data.get("from") != imported.source for one in lines):
        return True
    said_since = [one for one in await uow.consents.of(profile.id) if one.at > (imported.finished_at or one.at)]
    return bool(
        said_since
        or await uow.conversations.of(profile.id)
        or await uow.privacy_requests.of(profile.id)
        or await uow.crm_links.of(profile.id)
    )
