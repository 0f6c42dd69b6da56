from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audience import Segment
from bot.domain.ids import ProfileId
from bot.domain.journey import Journey
from bot.domain.score import ScoreRule
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import EVERYWHERE_ELSE, SendingHours, SendingRules
from bot.journeys.people import Behaviour, Crowd, Occurrence, OneOf, Reaction, WholeNumber
from bot.journeys.simulate import Simulation, made_up, only, simulate
from bot.journeys.simulated import OUT, JourneySimulated, Simulated, as_json, reason_of
from bot.journeys.virtual_world import Someone, World
from tests.bot.journeys.conftest import Reader

START = datetime(2026, 11, 24, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHANNELS = {"sms": "phone", "webchat": "webchat"}
RULES = SendingRules(
    hours=(
        SendingHours(
            "h", EVERYWHERE_ELSE, date(2020, 1, 1), None, "test", frozenset({"sms"}), SendWindow(time(9), time(20))
        ),
    )
)
ALWAYS, NEVER = Reaction(1, HOUR), Reaction(0, HOUR)
QUIET = Behaviour(arrive=DAY, answers=NEVER, refuses=NEVER, opts_out=NEVER, claims=NEVER)
STEPS = """
- send: {response: utter_tip, channels: [sms]}
- id: part
  split:
    - {name: ask, weight: 50, do: [{wait: 1d}]}
    - {name: leave, weight: 50, do: [{go: later}]}
- id: ask
  ask: {form: qualify_form, channels: [sms], need: [team_size]}
  remind: [1d]
  silent: {after: 3d, go: later}
  refuse: {go: end}
- branch:
    - if: answer.team_size > 50
      do: [handoff: {reason: big}]
    - else: {go: later}
- action: action_quote
  failed: {go: end}
- wait: {for: reply, at_most: 60d}
  then: end
- id: later
  add_to: nurture
"""


def simulated(
    *journeys: Journey,
    behaviour: Behaviour = QUIET,
    crowd: Crowd | None = None,
    people: list[Someone] | None = None,
    **more: Any,
) -> Simulated:
    world = World({one.id: one for one in journeys}, RULES, CHANNELS, more.pop("segments", {}))
    plan = Simulation(world, behaviour, START, **more)
    crowd = crowd or Crowd(50)
    return simulate(
        plan, people if people is not None else made_up(crowd, range(1, crowd.count + 1), plan.seed, CHANNELS)
    )


def of(figures: Simulated) -> JourneySimulated:
    return figures.journeys["welcome"]


def test_everybody_who_comes_in_is_accounted_for(journey_of: Reader) -> None:
    figures = of(simulated(journey_of("- wait: 2d\n- add_to: x"), days=2))
    assert figures.entered == 50
    assert figures.ended + figures.inside == 50
    assert figures.inside == 50  # who came in later than this moment two days ago waits still
    assert of(simulated(journey_of("- wait: 2d\n- add_to: x"), days=3)).ended == 50


chances = st.sampled_from((0.0, 0.3, 1.0))


@settings(max_examples=30, deadline=None)
@given(
    answers=chances, refuses=chances, opts_out=chances, claims=chances, fails=chances, consent=chances,
    seed=st.integers(0, 10_000), days=st.integers(1, 100),
)  # fmt: skip
def test_no_person_is_lost_at_any_step_and_nothing_goes_out_without_consent(
    journey_of: Reader,
    answers: float,
    refuses: float,
    opts_out: float,
    claims: float,
    fails: float,
    consent: float,
    seed: int,
    days: int,
) -> None:
    behaviour = Behaviour(
        timedelta(days=20), {}, Reaction(answers, HOUR), Reaction(refuses, HOUR), Reaction(opts_out, 9 * HOUR),
        {"team_size": WholeNumber(1, 100)}, (), Reaction(claims, HOUR), HOUR, fails,
    )  # fmt: skip
    crowd = Crowd(12, OneOf(("GB", "US"), (1, 1)), consent={"sms": consent})
    figures = of(simulated(journey_of(STEPS), behaviour=behaviour, crowd=crowd, seed=seed, days=days))
    names = {name for way in figures.ways for name in way} - {"", "end"}
    for name in names:
        step = figures.step(name)
        assert step.came == step.went_on + step.left + step.there
    assert figures.entered == figures.ended + figures.inside + figures.left_why.total() + figures.parked_why.total()
    if consent == 0:
        assert figures.total(*OUT) == 0
    if opts_out == 0:
        assert not figures.left_why


def test_the_same_seed_gives_the_same_figures_and_another_one_others(journey_of: Reader) -> None:
    lively = replace(QUIET, answers=Reaction(0.5, HOUR), arrive=20 * DAY)
    first, again, other = (simulated(journey_of(STEPS), behaviour=lively, seed=seed) for seed in (1, 1, 2))
    assert as_json(first) == as_json(again)
    assert as_json(first) != as_json(other)


def test_parts_of_the_people_add_up_to_the_whole(journey_of: Reader) -> None:
    lively = replace(QUIET, answers=Reaction(0.5, HOUR), opts_out=Reaction(0.2, HOUR))
    plan = Simulation(World({"welcome": journey_of(STEPS)}, RULES, CHANNELS), lively, START)
    crowd = Crowd(40)
    whole, first, second = (
        simulate(plan, made_up(crowd, numbers, 1, CHANNELS)) for numbers in (range(1, 41), range(1, 18), range(18, 41))
    )
    first.add(second)
    assert first == whole


def test_answers_refusals_and_silence_go_their_ways(journey_of: Reader) -> None:
    steps = """
    - id: ask
      ask: {form: qualify_form, channels: [sms], need: [team_size]}
      silent: {after: 3d, go: later}
      refuse: {go: refused}
    - add_to: answered
      then: end
    - id: refused
      add_to: refused
      then: end
    - id: later
      add_to: nurture
    """
    journey = journey_of(steps)
    for behaviour, target in (
        (replace(QUIET, answers=ALWAYS), "steps.1"),
        (replace(QUIET, refuses=ALWAYS), "refused"),
        (QUIET, "later"),
    ):
        assert of(simulated(journey, behaviour=behaviour)).ways["ask", target] == 50


def test_what_is_answered_decides_the_way(journey_of: Reader) -> None:
    answering = replace(QUIET, answers=ALWAYS, answer={"team_size": OneOf((90,), (1,)), "quote": OneOf((5,), (1,))})
    figures = of(simulated(journey_of(STEPS), behaviour=answering))
    assert figures.handed_over == figures.step("ask").came > 0


def test_what_is_withheld_is_told_with_its_reason_and_without_anybodys_day(journey_of: Reader) -> None:
    crowd = Crowd(40, consent={"sms": 0.5}, reachable={"sms": 0.5})
    figures = of(simulated(journey_of("- send: {response: utter_tip, channels: [sms]}"), crowd=crowd))
    whys = {kind.why for kind in figures.messages if kind.what == "withheld"}
    assert whys == {"no consent to marketing by sms on record", "no address of this person on sms"}
    assert figures.total("sent", "withheld") == 40
    assert reason_of("this address opted out on 3 May 2026") == "this address opted out"


def test_events_of_messages_and_of_people_happen(journey_of: Reader) -> None:
    steps = "- send: {response: utter_tip, channels: [sms]}\n- wait: {for: link.clicked, at_most: 2d}\n- add_to: x"
    journey = journey_of(steps, "exit: {goal: event meeting.booked within 30d}\nholdout: 20%")
    events = (
        Occurrence("link.clicked", ALWAYS, of_messages=True),
        Occurrence("meeting.booked", Reaction(1, timedelta(days=1))),
    )
    figures = of(simulated(journey, behaviour=replace(QUIET, events=events), crowd=Crowd(200)))
    assert figures.goals == figures.entered
    assert figures.goals_held_out == figures.held_out > 10


def test_what_becomes_of_a_message_ends_the_wait_behind_its_step(journey_of: Reader) -> None:
    journey = journey_of("""
        - id: first
          send: {response: utter_tip, channels: [sms]}
        - wait: {for: message.read, at_most: 1d}
        - branch:
            - {if: happened.step == 'first', do: [add_to: read]}
            - else: {do: [{id: second, send: {response: utter_offer, channels: [webchat]}}]}
    """)
    events = (Occurrence("message.read", Reaction(0.5, HOUR), of_messages=True),)
    figures = of(simulated(journey, behaviour=replace(QUIET, events=events), crowd=Crowd(200)))
    assert 60 < figures.step("second").came < 140


def test_nobody_comes_in_by_a_message_that_they_did_not_get(journey_of: Reader) -> None:
    journey = journey_of("- add_to: lost", enter="{event: message.failed}")
    assert of(simulated(journey, crowd=Crowd(20))).entered == 0


def test_schedules_let_people_in_at_their_times(journey_of: Reader) -> None:
    cron = "{schedule: {cron: '0 9 * * mon', zone: Europe/London}, if: \"profile.stage == 'trial'\", again: always}"
    people = [Someone(ProfileId(f"p{number}"), {"stage": "trial" if number else "lead"}) for number in range(3)]
    assert of(simulated(journey_of("- add_to: x", enter=cron), people=people, days=28)).entered == 2 * 4
    on_clocks = cron.replace("Europe/London", "person")
    east = [replace(one, time_zone="Pacific/Kiritimati") for one in people]
    assert of(simulated(journey_of("- add_to: x", enter=on_clocks), people=east, days=28)).entered == 2 * 4
    renewal = "{schedule: {date: profile.renews_on, before: 14d}, again: always}"
    dated = [Someone(ProfileId(day), {"renews_on": day}) for day in ("2026-12-24", "2026-12-01", "2027-06-01", "soon")]
    figures = of(simulated(journey_of("- add_to: x", enter=renewal), people=dated, days=60))
    assert figures.entered == 1


def test_another_system_lets_everybody_in_once_whom_the_entry_admits(journey_of: Reader) -> None:
    api = "{api: true, if: \"event.size > 10 and profile.stage == 'trial'\", again: always}"
    people = [Someone(ProfileId(f"p{number}"), {"stage": "trial" if number else "lead"}) for number in range(3)]
    comes = replace(QUIET, comes_with={"size": OneOf((20,), (1,))})
    assert of(simulated(journey_of("- add_to: x", enter=api), people=people, behaviour=comes)).entered == 2
    assert of(simulated(journey_of("- add_to: x", enter=api), people=people)).entered == 0


def test_points_that_fade_move_people_out_of_segments(journey_of: Reader) -> None:
    rule = ScoreRule("prices", "engagement", 10, "looked at the prices", "pricing.viewed", half_life=5)
    keen = Segment("big-teams", "lead.engagement >= 6")
    looks = (Occurrence("pricing.viewed", ALWAYS), Occurrence("segment.left", NEVER))
    journey = journey_of("- add_to: x", enter="{left_segment: big-teams}")
    person = [Someone(ProfileId("p1"))]
    world = World({journey.id: journey}, RULES, CHANNELS, {keen.id: keen}, score_rules=(rule,))
    figures = simulate(Simulation(world, replace(QUIET, events=looks), START, 30), person)
    assert of(figures).entered == 1
    without = replace(world, score_rules=())
    assert of(simulate(Simulation(without, replace(QUIET, events=looks), START, 30), person)).entered == 0


def test_days_that_go_by_move_people_between_segments(journey_of: Reader) -> None:
    segment = Segment("old", "days_since(profile.created_on) > 30")
    people = [Someone(ProfileId("p1"), created_on="2026-11-20"), Someone(ProfileId("p2"), created_on="2020-01-01")]
    journey = journey_of("- add_to: x", enter="{segment: big-teams}")
    quiet = replace(QUIET, events=(Occurrence("segment.entered", NEVER),))
    renamed = replace(segment, id="big-teams")
    figures = of(simulated(journey, people=people, days=60, segments={"big-teams": renamed}, behaviour=quiet))
    assert figures.entered == 1


def test_only_one_journey_comes_with_those_that_it_runs(journey_of: Reader) -> None:
    outer = journey_of("- run: {journey: nurture}")
    inner, other = replace(journey_of("- wait: 1d"), id="nurture"), replace(journey_of("- wait: 1d"), id="other")
    world = only(World({one.id: one for one in (outer, inner, other)}), "welcome")
    assert set(world.journeys) == {"welcome", "nurture"}
    assert world.journeys["nurture"].entries == ()
