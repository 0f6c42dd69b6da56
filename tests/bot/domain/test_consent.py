"""Consent: which record of the ledger stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consent import ConsentRecord, Purpose, all_standing, outranking, standing_consent
from bot.domain.ids import ProfileId

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def record(
    *, granted: bool, at: datetime = NOON, channel: str = "sms", purpose: Purpose = Purpose.MARKETING
) -> ConsentRecord:
    return ConsentRecord(ProfileId("p"), purpose, channel, granted, at, "typed", "May we?")


RECORDS = st.lists(
    st.builds(
        record,
        granted=st.booleans(),
        at=st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours)),
        channel=st.sampled_from(["sms", "webchat"]),
        purpose=st.sampled_from([Purpose.MARKETING, Purpose.SERVICE]),
    )
)


def test_without_a_record_there_is_no_consent() -> None:
    assert standing_consent([], Purpose.MARKETING, "sms") is None
    assert standing_consent([record(granted=True, channel="webchat")], Purpose.MARKETING, "sms") is None


def test_the_latest_word_stands() -> None:
    yes, no = record(granted=True), record(granted=False, at=NOON + timedelta(seconds=1))
    assert standing_consent([no, yes], Purpose.MARKETING, "sms") is no
    again = record(granted=True, at=NOON + timedelta(seconds=2))
    assert standing_consent([again, no, yes], Purpose.MARKETING, "sms") is again


@given(RECORDS.flatmap(lambda records: st.tuples(st.just(records), st.permutations(records))))
def test_the_order_in_which_records_are_read_does_not_matter(
    both: tuple[list[ConsentRecord], list[ConsentRecord]],
) -> None:
    records, shuffled = both
    assert standing_consent(records, Purpose.MARKETING, "sms") == standing_consent(shuffled, Purpose.MARKETING, "sms")


@given(RECORDS)
def test_at_one_instant_a_refusal_outranks_a_grant(records: list[ConsentRecord]) -> None:
    standing = standing_consent(records, Purpose.MARKETING, "sms")
    ours = [one for one in records if one.channel == "sms" and one.purpose is Purpose.MARKETING]
    if standing is None:
        assert not ours
        return
    latest = [one for one in ours if one.at == max(other.at for other in ours)]
    assert standing in latest
    assert standing.granted == all(one.granted for one in latest)


@given(records=RECORDS)
def test_of_all_purposes_and_channels_the_same_record_stands_as_of_each(records: list[ConsentRecord]) -> None:
    found = all_standing(records)
    assert found.keys() == {(one.purpose, one.channel) for one in records}
    for place, one in found.items():
        assert standing_consent(records, *place) is one


@given(before=RECORDS, refused_at=st.integers(-2, 5).map(lambda hours: NOON + timedelta(hours=hours)))
def test_a_refusal_counts_whatever_clock_told_of_what_it_takes_back(
    before: list[ConsentRecord], refused_at: datetime
) -> None:
    refusal = outranking(record(granted=False, at=refused_at), before)
    assert standing_consent([*before, refusal], Purpose.MARKETING, "sms") == refusal
    assert refusal.at >= refused_at
