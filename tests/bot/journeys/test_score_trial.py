"""What a rule would do to one person is told before it is saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.ids import ProfileId
from bot.domain.score import ScoreCap, ScoreChange, ScoreRule
from bot.domain.timeline import PersonEvent
from bot.journeys.expression import is_true
from bot.journeys.score_trial import reaching, tried

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANA = ProfileId("ana")
OTHER = ScoreChange(ANA, "other", "fit", 5, "writes", "score:lead:writes", NOW)
LARGE = ScoreRule("score:lead:large", "fit", 30, "a large team", condition="profile.team_size > 50")
HAS_LARGE = ScoreChange(ANA, "large", "fit", 20, "a large team", LARGE.id, NOW - DAY)


def points(log: list[ScoreChange]) -> list[tuple[int, str]]:
    return [(one.points, one.reason) for one in log]


def test_what_is_known_of_somebody_is_put_right() -> None:
    more = tried(LARGE, {"team_size": 60}, [OTHER, HAS_LARGE], (), NOW)
    none = tried(LARGE, {"team_size": 6}, [OTHER, HAS_LARGE], (), NOW)
    assert points(more) == [(5, "writes"), (20, "a large team"), (10, "a large team")]
    assert points(none) == [(5, "writes"), (20, "a large team"), (-20, "no longer: a large team")]


def test_what_happened_gives_what_the_rule_would_have_given_all_along() -> None:
    cap = ScoreCap(10, 7 * DAY)
    rule = ScoreRule("score:lead:prices", "engagement", 6, "prices", "pricing.viewed", "event.plan == 'gold'", cap, 14)
    given = ScoreChange(ANA, "p", "engagement", 1, "prices", rule.id, NOW)
    happened = [
        PersonEvent(ANA, "pricing.viewed", NOW - day * DAY, NOW, {"plan": plan}, "api")
        for day, plan in ((9, "gold"), (8, "gold"), (2, "tin"), (1, "gold"))
    ]
    log = tried(rule, {}, [OTHER, given], happened, NOW)
    assert points(log) == [(5, "writes"), (6, "prices"), (4, "prices"), (6, "prices")]
    assert log[-1].half_life == 14


def test_it_is_said_who_would_have_so_many_points() -> None:
    was = replace(LARGE, points=20, condition="profile.team_size > 10")
    new, changed = reaching(LARGE, None, 40), reaching(LARGE, was, 40)

    def has(condition: str, size: int, fit: int) -> bool:
        return is_true(condition, {"profile": {"team_size": size}, "lead": {"fit": fit}})

    assert [has(new, 60, 10), has(new, 60, 9), has(new, 6, 39), has(new, 6, 40)] == [True, False, False, True]
    assert [has(changed, 60, 30), has(changed, 60, 29), has(changed, 20, 59), has(changed, 20, 60)] == [
        True,
        False,
        False,
        True,
    ]
    assert has(changed, 6, 40)
