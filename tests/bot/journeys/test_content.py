from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.documents import Document, Faults, parse
from bot.domain.consent import Purpose
from bot.domain.entries import EventEntry
from bot.domain.journey import REPLIED, Goal
from bot.domain.send_window import SendWindow
from bot.domain.steps import END, AskStep, BranchStep, GoStep, SendStep, TagStep
from bot.journeys.content import Known, read_journey, version_of
from tests.bot.journeys.conftest import Reader

WHOLE = """\
journey: welcome
purpose: marketing
enter: {event: demo.requested, if: "profile.country in ['US', 'GB']", again: after 90d}
exit: {goal: event meeting.booked, events: [person.left], when: "profile.stage == 'customer'"}
send_window: {hours: "09:00-20:00", days: mon-sat, zone: person, closed: wait}
steps:
  - send: {response: utter_tip, channels: [sms, webchat]}
  - wait: {for: link.clicked, at_most: 2d}
  - id: qualify
    ask: {form: qualify_form, channels: [sms, webchat], need: [team_size]}
    remind: [1d]
    silent: {after: 3d, go: nurture}
    refuse: {go: end}
    human: pause
  - score: {engagement: 10, reason: answered qualify_form}
  - branch:
      - if: "answer.timeline == 'now' and lead.grade in ['A1', 'A2']"
        do:
          - handoff: {to: "slack:#sales", reason: hot}
      - else: {go: nurture}
  - id: book
    send: {response: utter_offer, channels: sms}
    then: end
  - id: nurture
    add_to: nurture-list
"""


# ---------------------------------------------------------------- what is read


def test_a_whole_journey_is_read(known: Known) -> None:
    journey = read_journey(parse("journeys/welcome.yml", WHOLE), known)
    assert (journey.id, journey.purpose) == ("welcome", Purpose.MARKETING)
    condition = "profile.country in ['US', 'GB']"
    assert journey.entries == (EventEntry("demo.requested", condition=condition, again_after=timedelta(days=90)),)
    assert journey.goals == (Goal("meeting.booked"),)
    assert (journey.holdout, journey.many_at_once, journey.priority) == (0, False, 50)
    assert journey.exit_events == ("meeting.booked", "person.left")
    assert journey.exit_when == "profile.stage == 'customer'"
    assert journey.window == SendWindow(time(9), time(20), frozenset(range(6)), "person")
    assert list(journey.steps) == [
        "steps.0", "steps.1", "qualify", "steps.3", "steps.4", "book", "nurture", "steps.4.branch.0.do.0",
    ]  # fmt: skip
    assert journey.steps["qualify"] == AskStep(
        "qualify", "qualify_form", ("sms", "webchat"), ("team_size",), (timedelta(days=1),), timedelta(days=3),
        silent_go="nurture", refuse_go=END, then="steps.3",
    )  # fmt: skip
    assert journey.steps["steps.4"] == BranchStep(
        "steps.4", (("answer.timeline == 'now' and lead.grade in ['A1', 'A2']", "steps.4.branch.0.do.0"),), "nurture"
    )
    assert str(journey.places["steps.4.branch.0.do.0"]) == "journeys/welcome.yml:19:13"


def test_a_step_leads_to_the_next_one_and_the_last_of_a_branch_to_what_follows_it(journey_of: Reader) -> None:
    journey = journey_of(
        """
        - branch:
            - if: profile.vip
              do:
                - add_to: a
                - branch:
                    - if: profile.a
                      do: [add_to: b]
            - else: {do: [add_to: c]}
        - add_to: d
        - end
        """
    )
    following = {name: step.then for name, step in journey.steps.items() if isinstance(step, TagStep)}
    assert following == {
        "steps.0.branch.0.do.0": "steps.0.branch.0.do.1",
        "steps.0.branch.0.do.1.branch.0.do.0": "steps.1",
        "steps.0.branch.1.else.do.0": "steps.1",
        "steps.1": "steps.2",
    }
    assert journey.steps["steps.2"] == GoStep("steps.2", END)


def test_a_question_needs_all_slots_of_its_form_unless_told_otherwise(journey_of: Reader) -> None:
    step = journey_of("- ask: {form: qualify_form, channels: sms}\n  silent: {after: 1d, go: end}").steps["steps.0"]
    assert isinstance(step, AskStep)
    assert step.need == ("team_size", "timeline")
    assert (step.remind, step.refuse_go) == ((), END)


@pytest.mark.parametrize(
    ("again", "after"), [("never", None), ("always", timedelta()), ("after 12h", timedelta(hours=12))]
)
def test_people_may_come_again_when_the_journey_says_so(again: str, after: timedelta | None, known: Known) -> None:
    text = WHOLE.replace("after 90d", again)
    (entry,) = read_journey(parse("journeys/welcome.yml", text), known).entries
    assert entry.again_after == after


def test_a_head_says_who_is_left_alone_who_may_be_inside_twice_and_who_goes_first(journey_of: Reader) -> None:
    more = """\
    exit: {goal: [event meeting.booked within 30d, event order.placed within 1w]}
    holdout: 2.5%
    at_once: many
    priority: 80
    """
    journey = journey_of("- wait: 1d", more, enter="{event: demo.requested, again: always}")
    assert journey.goals == (Goal("meeting.booked", timedelta(days=30)), Goal("order.placed", timedelta(days=7)))
    assert journey.exit_events == ("meeting.booked", "order.placed")
    assert (journey.holdout, journey.many_at_once, journey.priority) == (250, True, 80)


def test_hours_without_quotes_are_hours_and_a_country_called_no_is_a_text(journey_of: Reader) -> None:
    """YAML 1.1 reads 21:00 as 1260 and NO as false."""
    journey = journey_of("- set: {country: NO, at: 21:00}", "send_window: {hours: 09:00-21:00}")
    assert journey.window == SendWindow(time(9), time(21))
    assert journey.steps["steps.0"].values == (("country", "NO"), ("at", "21:00"))  # type: ignore[union-attr]


def test_values_are_kept_as_plain_python(journey_of: Reader) -> None:
    step = journey_of("- set: {a: 1, b: 2.5, c: true, d: [x, {y: 1}], e: null, f: 'q', g: 2026-11-24}").steps["steps.0"]
    values = dict(step.values)  # type: ignore[union-attr]
    assert values == {"a": 1, "b": 2.5, "c": True, "d": ["x", {"y": 1}], "e": None, "f": "q", "g": "2026-11-24"}
    assert [type(value) for value in values.values()] == [int, float, bool, list, type(None), str, str]


# ---------------------------------------------------------------- versions


def document(text: str) -> Document:
    return parse("journeys/welcome.yml", text)


def test_the_same_text_is_the_same_version_and_a_changed_one_is_another() -> None:
    assert version_of(document(WHOLE)) == version_of(document(WHOLE))
    assert version_of(document(WHOLE)) != version_of(document(WHOLE.replace("2d", "3d")))
    assert len(version_of(document(WHOLE))) == 64


def test_a_comment_is_no_new_version() -> None:
    assert version_of(document(WHOLE)) == version_of(document("# hello\n" + WHOLE.replace("  - wait", "\n  -   wait")))


# ---------------------------------------------------------------- faults of the head


def test_everything_wrong_is_told_in_one_run_in_file_order(faults_in: Callable[[str], list[str]]) -> None:
    text = """\
journey: Welcome
enter: {event: demo, if: "profil.x == 1", agian: never}
exit: {goal: event meeting.booked within 30, when: "answer.team_size > 5"}
send_window: {hours: "9-20", days: mon-sut, zone: Europe/Lodnon, closed: shut}
holdout: 5
on_edit: mapp
steps:
  - send: {response: utter_tipp, channels: [sns], cap: later}
  - id: end
    wait: 2 dayz
  - id: twice
    ask: {form: qualify_from, channels: [sms]}
  - id: twice
    ask: {form: qualify_form, channels: [sms], need: [teamsize]}
    remind: [3d]
    silent: {after: 3d, go: nowhere}
    human: answer
  - handoff: {to: "slack:#sale", reason: x, within: 15m}
  - add_to: a b
  - sendd: {}
  - split: []
  - {send: {}, wait: 1d}
  - go: steps.0
  - add_to: alone
"""
    assert faults_in(text) == [
        '1:1: "Welcome" cannot be an id. Use small letters, digits, - and _, such as ask-for-time.',
        '1:1: a journey lacks "purpose". Known: marketing, service.',
        '2:9: "demo" is no event. Events are named like meeting.booked: two words with a dot.',
        '2:22: the expression "profil.x == 1" cannot be used: there is no "profil" to look at; names begin with '
        'event, lead, profile. Did you mean "profile"?',
        '2:43: "enter" has no "agian". Did you mean "again"?',
        '3:8: "30" is no length of time. Write a number and a unit, such as 30m, 12h, 2d (or 2 days), 1w or 1d12h.',
        '4:15: "9-20" are no hours. Write two times on the 24-hour clock in quotes, such as "09:00-20:00".',
        '4:30: "mon-sut" are no weekdays: "sut". Use mon, tue, wed, thu, fri, sat, sun, such as mon-sat.',
        '4:45: there is no time zone "Europe/Lodnon". Did you mean "Europe/London"?',
        '4:66: there is no way to deal with closed hours "shut". Known: skip, wait.',
        '5:1: "5" is no share of people. Write a percentage below 100, such as 5%.',
        '6:1: there is no policy "mapp". Did you mean "map"?',
        '8:12: there is no response "utter_tipp". Did you mean "utter_tip"?',
        '8:45: there is no channel "sns". Did you mean "sms"?',
        '8:51: there is no way to deal with a cap "later". Known: skip, wait.',
        '9:5: "end" cannot be an id: it is where a journey ends.',
        '10:5: "2 dayz" is no length of time. Write a number and a unit, such as 30m, 12h, 2d (or 2 days), 1w or '
        "1d12h.",
        '12:5: this question lacks "silent": what happens to people who never answer. '
        "Add silent: {after: 3d, go: end}.",
        '12:11: there is no form "qualify_from". Did you mean "qualify_form"?',
        '13:5: there are two steps "twice". The other is in line 11.',
        '14:55: there is no slot of qualify_form "teamsize". Did you mean "team_size"?',
        "15:5: a reminder would come when the silence is already taken for an answer. Make it earlier than "
        "silent.after.",
        '16:25: there is no step "nowhere". Known: end, twice.',
        '17:5: there is no way to deal with a colleague "answer". Known: exit, pause.',
        '18:5: handoff lacks "late". Write the two together: within: 15m, late: {go: book}.',
        '18:15: there is no desk "slack:#sale". Did you mean "slack:#sales"?',
        '19:5: "a b" cannot be a tag. Use letters, digits, - and _, such as nurture-list.',
        '20:5: there is no step "sendd". Did you mean "send"?',
        '21:5: a step lacks "id". People go the same way each time by it; and conditions read it: split.<id>.',
        "21:5: a split has two ways at least. Begin each with - name: a, and its weight.",
        "22:16: one step does two things: send and wait. Make it two steps.",
        "24:5: nobody can get to this step: the one before it goes elsewhere. Give it an id and let a go, then or "
        "silent point at it, or delete it.",
    ]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("purpose: marketing\n", ""), '1:1: a journey lacks "purpose".'),
        (("purpose: marketing", "purpose: marketting"), 'Did you mean "marketing"?'),
        (("purpose: marketing", "purpose: reply"), 'there is no purpose "reply". Known: marketing, service.'),
        (("journey: welcome", "journey: other"), "stands in a file of another name"),
        (("journey: welcome\n", ""), 'lacks "journey"'),
        (("enter: {event: demo.requested", "entry: {event: demo.requested"), 'has no "entry". Did you mean "enter"?'),
        (("event: demo.requested, ", ""), '"enter" lacks "event"'),
        (("event: demo.requested", "segment: big-team"), 'there is no segment "big-team". Did you mean "big-teams"?'),
        (("event: demo.requested", "api: yes"), '"api" can only be true.'),
        (("event: demo.requested", "event: demo.requested, api: true"), "lets people in by two things: event and api"),
        (("event: demo.requested", "evnt: demo.requested"), 'Did you mean "event"?'),
        (("goal: event meeting.booked, ", "goal: event meeting.booked within, "), "is no event"),
        (("exit: {", "holdout: 5%\nexit: {"), 'Say how long it counts: goal: "event meeting.booked within 30d".'),
        (("exit: {", "priority: 101\nexit: {"), "Write a number from 1 to 100"),
        (("again: after 90d}", "again: never}\nat_once: many"), 'Write "again: always" in an entry'),
        (("after 90d", "90d"), "Write never, always, or after 90d"),
        (("hours: \"09:00-20:00\"", 'hours: "09:00-25:00"'), "on no clock"),
        (("hours: \"09:00-20:00\"", 'hours: "09:00-09:00"'), 'For the whole day write "00:00-24:00"'),
        (("days: mon-sat", "days: 5"), "are no weekdays"),
        (("profile.stage == 'customer'", "profile.stage = 'customer'"), 'Write "=="'),
        (("profile.country in", "answer.timeline in"), "names begin with event, lead, profile"),
        (("answer.timeline ==", "answer.timelin =="), 'Did you mean "timeline"?'),
        (("answer.timeline ==", "answer.meeting_time =="), 'there is no "answer.meeting_time"'),
        (("steps:\n", "stepps:\n"), 'Did you mean "steps"?'),
    ],
)  # fmt: skip
def test_a_fault_in_a_whole_journey_says_what_to_do(
    faults_in: Callable[[str], list[str]], change: tuple[str, str], part: str
) -> None:
    assert faults_in(WHOLE) == []
    changed = WHOLE.replace(*change)
    assert changed != WHOLE
    assert any(part in fault for fault in faults_in(changed))


@pytest.mark.parametrize("text", ["", "just words", "[]", "5"])
def test_a_file_that_is_no_mapping_is_refused(faults_in: Callable[[str], list[str]], text: str) -> None:
    assert any("must be a mapping" in fault for fault in faults_in(text))


def test_a_channel_that_this_installation_could_have_is_warned_of_and_kept(known: Known) -> None:
    text = (
        "journey: welcome\npurpose: marketing\nenter: {message: {channels: [email]}}\nsteps:\n"
        "  - send: {response: utter_tip, channels: [email, sms]}\n"
    )
    warnings = Faults()
    journey = read_journey(
        parse("journeys/welcome.yml", text), replace(known, left_out=lambda: {"email", "voice"}), warnings
    )
    assert journey.steps["steps.0"] == SendStep("steps.0", "utter_tip", ("email", "sms"), END)
    assert journey.entries == (EventEntry(REPLIED, (("channel", ("email",)),)),)
    advice = "Add its connector to OVERTURE_CONNECTORS, or leave the channel out here."
    assert [str(one) for one in warnings.in_order()] == [
        f'journeys/welcome.yml:3:30: this installation has no channel "email", so nobody writes there. {advice}',
        f'journeys/welcome.yml:5:44: this installation has no channel "email", so nobody is reached there. {advice}',
    ]


def test_what_nothing_tells_of_messages_is_warned_of(known: Known) -> None:
    warnings = Faults()
    steps = "[wait: {for: [reply, message.clicked, link.clicked], at_most: 1d}]"
    text = f"journey: welcome\npurpose: marketing\nenter: {{event: demo.requested}}\nsteps: {steps}\n"
    read_journey(parse("journeys/welcome.yml", text), known, warnings)
    [one] = map(str, warnings.in_order())
    assert 'nothing tells "message.clicked" here, unless a system of yours does' in one


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("{date: profile.birthday, every: year}}", ["so this is once and not every year. Write"]),
        ("{date: profile.paid, every: month}}", ["so this is once and not every month. Write"]),
        ("{date: profile.birthday, every: year}, again: after 30d}", []),
        ("{date: profile.renews_on, before: 3d}}", []),
    ],
)
def test_what_comes_every_year_and_lets_nobody_in_again_is_warned_of(
    known: Known, schedule: str, told: list[str]
) -> None:
    warnings = Faults()
    text = f"journey: welcome\npurpose: marketing\nenter: {{schedule: {schedule}\nsteps: [wait: 1d]\n"
    read_journey(parse("journeys/welcome.yml", text), known, warnings)
    found = [str(one) for one in warnings.in_order()]
    assert len(found) == len(told)
    assert all(part in one for part, one in zip(told, found, strict=True))
