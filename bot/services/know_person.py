"""Know a person: find whom another system names, or make them known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.domain.ids import ProfileId, new_id
from bot.domain.message import storable
from bot.domain.person import ANONYMOUS_ID, USER_ID, Identity, Profile
from bot.domain.provenance import Origin
from bot.nlu.contacts import find_phones
from bot.ports import UnitOfWork
from bot.services.keep_segments import meet_segments
from bot.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Wanted:
    """The person meant, by our own id or by an identity; a new identity makes a new person."""

    profile_id: ProfileId | None = None
    identity: Identity | None = None


class NoSuchPerson(LookupError):
    """Nobody has this id."""


async def know_person(uow: UnitOfWork, runtime: Runtime, wanted: Wanted, told: Origin) -> ProfileId:
    """Whoever has the id or the identity; raises NoSuchPerson for an id that nobody has."""
    if wanted.profile_id is not None:
        return await by_id(uow, wanted.profile_id)
    assert wanted.identity is not None  # noqa: S101  one of the two is given
    kind, value = wanted.identity.kind, wanted.identity.value
    owner = await uow.profiles.owner_of(kind, value)
    if owner is None:
        await uow.profiles.lock_identities([wanted.identity])  # somebody else may just be making them known
        owner = await uow.profiles.owner_of(kind, value)
    return owner.id if owner is not None else await meet_person(uow, runtime, wanted.identity, told)


async def owners_at_last(uow: UnitOfWork, named: Collection[Identity]) -> Mapping[Identity, ProfileId]:
    """Who has each of these; until this transaction ends, nobody else can claim the rest."""
    owners = await uow.profiles.owners_of(named)
    if unknown := [one for one in named if one not in owners]:
        await uow.profiles.lock_identities(unknown)
        owners = await uow.profiles.owners_of(named)
    return owners


async def by_id(uow: UnitOfWork, profile_id: ProfileId) -> ProfileId:
    """The person with this id, or the one they were merged into; raises NoSuchPerson."""
    found = profile_id
    while True:
        try:
            return (await uow.profiles.get(found)).id
        except LookupError as error:
            merge = await uow.merges.latest(found)
            if merge is None or merge.merged.id != found:
                raise NoSuchPerson(f'there is no person "{profile_id}"') from error
            found = merge.kept.id


async def by_name(uow: UnitOfWork, name: str) -> ProfileId:
    """By our id, else by an identity: a phone number, an address, another system's id, or `webchat:<visitor>`.

    Raises NoSuchPerson.
    """
    if name == storable(name):  # else it would be somebody else's, without what no database takes
        with suppress(NoSuchPerson):
            return await by_id(uow, ProfileId(name))
        kind, parted, value = name.partition(":")
        ways = [("phone", _number(name)), ("email", name.lower()), (USER_ID, name), (ANONYMOUS_ID, name)]
        for one, known in [*ways, *([(kind, value)] if parted else [])]:
            owner = await uow.profiles.owner_of(one, known)
            if owner is not None:
                return owner.id
    raise NoSuchPerson(
        f'nobody is known as "{storable(name)}". Name an id, a phone number with + and the country\'s code, an e-mail '
        "address, your own id of them, or <channel>:<address>"
    )


async def look_for(
    uow: UnitOfWork, text: str, *, region: str, limit: int, besides: Collection[str] = ()
) -> Sequence[ProfileId]:
    """Whoever goes by this number or address as a whole, else everybody who has the text in what is known of them.

    Attributes in `besides` are not looked at: whoever looks and may not see them would read them letter by letter.
    """
    whole = [Identity("phone", _number(text, region)), Identity("email", text.lower())]
    return await uow.profiles.holders_of(whole, limit=limit) or await uow.profiles.find(
        text, limit=limit, besides=besides
    )


def _number(name: str, region: str | None = None) -> str:
    """A phone number as it is kept: +44 7700 900123 is +447700900123, and so is 07700 900123 in Britain."""
    found = next(find_phones(name, region), None)
    return str(found.value) if found is not None and found.text == name.strip() else name


async def meet_person(uow: UnitOfWork, runtime: Runtime, identity: Identity, told: Origin) -> ProfileId:
    """Somebody new. That the identity is theirs is a claim of the caller's, and they have consented to nothing."""
    now = told.at
    profile = Profile(ProfileId(new_id(now)), now)
    await uow.profiles.add(profile)
    await uow.profiles.claim(profile.id, identity, now, told)
    await meet_segments(uow, runtime, profile.id, now)
    return profile.id
