"""Profiles, and the identities they go by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, bindparam, case, cast, delete, func, insert, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.codec import NAMES, ORIGIN
from bot.adapters.database.erased_addresses import suppress_erased
from bot.adapters.database.facts import as_stored
from bot.adapters.database.newest import count_people, newest_people
from bot.adapters.database.provenance import StoredProvenance, origin_text, provenance_text
from bot.adapters.database.repository import Expected, OfPeople, Repository, Session
from bot.adapters.database.sealing import Sealing
from bot.adapters.database.search import find_people
from bot.adapters.database.tags import count_tags
from bot.adapters.tables import identity, profile, shard_of
from bot.adapters.tables.sealing import (
    ATTRIBUTES_OF_PROFILE,
    PROVENANCE_OF_PROFILE,
    VALUE_OF_IDENTITY,
)
from bot.domain.errors import PersonGone
from bot.domain.ids import ProfileId
from bot.domain.merging import Claim
from bot.domain.person import Identity, Profile
from bot.domain.phone_forms import one_form
from bot.domain.provenance import Origin
from bot.ports import Dated, Outside, Page

ADD_PROFILE = insert(profile)
GET_PROFILE = select(profile).where(profile.c.id == bindparam("profile"))
GET_AND_LOCK = GET_PROFILE.with_for_update(key_share=True)
_ROW = select(profile.c.id).where(profile.c.id == bindparam("profile"))
LOCK = _ROW.with_for_update(key_share=True)
LOCK_ALL = (
    select(profile.c.id)
    .where(profile.c.id == text("ANY(CAST(:people AS text[]))"))
    .order_by(profile.c.id)
    .with_for_update(key_share=True)
)
LOCK_ALONE = _ROW.with_for_update()
"""Nobody may add a row that belongs to them meanwhile: each such row takes a lock on theirs."""

LOCK_IDENTITIES = text(
    "SELECT pg_advisory_xact_lock(73060827, number) FROM unnest(CAST(:numbers AS integer[])) AS number"
)
"""In the order of the numbers. The first is Overture's own and means nothing."""

MANY = 20
ONE_OF_MANY = text("SELECT pg_advisory_xact_lock(7306082714)")
"""For whoever wants more than `MANY` of those: one at a time, since PostgreSQL keeps all locks in one table, of some
6,400 where nothing else was set, and a chunk of an import may want 1,500."""

SAVE_PROFILE = update(profile).where(profile.c.id == bindparam("profile"))
MOST_DAYS = 10
"""People are looked for by so many days at once; where there are more, by having the attribute at all."""

LOOKS = 20_000
"""Profiles that are looked at for one page: some hundredths of a second."""

PAGE = select(profile.c.id).where(profile.c.id > bindparam("after")).order_by(profile.c.id).limit(bindparam("most"))
_next = (
    select(profile.c.id).where(profile.c.id > bindparam("after")).order_by(profile.c.id).limit(bindparam("looks"))
).subquery()
LOOKED_AT = select(func.max(_next.c.id).label("last"), func.count().label("number")).select_from(_next)


def _page_dated(attribute: Any) -> Any:
    days = (cast(attribute, Text).like(bindparam(f"day_{one}")) for one in range(MOST_DAYS))
    return PAGE.where(profile.c.id <= bindparam("last"), or_(*days))


# A row whose JSON is broken fits every day, as a pattern fits itself: whoever reads it says what is wrong with it.
PAGE_DATED_SQLITE = _page_dated(
    case(
        (
            func.json_valid(profile.c.attributes) == 1,
            func.json_extract(profile.c.attributes, bindparam("attribute", type_=Text)),
        ),
        else_=bindparam("day_0", type_=Text),
    )
)
PAGE_DATED_POSTGRESQL = _page_dated(profile.c.attributes.op("->>")(bindparam("attribute", type_=Text)))
_page_looked_at = PAGE.where(profile.c.id <= bindparam("last"))
PAGE_OUTSIDE_SQLITE = _page_looked_at.where(
    text("COALESCE(time_zone, '') NOT IN (SELECT value FROM json_each(:zones))")
)
PAGE_OUTSIDE_POSTGRESQL = _page_looked_at.where(text("COALESCE(time_zone, '') <> ALL(CAST(:zones AS text[]))"))
OWNER = (
    select(profile)
    .join(identity, identity.c.profile_id == profile.c.id)
    .where(identity.c.kind == bindparam("kind"), identity.c.value.in_((bindparam("value"), bindparam("in_other_form"))))
    .order_by(identity.c.verified.desc(), identity.c.claimed_at.desc(), identity.c.profile_id.desc())
    .limit(1)
)
_owners = select(identity.c.kind, identity.c.value, identity.c.profile_id).order_by(
    identity.c.verified, identity.c.claimed_at, identity.c.profile_id
)
OWNERS_SQLITE = _owners.where(
    text(
        "(kind, value) IN (SELECT k.value, v.value FROM json_each(:kinds) k JOIN json_each(:named) v ON v.key = k.key)"
    )
)
OWNERS_POSTGRESQL = _owners.where(
    text("(kind, value) IN (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:named AS text[])))")
)
"""By pairs, so that a table without statistics yet is not read whole: two lists would be."""

PROVERS = (
    select(identity.c.profile_id)
    .distinct()
    .where(
        identity.c.kind == bindparam("of_kind"),
        identity.c.value.in_((bindparam("of_value"), bindparam("in_other_form"))),
        identity.c.verified,
    )
    .order_by(identity.c.profile_id)
)
HOLDERS = (
    select(identity.c.profile_id)
    .distinct()
    .where(tuple_(identity.c.kind, identity.c.value).in_(bindparam("named", expanding=True)))
    .order_by(identity.c.profile_id)
    .limit(bindparam("most"))
)
DISCLAIM = delete(identity).where(
    identity.c.kind == bindparam("of_kind"),
    identity.c.value == bindparam("of_value"),
    identity.c.profile_id == bindparam("of_person"),
)
_claim = upsert(identity)
CLAIM = _claim.on_conflict_do_update(
    index_elements=["kind", "value", "profile_id"],
    set_={
        "verified": or_(identity.c.verified, _claim.excluded.verified),
        "claimed_at": _claim.excluded.claimed_at,
        "origin": func.coalesce(_claim.excluded.origin, identity.c.origin),
    },
)
IDENTITIES = (
    select(identity)
    .where(identity.c.profile_id == bindparam("profile"))
    .order_by(identity.c.claimed_at, identity.c.kind, identity.c.value)
)


PROFILES_OF = OfPeople(select(profile), profile.c.id)
IDENTITIES_OF = OfPeople(
    select(identity).order_by(identity.c.claimed_at, identity.c.kind, identity.c.value), identity.c.profile_id
)


class StoredProfiles(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._expected = Expected(session, PROFILES_OF)
        self._identities = Expected(session, IDENTITIES_OF)
        self._locked: set[ProfileId] = set()

    def expect(self, people: Collection[ProfileId]) -> None:
        self._expected.expect(people)
        self._identities.expect(people)

    async def get(self, profile_id: ProfileId) -> Profile:
        expected = await self._expected.rows(profile_id)
        return profile_of(expected[0], self._sealing) if expected else await self._read(GET_PROFILE, profile_id)

    async def fresh(self, profile_id: ProfileId) -> Profile:
        return await self._read(GET_AND_LOCK if self._session.is_postgresql else GET_PROFILE, profile_id)

    async def _read(self, statement: Any, profile_id: ProfileId) -> Profile:
        row = (await self._session.execute(statement, {"profile": profile_id})).first()
        if row is None:
            raise PersonGone(f'there is no profile "{profile_id}" in the store.')
        return profile_of(row, self._sealing)

    async def add(self, profile: Profile) -> None:
        identifying = {"id": profile.id, "shard": shard_of(profile.id), "created_at": profile.created_at}
        await self._session.execute(ADD_PROFILE, identifying | _knowledge(profile, self._sealing))

    async def add_all(self, profiles: Sequence[Profile]) -> None:
        rows = [
            {"id": one.id, "shard": shard_of(one.id), "created_at": one.created_at} | _knowledge(one, self._sealing)
            for one in profiles
        ]
        if rows:
            await self._session.execute(ADD_PROFILE, rows)

    async def save(self, profile: Profile) -> None:
        self._expected.forget(profile.id)
        changed = await self._session.execute(
            SAVE_PROFILE, {"profile": profile.id} | _knowledge(profile, self._sealing)
        )
        if not changed.rowcount:
            raise PersonGone(f'there is no profile "{profile.id}" in the store.')

    async def page(self, *, after: str, limit: int, only: Dated | Outside | None = None) -> Page:
        if only is None:
            people = [row.id for row in await self._session.execute(PAGE, {"after": after, "most": limit})]
            return Page(people, people[-1] if len(people) == limit else None)
        looked = (await self._session.execute(LOOKED_AT, {"after": after, "looks": LOOKS})).first()
        if not looked.number:
            return Page([], None)
        statement, wanted = self._searched(only)
        values = {"after": after, "last": looked.last, "most": limit, **wanted}
        people = [row.id for row in await self._session.execute(statement, values)]
        if len(people) == limit:
            return Page(people, people[-1])
        return Page(people, looked.last if looked.number == LOOKS else None)

    def _searched(self, only: Dated | Outside) -> tuple[Any, Mapping[str, Any]]:
        """The statement that looks for them, and its values."""
        on_postgresql = self._session.is_postgresql
        if isinstance(only, Outside):
            zones = sorted(only.zones)
            if on_postgresql:
                return PAGE_OUTSIDE_POSTGRESQL, {"zones": zones}
            return PAGE_OUTSIDE_SQLITE, {"zones": json.dumps(zones)}
        attribute = only.attribute if on_postgresql else f'$."{only.attribute}"'
        return PAGE_DATED_POSTGRESQL if on_postgresql else PAGE_DATED_SQLITE, {"attribute": attribute, **_days(only)}

    async def owner_of(self, kind: str, value: str) -> Profile | None:
        written, other = self._sealing.forms(value)
        found = await self._session.execute(OWNER, {"kind": kind, "value": written, "in_other_form": other})
        row = found.first()
        return None if row is None else profile_of(row, self._sealing)

    async def find(self, text: str, *, limit: int, besides: Collection[str] = ()) -> Sequence[ProfileId]:
        return await find_people(self._session, text, limit=limit, besides=besides)

    async def newest(self, *, segment: str = "", before: str = "", limit: int) -> Sequence[ProfileId]:
        return await newest_people(self._session, segment=segment, before=before, limit=limit)

    async def count(self, *, segment: str = "", most: int) -> int:
        return await count_people(self._session, segment=segment, most=most)

    async def tags(self, *, among: int, limit: int) -> Mapping[str, int]:
        return await count_tags(self._session, among=among, limit=limit)

    async def holders_of(self, identities: Collection[Identity], *, limit: int) -> Sequence[ProfileId]:
        named = sorted({(one.kind, form) for one in identities for form in self._sealing.forms(one.value)})
        return [row.profile_id for row in await self._session.execute(HOLDERS, {"named": named, "most": limit})]

    async def owners_of(self, identities: Collection[Identity]) -> Mapping[Identity, ProfileId]:
        if not identities:
            return {}
        pairs: dict[tuple[str, str], list[Identity]] = {}
        for one in identities:
            for form in dict.fromkeys(self._sealing.forms(one.value)):
                pairs.setdefault((one.kind, form), []).append(one)
        lists = {"kinds": [kind for kind, _ in pairs], "named": [value for _, value in pairs]}
        if self._session.is_postgresql:
            rows = await self._session.execute(OWNERS_POSTGRESQL, lists)
        else:
            as_json = {name: json.dumps(values) for name, values in lists.items()}
            rows = await self._session.execute(OWNERS_SQLITE, as_json)
        # The last to stand in this order is whom `owner_of` finds.
        return {one: row.profile_id for row in rows for one in pairs[row.kind, row.value]}

    async def claim(
        self, profile_id: ProfileId, identity: Identity, at: datetime, origin: Origin | None = None
    ) -> None:
        await self.claim_all([Claim(profile_id, identity, at, origin)])

    async def claim_all(self, claims: Sequence[Claim]) -> None:
        rows = []
        for one in claims:
            self._identities.forget(one.profile_id)
            kind, value = one.identity.kind, one.identity.value
            row = {
                "kind": kind,
                "value": self._sealing.index(value),
                "sealed_value": self._sealing.seal_beside(VALUE_OF_IDENTITY, value, kind, one.profile_id),
                "profile_id": one.profile_id,
                "verified": one.identity.verified,
                "claimed_at": one.at,
                "origin": origin_text(one.origin),
            }
            rows.append(row)
        if rows:
            await self._session.execute(CLAIM, rows if len(rows) > 1 else rows[0])
            await suppress_erased(self._session, {one.identity.value for one in claims})

    async def disclaim(self, profile_id: ProfileId, identity: Identity) -> None:
        self._identities.forget(profile_id)
        values = {"of_kind": identity.kind, "of_value": self._sealing.index(identity.value), "of_person": profile_id}
        await self._session.execute(DISCLAIM, values)

    async def provers_of(self, kind: str, value: str) -> Sequence[ProfileId]:
        written, other = self._sealing.forms(value)
        values = {"of_kind": kind, "of_value": written, "in_other_form": other}
        rows = await self._session.execute(PROVERS, values)
        return [row.profile_id for row in rows]

    async def identities(self, profile_id: ProfileId) -> Sequence[Identity]:
        rows = await self._identities.rows(profile_id)
        if rows is None:
            rows = (await self._session.execute(IDENTITIES, {"profile": profile_id})).all()
        return [one.identity for one in claims_of(rows, self._sealing)]

    async def lock(self, profile_id: ProfileId, *, alone: bool = False) -> None:
        if not self._session.is_postgresql:  # SQLite has one writer at a time
            return
        if alone:
            await self._session.execute(LOCK_ALONE, {"profile": profile_id})
        elif profile_id not in self._locked:
            await self._session.execute(LOCK, {"profile": profile_id})

    async def lock_all(self, people: Collection[ProfileId]) -> None:
        if self._session.is_postgresql and people:
            await self._session.execute(LOCK_ALL, {"people": sorted(people)})
            self._locked.update(people)

    async def lock_identities(self, identities: Collection[Identity]) -> None:
        if not self._session.is_postgresql or not identities:
            return
        if len(identities) > MANY:
            await self._session.execute(ONE_OF_MANY)
        await self._session.execute(LOCK_IDENTITIES, {"numbers": sorted({_number_of(one) for one in identities})})


def _number_of(identity: Identity) -> int:
    """Two that have the same wait for each other once in a while, and lose nothing by it."""
    named = f"{identity.kind}:{one_form(identity.value)}".encode()
    return int.from_bytes(hashlib.blake2b(named, digest_size=4).digest(), signed=True)


def _days(dated: Dated) -> dict[str, str]:
    """What the attribute of somebody whom it fits begins with; always as many patterns."""
    days = list(dated.days) if 0 < len(dated.days) <= MOST_DAYS else [""]
    days += days[:1] * (MOST_DAYS - len(days))
    return {f"day_{number}": f"{day}%" for number, day in enumerate(days)}


def claims_of(rows: Iterable[Any], sealing: Sealing) -> list[Claim]:
    """The claims in rows of identities, in the order in which they were made."""
    found = []
    for row in rows:
        value = sealing.open_beside(VALUE_OF_IDENTITY, row.value, row.sealed_value, row.kind, row.profile_id)
        origin = ORIGIN.load(row.origin) if row.origin is not None else None
        found.append(Claim(row.profile_id, Identity(row.kind, value, row.verified), row.claimed_at, origin))
    # Those of one moment stand by their values, and not by blind indexes.
    return sorted(found, key=lambda one: (one.at, one.identity.kind, one.identity.value)) if sealing.is_on else found


def _knowledge(profile: Profile, sealing: Sealing) -> dict[str, Any]:
    attributes, sealed = sealing.seal_facts(ATTRIBUTES_OF_PROFILE, profile.attributes, profile.id)
    provenance = provenance_text(profile.provenance)
    return {
        "time_zone": as_stored(profile.time_zone),
        "locale": as_stored(profile.locale),
        "attributes": attributes,
        "sealed_attributes": sealed,
        "words": sealing.words(profile.attributes),
        "tags": NAMES.dump(tuple(sorted(map(as_stored, profile.tags)))),
        "objected_at": profile.objected_at,
        "restricted_at": profile.restricted_at,
        "marketing_pause": profile.marketing_pause.days if profile.marketing_pause is not None else None,
        "paused_until": profile.paused_until,
        "provenance": sealing.seal_if_any(PROVENANCE_OF_PROFILE, provenance, profile.id),
    }


def profile_of(row: Any, sealing: Sealing) -> Profile:
    """The profile in a row that has its columns."""
    return Profile(
        id=row.id,
        created_at=row.created_at,
        attributes=sealing.open_facts(ATTRIBUTES_OF_PROFILE, row.attributes, row.sealed_attributes, row.id),
        time_zone=row.time_zone,
        locale=row.locale,
        tags=frozenset(NAMES.load(row.tags)),
        objected_at=row.objected_at,
        restricted_at=row.restricted_at,
        marketing_pause=timedelta(days=row.marketing_pause) if row.marketing_pause is not None else None,
        paused_until=row.paused_until,
        provenance=_provenance_of(row, sealing) if row.provenance is not None else {},
    )


def _provenance_of(row: Any, sealing: Sealing) -> StoredProvenance:
    return StoredProvenance(lambda: sealing.open(PROVENANCE_OF_PROFILE, row.provenance, row.id))
