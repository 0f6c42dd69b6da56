"""Put scores right: an edited rule, one that is taken out, and days that go by change everybody's points."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.audience import Segment
from bot.domain.effects import SetAttribute
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.domain.score import Score, ScoreRule, total_score
from bot.services import put_scores_right
from bot.services.keep_score import score_attributes
from bot.services.put_scores_right import work_on_scores
from tests.bot.services.stage import Stage, journey_of
from tests.bot.services.test_keep_score import LARGE, PRICES, log_of, play
from tests.bot.services.test_keep_segments import segments_of

ANA, BEN = ProfileId("ana"), ProfileId("ben")
KEEN = Segment("keen", "lead.fit >= 20")
NEW = ScoreRule("new", "fit", 3, "is new", condition="days_since(profile.created_on) <= 30")


async def work(stage: Stage) -> None:
    for _ in range(100):
        if not await work_on_scores(stage.runtime):
            return
    raise AssertionError("it never became still")


@pytest.fixture
async def known(stage: Stage) -> Stage:
    """Ana's team is large, Ben's is not; both were known before there were any rules."""
    async with stage.store.transaction() as uow:
        for name, size in ((ANA, 80), (BEN, 8)):
            await uow.profiles.add(Profile(name, stage.clock.now(), {"team_size": size}))
    return stage


async def fit_of(stage: Stage, who: ProfileId) -> int:
    return total_score(await log_of(stage, who), stage.clock.now()).fit


async def lines_of(stage: Stage, who: ProfileId) -> list[tuple[int, str]]:
    return [(one.points, one.reason) for one in await log_of(stage, who)]


async def test_a_new_rule_scores_those_who_are_known_already_and_tells_segments_and_journeys(known: Stage) -> None:
    known.play(journey_of("- wait: 90d", "enter: {event: segment.entered, again: always}"))
    play(known, LARGE, segments=[KEEN])
    await work(known)
    assert (await lines_of(known, ANA), await lines_of(known, BEN)) == ([(20, "a large team")], [])
    assert (await segments_of(known, ANA), await segments_of(known, BEN)) == ({"keen"}, set())
    assert (len(await known.enrolments(ANA)), len(await known.enrolments(BEN))) == (1, 0)
    assert await work_on_scores(known.runtime) == 0


async def test_an_edited_rule_brings_everybody_to_what_it_says_now(known: Stage) -> None:
    play(known, LARGE)
    await work(known)
    play(known, replace(LARGE, points=30, condition="profile.team_size > 5"))
    await work(known)
    assert (await fit_of(known, ANA), await fit_of(known, BEN)) == (30, 30)
    play(known, replace(LARGE, reason="a very large team", points=30, condition="profile.team_size > 5"))
    assert await work_on_scores(known.runtime) == 0, "other words change nobody's points"


async def test_a_rule_that_is_moved_to_the_other_part_gives_its_points_there(known: Stage) -> None:
    play(known, LARGE)
    await work(known)
    play(known, replace(LARGE, dimension="engagement"))
    await work(known)
    assert total_score(await log_of(known, ANA), known.clock.now()) == Score(0, 20)
    assert await work_on_scores(known.runtime) == 0


async def test_a_rule_that_is_taken_out_takes_its_points_back_and_events_keep_theirs(known: Stage) -> None:
    play(known, LARGE, PRICES)
    await work(known)
    play(known, PRICES)
    await work(known)
    assert await lines_of(known, ANA) == [(20, "a large team"), (-20, "no longer: a large team")]
    play(known)
    await work(known)
    assert len(await log_of(known, ANA)) == 2
    async with known.store.transaction() as uow:
        assert await uow.scores.workings() == []


async def test_a_rule_that_goes_by_an_event_from_now_on_keeps_what_it_gave(known: Stage) -> None:
    play(known, LARGE)
    await work(known)
    play(known, replace(LARGE, event="team.counted", condition=""))
    await work(known)
    assert await fit_of(known, ANA) == 20


async def test_as_days_go_by_points_are_taken_back(known: Stage) -> None:
    play(known, NEW)
    await work(known)
    assert await fit_of(known, BEN) == 3
    known.clock.forward(timedelta(days=31))
    await work(known)
    assert await fit_of(known, BEN) == 0


async def test_what_the_database_cannot_answer_waits_until_something_is_learnt(known: Stage) -> None:
    rule = replace(LARGE, condition="lower(profile.stage) == 'trial'")
    play(known, rule)
    assert await work_on_scores(known.runtime) == 0
    await known.do(SetAttribute("stage", "Trial"))
    assert await fit_of(known, ANA) == 20
    play(known)
    await work(known)
    assert await fit_of(known, ANA) == 0, "and taken out, it takes its points back as any other"


async def test_whoever_objects_is_given_no_points(known: Stage) -> None:
    async with known.store.transaction() as uow:
        await uow.profiles.save(replace(await uow.profiles.get(ANA), objected_at=known.clock.now()))
    play(known, LARGE)
    await work(known)
    assert await log_of(known, ANA) == []


@pytest.mark.parametrize("error", [Conflict("somebody was faster"), ValueError("poisoned")])
async def test_whoever_fails_is_left_out_and_the_others_are_put_right(
    known: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def failing(uow: Any, runtime: Any, person: ProfileId, now: Any) -> frozenset[str]:
        if person == ANA:
            raise error
        return await score_attributes(uow, runtime, person, now)

    monkeypatch.setattr(put_scores_right, "score_attributes", failing)
    play(known, replace(LARGE, condition="profile.team_size > 5"))
    await work(known)
    assert (await fit_of(known, ANA), await fit_of(known, BEN)) == (0, 20)
    monkeypatch.undo()
    known.clock.forward(timedelta(days=1))
    await work(known)
    assert await fit_of(known, ANA) == 20


async def test_many_are_put_right_in_several_batches(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(put_scores_right, "CHUNK", 4)
    monkeypatch.setattr(put_scores_right, "BATCH", 2)
    people = [ProfileId(f"p{number:02}") for number in range(11)]
    async with stage.store.transaction() as uow:
        for person in people:
            await uow.profiles.add(Profile(person, stage.clock.now(), {"team_size": 80}))
    play(stage, LARGE)
    await work(stage)
    assert [total_score(await log_of(stage, one), stage.clock.now()) for one in people] == [Score(20, 0)] * 11
