from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.audience import Segment
from bot.domain.entries import ApiEntry, EventEntry, Once, ScheduleEntry
from bot.domain.journey import REPLIED
from bot.journeys.entering import is_too_soon, meets_condition, of_members, opened_by
from tests.bot.journeys.conftest import Reader

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_an_event_opens_the_entries_whose_data_it_has(journey_of: Reader) -> None:
    journey = journey_of("- wait: 1d", enter="[{intent: [ask_price]}, {message: {channels: [sms]}}, {api: true}]")
    by_text = list(opened_by([journey], REPLIED, {"channel": "sms", "intent": "greet"}))
    assert [entry.where for _, entry in by_text] == [(("channel", ("sms",)),)]
    assert list(opened_by([journey], REPLIED, {"channel": "webchat", "intent": "greet"})) == []
    assert list(opened_by([journey], "demo.requested", {})) == []


def test_a_schedule_is_for_the_members_that_its_segment_has_now() -> None:
    once = ScheduleEntry(Once(NOW), "lead.fit > 5 or profile.vip", segment="big")
    big = {"big": Segment("big", "profile.size > 20 or not exists(profile.size)")}
    entry = of_members(once, big)
    assert entry.condition == "(profile.size > 20 or not exists(profile.size)) and (lead.fit > 5 or profile.vip)"
    assert meets_condition(entry, {"size": 21, "vip": True}, {"fit": 0}, {}, NOW)
    assert not meets_condition(entry, {"size": 20, "vip": True}, {"fit": 9}, {}, NOW)
    assert meets_condition(of_members(replace(once, condition=None), big), {"size": 21}, {"fit": 0}, {}, NOW)
    assert not meets_condition(of_members(once, {}), {"size": 21, "vip": True}, {"fit": 9}, {}, NOW)


def test_nobody_comes_again_before_their_time() -> None:
    never, after, always = (EventEntry("a.b", again_after=pause) for pause in (None, DAY, timedelta()))
    assert not is_too_soon(never, None, NOW)
    assert is_too_soon(never, NOW - 900 * DAY, NOW)
    assert is_too_soon(after, NOW - DAY + timedelta(seconds=1), NOW)
    assert not is_too_soon(after, NOW - DAY, NOW)
    assert not is_too_soon(always, NOW, NOW)


def test_a_condition_looks_at_the_person_and_at_what_they_come_in_with() -> None:
    entry = ApiEntry("profile.country == 'GB' and event.size > 20 and lead.fit >= 5")
    assert meets_condition(entry, {"country": "GB"}, {"fit": 5}, {"size": 21}, NOW)
    assert not meets_condition(entry, {"country": "GB"}, {"fit": 5}, {"size": 20}, NOW)
    assert meets_condition(ApiEntry(), {}, {}, {}, NOW)
