from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import date

import pytest

from bot.documents import parse
from bot.domain.errors import ContentError
from bot.domain.journey import Journey
from bot.domain.sending_rules import EVERYWHERE_ELSE, Keywords, SendingRules
from bot.journeys.known import Known
from bot.journeys.time_travel import hold_test
from bot.journeys.time_travel_yaml import read_journey_tests
from bot.journeys.virtual_world import World
from tests.bot.journeys.conftest import Reader

STEPS = """
- wait: 1d
- id: ask
  ask: {form: qualify_form, channels: [sms], need: [team_size]}
  remind: [1d]
  silent: {after: 3d, go: later}
  refuse: {go: end}
  human: exit
- set: {size: "= answer.team_size"}
- handoff: {reason: "= 'Team of ' + text(answer.team_size)"}
  then: end
- id: later
  add_to: nurture
"""
CHANNELS = {"sms": "phone", "webchat": "webchat"}
STOP = Keywords("stop", EVERYWHERE_ELSE, date(2020, 1, 1), None, "test", "stop", "en", ("stop",))
HEAD = """\
journey: welcome
given: {zone: Europe/London, phone: "+447700900123", consent: [sms]}
tests:
  - test: It does what it should
    course:
"""

Hold = Callable[..., str]


@pytest.fixture
def hold(journey_of: Reader, known: Known) -> Hold:
    """What is told of the test with these lines; empty where it passes."""

    def held(course: str, steps: str = STEPS, more: str = "", **options: str) -> str:
        journeys: dict[str, Journey] = {"welcome": journey_of(steps, more, **options)}
        text = HEAD + textwrap.indent(textwrap.dedent(course).strip("\n"), "      ") + "\n"
        (test,) = read_journey_tests([parse("tests/welcome.yml", text)], journeys, known, CHANNELS)
        fault = hold_test(test, World(journeys, SendingRules(keywords=(STOP,)), CHANNELS))
        return "" if fault is None else str(fault)

    return held


BEGIN = """
- on: tue 2026-11-24 14:00
  when: {event: demo.requested}
- after: 1d
  then: {asked: qualify_form, waits_at: ask}
"""


@pytest.mark.parametrize(
    "course",
    [
        "- after: 1d\n  then: {reminded: qualify_form}\n- after: 2d\n  then: {tags: [nurture], inside: false}",
        "- after: 1h\n  when: {answers: {team_size: 40}}\n  then: {handed_over: Team of 40, profile: {size: 40}}",
        "- after: 1h\n  when: {refuses: true}\n  then: {inside: false, tags: []}",
        "- after: 1h\n  when: {says: STOP}\n  then: {inside: false}\n- after: 9d\n  then: nothing",
        "- after: 1h\n  when: {colleague: takes over}\n- after: 1d\n  then: {inside: false}",
        "- on: 2026-11-26 13:59\n  then: nothing\n- on: thu 2026-11-26 14:00\n  then: {reminded: [qualify_form]}",
    ],
)
def test_a_test_passes_where_the_journey_does_what_it_says(hold: Hold, course: str) -> None:
    assert hold(BEGIN + course) == ""


def test_the_first_difference_is_told_with_place_time_and_what_happened(hold: Hold) -> None:
    told = hold(BEGIN + "- after: 1d\n  then: nothing")
    assert told.startswith(
        'tests/welcome.yml:11:9: "It does what it should", Thu 26 Nov 2026 14:00: reminded: qualify_form, not nothing. '
        "What happened:\n"
    )
    assert "Wed 25 Nov 14:00  ask: asked qualify_form" in told


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("{reminded: qualify_form, inside: false}", "this person is still in the journey"),
        ("{reminded: qualify_form, waits_at: later}", "nobody waits at later; this person is ask"),
        ("{reminded: qualify_form, tags: [vip]}", "the tags are none, not vip"),
        ("{reminded: qualify_form, profile: {size: 3}}", 'profile.size is nothing, not "3"'),
        ("{reminded: qualify_form, lead: {fit: 3}}", 'lead.fit is "0", not "3"'),
        ("{reminded: qualify_form, why: no consent}", 'no reason says "no consent"'),
        ("{asked: qualify_form}", "asked: nothing, not qualify_form"),
    ],
)
def test_each_expectation_is_held(hold: Hold, then: str, told: str) -> None:
    assert told in hold(BEGIN + f"- after: 1d\n  then: {then}")


def test_an_answer_that_nobody_asked_for_fails_the_test(hold: Hold) -> None:
    course = "- on: 2026-11-24 14:00\n  when: {answers: {team_size: 3}}"
    assert "nobody is asked anything at this moment" in hold(course)


def test_a_course_does_not_go_back_in_time(hold: Hold) -> None:
    assert "this line is before the one above it" in hold(BEGIN + "- on: 2026-11-20 09:00\n  then: nothing")


def test_actions_end_as_the_test_says(hold: Hold) -> None:
    steps = "- action: action_quote\n  failed: {go: sorry}\n- add_to: quoted\n  then: end\n- id: sorry\n  add_to: sorry"
    begin = "- on: 2026-11-24 14:00\n  when: {event: demo.requested}\n"
    assert hold(begin + "- when: {done: action_quote}\n  then: {tags: [quoted]}", steps) == ""
    assert hold(begin + "- when: {failed: action_quote}\n  then: {tags: [sorry]}", steps) == ""


def test_what_becomes_known_moves_what_is_waited_for_and_ends_the_journey(hold: Hold) -> None:
    steps = "- wait: {until: profile.renewal - 1d}\n- add_to: reminded\n- wait: 90d"
    course = """
        - on: tue 2026-11-24 14:00
          when: {profile: {renewal: 2026-12-10}}
        - after: 1m
          when: {event: demo.requested}
        - after: 1d
          when: {profile: {renewal: 2026-12-20}}
        - on: sat 2026-12-19 08:59
          then: {tags: []}
        - after: 1m
          then: {tags: [reminded]}
        - after: 1d
          when: {profile: {stage: customer}}
          then: {inside: false}
    """
    assert hold(course, steps, """exit: {when: "profile.stage == 'customer'"}""") == ""


def test_who_comes_in_by_the_api_meets_its_condition(hold: Hold) -> None:
    course = "- on: 2026-11-24 14:00\n  when: {enters: {size: 30}}\n  then: {tags: [big]}"
    enter = "{api: true, if: 'event.size > 20'}"
    assert hold(course, "- add_to: big", enter=enter) == ""
    assert "neither the API nor a schedule lets this person in" in hold(
        course.replace("30", "3"), "- add_to: x", enter=enter
    )


def test_nobody_is_held_out_of_a_test(hold: Hold) -> None:
    course = "- on: 2026-11-24 14:00\n  when: {event: demo.requested}\n  then: {tags: [in]}"
    assert hold(course, "- add_to: in", "holdout: 99%") == ""


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("course", "told"),
    [
        ("- after: 1d\n  then: nothing", "9: the first line does not say when it is. Write on: 2026-11-24 14:00"),
        ("- on: mon 2026-11-24 14:00\n  then: nothing", "2026-11-24 is no mon. It is a Tuesday."),
        ("- on: 2026-11-24\n  then: nothing", "no day with a time"),
        ("- on: 2026-11-24 14:00", "nothing happens in this line"),
        ("- on: 2026-11-24 14:00\n  then: {aksed: qualify_form}", '"then" has no "aksed". Did you mean "asked"?'),
        ("- on: 2026-11-24 14:00\n  then: {asked: qualify_fom}", 'no form "qualify_fom". Did you mean "qualify_form"?'),
        ("- on: 2026-11-24 14:00\n  then: {sent: utter_tipp}", 'no response "utter_tipp". Did you mean "utter_tip"?'),
        ("- on: 2026-11-24 14:00\n  then: {waits_at: asks}", 'no step in welcome "asks". Did you mean "ask"?'),
        ("- on: 2026-11-24 14:00\n  then: {inside: maybe}", '"inside" is no yes or no'),
        ("- on: 2026-11-24 14:00\n  when: {answers: {team: 3}}", '"team". Did you mean "team_size"?'),
        ("- on: 2026-11-24 14:00\n  when: {colleague: is don}", 'Did you mean "is done"?'),
        ("- on: 2026-11-24 14:00\n  when: {refuses: true, says: no}", "and this one has refuses and says"),
        ("- on: 2026-11-24 14:00\n  when: {}", "and this one has none"),
        ("- on: 2026-11-24 14:00\n  when: {done: action_quot}", 'no action or endpoint in welcome "action_quot"'),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_test_is_told_with_its_place(hold: Hold, course: str, told: str) -> None:
    with pytest.raises(ContentError) as raised:
        hold(course)
    message = str(raised.value)
    assert told in message
    assert message.startswith("tests/welcome.yml:")


ONE_TEST = "tests: [{test: x, course: [{on: 2026-11-24 14:00, then: nothing}]}]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("journey: welcom\ntests: [{test: x, course: []}]", 'tests/a.yml:1:1: there is no journey "welcom"'),
        ("journey: welcome", 'a file of journey tests needs a list of "tests"'),
        ("journey: welcome\ngiven: {zone: Europe/Londn}\ntests: []", 'Did you mean "Europe/London"?'),
        ("journey: welcome\ngiven: {consent: smss}\ntests: []", 'no channel "smss"'),
        ("journey: welcome\ngiven: {created_on: 3/4/2026}\ntests: []", '2:9: "3/4/2026" is no day. Write it as'),
        (f"journey: welcome\ngiven: London\n{ONE_TEST}", '"given" must be a mapping of names to values, not "London".'),
        ("- 1", "a file of journey tests must be a mapping"),
    ],
)
def test_a_file_that_is_no_test_is_refused(journey_of: Reader, known: Known, text: str, told: str) -> None:
    with pytest.raises(ContentError) as raised:
        read_journey_tests([parse("tests/a.yml", text)], {"welcome": journey_of("- wait: 1d")}, known, CHANNELS)
    assert told in str(raised.value)
