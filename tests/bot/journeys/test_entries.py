"""What lets people in, as marketers write it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.entries import ApiEntry, Cron, Entry, EventEntry, Once, OnDate, PersonalCron, ScheduleEntry
from bot.domain.errors import ContentError
from bot.domain.journey import REPLIED, Journey

Reader = Callable[..., Journey]


@pytest.mark.parametrize(
    ("enter", "entry"),
    [
        ("{event: demo.requested}", EventEntry("demo.requested")),
        ("{segment: big-teams}", EventEntry("segment.entered", (("segment", ("big-teams",)),))),
        ("{left_segment: big-teams}", EventEntry("segment.left", (("segment", ("big-teams",)),))),
        ("{api: true}", ApiEntry()),
        ("{message: true}", EventEntry(REPLIED)),
        ("{message: {channels: [sms]}}", EventEntry(REPLIED, (("channel", ("sms",)),))),
        ("{intent: [ask_price, greet]}", EventEntry(REPLIED, (("intent", ("ask_price", "greet")),))),
        (
            "{message: {channels: sms}, intent: greet}",
            EventEntry(REPLIED, (("channel", ("sms",)), ("intent", ("greet",)))),
        ),
        (
            "{schedule: {once: 2026-12-01 09:00, zone: Europe/London}, if: profile.vip}",
            ScheduleEntry(Once(datetime(2026, 12, 1, 9, tzinfo=UTC)), "profile.vip"),
        ),
        (
            "{schedule: {cron: '0 9 * * mon', zone: Europe/London}, if: profile.vip, again: always}",
            ScheduleEntry(Cron("0 9 * * MON", "Europe/London"), "profile.vip", timedelta()),
        ),
        (
            "{schedule: {cron: '0 9 * * mon', zone: person}, if: profile.vip}",
            ScheduleEntry(PersonalCron("0 9 * * MON"), "profile.vip"),
        ),
        (
            "{schedule: {date: profile.renewal_date, before: 14d, at: '10:30'}}",
            ScheduleEntry(OnDate("renewal_date", 14, time(10, 30))),
        ),
        (
            "{schedule: {date: profile.birthday, every: year}, again: always}",
            ScheduleEntry(OnDate("birthday", yearly=True), again_after=timedelta()),
        ),
        (
            "{schedule: {date: profile.paid, every: month}, again: always}",
            ScheduleEntry(OnDate("paid", monthly=True), again_after=timedelta()),
        ),
        ("{schedule: {date: profile.since, after: 1w}}", ScheduleEntry(OnDate("since", -7))),
    ],
)
def test_an_entry_is_read(journey_of: Reader, enter: str, entry: Entry) -> None:
    assert journey_of("- wait: 1d", enter=enter).entries == (entry,)


def test_there_may_be_several_each_with_its_own_condition(journey_of: Reader) -> None:
    enter = "\n  - {event: demo.requested, if: profile.vip}\n  - {api: true, again: always}"
    assert journey_of("- wait: 1d", enter=enter).entries == (
        EventEntry("demo.requested", condition="profile.vip"),
        ApiEntry(again_after=timedelta()),
    )


@pytest.mark.parametrize(
    ("enter", "fault"),
    [
        ("[]", "3:1: nobody can enter. Say what lets people in"),
        ("{}", '3:1: "enter" lacks "event". Say what lets people in'),
        ("{event: demo.requested, api: true}", "one entry lets people in by two things: event and api."),
        ("{segment: big-team}", '3:9: there is no segment "big-team". Did you mean "big-teams"?'),
        ("{intent: [ask_pric]}", '3:18: there is no intent "ask_pric". Did you mean "ask_price"?'),
        ("{message: {channels: [fax]}}", 'there is no channel "fax"'),
        ("{message: sms}", '3:9: "message" is neither true nor channels. Write message: {channels: [sms]}.'),
        ("{api: 5}", '3:9: "api" can only be true.'),
        ("{schedule: {}}", "a schedule says neither once nor cron nor date."),
        ("{schedule: {once: 2026-12-01 09:00, cron: x}}", "a schedule says once and cron."),
        ("{schedule: {cron: '0 9 * * mon'}, if: profile.a}", 'lacks "zone". Whose clocks count?'),
        ("{schedule: {cron: '*/5 9 * * mon', zone: person}, if: profile.a}", "comes once an hour at the most"),
        ("{schedule: {once: 2026-12-01 09:00, zone: person}, if: profile.a}", "so it needs one zone"),
        ("{schedule: {cron: '0 25 * * *', zone: UTC}, if: profile.a}", "is no cron expression: bad hour. Nine on"),
        (
            "{schedule: {cron: '0 9 * * mon', zone: UTC}, segment: big-team}",
            'there is no segment "big-team". Did you mean',
        ),
        ("{schedule: {date: profile.x}, segment: big-teams, api: true}", "lets people in by two things"),
        ("{schedule: {cron: '0 9 * * mon', zone: UTC}}", 'lacks "if". Say for whom this time is'),
        ("{schedule: {once: tomorrow, zone: UTC}, if: profile.a}", '"tomorrow" is no day with a time.'),
        ("{schedule: {once: 2026-02-30 09:00, zone: UTC}, if: profile.a}", "is no day with a time."),
        ("{schedule: {date: renewal_date}}", '"renewal_date" is no attribute of the profile.'),
        ("{schedule: {date: profile.x, before: 12h}}", '"12h" are no whole days.'),
        ("{schedule: {date: profile.x, before: 1d, after: 1d}}", "a day cannot be before and after another"),
        ("{schedule: {date: profile.x, at: 25:00}}", '"25:00" is no time of day.'),
        ("{schedule: {date: profile.x, every: quarter}}", 'there is no period "quarter". Known: month, year.'),
        ("\n  - {api: true}\n  - {event: demo, if: answer.x}", '5:6: "demo" is no event.'),
        ("\n  - {api: true}\n  - {event: demo, if: answer.x}", '5:19: the expression "answer.x" cannot be used'),
    ],
)
def test_a_faulty_entry_says_where_and_what_to_do(journey_of: Reader, enter: str, fault: str) -> None:
    with pytest.raises(ContentError) as refused:
        journey_of("- wait: 1d", enter=enter)
    found = [str(one).removeprefix("journeys/welcome.yml:") for one in refused.value.faults]
    assert any(fault in one for one in found), found
