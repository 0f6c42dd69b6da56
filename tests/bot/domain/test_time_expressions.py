from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.time_expressions import resolve_expression
from bot.domain.time_grammar import find_times

LONDON = ZoneInfo("Europe/London")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def span_of(phrase: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """Of the first time in the phrase that is not over."""
    spans = (resolve_expression(one, now, zone) for one in find_times(phrase))
    return next((span for span in spans if span is not None), None)


def meant(phrase: str, *, zone: str = "Europe/London", now: datetime = TUESDAY) -> str | None:
    """The span in the zone's own time, such as "Tue 01 Dec 15:30 - 16:00"."""
    span = span_of(phrase, now, ZoneInfo(zone))
    if span is None:
        return None
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in span)
    return f"{start:%a %d %b %H:%M} - " + (f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a %d %b %H:%M}")


@pytest.mark.parametrize(
    ("phrase", "span"),
    [
        ("next Tuesday at half past 3", "Tue 01 Dec 15:30 - 16:00"),
        ("Tuesday at 3pm", "Tue 01 Dec 15:00 - 15:30"),
        ("tomorrow afternoon", "Wed 25 Nov 12:00 - 17:00"),
        ("tomorrow at 10", "Wed 25 Nov 10:00 - 10:30"),
        ("3pm on Thursday", "Thu 26 Nov 15:00 - 15:30"),
        ("at 15:30 tomorrow", "Wed 25 Nov 15:30 - 16:00"),
        ("next week", "Mon 30 Nov 00:00 - Sat 05 Dec 00:00"),
        ("early next week", "Mon 30 Nov 00:00 - Wed 02 Dec 00:00"),
        ("this week", "Tue 24 Nov 10:00 - Sat 28 Nov 00:00"),
        ("in two weeks", "Tue 08 Dec 00:00 - Wed 09 Dec 00:00"),
        ("in 2 wks", "Tue 08 Dec 00:00 - Wed 09 Dec 00:00"),
        ("tomorrow 0900", "Wed 25 Nov 09:00 - 09:30"),
        ("friday at 1430 please", "Fri 27 Nov 14:30 - 15:00"),
        ("3rd of January at 0900", "Sun 03 Jan 09:00 - 09:30"),
        ("3 January 2027 @ 1530", "Sun 03 Jan 15:30 - 16:00"),
        ("3 January 2027", "Sun 03 Jan 00:00 - Mon 04 Jan 00:00"),
        ("tomorrow 1200 people will come", "Wed 25 Nov 00:00 - Thu 26 Nov 00:00"),
        ("in three months", "Wed 24 Feb 00:00 - Thu 25 Feb 00:00"),
        ("in three working days", "Fri 27 Nov 00:00 - Sat 28 Nov 00:00"),
        ("within 5 business days", "Tue 01 Dec 00:00 - Wed 02 Dec 00:00"),
        ("four working days from now at 10am", "Mon 30 Nov 10:00 - 10:30"),
        ("the next working day", "Wed 25 Nov 00:00 - Thu 26 Nov 00:00"),
        ("in 20 minutes", "Tue 24 Nov 10:20 - 10:50"),
        ("tomorrow at midnight", "Thu 26 Nov 00:00 - 00:30"),
        ("today before midnight", "Tue 24 Nov 10:00 - Wed 25 Nov 00:00"),
        ("between 9pm and midnight", "Tue 24 Nov 21:00 - Wed 25 Nov 00:00"),
        ("3 March next year", "Wed 03 Mar 00:00 - Thu 04 Mar 00:00"),
        ("December 31 this year", "Thu 31 Dec 00:00 - Fri 01 Jan 00:00"),
        ("between 2 and 4pm on Friday", "Fri 27 Nov 14:00 - 16:00"),
        ("10 to 11am tomorrow", "Wed 25 Nov 10:00 - 11:00"),
        ("quarter to four", "Tue 24 Nov 15:45 - 16:15"),
        ("after lunch on wednesday", "Wed 25 Nov 14:00 - 18:00"),
        ("12 March at noon", "Fri 12 Mar 12:00 - 12:30"),
        ("on 31.12. at 10", "Thu 31 Dec 10:00 - 10:30"),
        ("3.1. in the afternoon", "Sun 03 Jan 12:00 - 17:00"),
        ("31.12.", "Thu 31 Dec 00:00 - Fri 01 Jan 00:00"),
        ("31.12. 10:00", "Thu 31 Dec 10:00 - 10:30"),
        ("31.12, 10:00", "Thu 31 Dec 10:00 - 10:30"),
        ("31.12. 3pm", "Thu 31 Dec 15:00 - 15:30"),
        ("15:00 31.12.", "Thu 31 Dec 15:00 - 15:30"),
        ("Christmas Eve at 10", "Thu 24 Dec 10:00 - 10:30"),
        ("3pm on New Year's Eve", "Thu 31 Dec 15:00 - 15:30"),
        ("new years day at noon", "Fri 01 Jan 12:00 - 12:30"),
        ("Boxing Day next year", "Sun 26 Dec 00:00 - Mon 27 Dec 00:00"),
        ("Christmas Day 2028", "Mon 25 Dec 00:00 - Tue 26 Dec 00:00"),
        ("the 3rd", "Thu 03 Dec 00:00 - Fri 04 Dec 00:00"),
        ("the 3rd of next month at 10", "Thu 03 Dec 10:00 - 10:30"),
        ("the 30th of this month", "Mon 30 Nov 00:00 - Tue 01 Dec 00:00"),
        ("thursday the 3rd of december at 14h30", "Thu 03 Dec 14:30 - 15:00"),
        ("2026-12-01 10:00", "Tue 01 Dec 10:00 - 10:30"),
        ("a week from Monday", "Mon 07 Dec 00:00 - Tue 08 Dec 00:00"),
        ("Monday week", "Mon 07 Dec 00:00 - Tue 08 Dec 00:00"),
        ("29 february", "Tue 29 Feb 00:00 - Wed 01 Mar 00:00"),
        ("tomorow 9am", "Wed 25 Nov 09:00 - 09:30"),
        ("at 9", "Wed 25 Nov 09:00 - 09:30"),
        ("at 5 tomorrow morning", "Wed 25 Nov 05:00 - 05:30"),
        ("one o'clock at night", "Wed 25 Nov 01:00 - 01:30"),
        ("ten o'clock at night", "Tue 24 Nov 22:00 - 22:30"),
        ("Monday 30th at 8am", "Mon 30 Nov 08:00 - 08:30"),
        ("15-01-2027", "Fri 15 Jan 00:00 - Sat 16 Jan 00:00"),
        ("within an hour and a half", "Tue 24 Nov 11:30 - 12:00"),
        ("in two and a half hours", "Tue 24 Nov 12:30 - 13:00"),
        ("in a quarter of an hour", "Tue 24 Nov 10:15 - 10:45"),
        ("Friday evening at 8", "Fri 27 Nov 20:00 - 20:30"),
        ("Friday evening between 7 and 9", "Fri 27 Nov 19:00 - 21:00"),
        ("Monday afternoon, 3:30", "Mon 30 Nov 15:30 - 16:00"),
        ("tomorrow morning at 9", "Wed 25 Nov 09:00 - 09:30"),
        ("tomorrow night", "Wed 25 Nov 17:00 - 21:00"),
        ("tonight at 8", "Tue 24 Nov 20:00 - 20:30"),
        ("tonight at 12", "Wed 25 Nov 00:00 - 00:30"),
        ("between 10am and noon on Monday", "Mon 30 Nov 10:00 - 12:00"),
        ("three thirty tomorrow", "Wed 25 Nov 15:30 - 16:00"),
        ("2026-12-01T14:00", "Tue 01 Dec 14:00 - 14:30"),
        ("midnight on Sunday", "Mon 30 Nov 00:00 - 00:30"),
        ("midnight tomorrow", "Thu 26 Nov 00:00 - 00:30"),
        ("tomorrow midnight", "Thu 26 Nov 00:00 - 00:30"),
        ("Sunday midnight", "Mon 30 Nov 00:00 - 00:30"),
        ("the first of the month at 10", "Tue 01 Dec 10:00 - 10:30"),
        ("the 1st of the month", "Tue 01 Dec 00:00 - Wed 02 Dec 00:00"),
        ("first of next month", "Tue 01 Dec 00:00 - Wed 02 Dec 00:00"),
        ("the last day of the month", "Mon 30 Nov 00:00 - Tue 01 Dec 00:00"),
        ("last day of next month at noon", "Thu 31 Dec 12:00 - 12:30"),
        ("next month on the 15th at 9am", "Tue 15 Dec 09:00 - 09:30"),
        ("the first Monday of next month", "Mon 07 Dec 00:00 - Tue 08 Dec 00:00"),
        ("first Tuesday of next month at 10", "Tue 01 Dec 10:00 - 10:30"),
        ("the last Friday of the month", "Fri 27 Nov 00:00 - Sat 28 Nov 00:00"),
        ("the second Monday of the month", "Mon 14 Dec 00:00 - Tue 15 Dec 00:00"),
        ("the last Thursday in next month", "Thu 31 Dec 00:00 - Fri 01 Jan 00:00"),
        ("two weeks today", "Tue 08 Dec 00:00 - Wed 09 Dec 00:00"),
        ("a week tomorrow at 3pm", "Wed 02 Dec 15:00 - 15:30"),
        ("Friday in two weeks", "Fri 11 Dec 00:00 - Sat 12 Dec 00:00"),
        ("the last Friday of May", "Fri 28 May 00:00 - Sat 29 May 00:00"),
        ("first Monday in June at 10", "Mon 07 Jun 10:00 - 10:30"),
        ("3pm on the second Tuesday of November", "Tue 09 Nov 15:00 - 15:30"),
        ("last Monday of November", "Mon 30 Nov 00:00 - Tue 01 Dec 00:00"),
        ("fifth Monday of March", "Mon 29 Mar 00:00 - Tue 30 Mar 00:00"),
        ("first Monday in June next year", "Mon 07 Jun 00:00 - Tue 08 Jun 00:00"),
        ("the last day of February", "Sun 28 Feb 00:00 - Mon 01 Mar 00:00"),
        ("the first of May", "Sat 01 May 00:00 - Sun 02 May 00:00"),
        ("the twenty-first of May at ten", "Fri 21 May 10:00 - 10:30"),
        ("May the fourth", "Tue 04 May 00:00 - Wed 05 May 00:00"),
        ("15. March", "Mon 15 Mar 00:00 - Tue 16 Mar 00:00"),
        ("the week of May 4th", "Mon 03 May 00:00 - Sat 08 May 00:00"),
        ("w/c 14 December", "Mon 14 Dec 00:00 - Sat 19 Dec 00:00"),
        ("the weekend of the 12th", "Sat 12 Dec 00:00 - Mon 14 Dec 00:00"),
        ("the first week of June", "Mon 31 May 00:00 - Sat 05 Jun 00:00"),
        ("last week of the month", "Tue 24 Nov 10:00 - Sat 28 Nov 00:00"),
        ("in March", "Mon 01 Mar 00:00 - Thu 01 Apr 00:00"),
        ("this November", "Tue 24 Nov 10:00 - Tue 01 Dec 00:00"),
        ("next November", "Mon 01 Nov 00:00 - Wed 01 Dec 00:00"),
        ("May 2027", "Sat 01 May 00:00 - Tue 01 Jun 00:00"),
        ("a Tuesday in March", "Mon 01 Mar 00:00 - Thu 01 Apr 00:00"),
        ("end of February", "Fri 19 Feb 00:00 - Mon 01 Mar 00:00"),
        ("early in November", "Mon 01 Nov 00:00 - Fri 12 Nov 00:00"),
        ("mid-April", "Sun 11 Apr 00:00 - Wed 21 Apr 00:00"),
        ("late May", "Fri 21 May 00:00 - Tue 01 Jun 00:00"),
        ("the end of the month", "Tue 24 Nov 10:00 - Tue 01 Dec 00:00"),
        ("next year", "Fri 01 Jan 00:00 - Sat 01 Jan 00:00"),
        ("early next year", "Fri 01 Jan 00:00 - Thu 01 Apr 00:00"),
        ("the end of the year", "Tue 24 Nov 10:00 - Fri 01 Jan 00:00"),
        ("in 2028", "Sat 01 Jan 00:00 - Mon 01 Jan 00:00"),
    ],
)
def test_a_phrase_means_a_span_of_time(phrase: str, span: str) -> None:
    assert meant(phrase) == span


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "hello",
        "31 november",
        "midnight blue",
        "3 march this year",
        "the 3rd of this month",
        "between 20 and 30",
        "I may march on",
        "this may be too early",
        "starting early may help",
        "we met in March last year",
        "in March 2020",
        "the last Friday of May 2020",
        "the fifth Monday of April 2027",
        "in 2000 instalments",
        "the year",
        "2020-01-01",
        "4 june 1969",
        "04.06.69",
        "we run on 3.12.",
        "we run on 3.12 15 of us",
        "3.12. is the version",
        "the week after",
        "the week before Christmas",
    ],
)
def test_other_words_and_past_days_mean_no_time(phrase: str) -> None:
    assert meant(phrase) is None


@pytest.mark.parametrize(
    ("day", "amount", "meant_day"),
    [(27, 1, 30), (28, 1, 30), (29, 1, 30), (27, 0, 27), (28, 0, 28), (23, 5, 30), (23, 4, 27), (28, 2, 1)],
)
def test_working_days_leave_weekends_out(day: int, amount: int, meant_day: int) -> None:
    now = datetime(2026, 11, day, 10, 0, tzinfo=UTC)
    span = span_of(f"in {amount} working days", now, LONDON)
    assert span is not None
    assert (span[1] - timedelta(hours=1)).astimezone(LONDON).day == meant_day


def test_which_number_is_the_month_depends_on_where_the_person_lives() -> None:
    assert meant("12/03/2027") == "Fri 12 Mar 00:00 - Sat 13 Mar 00:00"
    for zone in ("America/New_York", "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Taipei"):
        assert meant("12/03/2026", zone=zone) == "Thu 03 Dec 00:00 - Fri 04 Dec 00:00"


@pytest.mark.parametrize("phrase", ["today at 11", "Tuesday 24 November at 11:00"])
def test_an_hour_of_a_day_is_over_once_it_has_begun(phrase: str) -> None:
    assert meant(phrase, now=TUESDAY.replace(hour=11, minute=4)) is None


@pytest.mark.parametrize(
    ("phrase", "span"),
    [
        ("this afternoon", "Tue 24 Nov 14:10 - 17:00"),
        ("this afternoon at 3", "Tue 24 Nov 15:00 - 15:30"),
        ("3 this afternoon", "Tue 24 Nov 15:00 - 15:30"),
        ("7 o'clock this evening", "Tue 24 Nov 19:00 - 19:30"),
        ("this morning", None),
        ("at 2 this afternoon", None),
    ],
)
def test_this_afternoon_is_that_of_today_also_once_it_has_begun(phrase: str, span: str | None) -> None:
    assert meant(phrase, now=TUESDAY.replace(hour=14, minute=10)) == span


def test_a_time_is_the_persons_own() -> None:
    span = span_of("tomorrow at 3pm", TUESDAY, ZoneInfo("America/New_York"))
    assert span is not None
    assert span[0] == datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("phrase", "span"),
    [
        ("tomorrow at 3pm EST", "Wed 25 Nov 20:00 - 20:30"),
        ("3pm est tomorrow", "Wed 25 Nov 20:00 - 20:30"),
        ("3pm tomorrow (ET)", "Wed 25 Nov 20:00 - 20:30"),
        ("Thursday 9am Pacific time", "Thu 26 Nov 17:00 - 17:30"),
        ("noon Pacific", "Tue 24 Nov 20:00 - 20:30"),
        ("between 2 and 4pm Eastern Standard Time on Friday", "Fri 27 Nov 19:00 - 21:00"),
        ("15:00 CET", "Tue 24 Nov 14:00 - 14:30"),
        ("tomorrow at 15:00 UTC+2", "Wed 25 Nov 13:00 - 13:30"),
        ("tomorrow 9am GMT-05:30", "Wed 25 Nov 14:30 - 15:00"),
        ("11am UTC", "Tue 24 Nov 11:00 - 11:30"),
        ("9 CET tomorrow", "Wed 25 Nov 08:00 - 08:30"),
        ("at 9 in the evening New York time", "Wed 25 Nov 02:00 - 02:30"),
        ("4 June at 3pm PST", "Fri 04 Jun 23:00 - 23:30"),
        ("4 June at 3pm UTC", "Fri 04 Jun 16:00 - 16:30"),
    ],
)
def test_a_zone_that_is_named_goes_before_the_persons_own(phrase: str, span: str) -> None:
    assert meant(phrase) == span
    (found,) = find_times(phrase)
    assert meant(found.phrase) == span


@pytest.mark.parametrize(
    ("phrase", "zone", "span"),
    [
        ("3pm IST", "Europe/London", "Wed 25 Nov 09:30 - 10:00"),
        ("3pm IST", "Europe/Dublin", "Tue 24 Nov 15:00 - 15:30"),
        ("3pm CST", "Asia/Shanghai", "Wed 25 Nov 15:00 - 15:30"),
        ("4 June at 3pm MST", "America/Phoenix", "Fri 04 Jun 15:00 - 15:30"),
        ("4 June at 3pm GMT", "Europe/London", "Fri 04 Jun 15:00 - 15:30"),
        ("4 June at 3pm GMT", "Africa/Lagos", "Fri 04 Jun 16:00 - 16:30"),
    ],
)
def test_an_abbreviation_means_the_persons_own_zone_where_that_goes_by_it(phrase: str, zone: str, span: str) -> None:
    assert meant(phrase, zone=zone) == span


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("can I book the 3pm PT session", "3pm"),
        ("15:00 est parfait", "15:00"),
        ("at 3pm Pacific Avenue", "at 3pm"),
        ("is 3pm a good time", "3pm"),
        ("3pm every time", "3pm"),
        ("um 15:00 ist gut", "15:00"),
    ],
)
def test_words_after_a_time_are_no_zones(text: str, phrase: str) -> None:
    assert [(found.phrase, found.zone) for found in find_times(text)] == [(phrase, None)]


def test_words_that_are_often_no_time_are_marked() -> None:
    assert [found.certain for found in find_times("I sat in the sun")] == [False, False]
    assert [found.certain for found in find_times("sun at 3")] == [True]


WORDS = st.sampled_from(
    ("next", "this", "monday", "tue", "at", "half", "past", "3", "in", "two", "weeks", "tomorrow", "31", "feb", "12/13",
     "the", "99", "of", "may", "pm", "noon", "between", "and", "ſunday", "2026")
)  # fmt: skip


@given(st.lists(WORDS).map(" ".join) | st.text(), st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
@example("ſunday at 3", datetime(2026, 1, 1))  # noqa: DTZ001
def test_any_text_resolves_to_the_present_or_later_or_to_nothing(text: str, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    for found in find_times(text):
        assert text[found.start : found.end]
    span = span_of(text, now, LONDON)
    if span is not None:
        assert now - timedelta(days=1) < span[0] < span[1]
        assert span[1] > now
        assert span[0].tzinfo is UTC


@pytest.mark.parametrize(
    ("phrase", "zone", "now", "span"),
    [
        ("tomorrow at 2:30am", "Europe/Berlin", "2026-03-28T12:00+01:00", "Sun 29 Mar 03:30 - 04:00"),
        ("tomorrow between 2 and 3 am", "Europe/Berlin", "2026-03-28T12:00+01:00", "Sun 29 Mar 03:00 - 03:30"),
        ("tomorrow from 2:30 to 3:15 am", "Europe/Berlin", "2026-03-28T12:00+01:00", "Sun 29 Mar 03:30 - 04:00"),
        ("tomorrow between 12am and 1am", "Africa/Cairo", "2026-04-23T12:00+02:00", "Fri 24 Apr 01:00 - 01:30"),
        ("at 2:45am", "Europe/Berlin", "2026-10-25T02:10+01:00", "Sun 25 Oct 02:45 - 03:15"),
        ("today at 2:45am", "Europe/Berlin", "2026-10-25T02:50+02:00", "Sun 25 Oct 02:45 - 03:15"),
        ("at 2:45am", "Europe/Berlin", "2026-10-25T02:50+01:00", "Mon 26 Oct 02:45 - 03:15"),
        ("today", "America/Havana", "2026-11-01T00:30-04:00", "Sun 01 Nov 00:30 - Mon 02 Nov 00:00"),
        ("in 24 hours", "Europe/Berlin", "2026-03-28T12:00+01:00", "Sun 29 Mar 13:00 - 13:30"),
    ],
)
def test_hours_that_clocks_skip_come_later_and_of_those_that_they_repeat_the_next_counts(
    phrase: str, zone: str, now: str, span: str
) -> None:
    assert meant(phrase, zone=zone, now=datetime.fromisoformat(now).astimezone(UTC)) == span


CHANGES = {
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),  # by half an hour
    "Africa/Cairo": ("2026-04-23T22:00", "2026-10-29T21:00"),  # at midnight
    "America/Havana": ("2026-03-08T05:00", "2026-11-01T05:00"),  # it has two midnights
    "Antarctica/Troll": ("2026-03-29T01:00", "2026-10-25T01:00"),  # by two hours
}
"""When the clocks of a zone are put forward or back, in UTC."""


@given(
    change=st.sampled_from([(zone, moment) for zone, moments in CHANGES.items() for moment in moments]),
    later=st.integers(-60 * 60, 3 * 60),
    day=st.sampled_from(["", "today ", "tomorrow ", "on sunday ", "in 3 days "]),
    first=st.integers(0, 4 * 60),
    length=st.integers(1, 60),
)
def test_around_a_change_of_clocks_a_time_is_still_to_come_and_ends_after_it_begins(
    change: tuple[str, str], later: int, day: str, first: int, length: int
) -> None:
    zone, moment = change
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC) + timedelta(minutes=later)
    last = first + length
    phrase = f"{day}between {first // 60:02}:{first % 60:02} and {last // 60:02}:{last % 60:02}"
    assert [found.clock.end - found.clock.start for found in find_times(phrase) if found.clock] == [length]
    span = span_of(phrase, now, ZoneInfo(zone))
    if day.strip() != "today":
        assert span is not None
    if span is not None:
        assert now <= span[0] < span[1]
