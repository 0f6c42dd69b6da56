"""The virtual person of simulations and tests beside the services themselves: the same decisions at the same hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.audience import Segment
from bot.domain.consent import Purpose
from bot.domain.score import USUAL_GRADES, Grades, GroupCap, ScoreCap, ScoreRule
from bot.domain.sending_rules import SendingRules
from bot.journeys.virtual_person import VirtualPerson
from bot.journeys.virtual_world import Noted, Someone, World
from bot.services.person_facts import person_facts
from tests.bot.services.stage import ANA, PHONE, Stage, capped, journey_of, open_between

HOUR = timedelta(hours=1)
HOURS = 10 * 24
OUTCOMES = {"sent": "send", "asked": "send", "reminded": "send", "withheld": "withhold", "later": "later"}
JOURNEY = journey_of(
    """
    - send: {response: utter_tip, channels: [sms]}
    - wait: 14h
    - id: ask
      ask: {form: size_form, channels: [sms], need: [team_size]}
      remind: [1d]
      silent: {after: 3d, go: later}
      refuse: {go: end}
    - send: {response: utter_offer, channels: [sms], cap: wait}
      then: end
    - id: later
      add_to: nurture
    - send: {response: utter_offer, channels: [sms]}
    """
)
QUIET_HOURS = open_between(time(9), time(20))
Seen = list[tuple[datetime, str, str]]


def on_the_hour(at: datetime) -> datetime:
    """The hour at which the stage, whose clock goes by hours, looks at what is due at this moment."""
    floor = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return floor if at == floor else floor + HOUR


def seen(at: datetime, outcome: str, why: str) -> tuple[datetime, str, str]:
    """A decision without the words of who consented how."""
    return on_the_hour(at), outcome, "" if outcome == "send" else why.partition("; next look")[0]


async def in_service(stage: Stage, rules: SendingRules, consented: bool, says: dict[int, str]) -> tuple[Seen, Any]:
    await stage.meet()
    await stage.consent(consented)
    stage.rule(rules)
    stage.play(JOURNEY)
    await stage.happens("demo.requested")
    await stage.settle()
    for hour in range(1, HOURS):
        await stage.later(hours=1)
        if hour in says:
            await stage.says(says[hour])
    made = [one for one in await stage.decisions() if one.purpose is Purpose.MARKETING]
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
    return [seen(one.at, one.outcome, one.why) for one in made], sorted(profile.tags)


def in_virtual_time(begin: datetime, rules: SendingRules, consented: bool, says: dict[int, str]) -> tuple[Seen, Any]:
    someone = Someone(ANA, time_zone="Europe/London", addresses={"phone": PHONE}, consents={"sms": consented})
    noted: list[Noted] = []
    person = VirtualPerson(World({JOURNEY.id: JOURNEY}, rules, {"sms": "phone"}), someone, begin, noted.append)
    person.happens("demo.requested", {}, begin)
    for hour, text in says.items():
        now = begin + hour * HOUR
        person.run_until(now)
        if text == "stop":
            person.opts_out(now)
        else:
            person.answers({"team_size": text}, now)
    person.run_until(begin + (HOURS - 1) * HOUR)
    made = [one for one in noted if one.what in OUTCOMES]
    return [seen(one.at, OUTCOMES[one.what], one.why) for one in made], sorted(person.profile["tags"])


BY_COUNTRY = replace(capped(3), caps=(*capped(3).caps, replace(capped(1).caps[0], id="theirs", jurisdiction="GB")))


@pytest.mark.parametrize("rules", [QUIET_HOURS, capped(1), replace(QUIET_HOURS, caps=capped(2).caps), BY_COUNTRY])
@pytest.mark.parametrize(
    ("consented", "says"),
    [(True, {}), (True, {40: "12 people"}), (True, {20: "stop"}), (True, {2: "stop"}), (False, {})],
)
async def test_a_virtual_person_meets_the_same_decisions_as_one_in_service(
    stage: Stage, rules: SendingRules, consented: bool, says: dict[int, str]
) -> None:
    begin = stage.clock.now()
    assert begin == on_the_hour(begin)
    virtual = in_virtual_time(begin, rules, consented, says)
    assert virtual == await in_service(stage, rules, consented, says)


SCORES = (
    ScoreRule(
        "prices", "engagement", 8, "looked at the prices", "pricing.viewed", cap=ScoreCap(20, timedelta(days=7)),
        half_life=2,
    ),
    ScoreRule("large", "fit", 20, "a large team", condition="profile.team_size > 50"),
    ScoreRule("no longer small", "fit", -5, "a small team", "demo.requested", condition="missing(profile.team_size)"),
)  # fmt: skip
TOGETHER = GroupCap(ScoreCap(18, timedelta(days=7)), frozenset({"prices", "asked"}))
SHARING = (
    replace(SCORES[0], group_cap=TOGETHER),
    *SCORES[1:],
    ScoreRule("asked", "engagement", 6, "asked for a demo", "demo.requested", group_cap=TOGETHER),
)
KEEN = Segment("keen", "lead.engagement >= 10")
SCORING = journey_of(
    """
    - score: {engagement: 3, reason: asked}
    - set: {team_size: 60}
    - wait: {for: pricing.viewed, at_most: 3d}
    - branch:
        - if: "lead.grade == 'B2'"
          do: [add_to: good]
    - wait: 3d
    - set: {team_size: 10}
    """
)


@pytest.mark.parametrize(
    ("rules", "grades", "reached"),
    [
        (SCORES, USUAL_GRADES, [(15, 11, "C2"), (15, 19, "C2")]),
        (SHARING, Grades(21, 15, 40, 12), [(15, 9, "B3"), (15, 21, "B2")]),
    ],
)
async def test_score_rules_give_a_virtual_person_the_points_that_they_give_in_service(
    stage: Stage, rules: Sequence[ScoreRule], grades: Grades, reached: Sequence[tuple[int, int, str]]
) -> None:
    begin = stage.clock.now()
    noted: list[Noted] = []
    world = World(
        {SCORING.id: SCORING}, SendingRules(), {"sms": "phone"}, {KEEN.id: KEEN}, score_rules=rules, grades=grades
    )
    person = VirtualPerson(world, Someone(ANA, time_zone="Europe/London"), begin, noted.append)
    await stage.meet()
    playing = replace(stage.library.playbook, score_rules=rules, grades=grades, segments={KEEN.id: KEEN})
    stage.library.playbook = playing
    stage.play(SCORING)
    seen = []
    for hour in range(8 * 24):
        now = begin + hour * HOUR
        person.run_until(now)
        await stage.settle()
        for event in {0: ["demo.requested"], 5: ["pricing.viewed"] * 2, 30: ["pricing.viewed"] * 3}.get(hour, ()):
            person.happens(event, {}, now)
            await stage.happens(event)
            await stage.settle()
        async with stage.store.transaction() as uow:
            profile, lead = await person_facts(uow, ANA, now, grades=grades)
        assert (dict(person.lead(now)), person.profile["tags"]) == (dict(lead), profile["tags"]), f"after {hour} hours"
        seen.append((lead["fit"], lead["engagement"], lead["grade"]))
        await stage.later(hours=1)
    assert set(reached) <= set(seen)
    assert seen[-1][0] == -5
    assert len(set(seen)) > 5, "points fade from day to day"
