"""What must hold of any two profiles that are made one, whoever told what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ProfileId
from bot.domain.merging import Merge
from bot.domain.person import Profile
from bot.domain.provenance import USUAL_TRUST, Origin, Source, Trust
from bot.services.join_profiles import joined, of_the_other, parted
from tests.contracts.samples import ANNA, NOON

sources = st.sampled_from([Source.CORRECTION, Source.CONVERSATION, Source.CRM, Source.API])
values = st.none() | st.integers(0, 2)
known_before = st.dictionaries(st.sampled_from("abc"), values)
tellings = st.lists(
    st.tuples(sources, st.dictionaries(st.sampled_from("abc"), values), st.sets(st.sampled_from("xy")), st.booleans())
)


def trust_in(_: str) -> Trust:
    return USUAL_TRUST


def told(who: str, before: dict[str, Any], some: list[tuple[Source, dict[str, Any], set[str], bool]]) -> Profile:
    profile = Profile(ProfileId(who), NOON, before)
    for number, (source, attributes, tags, has_zone) in enumerate(some):
        origin = Origin(source, NOON + timedelta(hours=number), who)
        zone = f"{who}/{number}" if has_zone else None
        profile = profile.told(origin, trust_in, attributes=attributes, tags=tags, time_zone=zone)
    return profile


profiles = (
    st.builds(told, st.just("ana"), known_before, tellings),
    st.builds(told, st.just("bea"), known_before, tellings),
)


def merge_of(kept: Profile, merged: Profile) -> Merge:
    return Merge("m", kept, merged, NOON, "a test", "the same", theirs=of_the_other(kept, merged, trust_in))


@given(*profiles)
def test_parting_gives_back_who_was_kept_as_they_were(kept: Profile, merged: Profile) -> None:
    merge = merge_of(kept, merged)
    assert parted(joined(kept, merged, merge.theirs), merge) == kept


@given(*profiles)
def test_each_value_is_of_who_is_said_to_have_told_it_and_the_other_stands_beside(
    kept: Profile, merged: Profile
) -> None:
    merge = merge_of(kept, merged)
    one = joined(kept, merged, merge.theirs)
    for name, value in one.attributes.items():
        counts = merged if name in merge.theirs else kept if name in kept.attributes else merged
        assert value == counts.attributes[name]
        before, now = counts.provenance.get(name), one.provenance.get(name)
        assert (now.origin if now is not None else None) == (before.origin if before is not None else None)
    for name, (value, other) in merge.conflicts.items():
        beside = one.provenance[name].differing
        assert one.attributes[name] == value
        assert beside is not None
        assert beside.value == (other if beside.kept else None)


@given(*profiles)
def test_what_either_had_put_right_counts(kept: Profile, merged: Profile) -> None:
    one = joined(kept, merged, of_the_other(kept, merged, trust_in))
    right = {
        name: profile.attributes.get(name)
        for profile in (merged, kept)
        for name, told in profile.provenance.items()
        if told.is_correction and name in "abc"
    }
    said = [told.origin.source for profile in (kept, merged) for told in profile.provenance.values() if told.origin]
    if Source.CONVERSATION not in said:
        assert {name: one.attributes.get(name) for name in right} == right
        assert all(one.provenance[name].is_correction for name in right), "also where both have the same value"


def test_ana_stays_whole_where_bea_knows_nothing() -> None:
    ana, bea = told(ANNA, {"a": 1}, []), told("bea", {}, [])
    assert joined(ana, bea, of_the_other(ana, bea, trust_in)) == ana


pauses = st.none() | st.sampled_from([timedelta(days=7), timedelta(days=30)])


@given(pauses, pauses)
def test_the_longer_pause_from_marketing_counts_until_they_are_parted(
    one: timedelta | None, other: timedelta | None
) -> None:
    kept = Profile(ProfileId("ana"), NOON, marketing_pause=one)
    merged = Profile(ProfileId("bea"), NOON, marketing_pause=other)
    both = joined(kept, merged, ())
    assert (both.marketing_pause or timedelta()) == max(one or timedelta(), other or timedelta())
    assert parted(both, merge_of(kept, merged)).marketing_pause == one
