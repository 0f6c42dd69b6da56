"""What becomes of whom an import tells of, decided without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consent import ConsentRecord, Consequence, Purpose, standing_consent
from bot.domain.ids import ProfileId
from bot.domain.importing import Arrival, GivenConsent, Taking
from bot.domain.landing import Known, Landings, Someone, Terms
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Trust

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA, PHONE, EMAIL = ProfileId("ana"), Identity("phone", "+447700900123"), Identity("email", "ana@example.com")
YES = GivenConsent(Purpose.MARKETING, "sms", True, NOW - timedelta(days=90), "web form", "May we text you?")
NO = replace(YES, granted=False)
TERMS = Terms(
    channels={"sms": "phone", "email": "email"},
    refused_with=lambda kinds: frozenset({"sms"} if "phone" in kinds else ()),
    trust_in=lambda _: Trust(),
    lasting=lambda record, _: record,
)


def landings(*records: ConsentRecord, silent: dict[str, frozenset[str]] | None = None) -> Landings:
    """Ana is known by her phone number, with these lines in the ledger."""
    profile = Profile(ANA, NOW)
    ana = Someone(profile, profile, {PHONE}, list(records))
    return Landings(Known({ANA: ana}, {("phone", PHONE.value): ANA}, {}, silent or {}, {}), TERMS, Taking("f.csv"), NOW)


def test_two_rows_of_one_new_person_are_one_person() -> None:
    decided = landings()
    first = decided.land(Arrival(1, (EMAIL,)))
    second = decided.land(Arrival(2, (EMAIL, Identity("phone", "+447700900124"))))
    assert (first.result, second.result, first.profile_id == second.profile_id) == ("new", "changed", True)


@pytest.mark.parametrize(("first", "whole"), [("Ana", "Ana Weaver"), ("Annie", "Ana Weaver"), ("太郎", "山田太郎")])
def test_half_of_a_name_is_not_written_over_a_whole_one(first: str, whole: str) -> None:
    decided = landings()

    def known_as(name: str, *, half: bool) -> object:
        halves = frozenset({"name"} if half else ())
        decided.land(Arrival(1, (PHONE,), attributes={"name": name}, halves=halves))
        return decided.known.people[ANA].profile.attributes["name"]

    assert known_as("Anna", half=True) == "Anna"
    assert known_as(first, half=True) == first
    assert known_as(whole, half=False) == whole
    assert known_as(first, half=True) == whole


def test_a_number_of_somebody_else_is_claimed_by_nobody() -> None:
    decided = landings()
    decided.land(Arrival(1, (EMAIL,)))
    landing = decided.land(Arrival(2, (EMAIL, PHONE)))
    assert "known as that of ana" in landing.warnings[0]
    assert [claim.identity for claim in decided.claims] == [EMAIL]


def test_a_refusal_is_of_the_address_too() -> None:
    decided = landings()
    decided.land(Arrival(1, (PHONE,), consents=(NO,)))
    assert [(one.address, one.cause) for one in decided.suppressions] == [(PHONE.value, Consequence.UNWANTED)]


@given(st.permutations([YES, NO, YES]), st.permutations([NOW, NOW - timedelta(days=1), NOW - timedelta(days=365)]))
def test_in_whatever_order_a_refusal_and_a_grant_are_told_of_the_refusal_counts(
    told: list[GivenConsent], at: list[datetime]
) -> None:
    decided = landings()
    for row, (consent, when) in enumerate(zip(told, at, strict=True)):
        decided.land(Arrival(row, (PHONE,), consents=(replace(consent, at=when),)))
    standing = standing_consent(decided.known.people[ANA].records, Purpose.MARKETING, "sms")
    assert standing is not None
    assert not standing.granted


@given(st.sampled_from([(), (YES,), (YES, YES)]))
def test_no_grant_counts_against_an_address_that_has_opted_out(consents: tuple[GivenConsent, ...]) -> None:
    decided = landings(silent={PHONE.value: frozenset({"sms"})})
    landing = decided.land(Arrival(1, (PHONE,), consents=consents))
    assert not decided.records
    assert all("has opted out" in warning for warning in landing.warnings)
