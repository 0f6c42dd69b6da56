"""What score rules have done, and what one would do: how many people it is true of, and one person's points with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.access import Role
from bot.domain.audit import Deed
from bot.domain.errors import WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.domain.score import Grades, ScoreChange, ScoreRule, total_score
from bot.entrypoints.console.journeys_page.counting import Kept
from bot.entrypoints.console.known_person import named, sees_personal
from bot.entrypoints.console.segments_page.counting import Counting
from bot.entrypoints.wiring.service import Service
from bot.journeys.criteria import EVENT, Criteria, Criterion, How, written_criteria
from bot.journeys.score_trial import reaching, tried
from bot.journeys.selection import check_selection
from bot.ports import UnitOfWork
from bot.services.know_person import NoSuchPerson, by_id
from bot.services.person_facts import profile_facts

DAYS = 30
"""How far back it is looked who did what gives points."""

MOST_EVENTS = 500


class Effects:
    """Asks everybody's rows one question at a time, and keeps what it was told for a while."""

    def __init__(self, service: Service) -> None:
        self._runtime = service.runtime
        self._counting = Counting(service)
        store = service.runtime.store
        self._given = Kept(store, lambda uow: uow.scores.people_of_rules())
        self._graded = Kept(store, self._count_grades)
        self._bounds = service.runtime.library.current().grades
        self._events = Kept(store, lambda uow: uow.timeline.names(limit=MOST_EVENTS))

    async def given(self) -> Mapping[str, int]:
        """How many people have been given points, by the ids of rules."""
        return await self._given.told()

    async def graded(self) -> Mapping[str, int]:
        """How many people have each grade that somebody has, by what makes one now."""
        grades = self._runtime.library.current().grades
        if grades != self._bounds:
            self._graded.forget()
            self._bounds = grades
        return await self._graded.told()

    async def events(self) -> Sequence[str]:
        """The names of what has happened to people."""
        return await self._events.told()

    async def _count_grades(self, uow: UnitOfWork) -> Mapping[str, int]:
        return await uow.scores.people_of_grades(self._runtime.clock.now(), self._runtime.library.current().grades)

    async def graded_by(self, grades: Grades) -> Mapping[str, int]:
        async with self._runtime.store.reading(at_length=True) as uow:
            return await uow.scores.people_of_grades(self._runtime.clock.now(), grades)

    def told(self, count: int, rule: ScoreRule, role: Role) -> Mapping[str, Any]:
        """The count, as the role may know it."""
        return self._counting.told(count, rule.condition or "true", role)

    # ------------------------------------------------------------ how many

    async def of_rule(self, rule: ScoreRule, was: ScoreRule | None, role: Role) -> Mapping[str, Any]:
        """How many people it is about: of whom it is true now, or who did it lately, whatever came with that.

        `best` and `second` are those with the best letter or digit, and with the best or second, now and once
        everybody's points are put right.
        """
        if rule.event is not None:
            lately = Criterion(f"{EVENT}{rule.event}", How.AT_LEAST, (1,), DAYS)
            return {**await self._counting.counted(written_criteria(Criteria("all", (lately,))), role), "days": DAYS}
        condition = was.condition if was is not None else None
        counted = await self._counting.counted(rule.condition, role, was=condition)
        return {**counted, **await self._moves(rule, was, role)}

    async def _moves(self, rule: ScoreRule, was: ScoreRule | None, role: Role) -> Mapping[str, Any]:
        playbook = self._runtime.library.current()
        grades, now = playbook.grades, self._runtime.clock.now()
        limits = (grades.a, grades.b) if rule.dimension == "fit" else (grades.one, grades.two)
        found = {}
        for name, least in zip(("best", "second"), limits, strict=True):
            then = reaching(rule, was, least)
            if check_selection(then, playbook.profile) is not None:
                return {}
            async with self._runtime.store.reading(at_length=True) as uow:
                before = await uow.segments.count(f"lead.{rule.dimension} >= {least}", now)
                after = await uow.segments.count(then, now)
            found[name] = {
                "now": self._counting.told(before, "true", role),
                "then": self._counting.told(after, then, role),
            }
        return found

    # ------------------------------------------------------------ one person

    async def on(
        self, person: str, rule: ScoreRule, role: Role, deed: Callable[[ProfileId], Deed]
    ) -> Mapping[str, Any]:
        """Their points now, and `then`, with this rule; that is null where it would tell the role what is hidden from
        it, or where they are given no points. That somebody looked is in the audit log."""
        now, playbook = self._runtime.clock.now(), self._runtime.library.current()
        async with self._runtime.store.transaction() as uow:
            try:
                known = await by_id(uow, ProfileId(storable(person)))
            except NoSuchPerson as error:
                raise WebhookRejected(404, str(error)) from error
            profile, log = await uow.profiles.get(known), await uow.scores.of(known)
            events = {rule.event} if rule.event is not None else frozenset[str]()
            happened = (await uow.timeline.of_many([known], events)).get(known, ()) if events else ()
            who = await named(uow, playbook, known, role=role)
            await uow.audit.note(deed(known), now)
        told: dict[str, Any] = {**who, "now": self._score(log, now), "then": None, "scored": True, "hidden": False}
        if profile.objected_at is not None or profile.restricted_at is not None:
            return told | {"scored": False}
        if self._is_hidden(rule, role):
            return told | {"hidden": True}
        then = tried(rule, profile_facts(profile), log, happened, now)
        return told | {"then": self._score(then, now), "times": len(happened) if events else None}

    def _is_hidden(self, rule: ScoreRule, role: Role) -> bool:
        """What came with an event is personal, as on the page People."""
        if rule.event is not None and rule.condition and not sees_personal(role):
            return True
        return bool(self._counting.hidden(rule.condition or "true", role))

    def _score(self, log: Sequence[ScoreChange], now: datetime) -> Mapping[str, Any]:
        score = total_score(log, now)
        return {
            "grade": self._runtime.library.current().grades.of(score),
            "fit": score.fit,
            "engagement": score.engagement,
            "lines": [one.told(now) for one in log],
        }
