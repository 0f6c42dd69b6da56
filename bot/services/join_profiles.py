"""Join profiles: what is known of one person from two profiles, and what is left to each where that was wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, TypeVar

from bot.domain.merging import Merge
from bot.domain.person import Profile
from bot.domain.provenance import LOCALE, TIME_ZONE, Provenance, Trust, of_tag, outranks

T = TypeVar("T")
OWN = (TIME_ZONE, LOCALE)
UNKNOWN = Provenance(None)


def of_the_other(kept: Profile, merged: Profile, trust_in: Callable[[str], Trust]) -> tuple[str, ...]:
    """The names of what counts as the merged one had it: what is missing, and what was told by who counts for
    more, also where both have the same value."""
    mine, theirs = _values(kept), _values(merged)
    found = []
    for name, value in theirs.items():
        here, there, trust = kept.provenance.get(name), merged.provenance.get(name), trust_in(name)
        was_deleted = here is not None and here.is_correction  # as the person asked
        is_missing = mine.get(name) is None and not was_deleted and not outranks(trust, here, there)
        is_another = name not in mine or mine[name] != value
        if (is_another and is_missing) or outranks(trust, there, here):
            found.append(name)
    return tuple(found)


def joined(kept: Profile, merged: Profile, theirs: Collection[str]) -> Profile:
    """`theirs` counts as the merged one had it, all else as who is kept had it; of both it is known who told it."""
    mine, others = _values(kept), _values(merged)
    values = {**others, **mine} | {name: others[name] for name in theirs}
    provenance = {**merged.provenance, **kept.provenance}
    for name in values:
        counts, other = (merged, kept) if name in theirs else (kept, merged)
        told = counts.provenance.get(name)
        if _differ(mine.get(name), others.get(name)):
            beside = _values(other)[name]
            told = told or UNKNOWN
            provenance[name] = replace(told, differing=told.beside(_origin(other, name), beside))
        elif told is not None:
            provenance[name] = told
        else:
            provenance.pop(name, None)
    return replace(
        kept,
        attributes={name: value for name, value in values.items() if name not in OWN},
        tags=kept.tags | merged.tags,
        time_zone=values[TIME_ZONE],
        locale=values[LOCALE],
        objected_at=kept.objected_at or merged.objected_at,
        restricted_at=kept.restricted_at or merged.restricted_at,
        marketing_pause=max(filter(None, (kept.marketing_pause, merged.marketing_pause)), default=None),
        paused_until=max(filter(None, (kept.paused_until, merged.paused_until)), default=None),
        provenance=provenance,
    )


def parted(now_known: Profile, merge: Merge) -> Profile:
    """Without what came from the other one, where it was not changed since."""
    before, other = merge.kept, merge.merged
    values, provenance = _values(now_known), dict(now_known.provenance)
    mine, others = _values(before), _values(other)
    missing = {name for name, value in others.items() if mine.get(name) is None and value is not None}
    for name in {*merge.theirs, *missing}:
        if values.get(name) != others.get(name) or _origin(now_known, name) != _origin(other, name):
            continue
        values.pop(name, None)
        provenance.pop(name, None)
        if name in mine:
            values[name] = mine[name]
        if name in before.provenance:
            provenance[name] = before.provenance[name]
    for name, told in list(provenance.items()):
        if told.differing is not None and told.differing == told.beside(_origin(other, name), others.get(name)):
            own = before.provenance.get(name)
            provenance[name] = replace(told, differing=own.differing if own is not None else None)
            if provenance[name] == UNKNOWN:
                del provenance[name]
    gone = other.tags - before.tags
    for tag in gone:
        provenance.pop(of_tag(tag), None)
    return replace(
        now_known,
        attributes={name: value for name, value in values.items() if name not in OWN},
        tags=now_known.tags - gone,
        time_zone=values.get(TIME_ZONE),
        locale=values.get(LOCALE),
        objected_at=_own(now_known.objected_at, other.objected_at, before.objected_at),
        restricted_at=_own(now_known.restricted_at, other.restricted_at, before.restricted_at),
        marketing_pause=_own(now_known.marketing_pause, other.marketing_pause, before.marketing_pause),
        paused_until=_own(now_known.paused_until, other.paused_until, before.paused_until),
        provenance=provenance,
    )


def parted_off(now_known: Profile, merge: Merge) -> Profile:
    """The other one as they were; what was objected to, restricted or asked for less often since holds for both."""
    before, other = merge.kept, merge.merged
    return replace(
        other,
        objected_at=other.objected_at or _since(now_known.objected_at, before.objected_at),
        restricted_at=other.restricted_at or _since(now_known.restricted_at, before.restricted_at),
        marketing_pause=max(
            filter(None, (other.marketing_pause, _since(now_known.marketing_pause, before.marketing_pause))),
            default=None,
        ),
        paused_until=max(
            filter(None, (other.paused_until, _since(now_known.paused_until, before.paused_until))), default=None
        ),
    )


def _values(profile: Profile) -> dict[str, Any]:
    return {**profile.attributes, TIME_ZONE: profile.time_zone, LOCALE: profile.locale}


def _differ(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one != other


def _origin(profile: Profile, name: str) -> Any:
    told = profile.provenance.get(name)
    return told.origin if told is not None else None


def _since(now_known: T | None, before: T | None) -> T | None:
    """What there is now, where it was not so before."""
    return now_known if now_known != before else None


def _own(now_known: T, others: T, before: T) -> T:
    """What there was before, where what is there now came from the other one."""
    return before if now_known == others else now_known
