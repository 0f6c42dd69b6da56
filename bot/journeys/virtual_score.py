"""The score of one person in virtual time: the same points, by the same rules, as in service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bot.domain.effects import ChangeScore, Emit
from bot.domain.ids import ProfileId
from bot.domain.score import Grades, ScoreChange, ScoreRule
from bot.journeys.scoring import Points, lead_facts, points_for_attributes, points_for_event


class VirtualScore:
    """What bot/services/keep_score.py and perform.py write into the change log; each says whether it gave points."""

    def __init__(self, rules: Sequence[ScoreRule], person: ProfileId, grades: Grades) -> None:
        self.given_by: set[str] = set()
        self._rules = rules
        self._grades = grades
        self._person = person
        self._log: list[ScoreChange] = []
        self._lead: tuple[date | None, Mapping[str, Any]] = (
            None,
            lead_facts((), datetime.min.replace(tzinfo=UTC), grades=grades),
        )

    def lead(self, now: datetime) -> Mapping[str, Any]:
        """What expressions read as `lead`. Points fade at midnight (UTC), so it is worked out once a day."""
        day = now.astimezone(UTC).date()
        if self._log and self._lead[0] != day:
            self._lead = day, lead_facts(self._log, now, grades=self._grades)
        return self._lead[1]

    def by_step(self, effect: ChangeScore, now: datetime) -> bool:
        """Once for each person and step."""
        if effect.rule in self.given_by:
            return False
        self._note(effect.rule, effect, None, now)
        return True

    def by_event(self, event: Emit, profile: Mapping[str, Any], now: datetime) -> bool:
        return self._give(points_for_event(self._rules, event, profile, self._log, now), now)

    def by_attributes(self, profile: Mapping[str, Any], now: datetime) -> bool:
        return self._give(points_for_attributes(self._rules, profile, self._log, now), now)

    def _give(self, points: Iterable[Points], now: datetime) -> bool:
        given = list(points)
        for one in given:
            change = ChangeScore(one.rule.dimension, one.points, one.reason, one.rule.id)
            self._note(one.rule.id, change, one.rule.half_life, now)
        return bool(given)

    def _note(self, rule: str, change: ChangeScore, half_life: int | None, now: datetime) -> None:
        self.given_by.add(rule)
        self._log.append(
            ScoreChange(
                profile_id=self._person,
                key=f"{rule}:{len(self._log)}",
                dimension=change.dimension,
                points=change.points,
                reason=change.reason,
                rule=rule,
                at=now,
                half_life=half_life,
            )
        )
        self._lead = None, self._lead[1]
