"""How steps and entries are said in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.journey import Journey
from bot.journeys.sayings import entry_words, how_long, step_words, ways_out
from bot.journeys.wording import duration
from tests.bot.journeys.conftest import Reader


def only_step(journey: Journey) -> tuple[str, tuple[str, ...]]:
    return step_words(journey.steps[journey.first])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1w", "1 week"),
        ("9d", "9 days"),
        ("1d12h", "1 day 12 hours"),
        ("90m", "1 hour 30 minutes"),
        ("30s", "30 seconds"),
    ],
)
def test_lengths_of_time_are_said_in_their_largest_units(written: str, said: str) -> None:
    assert how_long(duration(written)) == said


@given(st.integers(min_value=1, max_value=10_000_000))
def test_no_length_of_time_is_said_as_nothing(seconds: int) -> None:
    spoken = how_long(timedelta(seconds=seconds))
    units = {"week": 604_800, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
    words = spoken.split()
    parts = zip(words[::2], words[1::2], strict=True)
    assert sum(int(number) * units[unit.rstrip("s")] for number, unit in parts) == seconds


@pytest.mark.parametrize(
    ("step", "title", "words"),
    [
        ("send: {response: utter_tip, channels: [sms, webchat], cap: wait}", "Send tip",
         ("by sms or webchat", "waits where a cap is reached")),
        ("wait: {for: [link.clicked, reply], at_most: 2d}", "Wait for link.clicked or a reply", ("at most 2 days",)),
        ("wait: {for: message.read, at_most: 1d}", "Wait for the message to be read", ("at most 1 day",)),
        ("wait: {for: order.paid, if: happened.order == event.order, at_most: 2d}", "Wait for order.paid",
         ("if happened.order == event.order", "at most 2 days")),
        ("wait: {until: mon-tue 09:00}", "Wait until Mon or Tue 09:00", ()),
        ("wait: {until: profile.renewal_date - 3d at 10:30}",
         "Wait until 3 days before profile.renewal_date, 10:30", ()),
        ("wait: {until: event.starts_at - 1d}", "Wait until 1 day before event.starts_at", ()),
        ("score: {engagement: 10, fit: -5, reason: answered}", "Score -5 fit and +10 engagement", ("answered",)),
        ("set: {size: '= event.size'}", "Set the profile", ("size: event.size",)),
        ("set: {vip: true}", "Set the profile", ("vip: true",)),
        ("emit: trial.started", "Record trial.started", ()),
        ("emit: {event: trial.started, with: {size: '= event.size'}}", "Record trial.started", ("size: event.size",)),
        ("handoff: {reason: wants to talk, within: 15m, late: {go: end}}", "Hand over to the desk",
         ("wants to talk", "to be claimed within 15 minutes")),
        ("webhook: {to: billing, body: {size: 50}}", "Tell billing", ("size: 50",)),
        ("run: nurture", "Go through nurture", ()),
        ("action: {name: action_quote, channels: [sms]}", "Run action_quote", ("by sms",)),
        ("crm: {note: hello}", "Update the CRM", ("hello",)),
        ("remove_from: nurture", "Remove from nurture", ()),
    ],
)  # fmt: skip
def test_a_step_is_said_in_words(journey_of: Reader, step: str, title: str, words: tuple[str, ...]) -> None:
    assert only_step(journey_of(f"- {step}")) == (title, words)


def test_each_way_out_of_a_question_says_when_it_is_taken(journey_of: Reader) -> None:
    journey = journey_of("""
        - ask: {form: qualify_form, channels: [sms]}
          silent: {after: 3d, go: nurture}
        - id: nurture
          add_to: nurture
    """)
    assert ways_out(journey.steps[journey.first]) == (
        ("nurture", "answered"),
        ("nurture", "silent for 3 days"),
        ("end", "does not want to"),
    )


@pytest.mark.parametrize(
    ("enter", "said"),
    [
        ("{event: demo.requested, if: event.size > 20}", "when demo.requested happens, if event.size > 20"),
        ("{segment: big-teams, again: after 2w}", "when they come into the segment big-teams; again after 2 weeks"),
        ("{left_segment: big-teams, again: always}", "when they fall out of the segment big-teams; again each time"),
        ("{message: {channels: [sms]}, intent: greet}", "when they write to us by sms and mean greet"),
        ("{message: true}", "when they write to us"),
        ("{api: true}", "when another system lets them in over HTTP"),
        ("{schedule: {once: 2026-12-01 09:00, zone: Europe/London}, if: lead.fit > 1}",
         "on 1 December 2026 at 09:00 UTC, if lead.fit > 1"),
        ("{schedule: {once: 2026-12-01 09:00, zone: UTC}, segment: big-teams}",
         "on 1 December 2026 at 09:00 UTC, who is in the segment big-teams"),
        ('{schedule: {cron: "0 9 * * mon", zone: Europe/London}, if: lead.fit > 1}',
         "at 0 9 * * mon (cron), Europe/London, if lead.fit > 1"),
        ('{schedule: {cron: "0 9 * * mon", zone: person}, if: lead.fit > 1}',
         "at 0 9 * * mon (cron), on their clock, if lead.fit > 1"),
        ("{schedule: {date: profile.renewal_date, before: 14d}}",
         "2 weeks before profile.renewal_date, at 09:00 on their clock"),
        ("{schedule: {date: profile.birthday, every: year}}",
         "on profile.birthday, every year, at 09:00 on their clock"),
        ("{schedule: {date: profile.paid, before: 3d, every: month}}",
         "3 days before profile.paid, every month, at 09:00 on their clock"),
    ],
)  # fmt: skip
def test_what_lets_people_in_is_said_in_words(journey_of: Reader, enter: str, said: str) -> None:
    assert entry_words(journey_of("- add_to: done", enter=enter).entries[0]) == said
