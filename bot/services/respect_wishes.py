"""Respect wishes: note that a person objects to marketing, or that what is kept of them may only be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.consent import Wish
from bot.domain.ids import ProfileId, new_id
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.keep_score import SCORED
from bot.services.keep_segments import keep_segments
from bot.services.note_request import settle_requests
from bot.services.opt_out import opt_out
from bot.services.runtime import Runtime

LIFTING = "the end of the restriction"
"""What a line of the register is for that nobody asked for."""


class NotInformed(ValueError):
    """Nobody has said that the person was told of what is about to end for them."""


async def note_objection(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, *, how: str, now: datetime) -> None:
    """All marketing ends, and points are given no more (GDPR article 21(2) and (3))."""
    await uow.profiles.lock(profile_id)
    await settle_requests(uow, profile_id, {RequestKind.OBJECTION}, f"objection {how}", now)
    profile = await uow.profiles.fresh(profile_id)
    if await _is_known_of_them(uow, profile_id, profile.objected_at):
        return
    await uow.profiles.save(replace(profile, objected_at=now))
    emitted = await opt_out(uow, runtime, profile_id, Wish(f"objection: {how}", now))
    moved = await keep_segments(uow, runtime, profile_id, SCORED, now)
    await tell_journeys(uow, runtime, profile_id, (*emitted, *moved), now)


async def withdraw_objection(uow: UnitOfWork, profile_id: ProfileId) -> None:
    """They may be asked for consent again, and points count; what they had consented to stays withdrawn."""
    await uow.profiles.save(replace(await uow.profiles.fresh(profile_id), objected_at=None))


async def restrict(uow: UnitOfWork, profile_id: ProfileId, *, now: datetime) -> None:
    """What is kept of them is kept, and nothing is done with it until that is lifted (GDPR article 18).

    They get answers to what they write.
    """
    await uow.profiles.lock(profile_id)
    await settle_requests(uow, profile_id, {RequestKind.RESTRICTION}, "restricted", now)
    profile = await uow.profiles.fresh(profile_id)
    if not await _is_known_of_them(uow, profile_id, profile.restricted_at):
        await uow.profiles.save(replace(profile, restricted_at=now))


async def _is_known_of_them(uow: UnitOfWork, profile_id: ProfileId, since: datetime | None) -> bool:
    """Whether the wish stands, and stays where they are parted from whom they were merged with: one from before may be
    the other one's alone."""
    if since is None:
        return False
    merge = await uow.merges.latest(profile_id)
    return merge is None or merge.at <= since


async def lift_restriction(uow: UnitOfWork, profile_id: ProfileId, *, informed: str, now: datetime) -> None:
    """It may be used again. `informed` is how they were told so beforehand, for the register of requests.

    Raises NotInformed where nobody says that they were (GDPR article 18(3)).
    """
    if not informed.strip():
        raise NotInformed(
            "whoever had their data restricted is told before that ends (GDPR article 18(3)). Tell them, and say how "
            "they were told"
        )
    profile = await uow.profiles.fresh(profile_id)
    if profile.restricted_at is None:
        return
    await uow.profiles.save(replace(profile, restricted_at=None))
    outcome = f"lifted; they were told before: {informed.strip()}"
    line = PrivacyRequest(new_id(now), profile_id, RequestKind.RESTRICTION, LIFTING, now, now, now, outcome)
    await uow.privacy_requests.add(line)
