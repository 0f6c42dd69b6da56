from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import Document, parse
from bot.domain.consent import Purpose
from bot.domain.entries import EventEntry
from bot.domain.errors import ContentError, Fault
from bot.domain.journey import Goal, Journey
from bot.domain.send_window import SendWindow
from bot.domain.steps import END, AskStep, BranchStep, GoStep, TagStep, WaitStep
from bot.journeys.content import Known, read_journey, version_of

Reader = Callable[..., Journey]

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


@pytest.fixture
def faults_in(known: Known) -> Callable[[str], list[str]]:
    """The faults of a whole file, without its path: "line:column: message suggestion"."""

    def read(text: str) -> list[str]:
        try:
            read_journey(parse("journeys/welcome.yml", text), known)
        except ContentError as error:
            return [str(fault).removeprefix("journeys/welcome.yml:") for fault in error.faults]
        return []

    return read


@pytest.fixture
def faults_of(faults_in: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """The faults of steps, which begin in line 5 and column 3."""

    def read(steps: str) -> list[str]:
        head = "journey: welcome\npurpose: marketing\nenter: {event: demo.requested}\nsteps:\n"
        return faults_in(head + "".join(f"  {line}\n" for line in steps.strip("\n").splitlines()))

    return read


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
        '1:1: a journey lacks "purpose".',
        '2:9: "demo" is no event. Events are named like meeting.booked: two words with a dot.',
        '2:22: the expression "profil.x == 1" cannot be used: there is no "profil" to look at; names begin with '
        'event, lead, profile. Did you mean "profile"?',
        '2:43: "enter" has no "agian". Did you mean "again"?',
        '3:8: "30" is no length of time. Write a number and a unit (s, m, h, d or w), such as 30m, 12h, 2d or 1d12h.',
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
        '10:5: "2 dayz" is no length of time. Write a number and a unit (s, m, h, d or w), such as 30m, 12h, 2d or '
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


# ---------------------------------------------------------------- faults of steps


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ("- wait", '5:5: a step must be a mapping of names to values, not "wait".'),
        ("- id: a", "5:5: this step does nothing."),
        ("- wait:", '5:5: a step lacks "wait". Write wait: 1d.'),
        ("- wait: 0d", "5:5: \"0d\" is no usable length of time"),
        ("- wait: {for: link.clicked}", '5:5: wait lacks "at_most". Say how long'),
        ("- wait: {for: answer, at_most: 1d}", '5:12: "answer" is no event.'),
        ("- wait: {until: monday, for: a.b, at_most: 1d}", '5:12: "monday" is no time to wait for. Write "09:00"'),
        ("- send: utter_tip", '5:5: send must be a mapping of names to values, not "utter_tip".'),
        ("- send: {response: utter_tip}", '5:5: send lacks "channels".'),
        ("- send: {response: utter_tip, channels: []}", '5:5: send lacks "channels".'),
        ("- send: {response: utter_tip, channels: [sms, {}]}", "5:49: each item of \"channels\" must be a text"),
        ("- add_to: {}", '5:5: "add_to" must be a text, not a mapping.'),
        ("- score: {reason: x}", "5:5: score changes nothing."),
        ("- score: {engagement: 10}", '5:5: score lacks "reason".'),
        ("- score: {engagement: ten, reason: x}", '5:13: "engagement" must be a whole number, not "ten".'),
        ("- score: {engagement: true, reason: x}", '"engagement" must be a whole number, not true.'),
        ("- set: {}", "5:5: set names no attribute."),
        ("- set: {tags: x}", '5:11: "tags" belongs to the profile itself'),
        ("- set: {Team Size: x}", "cannot be an attribute"),
        ("- set: {a: '= profil.x'}", '5:11: the expression "profil.x" cannot be used'),
        ("- crm: {note: '= 1 +'}", '5:11: the expression "1 +" cannot be used: it ends where'),
        ("- crm: {}", '5:5: crm lacks "note".'),
        ("- crm: {task: '= 1 +'}", '5:11: the expression "1 +" cannot be used: it ends where'),
        ("- crm: {deal: {amount: '= x.y'}}", '5:18: the expression "x.y" cannot be used'),
        ("- crm: {record: {deal stage: x}}", '5:20: "deal stage" cannot be the name of a field.'),
        ("- crm: {record: {stage: '= x.y'}}", '5:20: the expression "x.y" cannot be used'),
        ("- wait: {until: '25:00'}", '5:12: "25:00" is no time to wait for.'),
        ("- wait: {until: profile.tags}", '5:12: "tags" belongs to the profile itself'),
        ("- wait: {until: profile.x - soon}", '5:12: "profile.x - soon" is no time to wait for.'),
        ("- wait: {}", '5:5: wait lacks "for". Say what to wait for'),
        ("- remove_from: a b", '5:5: "a b" cannot be a tag.'),
        ("- send: {response: utter_tip, channels: sms, send_window: {hours: x}}", '"x" are no hours.'),
        ("- ask: {flow: qualify, channels: sms}\n  silent: {after: 1d, go: end}",
         "5:11: there are no flows in the language of our dialogues, which is Rasa 3.6's. Name a form"),
        ("- score: {fit: 5, reason: x, half_life: 30d}", '5:32: "half_life" is not supported in a step'),
        ("- action: action_quot", '5:5: there is no action "action_quot". Did you mean "action_quote"?'),
        ("- action: {name: action_quote, channels: [fax]}", '5:45: there is no channel "fax".'),
        ("- action: action_quote\n  failed: {go: nowhere}", '6:14: there is no step "nowhere".'),
        ("- webhook: {to: biling}", '5:15: there is no endpoint "biling" in OVERTURE_ENDPOINTS. Did you mean'),
        ("- webhook: {to: 'https://example.com/x'}", "5:15: content names no address"),
        ("- webhook: {body: {a: 1}}", '5:5: webhook lacks "to".'),
        ("- run: nurtur", '5:5: there is no journey "nurtur". Did you mean "nurture"?'),
        ("- run: {journey: nurture, with: {a: '= x.y'}}", 'the expression "x.y" cannot be used'),
        ("- handoff: {reason: x, crm: hubspott}", '5:26: there is no CRM "hubspott". Did you mean "hubspot"?'),
        ("- handoff: {reason: x, late: {go: end}}", '5:5: handoff lacks "within". Write the two together'),
        ("- id: a-b\n  split:\n    - {name: a, weight: 50}\n    - {name: b, weight: 50}",
         '"a-b" cannot be the id of a split'),
        ("- id: a\n  split:\n    - {name: a, weight: 50}\n    - {name: b, weight: 40}",
         "6:5: the weights sum to 90, not to 100. Give each its part of 100."),
        ("- id: a\n  split:\n    - {name: a, weight: 0}\n    - {name: a, weight: 100}", 'there are two ways "a".'),
        ("- id: a\n  split:\n    - {name: a, weight: 100}\n    - {name: b, weight: none}",
         '"weight" must be a part of 100.'),
        ("- branch:\n    - if: split.other == 'a'\n      go: end", 'there is no "split.other".'),
        ("- handoff: {reason: '= x.y'}", '5:15: the expression "x.y" cannot be used'),
        ("- handoff: {to: '#sales', reason: x}", '5:15: there is no desk "#sales".'),
        ("- go: nowhere", '5:5: there is no step "nowhere". Known: end.'),
        ("- add_to: a\n  then: nowhere", '6:5: there is no step "nowhere".'),
        ("- add_to: a\n  them: end", '6:5: a step has no "them". Did you mean "then"?'),
        ("- tagg: a", '5:5: there is no step "tagg". Did you mean "tag"?'),
        ("- branch: {}", "5:5: branch must be a list of conditions."),
        ("- branch:\n    - if: profile.a", '6:9: a branch lacks "do".'),
        ("- branch:\n    - do: [end]", '6:9: a branch lacks "if".'),
        ("- branch:\n    - else: {go: end}\n    - if: profile.a\n      go: end", '7:9: nothing can follow "else".'),
        ("- branch:\n    - if: profile.a\n      do: add_to", "7:9: a list of steps must follow here."),
        ("- branch:\n    - if: profile.a ==\n      go: end", '6:9: the expression "profile.a ==" cannot be used'),
        ("- branch:\n    - if: true\n      go: end", '6:9: "if" must be a text, not true.'),
        ("- branch:\n    - if: profile.a\n      do:\n        - send: {response: utter_x, channels: sms}",
         "8:20: there is no response \"utter_x\"."),
        ("- ask: {form: booking_form, channels: sms}\n  silent: {after: 1d}", '6:5: silent lacks "go".'),
        ("- ask: {form: booking_form, channels: sms}\n  silent: {after: 1d, go: end}\n  refuse: {}",
         '7:5: refuse lacks "go".'),
    ],
)  # fmt: skip
def test_a_fault_in_a_step_says_where_and_what_to_do(
    faults_of: Callable[[str], list[str]], steps: str, fault: str
) -> None:
    found = faults_of(steps)
    assert any(one.startswith(fault) or fault in one for one in found), found


def test_one_unreachable_step_is_told_once_and_not_with_all_that_follow(
    faults_of: Callable[[str], list[str]],
) -> None:
    found = faults_of("- end\n- add_to: a\n- add_to: b\n- add_to: c")
    assert len(found) == 1
    assert found[0].startswith("6:5: nobody can get to this step")


ASK = "- id: a\n  ask: {form: booking_form, channels: [smss]}\n"


@pytest.mark.parametrize(
    "step",
    [
        f"{ASK}  silent: {{after: 3d, go: b}}\n  refuse: {{go: c}}\n  then: end",
        f"{ASK}  silent: {{after: 3d, go: a}}\n  refuse: {{go: b}}\n  then: c",
        "- id: a\n  action: action_qoute\n  failed: {do: [{add_to: x}], go: b}\n  then: c",
        "- id: a\n  asck: {form: booking_form}\n  silent: {after: 3d, go: b}\n  refuse: {go: c}\n  then: end",
    ],
)
def test_a_step_with_a_fault_does_not_make_the_steps_that_it_names_look_lost(
    faults_of: Callable[[str], list[str]], step: str
) -> None:
    found = faults_of(f"{step}\n- id: b\n  add_to: b\n  then: end\n- id: c\n  add_to: c")
    assert len(found) == 1, found
    assert "there is no" in found[0]


@pytest.mark.parametrize(
    "steps",
    [
        "- id: a\n  add_to: x\n- go: a",
        "- id: a\n  go: a",
        "- id: a\n  branch:\n    - if: profile.x\n      do:\n        - add_to: x\n          then: a",
        "- id: a\n  branch:\n    - if: profile.x\n      do: [wait: 1d]\n- go: a",
        "- id: a\n  wait: {until: profile.renewal_date}\n- go: a",
        "- id: a\n  handoff: {reason: x, within: 1h, late: {go: a}}\n- go: a",
        "- id: a\n  split:\n    - {name: x, weight: 50, go: a}\n    - {name: y, weight: 50, go: end}",
    ],
)
def test_a_loop_without_a_wait_is_refused(faults_of: Callable[[str], list[str]], steps: str) -> None:
    found = faults_of(steps)
    assert len(found) == 1
    assert "a loop without a wait: " in found[0]


@pytest.mark.parametrize(
    "steps",
    [
        "- id: a\n  wait: 1d\n- add_to: x\n- go: a",
        "- id: a\n  ask: {form: booking_form, channels: sms}\n  silent: {after: 1d, go: a}",
        "- id: a\n  wait: {until: '09:00'}\n- go: a",
        "- id: a\n  wait: {until: profile.x, at_most: 1d}\n- wait: 1d\n- go: a",
    ],
)
def test_a_loop_with_a_rest_is_allowed(journey_of: Reader, steps: str) -> None:
    journey = journey_of(steps)
    assert isinstance(journey.steps["a"], WaitStep | AskStep)


def test_a_faulty_step_does_not_make_its_neighbours_look_wrong(faults_of: Callable[[str], list[str]]) -> None:
    found = faults_of("- id: a\n  send: {response: utter_x, channels: sms}\n- wait: 1d\n- go: a")
    assert len(found) == 1


yaml_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["end", "a", "1d", "sms", "= x", "demo.requested"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "then", "go", "wait", "send", "ask", "branch", "if", "else", "do", "set", "silent", "after", "for",
             "form", "channels", "response", "score", "crm", "note", "handoff", "add_to", "end", "remind", "need",
             "split", "weight", "name", "metric", "action", "failed", "webhook", "run", "with", "until", "within",
             "late", "schedule", "cron", "date", "zone", "event", "segment", "message", "intent", "api"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(steps=yaml_values, enter=yaml_values, window=yaml_values)
@settings(max_examples=300, deadline=None)
def test_any_yaml_is_either_read_or_refused_with_places(known: Known, steps: Any, enter: Any, window: Any) -> None:
    data = {"journey": "welcome", "purpose": "service", "enter": enter, "exit": enter, "send_window": window}
    faults: tuple[Fault, ...] = ()
    try:
        journey = read_journey(Document("journeys/welcome.yml", {**data, "steps": steps}), known)
    except ContentError as error:
        faults = error.faults
    assert faults or journey.first in journey.steps
    assert all(fault.place.path == "journeys/welcome.yml" for fault in faults)
