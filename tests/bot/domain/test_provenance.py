from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.person import Profile
from bot.domain.provenance import TIME_ZONE, USUAL_TRUST, Amended, Origin, Provenance, Source, Statement, Trust, of_tag
from tests.contracts.samples import ANNA, NOON

FILE = Origin(Source.IMPORT, NOON, "fair.csv", "row 3")
KEY = Origin(Source.API, NOON + timedelta(hours=1), "key:1")
SAID = Origin(Source.CONVERSATION, NOON + timedelta(hours=2), "sms", "slot size")
RIGHT = Origin(Source.CORRECTION, NOON + timedelta(hours=3), "user:1")


def told(profile: Profile, origin: Origin, trust: Trust = USUAL_TRUST, **attributes: object) -> Profile:
    return profile.told(origin, lambda _: trust, attributes=attributes)


NOBODY = Profile(ANNA, NOON)


def test_the_latest_counts_and_what_it_replaced_is_known() -> None:
    known = told(told(NOBODY, FILE, size=20), KEY, size=50)
    assert known.attributes == {"size": 50}
    assert known.provenance == {"size": Provenance(KEY, Statement(FILE, 20))}


def test_what_is_told_again_changes_nothing() -> None:
    known = told(NOBODY, FILE, size=20)
    assert told(known, KEY, size=20) is known
    assert told(known, KEY, size=True).attributes == {"size": True}


def test_what_was_known_before_provenance_was_kept_is_replaced_by_anybody() -> None:
    old = Profile(ANNA, NOON, {"size": 20})
    assert told(old, KEY, size=20) is old
    assert told(old, FILE, size=50).provenance == {"size": Provenance(FILE, Statement(None, 20))}


@pytest.mark.parametrize("weaker", [FILE, KEY])
def test_nobody_overwrites_what_the_person_has_said(weaker: Origin) -> None:
    known = told(told(told(NOBODY, FILE, size=20), SAID, size=50), weaker, size=30)
    assert known.attributes == {"size": 50}
    assert known.provenance["size"] == Provenance(SAID, Statement(FILE, 20), Statement(weaker, 30))
    assert told(known, weaker, size=30) is known  # every night anew
    assert told(known, SAID, size=60).attributes == {"size": 60}


def test_what_was_put_right_stays_and_the_wrong_value_is_nowhere() -> None:
    known = told(told(told(NOBODY, FILE, email="wrong@example.com"), RIGHT, email="a@example.com"), KEY, email="wrong")
    assert known.attributes == {"email": "a@example.com"}
    assert known.provenance["email"] == Provenance(RIGHT, Statement(FILE, kept=False), Statement(KEY, kept=False))
    assert "wrong" not in str(known)


@pytest.mark.parametrize("stronger", [RIGHT, SAID])
def test_where_the_value_is_found_right_what_differs_from_it_is_gone(stronger: Origin) -> None:
    trust = (frozenset({Source.CORRECTION, Source.CONVERSATION}), frozenset({Source.API}))
    known = told(told(told(NOBODY, FILE, size=1), KEY, trust, size=2), FILE, trust, size=3)
    assert known.provenance["size"] == Provenance(KEY, Statement(FILE, 1), Statement(FILE, 3))
    known = told(known, stronger, trust, size=2)
    kept = stronger is SAID
    one, three = (Statement(FILE, 1), Statement(FILE, 3)) if kept else [Statement(FILE, kept=False)] * 2
    assert known.provenance["size"] == Provenance(stronger, one, three)
    gone = Provenance(RIGHT, Statement(FILE, kept=False), Statement(FILE, kept=False))
    assert told(known, RIGHT, trust, size=2).provenance["size"] == gone


def test_what_was_put_right_to_nothing_is_not_filled_in_again() -> None:
    known = told(told(told(NOBODY, FILE, email="a@example.com"), RIGHT, email=None), FILE, email="a@example.com")
    assert known.attributes == {"email": None}


def test_a_value_that_somebody_confirms_who_counts_for_more_is_theirs() -> None:
    known = told(told(NOBODY, FILE, size=20), SAID, size=20)
    assert known.provenance == {"size": Provenance(SAID)}
    assert told(known, KEY, size=50).attributes == {"size": 20}


def test_an_order_of_ones_own_counts() -> None:
    crm = Origin(Source.CRM, NOON, "hubspot")
    order: Trust = (frozenset({Source.CORRECTION}), frozenset({Source.CRM}), frozenset({Source.CONVERSATION}))
    known = told(told(NOBODY, crm, order, stage="customer"), SAID, order, stage="lead")
    assert known.attributes == {"stage": "customer"}
    assert told(known, RIGHT, order, stage="lead").attributes == {"stage": "lead"}


def test_tags_and_the_time_zone_have_their_origin_too() -> None:
    known = NOBODY.told(FILE, lambda _: USUAL_TRUST, time_zone="Europe/Rome", tags=["fair"])
    assert known.provenance == {TIME_ZONE: Provenance(FILE), of_tag("fair"): Provenance(FILE)}
    assert known.told(KEY, lambda _: USUAL_TRUST, tags=["fair"]) is known
    assert dict(known.without_tag("fair").provenance) == {TIME_ZONE: Provenance(FILE)}


sources = st.sampled_from([one for one in Source if one is not Source.SERVICE])
orders = st.lists(sources, unique=True).map(
    lambda some: (frozenset({Source.CORRECTION}), *(frozenset({one}) for one in some if one is not Source.CORRECTION))
)


@given(st.lists(st.tuples(sources, st.integers(0, 3))), orders)
def test_the_value_is_always_of_who_is_said_to_have_told_it_and_corrections_last(
    tellings: list[tuple[Source, int]], order: Trust
) -> None:
    known, counts, corrected = NOBODY, None, False
    for number, (source, value) in enumerate(tellings):
        before = known
        known = told(known, Origin(source, NOON + timedelta(hours=number)), order, size=value)
        corrected = corrected or source is Source.CORRECTION
        counts = known.provenance["size"]
        assert counts.origin is not None
        if known.attributes["size"] != before.attributes.get("size"):
            assert counts.origin.source is source
        assert not corrected or counts.origin.source is Source.CORRECTION
        assert known.attributes["size"] in {one for _, one in tellings[: number + 1]}


names = st.sampled_from("abc")


@given(st.lists(st.dictionaries(names, st.sampled_from([Provenance(FILE), Provenance(KEY), None]))))
def test_amendments_read_as_a_dictionary_with_them(amendments: list[dict[str, Provenance | None]]) -> None:
    plain: dict[str, Provenance | None] = {}
    known: Amended | dict[str, Provenance] = {}
    for changes in amendments:
        plain |= changes
        known = Amended(known, changes)
    expected = {name: one for name, one in plain.items() if one is not None}
    assert (dict(known), len(known)) == (expected, len(expected))
