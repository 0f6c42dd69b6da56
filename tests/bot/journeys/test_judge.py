"""The gate: nothing that is marketing leaves without consent, outside its hours, above its cap or after an opt-out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.consent import ConsentRecord, Purpose, Suppression, standing_consent
from bot.domain.delivery import Later, Send, Withhold
from bot.domain.ids import ProfileId
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import SendingHours
from bot.domain.time_zones import zone_names
from bot.journeys.judge import SendFacts, in_the_way, judge, rules_named

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)
ANA = ProfileId("ana")
GRANTED = ConsentRecord(ANA, Purpose.MARKETING, "sms", True, NOON, "answered in webchat", "May we text you?")
STOPPED = Suppression("sms", "+447700900123", "wrote STOP", NOON)
MARKETING = SendFacts(
    purpose=Purpose.MARKETING,
    channel="sms",
    consent=GRANTED,
    windows=(SendWindow(time(9), time(20)),),
    zones=("Europe/London",),
)


def test_marketing_with_consent_leaves_and_the_reason_names_it() -> None:
    assert judge(MARKETING, NOON) == Send("consent of 13 May 2026: answered in webchat")


def test_marketing_without_a_consent_record_is_withheld() -> None:
    assert judge(replace(MARKETING, consent=None), NOON) == Withhold("no consent to marketing by sms on record")


def test_marketing_after_a_refusal_is_withheld() -> None:
    verdict = judge(replace(MARKETING, consent=replace(GRANTED, granted=False)), NOON)
    assert isinstance(verdict, Withhold)
    assert "refused or withdrawn" in verdict.why


def test_a_suppressed_address_outranks_consent() -> None:
    assert isinstance(judge(replace(MARKETING, suppression=STOPPED), NOON), Withhold)


def test_a_suppressed_address_gets_no_service_message_either_but_does_get_its_answers() -> None:
    service = SendFacts(purpose=Purpose.SERVICE, channel="sms", suppression=STOPPED)
    reply = SendFacts(purpose=Purpose.REPLY, channel="sms", suppression=STOPPED)
    assert isinstance(judge(service, NOON), Withhold)
    assert isinstance(judge(reply, NOON), Send)


def test_an_answer_that_was_queued_before_they_asked_to_be_left_alone_is_withheld() -> None:
    asked_for = SendFacts(purpose=Purpose.REPLY, channel="sms", suppression=STOPPED, queued_at=NOON)
    assert isinstance(judge(asked_for, NOON), Send), "the confirmation is queued with the opt-out"
    assert isinstance(judge(replace(asked_for, queued_at=NOON + timedelta(seconds=1)), NOON), Send)
    waited = replace(asked_for, queued_at=NOON - timedelta(seconds=1))
    assert isinstance(judge(waited, NOON), Withhold)
    assert isinstance(judge(replace(waited, suppression=None, disowned=STOPPED), NOON), Withhold)
    long_ago = replace(STOPPED, at=NOON - timedelta(days=9))
    assert isinstance(judge(replace(waited, suppression=long_ago), NOON), Send), "they have written since"
    assert isinstance(judge(replace(waited, suppression=long_ago, disowned=STOPPED), NOON), Withhold)


def test_at_night_marketing_waits_for_the_morning() -> None:
    night = datetime(2026, 5, 13, 22, tzinfo=UTC)
    assert judge(MARKETING, night) == Later(
        datetime(2026, 5, 14, 8, tzinfo=UTC), "outside the hours in which this person may be sent to"
    )


def test_every_zone_that_the_person_may_be_in_must_be_open() -> None:
    coast_to_coast = replace(MARKETING, zones=("America/New_York", "America/Los_Angeles"))
    verdict = judge(coast_to_coast, datetime(2026, 5, 13, 14, tzinfo=UTC))  # 10:00 in New York, 07:00 in Los Angeles
    assert isinstance(verdict, Later)
    assert verdict.at == datetime(2026, 5, 13, 16, tzinfo=UTC)


def test_marketing_waits_while_a_rep_or_a_form_has_the_floor() -> None:
    assert isinstance(judge(replace(MARKETING, rep_has_the_floor=True), NOON), Later)
    assert isinstance(judge(replace(MARKETING, in_dialogue=True), NOON), Later)


def test_above_the_cap_marketing_is_withheld() -> None:
    capped = replace(MARKETING, cap=3, cap_period=timedelta(days=7))
    assert isinstance(judge(replace(capped, sent_lately=2), NOON), Send)
    assert judge(replace(capped, sent_lately=3), NOON) == Withhold("the cap of 3 within 1 week is reached")


def test_above_the_cap_a_message_may_wait_until_one_may_go_again() -> None:
    frees_at = NOON + timedelta(days=2)
    reached = replace(
        MARKETING, cap=3, cap_period=timedelta(days=7), sent_lately=3, at_cap="wait", cap_frees_at=frees_at
    )
    assert judge(reached, NOON) == Later(frees_at, "the cap of 3 within 1 week is reached")


def test_outside_of_its_hours_a_message_may_be_left_out() -> None:
    night = SendWindow(time(1), time(2), closed="skip")
    verdict = judge(replace(MARKETING, windows=(night,)), NOON)
    assert isinstance(verdict, Withhold)
    assert "left out" in verdict.why


def test_the_record_names_the_rules_whose_hours_are_closed_and_the_cap_that_is_reached() -> None:
    federal, florida = (_hours(name, window) for name, window in (("us", time(21)), ("us-fl", time(20))))
    evening = datetime(2026, 5, 13, 20, 30, tzinfo=UTC)
    told = replace(MARKETING, windows=(), zones=("UTC",), hours=(federal, florida))
    assert judge(told, NOON) == judge(MARKETING, NOON)
    put_off = judge(told, evening)
    assert put_off == Later(
        datetime(2026, 5, 14, 8, tzinfo=UTC), "outside the hours in which this person may be sent to (rule us-fl)"
    )
    left_out = judge(replace(told, windows=(SendWindow(time(8), time(22), closed="skip"),)), evening)
    assert isinstance(left_out, Withhold)
    assert rules_named(left_out.why) == ("us-fl",)
    night = judge(told, evening.replace(hour=23))
    assert isinstance(night, Later)
    assert rules_named(night.why) == ("us", "us-fl")
    capped = replace(MARKETING, cap=1, cap_rule="house", cap_period=timedelta(hours=12), sent_lately=1)
    assert judge(capped, NOON) == Withhold("the cap of 1 within 12 hours is reached (rule house)")
    assert rules_named("the cap of 1 within 1 week is reached") == ()


def test_everything_in_the_way_is_told_and_the_gate_goes_by_the_first() -> None:
    night = datetime(2026, 5, 13, 22, tzinfo=UTC)
    facts = replace(MARKETING, consent=None, rep_has_the_floor=True, cap=1, cap_period=timedelta(days=1), sent_lately=1)
    told = in_the_way(facts, night)
    assert [name for name, found in told.items() if found is not None] == ["consent", "conversation", "hours", "cap"]
    assert told["consent"] == judge(facts, night)
    assert set(in_the_way(MARKETING, NOON).values()) == {None}


def _hours(name: str, closes: time) -> SendingHours:
    window = SendWindow(time(8), closes)
    return SendingHours(name, "US", date(2026, 1, 1), None, "a law", channels=frozenset({"sms"}), window=window)


def test_a_service_message_keeps_to_the_hours_and_the_cap_that_it_has() -> None:
    service = SendFacts(purpose=Purpose.SERVICE, channel="sms", zones=("UTC",))
    assert isinstance(judge(service, NOON), Send)
    night = replace(service, windows=(SendWindow(time(1), time(2)),))
    assert judge(night, NOON) == Later(
        datetime(2026, 5, 14, 1, tzinfo=UTC), "outside the hours in which this person may be sent to"
    )
    capped = replace(service, cap=1, cap_period=timedelta(days=1), sent_lately=1)
    assert judge(capped, NOON) == Withhold("the cap of 1 within 1 day is reached")


def test_what_came_too_late_is_withheld_whatever_it_is() -> None:
    late = SendFacts(purpose=Purpose.DESK, channel="slack", expires_at=NOON - timedelta(seconds=1))
    assert isinstance(judge(late, NOON), Withhold)


@given(
    consent=st.none() | st.builds(lambda granted: replace(GRANTED, granted=granted), st.booleans()),
    suppression=st.none() | st.just(STOPPED),
    floor=st.booleans(),
    in_dialogue=st.booleans(),
    sent=st.integers(0, 5),
    cap=st.none() | st.integers(0, 5),
    pause=st.none() | st.sampled_from([timedelta(days=7), timedelta(days=30)]),
    had=st.none() | st.integers(0, 60),
    paused=st.none() | st.integers(-60, 60),
    zones=st.lists(
        st.sampled_from(["Europe/London", "America/Denver", "Asia/Kolkata", "Pacific/Auckland"]), max_size=3
    ),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_marketing_is_sent_only_when_nothing_speaks_against_it(
    consent: ConsentRecord | None,
    suppression: Suppression | None,
    floor: bool,
    in_dialogue: bool,
    sent: int,
    cap: int | None,
    pause: timedelta | None,
    had: int | None,
    paused: int | None,
    zones: list[str],
    now: datetime,
) -> None:
    facts = replace(
        MARKETING,
        consent=consent,
        suppression=suppression,
        rep_has_the_floor=floor,
        in_dialogue=in_dialogue,
        sent_lately=sent,
        cap=cap,
        pause=pause,
        marketed_at=now - timedelta(days=had) if had is not None else None,
        paused_until=now + timedelta(days=paused) if paused is not None else None,
        zones=zones,
    )
    verdict = judge(facts, now)
    if isinstance(verdict, Send):
        assert consent is not None
        assert consent.granted
        assert suppression is None
        assert not floor
        assert not in_dialogue
        assert cap is None or sent < cap
        assert pause is None or had is None or timedelta(days=had) > pause
        assert paused is None or paused <= 0
    if isinstance(verdict, Later):
        assert verdict.at > now


# ---------------------------------------------------------------- a year, everywhere

YEAR_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
DAYTIME = SendWindow(time(8), time(20))
WITHIN = timedelta(days=7)
moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: YEAR_BEGINS + timedelta(minutes=minutes))
histories = st.lists(st.tuples(moments, st.booleans(), st.none() | st.integers(1, 90)), max_size=6)


@settings(max_examples=300)
@given(
    histories,
    st.lists(moments, max_size=4),
    st.lists(moments, min_size=1, max_size=12),
    st.sampled_from(sorted(zone_names())),
)
def test_in_a_year_of_any_zone_nothing_leaves_without_consent_out_of_hours_above_the_cap_or_after_an_opt_out(
    history: list[tuple[datetime, bool, int | None]], stops: list[datetime], tries: list[datetime], zone: str
) -> None:
    """Told by a model of the ledger beside the gate: each try looks at what had happened by then."""
    records = [
        ConsentRecord(ANA, Purpose.MARKETING, "sms", granted, at, "form", "?", expires_at=_days_after(at, lasts))
        for at, granted, lasts in history
    ]
    sent: list[datetime] = []
    for now in sorted(tries):
        known = [one for one in records if one.at <= now]
        stopped = [at for at in stops if at <= now]
        lately = [at for at in sent if at > now - WITHIN]
        facts = SendFacts(
            Purpose.MARKETING,
            "sms",
            consent=standing_consent(known, Purpose.MARKETING, "sms"),
            suppression=Suppression("sms", "+447700900123", "STOP", stopped[0]) if stopped else None,
            windows=(DAYTIME,),
            zones=(zone,),
            cap=2,
            cap_period=WITHIN,
            sent_lately=len(lately),
        )
        if not isinstance(judge(facts, now), Send):
            continue
        sent.append(now)
        latest = max(known, key=lambda one: (one.at, not one.granted))
        assert latest.granted
        assert latest.expires_at is None or now < latest.expires_at
        assert not stopped
        assert time(8) <= now.astimezone(ZoneInfo(zone)).time() < time(20)
        assert len(lately) < 2


def _days_after(at: datetime, days: int | None) -> datetime | None:
    return at + timedelta(days=days) if days is not None else None
