"""Score rules in the service: an event changes the score in the transaction that stores it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.audience import Segment
from bot.domain.effects import RequestHandoff, SetAttribute
from bot.domain.ids import ProfileId
from bot.domain.likelihood import Bin, Characteristic, Rung, Scorecard
from bot.domain.message import HandoffCard
from bot.domain.person import USER_ID, Identity
from bot.domain.score import USUAL_GRADES, Grades, GroupCap, Score, ScoreCap, ScoreChange, ScoreRule, total_score
from bot.services.merge_people import merge_people
from bot.services.person_facts import foresee, person_facts
from bot.services.read_facts import read_facts
from bot.services.respect_wishes import note_objection, restrict
from bot.services.sync_crm import lead_of
from bot.services.take_events import Told, take_events
from tests.bot.services.stage import ANA, Stage
from tests.contracts.samples import NOON

PRICES = ScoreRule(
    "prices", "engagement", 5, "looked at the prices", "pricing.viewed", cap=ScoreCap(10, timedelta(days=7)),
    half_life=10,
)  # fmt: skip
LARGE = ScoreRule("large", "fit", 20, "a large team", condition="profile.team_size > 50")
BEA = ProfileId("bea")


def play(stage: Stage, *rules: ScoreRule, segments: Sequence[Segment] = ()) -> None:
    by_id = {one.id: one for one in segments}
    stage.library.playbook = replace(stage.library.playbook, score_rules=rules, segments=by_id)


async def log_of(stage: Stage, who: ProfileId = ANA) -> list[ScoreChange]:
    async with stage.store.transaction() as uow:
        return list(await uow.scores.of(who))


async def score_of(stage: Stage) -> Score:
    return total_score(await log_of(stage), stage.clock.now())


async def test_an_event_gives_points_up_to_the_cap_and_they_fade(stage: Stage) -> None:
    play(stage, PRICES)
    await stage.meet()
    for _ in range(3):
        await stage.happens("pricing.viewed")
    assert [(one.points, one.reason, one.rule) for one in await log_of(stage)] == [
        (5, "looked at the prices", "prices")
    ] * 2
    assert await score_of(stage) == Score(0, 10)
    stage.clock.forward(timedelta(days=10))
    assert await score_of(stage) == Score(0, 4)  # twice 2: whole points
    assert len(await log_of(stage)) == 2, "it fades with time, and not by a job that writes"
    await stage.happens("pricing.viewed")
    assert await score_of(stage) == Score(0, 9)


async def test_points_move_segments_in_the_same_transaction(stage: Stage) -> None:
    play(stage, PRICES, segments=[Segment("keen", "lead.engagement >= 5")])
    await stage.meet()
    await stage.happens("pricing.viewed")
    async with stage.store.transaction() as uow:
        assert "keen" in await uow.segments.of(ANA)


async def test_an_attribute_gives_points_and_takes_them_back(stage: Stage) -> None:
    play(stage, LARGE)
    await stage.meet()
    for size in (60, 70, 10):
        await stage.do(SetAttribute("team_size", size))
    assert [(one.points, one.reason) for one in await log_of(stage)] == [
        (20, "a large team"),
        (-20, "no longer: a large team"),
    ]


async def test_an_event_that_another_system_tells_twice_counts_once(stage: Stage) -> None:
    play(stage, PRICES, LARGE)
    await stage.meet()
    one = Told("pricing.viewed", stage.clock.now(), "k1", profile_id=ANA, attributes={"team_size": 60})
    await take_events(stage.runtime, [one, one])
    await take_events(stage.runtime, [one])
    assert sorted((one.points, one.dimension) for one in await log_of(stage)) == [(5, "engagement"), (20, "fit")]


async def test_what_happened_long_ago_has_faded_since(stage: Stage) -> None:
    play(stage, PRICES)
    await stage.meet()
    await take_events(
        stage.runtime, [Told("pricing.viewed", stage.clock.now() - timedelta(days=10), "k1", profile_id=ANA)]
    )
    assert [one.points for one in await log_of(stage)] == [5]
    assert await score_of(stage) == Score(0, 2)


async def test_somebody_whom_another_system_makes_known_has_points_for_what_they_are(stage: Stage) -> None:
    play(stage, LARGE)
    told = Told(
        "person.identified", stage.clock.now(), "k1", identities=(Identity(USER_ID, "u1"),),
        attributes={"team_size": 60},
    )  # fmt: skip
    (outcome,) = await take_events(stage.runtime, [told])
    assert outcome.profile_id is not None
    assert [one.points for one in await log_of(stage, outcome.profile_id)] == [20]


@pytest.mark.parametrize("wish", ["objection", "restriction"])
async def test_whoever_does_not_want_it_is_not_scored(stage: Stage, wish: str) -> None:
    play(stage, PRICES, LARGE)
    await stage.meet()
    async with stage.store.transaction() as uow:
        if wish == "objection":
            await note_objection(uow, stage.runtime, ANA, how="a test", now=stage.clock.now())
        else:
            await restrict(uow, ANA, now=stage.clock.now())
    await stage.happens("pricing.viewed")
    await stage.do(SetAttribute("team_size", 60))
    assert await log_of(stage) == []


async def test_two_profiles_of_one_person_count_what_is_true_of_them_once(stage: Stage) -> None:
    play(stage, LARGE)
    for who, phone in ((ANA, "+447700900123"), (BEA, "+447700900456")):
        await stage.meet(who, phone=phone)
        await stage.happens("a.b", to=who)
    for who in (ANA, BEA):
        async with stage.store.transaction() as uow:
            await uow.scores.add(
                ScoreChange(who, f"{LARGE.id}:{who}", "fit", 20, LARGE.reason, LARGE.id, stage.clock.now())
            )
            profile = await uow.profiles.get(who)
            await uow.profiles.save(replace(profile, attributes={**profile.attributes, "team_size": 60}))
    async with stage.store.transaction() as uow:
        merge = await merge_people(uow, stage.runtime, ANA, BEA, who="t", why="t", now=stage.clock.now())
        changes = await uow.scores.of(merge.kept.id)
    assert total_score(changes, stage.clock.now()).fit == 20


async def test_journeys_and_messages_read_the_score_as_it_is_by_now(stage: Stage) -> None:
    play(stage, PRICES)
    await stage.meet()
    await stage.happens("pricing.viewed")
    async with stage.store.transaction() as uow:
        later = stage.clock.now() + timedelta(days=10)
        assert (await person_facts(uow, ANA, later, grades=USUAL_GRADES))[1] == {
            "fit": 0,
            "engagement": 2,
            "total": 2,
            "grade": "C3",
        }


async def test_what_somebody_writes_may_give_points_and_explain_tells_it(stage: Stage) -> None:
    wrote = ScoreRule("wrote", "engagement", 3, "asked for a demo", "message.received", "event.intent == 'greet'")
    play(stage, wrote)
    await stage.says("greet")
    (explained,) = [one for one in await stage.feed("explain") if "scores" in one]
    assert explained["scores"] == [{"dimension": "engagement", "points": 3, "reason": "asked for a demo"}]
    assert explained["score"] == {"fit": 0, "engagement": 3, "grade": "C3"}


CARD = Scorecard(
    date(2026, 11, 1),
    True,
    "",
    (Rung(0, 10), Rung(12, 34)),
    (
        Characteristic("team_size", (Bin("profile.team_size >= 50", 12, "team size 50 or more"),)),
        Characteristic("prices", (Bin("did('pricing.viewed', 30) >= 1", 12, "looked at the prices"),)),
    ),
)


async def test_how_likely_somebody_is_to_be_won_moves_segments_at_once_and_is_told_with_its_reasons(
    stage: Stage,
) -> None:
    play(stage, segments=[Segment("likely", "lead.likelihood >= 30", scorecards=(CARD,))])
    stage.library.playbook = replace(stage.library.playbook, scorecards=(CARD,))
    await stage.meet()
    async with stage.store.transaction() as uow:
        assert not await uow.segments.of(ANA)
    await stage.happens("pricing.viewed")
    async with stage.store.transaction() as uow:
        assert set(await uow.segments.of(ANA)) == {"likely"}
        lead = await lead_of(uow, await uow.profiles.get(ANA), stage.clock.now(), [CARD], grades=USUAL_GRADES)
        assert lead.reasons == ("34% likely to be won: +12 looked at the prices",)


async def test_nothing_is_foretold_of_whoever_objects(stage: Stage) -> None:
    play(stage, segments=[Segment("likely", "lead.likelihood >= 30", scorecards=(CARD,))])
    stage.library.playbook = replace(stage.library.playbook, scorecards=(CARD,))
    await stage.meet()
    await stage.happens("pricing.viewed")
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, ANA, how="by letter", now=stage.clock.now())
    async with stage.store.transaction() as uow:
        assert not await uow.segments.of(ANA)
        profile = await uow.profiles.get(ANA)
        assert await foresee(uow, [CARD], profile, stage.clock.now()) == {}
        assert await foresee(uow, [replace(CARD, is_on=False)], replace(profile, objected_at=None), NOON) == {}


async def test_the_score_is_explained_alike_in_the_dialogue_on_the_card_and_to_the_crm(stage: Stage) -> None:
    """Points that have faded since, and what is foretold, each with its words."""
    play(stage, PRICES)
    stage.library.playbook = replace(stage.library.playbook, scorecards=(CARD,))
    await stage.meet(attributes={"team_size": 60})
    await stage.happens("pricing.viewed")
    stage.clock.forward(timedelta(days=10))
    stage.actions.effects["action_more"] = (RequestHandoff("Qualified lead"),)
    await stage.says("lead")
    told = (
        "+5 looked at the prices, +2 by now",
        "34% likely to be won: +12 looked at the prices, +12 team size 50 or more",
    )
    assert tuple(stage.actions.given[-1]["lead"]["reasons"]) == told
    (card,) = [one.content for one in stage.slack.taken if isinstance(one.content, HandoffCard)]
    assert card.reasons == told
    async with stage.store.transaction() as uow:
        assert (
            await lead_of(uow, await uow.profiles.get(ANA), stage.clock.now(), [CARD], grades=USUAL_GRADES)
        ).reasons == told


async def test_the_grades_that_content_says_are_those_that_all_go_by(stage: Stage) -> None:
    """Dialogues, the card of the desk, the CRM, the Explain panel, segments and a rep's search."""
    best = Segment("best", "lead.grade == 'A1'", grades=(grades := Grades(20, 10, 5, 1)))
    play(stage, PRICES, LARGE, segments=[best])
    stage.library.playbook = replace(stage.library.playbook, grades=grades)
    await stage.meet(attributes={"team_size": 60})
    await stage.happens("pricing.viewed")
    await stage.do(SetAttribute("team_size", 61))
    stage.actions.effects["action_more"] = (RequestHandoff("Qualified lead"),)
    await stage.says("lead")
    assert stage.actions.given[-1]["lead"]["grade"] == "A1"
    (card,) = [one.content for one in stage.slack.taken if isinstance(one.content, HandoffCard)]
    assert card.grade == "A1"
    (explained,) = [one for one in await stage.feed("explain") if "score" in one]
    assert explained["score"] == {"fit": 20, "engagement": 5, "grade": "A1"}
    async with stage.store.transaction() as uow:
        assert set(await uow.segments.of(ANA)) == {"best"}
        facts = await read_facts(uow, stage.runtime, ANA, stage.clock.now())
        assert facts.lead["grade"] == "A1"
        assert await uow.segments.count(best.condition, stage.clock.now(), grades=grades) == 1
        assert await uow.segments.count(best.condition, stage.clock.now()) == 0
        lead = await lead_of(uow, await uow.profiles.get(ANA), stage.clock.now(), grades=grades)
        assert lead.grade == "A1"


async def test_the_rules_of_a_group_give_no_more_together_than_its_cap(stage: Stage) -> None:
    group = GroupCap(ScoreCap(12, timedelta(days=7)), frozenset({"prices", "asked"}))
    asked = ScoreRule("asked", "engagement", 10, "asked for a demo", "demo.requested", group_cap=group)
    left = ScoreRule("left", "engagement", -30, "left the newsletter", "newsletter.left")
    play(stage, replace(PRICES, half_life=None, group_cap=group), asked, left)
    await stage.meet()
    for event in ("pricing.viewed", "demo.requested", "pricing.viewed", "newsletter.left", "demo.requested"):
        await stage.happens(event)
    assert [(one.points, one.rule) for one in await log_of(stage)] == [(5, "prices"), (7, "asked"), (-30, "left")]
    assert await score_of(stage) == Score(0, -18)
    stage.clock.forward(timedelta(days=7))
    await stage.happens("demo.requested")
    assert await score_of(stage) == Score(0, -8)
