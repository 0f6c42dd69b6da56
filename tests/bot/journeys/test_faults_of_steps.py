"""What is wrong with the steps of a journey, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import Document
from bot.domain.errors import ContentError, Fault
from bot.domain.steps import AskStep, WaitStep
from bot.journeys.content import Known, read_journey
from tests.bot.journeys.conftest import Reader

HALVES = "  split:\n    - {name: a, weight: 50}\n    - {name: b, weight: 50}"


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ("- wait", '5:5: a step must be a mapping of names to values, not "wait".'),
        ("- id: a", "5:5: this step does nothing."),
        ("- wait:", '5:5: a step lacks "wait". Write wait: 1d.'),
        ("- wait: 0d", "5:5: \"0d\" is no usable length of time"),
        (
            "- send: {response: utter_tip, channels: [sms], links: follow}",
            '5:50: there is no way to treat links "follow".',
        ),
        ("- wait: {for: link.clicked}", '5:5: wait lacks "at_most". Say how long'),
        ("- wait: {for: answer, at_most: 1d}", '5:12: "answer" is no event.'),
        ("- wait: {until: monday, for: a.b, at_most: 1d}", '5:12: "monday" is no time to wait for. Write "09:00"'),
        ("- send: utter_tip", '5:5: send must be a mapping of names to values, not "utter_tip". Write send: {response'),
        ("- delay: 2d", '5:5: there is no step "delay". Did you mean "wait"?'),
        ("- email: {template: tip}", '5:5: there is no step "email". Did you mean "send"?'),
        ("- pigeon: {to: ana}", '5:5: there is no step "pigeon". A step is one of send, wait, ask,'),
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
        ("- wait: {until: event.x - soon}", '"event.x - soon" is no time to wait for. Write profile.renewal_date - 3d'),
        ("- wait: {until: event.2nd - 1d}", '"event.2nd" is no value that an event brings. Write event.<name>'),
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
        ("- send: {response: utter_tip, channels: [sms], at: best}", 'a step lacks "id". What comes of a message'),
        ("- send: {response: utter_tip, channels: [sms], metric: a.b}", 'send lacks "at". Only a message at: best'),
        ("- id: a\n  send: {response: utter_tip, channels: [sms], at: bedtime}", '"bedtime"'),
        (f"- id: a\n  choose: best\n{HALVES}", 'a step lacks "metric". Say what the ways compete for'),
        (f"- id: a\n  metric: event a.b\n  choose: beste\n{HALVES}", 'Did you mean "best"?'),
        (f"- id: a\n  metric: event a.b\n  within: soon\n{HALVES}", '"soon" is no length of time'),
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
        (
            "- branch:\n    - if: profile.a\n      go: end\n    - else:\n        - add_to: a",
            "8:9: else must be a mapping of names to values, not a list. Write else: {do: [...]}, or else: {go: ",
        ),
        (
            "- branch:\n    - if: profile.a\n      go: end\n  else: {go: end}",
            '8:5: "else" stands beside its branch. Make it the last in its list: - else: {go: <step>}.',
        ),
        ("- branch:\n    - if: profile.a\n      go: end\n    - esle: {go: end}", 'has no "esle". Did you mean "else"?'),
        ("- branch:\n    - if: profile.a == now\n      go: end", "if it is meant as a text: 'now'."),
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
