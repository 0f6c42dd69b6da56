"""Reads everybody, or who is in a segment, a chunk at a time, with what is known of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bot.domain.consent import ConsentRecord
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.ports import Store, UnitOfWork

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Known:
    """One person. `opted_out` are the addresses among their identities that get no more marketing."""

    profile: Profile
    identities: Sequence[Identity]
    consents: Sequence[ConsentRecord]
    opted_out: frozenset[str]


async def everybody(store: Store, segment: str | None = None) -> AsyncIterator[Sequence[Known]]:
    """In the order of their ids. Each chunk is read in a transaction of its own, so nobody waits for the whole."""
    after: str | None = ""
    while after is not None:
        async with store.transaction() as uow:
            people, after = await _next(uow, after, segment)
            found = await _known(uow, people)
        if found:
            yield found


async def _next(uow: UnitOfWork, after: str, segment: str | None) -> tuple[Sequence[ProfileId], str | None]:
    if segment is None:
        page = await uow.profiles.page(after=after, limit=CHUNK)
        return page.people, page.reached
    people = await uow.segments.members(segment, after=after, limit=CHUNK)
    return people, people[-1] if len(people) == CHUNK else None


async def _known(uow: UnitOfWork, people: Sequence[ProfileId]) -> Sequence[Known]:
    uow.expect(people)
    consents = await uow.consents.of_all(people)
    profiles = [await uow.profiles.get(who) for who in people]
    identities = [await uow.profiles.identities(who) for who in people]
    silent = await uow.consents.opted_out({one.value for group in identities for one in group})
    return [
        Known(
            profile, group, consents.get(profile.id, ()), frozenset(one.value for one in group if one.value in silent)
        )
        for profile, group in zip(profiles, identities, strict=True)
    ]
