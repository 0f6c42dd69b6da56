"""One person in virtual time: the same interpreter, gate and entries as in service, without a database or a vendor.

What services do with effects (bot/services/perform.py, reach.py, enrol.py, opt_out.py) is done here to one person's
state in memory. `tell` hears of everything, in order; nothing is kept of what is over.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Literal

from bot.domain.consent import Purpose
from bot.domain.delivery import Later, Send, Withhold
from bot.domain.effects import (
    AddTag,
    AskForm,
    CallWebhook,
    ChangeScore,
    Emit,
    JourneyEffect,
    RemoveTag,
    RequestHandoff,
    SendResponse,
    SetAttribute,
    StartAction,
    StartJourney,
    StopJourney,
    SyncCrm,
    WithdrawMessages,
)
from bot.domain.entries import ApiEntry, Entry
from bot.domain.ids import EnrolmentId
from bot.domain.journey import (
    CHANGED,
    ENDED,
    HANDED_BACK,
    REPLIED,
    TAKEN_OVER,
    Answered,
    Enrolment,
    EnrolmentStatus,
    Entered,
    Facts,
    Failed,
    Finished,
    Happened,
    Journey,
    Refused,
    TimerFired,
    Trigger,
)
from bot.journeys.entering import is_too_soon, meets_condition, opened_by
from bot.journeys.hearing import ANSWER, is_over
from bot.journeys.interpreter import advance, begin, word_of_end
from bot.journeys.resting import OUTER_IS_OVER, due_by_profile, put_off, put_off_wait, waits_behind
from bot.journeys.selection import counting
from bot.journeys.virtual_agenda import VirtualAgenda
from bot.journeys.virtual_contact import VirtualContact, VirtualMessage
from bot.journeys.virtual_goals import VirtualGoals
from bot.journeys.virtual_score import VirtualScore
from bot.journeys.virtual_segments import VirtualSegments
from bot.journeys.virtual_way import end_of, way_of
from bot.journeys.virtual_world import Noted, Someone, What, World

LONGEST_CHAIN = 50
"""How many events one cause may lead to."""

OPTED_OUT = "the customer opted out"


class VirtualPerson:
    """`run_until` lets time pass; every other public method is something that happens at a moment."""

    def __init__(
        self,
        world: World,
        someone: Someone,
        now: datetime,
        tell: Callable[[Noted], None],
        *,
        tell_what_it_did: bool = True,
    ) -> None:
        self.id = someone.id
        self.profile = someone.profile(now)
        self.inside: dict[EnrolmentId, Enrolment] = {}
        self.asked_last: EnrolmentId | None = None
        self.colleague: Literal["", "asked", "talks"] = ""
        self._world = world
        self._tell = tell
        self._tell_what_it_did = tell_what_it_did
        self._contact = VirtualContact(world, someone, now)
        self._score = VirtualScore(world.score_rules, someone.id, world.grades)
        self._score.by_attributes(self.profile, now)
        self._did: dict[str, Counter[date]] = {}
        self._entered: dict[str, datetime] = {}
        self._runs = 0
        self._wrote_last: dict[EnrolmentId, datetime] = {}
        self._goals = VirtualGoals(world.journeys, tell)
        self._agenda = VirtualAgenda()
        self._segments = VirtualSegments(world.segments)
        self._keep_segments(now)

    # ------------------------------------------------------------ time

    @property
    def zones(self) -> tuple[str, ...]:
        """Every time zone that they may be in."""
        return self._contact.zones

    @property
    def next_due(self) -> datetime | None:
        """When the next timer or message is due."""
        return self._agenda.next_due

    def lead(self, now: datetime) -> Mapping[str, Any]:
        """Their score, as expressions read it."""
        return self._score.lead(now)

    def run_until(self, moment: datetime) -> None:
        """Let everything happen that is due until `moment`, each at its time."""
        for at, what in self._agenda.take_until(moment):
            if isinstance(what, VirtualMessage):
                self._send(what, at)
            elif self.inside.get(what.id) is what:
                self._tell_all(self._step(what, TimerFired(), at), at)

    # ------------------------------------------------------------ what happens to them

    def happens(self, event: str, data: Mapping[str, Any], now: datetime) -> None:
        """An event, from wherever it comes."""
        self._tell_all([Emit(event, data)], now)

    def is_let_in(self, journey: Journey, entry: Entry, data: Mapping[str, Any], now: datetime) -> bool:
        """By a schedule or another system; whether the entry does."""
        emitted = self._let_in(journey, entry, data, now)
        self._tell_all(emitted or (), now)
        return emitted is not None

    def is_admitted(self, journey: Journey, data: Mapping[str, Any], now: datetime) -> bool:
        """By another system, through the API."""
        entries = [entry for entry in journey.entries if isinstance(entry, ApiEntry)]
        return any(self.is_let_in(journey, entry, data, now) for entry in entries)

    def answers(self, slots: Mapping[str, Any], now: datetime, *, text: str = "") -> bool:
        """They fill in the form that was asked last; False where none is open."""
        return self._resume(Answered(slots), text, now)

    def refuses(self, now: datetime) -> bool:
        """They do not want to answer, which is no opt-out; False where nothing is asked."""
        return self._resume(Refused(), "", now)

    def replies(self, text: str, intent: str, channel: str, now: datetime) -> None:
        """They write something that answers no form. It goes to the run that wrote last, of those that wait for it."""
        waiting = [run for run in self.inside.values() if REPLIED in run.waiting_for]
        owner = max(waiting, key=self._heard_from, default=None)
        data = {"channel": channel, "text": text, "intent": intent, "enrolment": owner.id if owner else ""}
        self.happens(REPLIED, data, now)

    def opts_out(self, now: datetime, how: str = "STOP") -> None:
        """End all marketing at once: consent, whatever waits to leave, and the journeys."""
        self._contact.opt_out(how, now)
        self._withhold(self._agenda.take_messages(purpose=Purpose.MARKETING), OPTED_OUT, now)
        emitted: list[Emit] = []
        for run in list(self.inside.values()):
            if self._world.journeys[run.journey].purpose is Purpose.MARKETING:
                emitted += self._close(run, EnrolmentStatus.DONE, OPTED_OUT, now)
        self._tell_all(emitted, now)

    def is_taken_over(self, now: datetime) -> None:
        """A colleague talks with them now."""
        self.colleague = "talks"
        self.happens(TAKEN_OVER, {}, now)

    def is_handed_back(self, now: datetime) -> None:
        self.colleague = ""
        self.happens(HANDED_BACK, {}, now)

    def hears_of(self, run_id: EnrolmentId, outcome: Finished | Failed, now: datetime) -> None:
        """What a run started outside has come to its end."""
        run = self.inside.get(run_id)
        if run is not None:
            self._tell_all(self._step(run, outcome, now), now)

    def learns(self, attributes: Mapping[str, Any], now: datetime) -> None:
        """Something has become known of them, wherever it comes from."""
        self.profile.update(attributes)
        self._tell_all(self._has_changed(now), now)

    def looks_at_days(self, now: datetime) -> None:
        """A day has gone by: segments may begin or end with it."""
        self._tell_all(self._keep_segments(now), now)

    # ------------------------------------------------------------ events, as bot/services/enrol.py passes them on

    def _resume(self, trigger: Answered | Refused, text: str, now: datetime) -> bool:
        run = self.inside.get(self.asked_last) if self.asked_last is not None else None
        if run is None or ANSWER not in run.waiting_for:
            return False
        # What answers a form is no reply to anything else.
        self.happens(REPLIED, {"text": text, "intent": "inform", "enrolment": ""}, now)
        run = self.inside.get(run.id)
        if run is not None:
            self._tell_all(self._step(run, trigger, now), now)
        return True

    def _heard_from(self, run: Enrolment) -> tuple[datetime, datetime, int]:
        never = datetime.min.replace(tzinfo=run.entered_at.tzinfo)
        return self._wrote_last.get(run.id, never), run.arrived_at or run.entered_at, run.seq

    def _tell_all(self, events: Sequence[Emit], now: datetime) -> None:
        if not events:
            return
        waiting = deque(events)
        for _ in range(LONGEST_CHAIN):
            if not waiting:
                return
            event = waiting.popleft()
            self._did.setdefault(event.event, Counter())[now.astimezone(UTC).date()] += 1
            changed = {counting(event.event)}
            if self._score.by_event(event, self.profile, now):
                changed.add("lead")
            if self._segments.look_at(changed):
                waiting.extend(self._keep_segments(now))
            for run in list(self.inside.values()):
                if self.inside.get(run.id) is run:
                    waiting.extend(self._step(run, Happened(event.event, event.data), now))
            self._goals.count(event.event, now, partial(self._facts, Happened(event.event, event.data)))
            for journey, entry in opened_by(self._world.journeys.values(), event.event, event.data):
                waiting.extend(self._let_in(journey, entry, event.data, now) or ())

    def _let_in(self, journey: Journey, entry: Entry, data: Mapping[str, Any], now: datetime) -> Sequence[Emit] | None:
        """None where they are not let in."""
        if is_too_soon(entry, self._entered.get(journey.id), now):
            return None
        if not meets_condition(entry, self.profile, self.lead(now), data, now, counts=self._did):
            return None
        if not journey.many_at_once and any(one.journey == journey.id and not one.lane for one in self.inside.values()):
            return None
        return self._enter(begin(journey, self._new_id(), self.id, data, now), now)

    def _new_id(self) -> EnrolmentId:
        self._runs += 1
        return EnrolmentId(f"{self.id}.{self._runs}")

    def _enter(self, run: Enrolment, now: datetime) -> Sequence[Emit]:
        self._entered[run.journey] = now
        if run.status is not EnrolmentStatus.WAITING:
            self._tell(Noted(now, "held_out", run))
            self._goals.keep(run)
            return word_of_end(run)
        self._tell(Noted(now, "entered", run))
        self.inside[run.id] = run
        return self._step(run, Entered(), now)

    def _rest(self, run: Enrolment) -> None:
        self.inside[run.id] = run
        if run.due_at is not None:
            self._agenda.put(run.due_at, -1000, run)

    # ------------------------------------------------------------ one step of one run

    def _facts(self, trigger: Trigger, now: datetime) -> Facts:
        talks = self.colleague == "talks"
        lead, scored = self.lead(now), frozenset(self._score.given_by)
        grades = self._world.grades
        return Facts(trigger, self.profile, lead, talks, self._contact.zones, scored, self._did, grades=grades)

    def _step(self, run: Enrolment, trigger: Trigger, now: datetime) -> Sequence[Emit]:
        journey = self._world.journeys[run.journey]
        result = advance(journey, run, self._facts(trigger, now), now)
        after = result.enrolment
        if after is run:
            return ()
        if after.status is EnrolmentStatus.WAITING:
            self._rest(after)
        else:
            self.inside.pop(run.id, None)
        self._tell_each(way_of(run, after, result.trail, now, with_what_it_did=self._tell_what_it_did))
        emitted = self._do(after, journey, result.effects, now)
        if after.status is not EnrolmentStatus.WAITING:
            self._goals.keep(after)
        return [*emitted, *word_of_end(after)]

    def _tell_each(self, notes: Iterable[Noted]) -> None:
        for noted in notes:
            self._tell(noted)

    def _close(self, run: Enrolment, status: EnrolmentStatus, reason: str, now: datetime) -> Sequence[Emit]:
        closed = replace(run, status=status, reason=reason, due_at=None, waiting_for=(), seq=run.seq + 1)
        self.inside.pop(run.id, None)
        self._tell_each(end_of(closed, now))
        self._goals.keep(closed)
        return word_of_end(closed)

    # ------------------------------------------------------------ effects, as bot/services/perform.py has them

    def _do(self, run: Enrolment, journey: Journey, effects: Sequence[JourneyEffect], now: datetime) -> Sequence[Emit]:
        emitted: list[Emit] = []
        changes = False
        for effect in effects:
            match effect:
                case SetAttribute(name=name, value=value):
                    self.profile[name] = value
                    changes = True
                case AddTag(tag=tag):
                    self.profile["tags"] = sorted({*self.profile["tags"], tag})
                    changes = True
                case RemoveTag(tag=tag):
                    self.profile["tags"] = [one for one in self.profile["tags"] if one != tag]
                    changes = True
                case ChangeScore():
                    changes |= self._score.by_step(effect, now)
                case SendResponse() | AskForm():
                    self._queue(run, journey, effect, now)
                case RequestHandoff(reason=reason, desk=desk):
                    self.colleague = self.colleague or "asked"
                    self._tell(Noted(now, "handed_over", run, run.step, desk, why=reason))
                case SyncCrm(note=note):
                    self._tell(Noted(now, "crm", run, run.step, why=note))
                case Emit():
                    emitted.append(effect)
                case StartAction() | CallWebhook():
                    emitted += self._start_outside(run, effect, now)
                case StartJourney():
                    emitted += self._start_journey(run, effect, now)
                case StopJourney(key=key):
                    emitted += self._stop_journey(key, now)
                case WithdrawMessages(why=why):
                    self._withhold(self._agenda.take_messages(run=run.id), why, now)
                case _:
                    pass  # the others come of dialogues only
        return [*emitted, *self._has_changed(now)] if changes else emitted

    def _has_changed(self, now: datetime) -> Sequence[Emit]:
        """What comes of it that something else is known of them than before."""
        for one in list(self.inside.values()):
            after = due_by_profile(self._world.journeys[one.journey], one, self.profile, self.zones, now)
            if after is not one:
                self._rest(after)
        self._score.by_attributes(self.profile, now)
        moved = self._keep_segments(now)
        facts = self._facts(TimerFired(), now)
        over = any(is_over(self._world.journeys[one.journey], one, facts, now) for one in self.inside.values())
        return [*moved, Emit(CHANGED)] if over else moved

    def _start_outside(self, run: Enrolment, effect: StartAction | CallWebhook, now: datetime) -> Sequence[Emit]:
        if isinstance(effect, CallWebhook):
            self._tell(Noted(now, "started", run, run.step, effect.endpoint, why=effect.key))
            return ()
        if effect.channels and self._contact.reached_on(effect.channels, Purpose.SERVICE, now) is None:
            why = f"no address of this person on {' or '.join(effect.channels)}"
            return self._step(run, Failed(effect.key, why), now)
        self._tell(Noted(now, "started", run, run.step, effect.action, why=effect.key))
        return ()

    def _start_journey(self, parent: Enrolment, effect: StartJourney, now: datetime) -> Sequence[Emit]:
        journey = self._world.journeys.get(effect.journey)
        if journey is None:
            return self._step(parent, Failed(effect.key, f'there is no journey "{effect.journey}"'), now)
        child = begin(journey, self._new_id(), self.id, effect.data, now, entry=effect.key)
        return self._enter(replace(child, lane=effect.key, data={**child.data, "parent": effect.key}), now)

    def _stop_journey(self, key: str, now: datetime) -> Sequence[Emit]:
        emitted: list[Emit] = []
        for run in [one for one in self.inside.values() if one.lane == key]:
            emitted += self._close(run, EnrolmentStatus.DONE, OUTER_IS_OVER, now)
            self._withhold(self._agenda.take_messages(run=run.id), OUTER_IS_OVER, now)
            if ENDED in run.waiting_for:
                emitted += self._stop_journey(f"{run.id}:{run.step}:{run.visit}", now)
        return emitted

    def _keep_segments(self, now: datetime) -> Sequence[Emit]:
        if not self._world.segments:
            return ()
        return self._segments.keep(self.profile, self.lead(now), self._did, now)

    # ------------------------------------------------------------ messages

    def _queue(self, run: Enrolment, journey: Journey, effect: SendResponse | AskForm, now: datetime) -> None:
        channel = self._contact.reached_on(effect.channels, journey.purpose, now)
        reached = channel or effect.channels[0]
        match effect:
            case SendResponse(key=key, response=response, window=window, cap=cap):
                window = window or journey.window
                message = VirtualMessage(key, response, reached, journey.purpose, run, window, cap)
            case AskForm(key=key, form=form):
                message = VirtualMessage(key, form, reached, journey.purpose, run, journey.window, is_question=True)
        if channel is None:
            self._note(now, "withheld", message, f"no address of this person on {' or '.join(effect.channels)}")
        else:
            self._agenda.put(now, -journey.priority, message)

    def _send(self, message: VirtualMessage, now: datetime) -> None:
        if message.is_question and not message.is_asked_by(self.inside.get(message.run.id)):
            return
        verdict = self._contact.weigh(message, now, rep_has_the_floor=self.colleague == "talks")
        match verdict:
            case Send(why=why):
                self._contact.got(message, now)
                self._wrote_last[message.run.id] = now
                if message.is_question:
                    self.asked_last = message.run.id
                    self._note(now, "reminded" if ":remind" in message.key else "asked", message, why)
                else:
                    self._note(now, "sent", message, why)
            case Later(at=at, why=why):
                self._note(now, "later", message, why)
                self._agenda.put(at, -self._world.journeys[message.run.journey].priority, message)
                if message.is_question and ":remind" not in message.key:
                    self._rest(put_off(self._world.journeys[message.run.journey], self.inside[message.run.id], at))
                else:
                    self._put_off_wait(message, at)
            case Withhold(why=why):
                self._note(now, "withheld", message, why)

    def _put_off_wait(self, message: VirtualMessage, until: datetime) -> None:
        run = self.inside.get(message.run.id)
        step = waits_behind(self._world.journeys[run.journey], run, message.key) if run is not None else None
        if run is not None and step is not None:
            after = put_off_wait(step, run, until, self.profile, self.zones)
            if after is not run:
                self._rest(after)

    def _withhold(self, messages: Iterable[VirtualMessage], why: str, now: datetime) -> None:
        for message in messages:
            # A question is asked by a journey that is over now, so nothing is decided about it any more.
            if not message.is_question:
                self._note(now, "withheld", message, why)

    def _note(self, now: datetime, what: What, message: VirtualMessage, why: str) -> None:
        self._tell(Noted(now, what, message.run, message.step, message.subject, message.channel, why))
