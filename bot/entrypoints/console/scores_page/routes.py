"""What the page "Scores" asks for: `/scores.json` is all rules, `/scores/<file>/<rule>.json` one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from bot.adapters.content.judging import faults_elsewhere
from bot.adapters.content.replacing import AuthorsFile
from bot.adapters.content.score_files import CheckedScores, check_scores, score_files, score_uses
from bot.domain.access import Right
from bot.domain.errors import Conflict, ContentError, WebhookRejected
from bot.domain.journey import SEGMENT_ENTERED, SEGMENT_LEFT, Journey
from bot.domain.score import Dimension, ScoreRule
from bot.domain.steps import ScoreStep
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.scores_page.effects import Effects
from bot.entrypoints.console.scores_page.typed import (
    cap_json,
    caps_of,
    condition_of,
    grades_json,
    grades_of,
    part_of,
    rule_json,
    says_of,
)
from bot.entrypoints.console.segments_page.lines import criteria_json, subject_json, words_json
from bot.entrypoints.console.writing import for_authors, write_noted
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.journeys import wording
from bot.journeys.criteria import read_criteria
from bot.journeys.criteria_words import Subject, criteria_words, known_of_people, of_others, subjects
from bot.journeys.kinds import kinds_of
from bot.journeys.named_events import named_events
from bot.journeys.score_edit import has_rules, new_scores, with_head, with_rule

READ_ONLY = "scores cannot be changed on this page here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
FIRST_FILE = "lead"
"""Where there is no file of scores yet, this one is begun."""

NOT_GIVEN_FOR = frozenset({SEGMENT_ENTERED, SEGMENT_LEFT})
LONGEST_NAME = 80
FILE = f"{{file:{wording.ID.pattern}}}"
RULE = f"{{rule:{wording.ID.pattern}}}"


@dataclass(frozen=True, slots=True)
class _File:
    """One file of scores, there or still to be begun, and what it says."""

    name: str
    file: AuthorsFile | None
    checked: CheckedScores

    @property
    def text(self) -> str:
        return self.file.text if self.file is not None else new_scores(self.name)


class ScoresPage:
    """Open to those whose role may see journeys; who may change those may change what gives points."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._shelves = shelves_of(service.settings, known_channels(service.settings, service.runtime.channels))
        self._files = score_files(self._shelves)
        self._effects = Effects(service)
        self._saving = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        see, edit, people = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS, Right.SEE_PEOPLE
        for method, path, handler, right in (
            ("GET", "/scores", framed(self._service, "scores.html"), see),
            ("GET", "/scores.json", self._list, see),
            ("GET", "/scores/people.json", self._people, see),
            ("POST", "/scores/check", self._check, see),
            ("POST", "/scores/count", self._count, people),
            ("POST", "/scores/grades", self._grade, people),
            ("POST", "/scores/try", self._try, people),
            ("PUT", f"/scores/{FILE}", self._save_head, edit),
            ("GET", f"/scores/{FILE}/{RULE}.json", self._rule, see),
            ("GET", f"/scores/{FILE}/{RULE}", framed(self._service, "score.html"), see),
            ("PUT", f"/scores/{FILE}/{RULE}", self._save, edit),
            ("DELETE", f"/scores/{FILE}/{RULE}", self._take_out, edit),
        ):
            app.router.add_route(method, path, for_authors(self._service, handler, right))

    # ------------------------------------------------------------ looking

    async def _list(self, request: web.Request) -> web.StreamResponse:
        playbook, files = self._runtime.library.current(), await asyncio.to_thread(self._read_all)
        said = next((one for one in files if one.checked.grades is not None), None)
        grades = said.checked.grades if said is not None else None
        return private_json(
            {
                "files": [_file_json(one) for one in files],
                "rules": [self._told(rule) for one in files for rule in self._rules_of(one)],
                "grades": {
                    **grades_json(grades or playbook.grades),
                    "file": said.name if said is not None else next((one.name for one in files), FIRST_FILE),
                    "is_said": said is not None,
                    "in_force": grades is None or grades == playbook.grades,
                },
                "caps": [cap for one in files for cap in _caps_json(one)],
                "steps": [_step_json(journey, step) for journey, step in _giving(playbook.journeys.values())],
                "uses": await asyncio.to_thread(self._uses),
                "begins": FIRST_FILE,
                "faults": faults_json(self._service.library.faults),
                "may_change": self._may_change(request),
                "may_count": request[CALLER].may(Right.SEE_PEOPLE),
            }
        )

    async def _people(self, request: web.Request) -> web.StreamResponse:
        """How many people have each grade, and points by each rule: by itself, for it looks at everybody."""
        role, files = request[CALLER].role, await asyncio.to_thread(self._read_all)
        grades, given = await self._effects.graded(), await self._effects.given()
        rules = [rule for one in files for rule in self._rules_of(one)]
        told = {_key_of(rule): self._effects.told(given.get(rule.id, 0), rule, role) for rule in rules}
        return private_json({"grades": grades, "rules": told})

    async def _rule(self, request: web.Request) -> web.StreamResponse:
        """One as its file has it; of one that is still to be begun, what a form has to offer."""
        name = request.match_info["rule"]
        file = await asyncio.to_thread(self._read, request.match_info["file"])
        rule = _rule_in(file.checked, file.name, name)
        offered = await self._offered()
        told = {
            "file": file.name,
            "rule": name,
            "is_new": rule is None,
            "path": file.file.shown if file.file is not None else self._files.shown(file.name),
            "digest": file.file.digest if file.file is not None else "",
            "faults": faults_json(file.checked.faults),
            "events": offered[1],
            "subjects": [subject_json(one) for one in offered[0]],
            "words": words_json(),
            "uses": await asyncio.to_thread(self._uses),
            "may_change": self._may_change(request) and not file.checked.faults,
            "may_count": request[CALLER].may(Right.SEE_PEOPLE),
        }
        if rule is None:
            return private_json(told)
        return private_json({**told, **self._told(rule), **self._said(rule.condition, offered[0])})

    def _told(self, rule: ScoreRule) -> dict[str, Any]:
        return {
            **rule_json(rule),
            "sentence": self._said(rule.condition, [])["sentence"],
            "in_force": rule in self._runtime.library.current().score_rules,
        }

    def _rules_of(self, file: _File) -> list[ScoreRule]:
        """Those that it says; where it has faults, those that are in force."""
        if not file.checked.faults:
            return list(file.checked.rules)
        begins = f"score:{file.name}:"
        return [one for one in self._runtime.library.current().score_rules if one.id.startswith(begins)]

    def _said(self, condition: str, offered: list[Subject]) -> dict[str, Any]:
        """The condition as lines, and as a sentence; without either where no form can show it."""
        kinds = kinds_of(self._runtime.library.current().profile)
        criteria = read_criteria(condition, kinds) if condition else None
        if criteria is None:
            return {"criteria": None, "sentence": "", "others": []}
        others = of_others(criteria, {one.of for one in offered})
        return {
            "criteria": criteria_json(criteria),
            "sentence": criteria_words(criteria, kinds),
            "others": [subject_json(one) for one in others],
        }

    async def _offered(self) -> tuple[list[Subject], list[str]]:
        """What conditions may look at, and the events that content names or people had."""
        playbook = self._runtime.library.current()
        contact = playbook.profile.contact if playbook.profile is not None else ()
        named = named_events(playbook.journeys.values(), playbook.score_rules, playbook.segments.values())
        events = sorted({*named, *await self._effects.events()} - NOT_GIVEN_FOR)
        return known_of_people(subjects(kinds_of(playbook.profile), contact, ())), events

    def _uses(self) -> list[Mapping[str, Any]]:
        responses = self._runtime.library.current().assistant.responses.values()
        return [{"kind": one.kind, "name": one.name, "of": one.of} for one in score_uses(self._shelves, responses)]

    def _read_all(self) -> list[_File]:
        return [self._read(name) for name in self._files.names()]

    def _read(self, name: str) -> _File:
        file = self._files.read(name)
        if file is None:
            return _File(name, None, CheckedScores())
        return _File(name, file, self._checked(file.shown, file.text))

    def _checked(self, shown: str, text: str) -> CheckedScores:
        return check_scores(shown, text, self._runtime.library.current().profile)

    def _may_change(self, request: web.Request) -> bool:
        return self._service.settings.may_edit_journeys and request[CALLER].may(Right.EDIT_JOURNEYS)

    # ------------------------------------------------------------ what it would do

    async def _check(self, request: web.Request) -> web.StreamResponse:
        """What was typed says, and what is wrong with it; nothing is saved."""
        body = await json_object(request)
        condition = condition_of(body)
        checked, _ = await asyncio.to_thread(self._edited, body)
        offered, _ = await self._offered()
        said = {**self._said(condition, offered), "condition": condition}
        return private_json({**said, "faults": faults_json(checked.faults)})

    async def _count(self, request: web.Request) -> web.StreamResponse:
        rule, was = await self._typed_rule(await json_object(request))
        return private_json(await self._effects.of_rule(rule, was, request[CALLER].role))

    async def _grade(self, request: web.Request) -> web.StreamResponse:
        """How many people have each grade by these bounds."""
        grades = grades_of((await json_object(request)).get("grades"))
        return private_json({"people": await self._effects.graded_by(grades)})

    async def _try(self, request: web.Request) -> web.StreamResponse:
        body, deed = await json_object(request), partial(self._service.doors.deed, request, "person.looked_at")
        rule, _ = await self._typed_rule(body)
        person = text_of(body, "person", LONGEST_NAME)
        return private_json(await self._effects.on(person, rule, request[CALLER].role, deed))

    async def _typed_rule(self, body: Mapping[str, Any]) -> tuple[ScoreRule, ScoreRule | None]:
        """The rule as it was typed, and as it is in force; raises ContentError where it has faults."""
        checked, rule_id = await asyncio.to_thread(self._edited, body)
        rule = next((one for one in checked.rules if one.id == rule_id), None)
        if rule is None:
            raise ContentError(checked.faults)
        in_force = self._runtime.library.current().score_rules
        return rule, next((one for one in in_force if one.id == rule_id and one.event is None), None)

    def _edited(self, body: Mapping[str, Any]) -> tuple[CheckedScores, str]:
        """The file with what was typed, and the rule's id."""
        file, name = _id_in(body, "file"), _id_in(body, "rule")
        before = self._read(file)
        text = with_rule(before.text, part_of(body), name, says_of(name, body))
        return self._checked(self._files.shown(file), text), f"score:{file}:{name}"

    # ------------------------------------------------------------ editing

    async def _save(self, request: web.Request) -> web.StreamResponse:
        """Write the rule into its file, which is begun where there is none."""
        body, name = await json_object(request), request.match_info["rule"]
        part, says = part_of(body), says_of(name, body)

        def change(file: _File) -> str:
            if body.get("is_new") is True and _rule_in(file.checked, file.name, name) is not None:
                raise Conflict(
                    f'there is a rule "{name}" in {self._files.shown(file.name)} already. Choose another id.'
                )
            return with_rule(file.text, part, name, says)

        return await self._write(request, "saved", text_of(body, "digest", 64), change, rule=name)

    async def _save_head(self, request: web.Request) -> web.StreamResponse:
        """Write what makes a grade, or the caps of its groups, into a file."""
        body = await json_object(request)
        grades = grades_json(grades_of(body["grades"])) if "grades" in body else None
        caps = caps_of(body["caps"]) if "caps" in body else None

        def change(file: _File) -> str:
            return with_head(file.text, grades=grades, caps=caps)

        return await self._write(request, "regraded" if caps is None else "capped", text_of(body, "digest", 64), change)

    async def _take_out(self, request: web.Request) -> web.StreamResponse:
        """Take the rule out of its file; a file that is left without any is put aside."""
        name = request.match_info["rule"]

        def change(file: _File) -> str:
            rule = _rule_in(file.checked, file.name, name)
            if rule is None:
                raise Conflict("there is no such rule any more. Load the page again.")
            return with_rule(file.text, rule.dimension, name, None)

        return await self._write(request, "rule_taken_out", query_of(request, "digest"), change, rule=name)

    async def _write(
        self, request: web.Request, what: str, digest: str, change: Callable[[_File], str], *, rule: str = ""
    ) -> web.StreamResponse:
        if not self._service.settings.may_edit_journeys:
            raise WebhookRejected(403, READ_ONLY)
        name = request.match_info["file"]
        async with self._saving:
            before = await asyncio.to_thread(self._read, name)
            if digest and before.file is None:
                raise Conflict("its file is gone, or is no text any more. Load it again.")
            text = await asyncio.to_thread(change, before)
            write, elsewhere = await asyncio.to_thread(self._judged, before, digest, text)
            shown, about = self._files.shown(name), f"{name}/{rule}" if rule else name
            deed = self._service.doors.deed(request, f"scores.{what}", about, file=shown, before=digest)
            await write_noted(self._runtime, deed, write)
        return private_json({"saved": about, "faults": faults_json(elsewhere)})

    def _judged(self, before: _File, digest: str, text: str) -> tuple[Callable[[], None], Any]:
        """How the text is written, and what is wrong elsewhere; raises ContentError with what it would make wrong."""
        if before.file is not None and not has_rules(text):
            return partial(self._files.put_aside, before.name, digest), ()
        checked = self._checked(self._files.shown(before.name), text)
        if checked.faults:
            raise ContentError(checked.faults)
        if before.file is None:
            return partial(self._files.create, before.name, text), ()
        elsewhere = faults_elsewhere(self._shelves, before.file.path, text)
        return partial(self._files.write, before.name, digest, text), elsewhere


def _giving(journeys: Iterable[Journey]) -> Iterator[tuple[Journey, ScoreStep]]:
    """Steps of journeys that give points, too."""
    for journey in journeys:
        yield from ((journey, step) for step in journey.steps.values() if isinstance(step, ScoreStep))


def _step_json(journey: Journey, step: ScoreStep) -> Mapping[str, Any]:
    points = {"fit": step.fit, "engagement": step.engagement}
    return {"journey": journey.id, "reason": step.reason, "points": {part: one for part, one in points.items() if one}}


def _key_of(rule: ScoreRule) -> str:
    """As its address has it: its file and its own id."""
    return "/".join(rule.id.split(":")[1:])


def _rule_in(checked: CheckedScores, file: str, name: str) -> ScoreRule | None:
    return next((one for one in checked.rules if one.id == f"score:{file}:{name}"), None)


def _id_in(body: Mapping[str, Any], key: str) -> str:
    name = text_of(body, key, LONGEST_NAME)
    if not wording.ID.fullmatch(name):
        raise WebhookRejected(400, f"{wording.ID_WORDS}{wording.near_id(name)}")
    return name


def _file_json(one: _File) -> Mapping[str, Any]:
    shown, digest = (one.file.shown, one.file.digest) if one.file is not None else ("", "")
    return {"file": one.name, "path": shown, "digest": digest, "faults": faults_json(one.checked.faults)}


def _caps_json(one: _File) -> list[Mapping[str, Any]]:
    """Of each group that events give points by, its cap or none."""
    parts: dict[Dimension, ScoreRule] = {rule.dimension: rule for rule in one.checked.rules if rule.event is not None}
    return [
        {"file": one.name, "part": part, "cap": cap_json(rule.group_cap.cap if rule.group_cap is not None else None)}
        for part, rule in parts.items()
    ]
