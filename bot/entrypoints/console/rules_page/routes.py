"""What the page "Rules" asks for: `/rules.json` is every rule; a week, a person or an edit is asked about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from aiohttp import web
from phonenumbers import SUPPORTED_REGIONS

from bot.adapters.content.judging import faults_elsewhere
from bot.adapters.content.rule_files import ShownRules, read_rule_files, rule_files
from bot.domain.access import Right
from bot.domain.consent import Purpose
from bot.domain.errors import Conflict, ContentError, Fault, WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.domain.sending_rules import EVERYWHERE_ELSE, FrequencyCap, SendingHours, SendingRules
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.answers import faults_json, text_of
from bot.entrypoints.console.journeys_page.counting import Kept
from bot.entrypoints.console.known_person import named
from bot.entrypoints.console.rules_page.editing import CHANGED, Edited, RuleEditor, place_of_new
from bot.entrypoints.console.rules_page.showing import (
    answer_json,
    held_up_json,
    rule_json,
    rules_json,
    week_json,
)
from bot.entrypoints.console.rules_page.typed import TABLES, Kind, channels_of, kind_of, rule_named
from bot.entrypoints.console.writing import for_authors, write_noted
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, query_of
from bot.entrypoints.wiring.connectors import known_channels, shelves_of
from bot.entrypoints.wiring.service import Service
from bot.journeys import wording
from bot.journeys.rule_trial import rule_of
from bot.journeys.sending_week import place_of, sending_week
from bot.journeys.us_states import US_STATES, state_names, states_of
from bot.journeys.wording import Unreadable
from bot.ports import UnitOfWork
from bot.ports.queues import MOST_COUNTED, Bound, HeldUp
from bot.services.ask_gate import ask_gate
from bot.services.know_person import NoSuchPerson, by_id
from bot.yaml_lines import CannotEdit

LOOKS_BACK = timedelta(days=30)
LONGEST_NAME = 80
NOON = time(12)
LAST_DAY = date.max - timedelta(days=7)
"""From which a week can still be told."""
RULE = f"{{rule:{wording.ID.pattern}}}"
READ_ONLY = "rules cannot be changed on this page here: OVERTURE_EDIT_JOURNEYS says so, or that this is production."
LESS_STRICT = "this would be less strict than what a law or contract asks for"


class RulesPage:
    """Open to those whose role may see journeys; who may change those may change rules."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._shelves = shelves_of(service.settings, known_channels(service.settings, service.runtime.channels))
        self._files = rule_files(self._shelves)
        self._editor = RuleEditor(self._files, self._shelves)
        self._saving = asyncio.Lock()
        self._held_up = Kept(service.runtime.store, self._read_held_up)

    def add_routes(self, app: web.Application) -> None:
        see, edit, people = Right.SEE_JOURNEYS, Right.EDIT_JOURNEYS, Right.SEE_PEOPLE
        for method, path, handler, right in (
            ("GET", "/rules", framed(self._service, "rules.html"), see),
            ("GET", "/rules.json", self._list, see),
            ("GET", "/rules/held-up.json", self._tell_held_up, see),
            ("GET", "/rules/week.json", self._week, see),
            ("POST", "/rules/ask", self._ask, people),
            ("POST", "/rules/check", self._check, see),
            ("POST", "/rules/waiting", self._count_waiting, people),
            ("PUT", f"/rules/{RULE}", self._save, edit),
            ("DELETE", f"/rules/{RULE}", self._take_out, edit),
        ):
            app.router.add_route(method, path, for_authors(self._service, handler, right))

    # ------------------------------------------------------------ looking

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """As the files say; where they have faults, as they were when they had none."""
        shown, in_force = await asyncio.to_thread(self._read), self._in_force()
        today = self._runtime.clock.now().date()
        rules = rules_json(shown.rules or in_force, shown.place_of, in_force, today)
        told: dict[str, Any] = {
            **rules,
            "files": [{"file": name, "path": file.shown, "digest": file.digest} for name, file in shown.files.items()],
            "begins": {kind: place_of_new(kind, shown) for kind in TABLES},
            "channels": self._channels(),
            "countries": sorted(SUPPORTED_REGIONS),
            "states": state_names(),
            "region": self._runtime.region,
            "today": today.isoformat(),
            "problems": faults_json(shown.faults),
            "faults": faults_json(self._service.library.faults),
            "may_ask": request[CALLER].may(Right.SEE_PEOPLE),
            "may_change": self._service.settings.may_edit_journeys and request[CALLER].may(Right.EDIT_JOURNEYS),
        }
        return private_json(told)

    async def _tell_held_up(self, request: web.Request) -> web.StreamResponse:
        """By itself, for it looks at many decisions."""
        return private_json(held_up_json(await self._held_up.told()))

    async def _read_held_up(self, uow: UnitOfWork) -> HeldUp:
        return await uow.queues.held_up(self._runtime.clock.now() - LOOKS_BACK)

    async def _week(self, request: web.Request) -> web.StreamResponse:
        """When marketing may leave to somebody there by this channel, and what else holds there."""
        country, states = _place(query_of(request, "jurisdiction"))
        channel, now = query_of(request, "channel"), self._runtime.clock.now()
        first = _day_of(query_of(request, "from")) if query_of(request, "from") else now.date()
        shown = await asyncio.to_thread(self._read)
        rules, now = shown.rules or self._in_force(), max(now, datetime.combine(first, NOON, tzinfo=UTC))
        consent = rules.consent_rule(Purpose.MARKETING, country, channel, now)
        caps = rules.caps_for(Purpose.MARKETING, country, channel, now, states=states)
        told = {
            "week": week_json(sending_week(rules, country, channel, first, states=states)),
            "caps": [rule_json(one, now.date()) for one in caps],
            "consent": rule_json(consent, now.date()) if consent is not None else None,
        }
        return private_json(told)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        """Whether marketing may reach one person by a channel now. That somebody looked is in the audit log."""
        body, now, playbook = await json_object(request), self._runtime.clock.now(), self._runtime.library.current()
        channel = text_of(body, "channel", LONGEST_NAME)
        if channel not in self._channels():
            raise WebhookRejected(400, f'"{channel}" is no channel on which people are written to here')
        async with self._runtime.store.transaction() as uow:
            try:
                person = await by_id(uow, ProfileId(storable(text_of(body, "person", LONGEST_NAME))))
            except NoSuchPerson as error:
                raise WebhookRejected(404, str(error)) from error
            who = await named(uow, playbook, person, role=request[CALLER].role)
            answer = await ask_gate(uow, self._runtime, person, channel, now)
            await uow.audit.note(self._service.doors.deed(request, "person.looked_at", person), now)
        return private_json({**who, "channel": channel, "answer": answer_json(answer, now) if answer else None})

    # ------------------------------------------------------------ editing

    async def _check(self, request: web.Request) -> web.StreamResponse:
        """What would be wrong with it, what would be less strict, and of hours a week before and after; nothing is
        saved."""
        body, now = await json_object(request), self._runtime.clock.now()
        kind, rule = kind_of(body.get("kind")), rule_named(text_of(body, "rule", LONGEST_NAME))
        edited = await asyncio.to_thread(self._edited, kind, rule, body)
        told: dict[str, Any] = {
            "faults": faults_json(edited.after.faults),
            "loosened": edited.loosened(rule, now),
            "weeks": [],
        }
        will = rule_of(edited.after.rules or edited.before, rule) or rule_of(edited.before, rule)
        if kind == "hours" and edited.after.rules is not None and will is not None:
            (country, states), today = place_of(will.jurisdiction), min(max(now.date(), will.starts), LAST_DAY)
            told["weeks"] = [
                {
                    "channel": channel,
                    "before": week_json(sending_week(edited.before, country, channel, today, states=states)),
                    "after": week_json(sending_week(edited.after.rules, country, channel, today, states=states)),
                }
                for channel in sorted(will.channels)
            ]
        return private_json(told)

    async def _count_waiting(self, request: web.Request) -> web.StreamResponse:
        """How many people, whose numbers say that they are there, have messages waiting that such a rule is about."""
        body = await json_object(request)
        kind, jurisdiction = kind_of(body.get("kind")), text_of(body, "jurisdiction", LONGEST_NAME)
        channels, purpose = channels_of(body.get("channels")), _purpose_of(body)
        async with self._runtime.store.reading(at_length=True) as uow:
            found = await uow.queues.bound(purpose, channels, MOST_COUNTED)
        here = {one.profile_id for one in found if self._is_bound(kind, purpose, jurisdiction, one)}
        return private_json({"people": len(here), "is_whole": len(found) < MOST_COUNTED})

    def _is_bound(self, kind: Kind, purpose: Purpose, jurisdiction: str, one: Bound) -> bool:
        """Whether a rule of this place is about it: one for all other countries only where its own has none."""
        country = self._runtime.country_at(one.channel, one.address)
        if jurisdiction in US_STATES:
            return jurisdiction in states_of(self._runtime.phone_at(one.channel, one.address))
        if jurisdiction != EVERYWHERE_ELSE:
            return jurisdiction == country
        rules, now = self._in_force(), self._runtime.clock.now()
        held: Sequence[SendingHours | FrequencyCap] = (
            rules.hours_for(country, one.channel, now)
            if kind == "hours"
            else rules.caps_for(purpose, country, one.channel, now)
        )
        return not any(row.jurisdiction == country for row in held)

    async def _save(self, request: web.Request) -> web.StreamResponse:
        """Write the rule into its file, which is begun where there is none."""
        body = await json_object(request)
        kind, rule = kind_of(body.get("kind")), rule_named(request.match_info["rule"])
        return await self._write(request, "saved", rule, body, lambda: self._edited(kind, rule, body))

    async def _take_out(self, request: web.Request) -> web.StreamResponse:
        """Take the rule out of its file; one that is left without any is put aside."""
        kind, rule = kind_of(query_of(request, "kind")), rule_named(request.match_info["rule"])
        body = {"digest": query_of(request, "digest"), "less_strict": query_of(request, "less_strict") == "true"}
        return await self._write(request, "taken_out", rule, body, lambda: self._editor.taken_out(kind, rule))

    async def _write(
        self, request: web.Request, what: str, rule: str, body: Mapping[str, Any], edit: Callable[[], Edited]
    ) -> web.StreamResponse:
        if not self._service.settings.may_edit_journeys:
            raise WebhookRejected(403, READ_ONLY)
        digest = text_of(body, "digest", 64)
        async with self._saving:
            edited = await asyncio.to_thread(edit)
            if (edited.file.digest if edited.file is not None else "") != digest:
                raise Conflict(CHANGED)
            if edited.after.faults:
                raise ContentError(edited.after.faults)
            looser = edited.loosened(rule, self._runtime.clock.now())
            if looser and body.get("less_strict") is not True:
                raise CannotEdit(f"{LESS_STRICT}: {'; '.join(looser)}. Say that you want it all the same.")
            elsewhere = await asyncio.to_thread(self._faults_elsewhere, edited)
            shown = self._files.shown(edited.name)
            deed = self._service.doors.deed(
                request, f"rule.{what}", rule, file=shown, before=digest, less_strict=bool(looser)
            )
            await write_noted(self._runtime, deed, partial(self._put, edited, digest))
        return private_json({"saved": rule, "faults": faults_json(elsewhere)})

    def _put(self, edited: Edited, digest: str) -> None:
        if edited.file is None:
            self._files.create(edited.name, edited.text)
        elif edited.text:
            self._files.write(edited.name, digest, edited.text)
        else:
            self._files.put_aside(edited.name, digest)

    def _faults_elsewhere(self, edited: Edited) -> Sequence[Fault]:
        if not edited.text:
            return ()
        return faults_elsewhere(self._shelves, self._files.path_of(edited.name), edited.text)

    def _edited(self, kind: Kind, rule: str, body: Mapping[str, Any]) -> Edited:
        if body.get("taken_out") is True:
            return self._editor.taken_out(kind, rule)
        return self._editor.typed(kind, rule, body, is_new=body.get("is_new") is True)

    def _channels(self) -> list[str]:
        """Those on which people are written to."""
        return sorted(name for name, one in self._runtime.channels.items() if not one.abilities.desk)

    def _read(self) -> ShownRules:
        return read_rule_files(self._files, self._shelves)

    def _in_force(self) -> SendingRules:
        return self._runtime.library.current().rules


def _place(jurisdiction: str) -> tuple[str, frozenset[str]]:
    """A country and the state of it that is meant; raises WebhookRejected for what is neither."""
    if jurisdiction not in {EVERYWHERE_ELSE, *US_STATES, *SUPPORTED_REGIONS}:
        raise WebhookRejected(400, f'"{jurisdiction}" is no country, no state of the United States, and not "default"')
    return place_of(jurisdiction)


def _purpose_of(body: Mapping[str, Any]) -> Purpose:
    """Marketing unless it says that a cap is of service messages."""
    purpose = body.get("purpose", Purpose.MARKETING)
    if purpose not in (Purpose.MARKETING, Purpose.SERVICE):
        raise WebhookRejected(400, '"purpose" is marketing or service')
    return Purpose(purpose)


def _day_of(text: str) -> date:
    try:
        return min(wording.day(text), LAST_DAY)
    except Unreadable as error:
        raise WebhookRejected(400, str(error)) from error
