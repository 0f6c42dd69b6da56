"""Reads the steps of a journey: nested as the marketer wrote them, flat as the interpreter walks them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from bot.documents import Document, Faults
from bot.domain.errors import Place
from bot.domain.journey import (
    END,
    AskStep,
    BranchStep,
    CrmStep,
    GoStep,
    HandoffStep,
    ScoreStep,
    SendStep,
    SetStep,
    Step,
    TagStep,
    WaitStep,
)
from bot.journeys import wording
from bot.journeys.fields import Fields, plain

KINDS = ("send", "wait", "ask", "branch", "score", "set", "add_to", "handoff", "crm", "go", "end")
LATER_KINDS = ("split", "action", "webhook", "run", "remove_from", "tag")
ASK_KEYS = ("remind", "silent", "refuse", "human")
LATER_KEYS = ("cap", "send_window", "within", "late")


class StepReader:
    """Reads steps into `steps` by id; ids that are not given are made of the position: `steps.4.branch.0.do.1`.

    `places` says where each step stands, `forms_asked` which forms it asks, `expressions` what is still to be checked.
    """

    def __init__(
        self,
        document: Document,
        faults: Faults,
        responses: Collection[str],
        forms: Mapping[str, tuple[str, ...]],
        channels: Collection[str],
        desks: Collection[str],
    ) -> None:
        self.steps: dict[str, Step] = {}
        self.places: dict[str, Place] = {}
        self.forms_asked: list[str] = []
        self.expressions: list[tuple[Place, str]] = []
        self._document = document
        self._faults = faults
        self._responses = responses
        self._forms = forms
        self._channels = channels
        self._desks = desks
        self._targets: list[tuple[Place, str]] = []

    def read(self, head: Fields) -> str:
        """Read the journey's steps; the id of the first one."""
        if not head.has("steps"):
            head.missing("steps", "List what happens, such as steps: [wait: 1d].")
            return END
        first = self._sequence(head.node["steps"], "steps", END, head.place("steps"))
        for place, target in self._targets:
            if target != END and target not in self.steps:
                named = [name for name in self.steps if "." not in name]
                self._faults.unknown(place, "step", target, [*named, END])
        return first

    def _sequence(self, items: Any, path: str, after: str, place: Place) -> str:
        """Read a list of steps that goes on with `after`; the id of its first step."""
        if not isinstance(items, list) or not items:
            self._faults.add(place, "a list of steps must follow here.", 'Begin each step with "- ".')
            return after
        ids = [self._id(items, number, f"{path}.{number}") for number in range(len(items))]
        for number, item in enumerate(items):
            following = ids[number + 1] if number + 1 < len(ids) else after
            self._step(item, ids[number], f"{path}.{number}", following)
        return ids[0]

    def _id(self, items: Any, number: int, position: str) -> str:
        """The step's id, taken down with its place, so that it is known to whatever points at it."""
        item, place = items[number], self._document.place(items, number)
        name = position
        if isinstance(item, Mapping) and item.get("id") is not None:
            fields = Fields(self._document, self._faults, item, "a step", place)
            name = fields.read("id", wording.identifier) or position
            if name == END:
                self._faults.add(fields.place("id"), f'"{END}" cannot be an id: it is where a journey ends.')
                name = position
            elif name in self.steps:
                before = self.places[name]
                self._faults.add(
                    fields.place("id"), f'there are two steps "{name}".', f"The other is in line {before.line}."
                )
                name = position
        self.places[name] = place
        self.steps[name] = GoStep(name, END)
        return name

    def _step(self, item: Any, name: str, position: str, following: str) -> None:
        if item == "end":
            self.steps[name] = GoStep(name, END)
            return
        # A step with a fault lets people through, so that its neighbours are checked as if it were right.
        self.steps[name] = GoStep(name, following)
        fields = Fields(self._document, self._faults, item, "a step", self.places[name])
        if not fields.is_mapping:
            return
        kinds = [kind for kind in KINDS if kind in fields.node]
        later = [kind for kind in LATER_KINDS if kind in fields.node]
        if later and not kinds:
            advice = "Write add_to." if later == ["tag"] else "Leave it out for now."
            self._faults.add(fields.place(later[0]), f'a step "{later[0]}" is not supported yet.', advice)
            return
        if len(kinds) != 1:
            self._report_kind(fields, kinds)
            return
        kind = kinds[0]
        more = ASK_KEYS if kind == "ask" else ()
        fields.only(kind, "id", "then", *more, later=[key for key in LATER_KEYS if key != kind])
        then = self._target(fields, "then") or following
        step = self._read_kind(kind, fields, name, position, then)
        if step is not None:
            self.steps[name] = step

    def _report_kind(self, fields: Fields, kinds: list[str]) -> None:
        if kinds:
            self._faults.add(
                fields.place(kinds[1]), f"one step does two things: {' and '.join(kinds)}.", "Make it two steps."
            )
            return
        others = [str(key) for key in fields.node if key not in ("id", "then", *ASK_KEYS)]
        if others:
            self._faults.unknown(fields.place(others[0]), "step", others[0], KINDS)
        else:
            self._faults.add(fields.place(), "this step does nothing.", f"A step is one of {', '.join(KINDS)}.")

    def _read_kind(self, kind: str, fields: Fields, name: str, position: str, then: str) -> Step | None:
        match kind:
            case "send":
                return self._send(fields, name, then)
            case "wait":
                return self._wait(fields, name, then)
            case "ask":
                return self._ask(fields, name, then)
            case "branch":
                return self._branch(fields, name, position, then)
            case "score":
                return self._score(fields, name, then)
            case "set":
                return self._set(fields, name, then)
            case "add_to":
                tag = fields.read("add_to", wording.tag, required=True)
                return TagStep(name, tag, then) if tag else None
            case "handoff":
                return self._handoff(fields, name, then)
            case "crm":
                return self._crm(fields, name, then)
            case "go":
                return GoStep(name, self._target(fields, "go", required=True) or then)
            case _:
                return GoStep(name, END)

    def _target(self, fields: Fields, key: str, *, required: bool = False) -> str | None:
        """The step that an entry points at; whether there is one is looked at when all are read."""
        target = fields.text(key, required=required)
        if target is not None:
            self._targets.append((fields.place(key), target))
        return target

    # ------------------------------------------------------------ one method for each kind of step

    def _send(self, fields: Fields, name: str, then: str) -> Step | None:
        send = fields.inner("send", "send")
        if not send.is_mapping:
            return None
        send.only("response", "channels", later=LATER_KEYS)
        response = send.choice("response", self._responses, "response", required=True)
        channels = send.choices("channels", self._channels, "channel", required=True)
        return SendStep(name, response, channels, then) if response and channels else None

    def _wait(self, fields: Fields, name: str, then: str) -> Step | None:
        if not isinstance(fields.node["wait"], Mapping):
            pause = fields.read("wait", wording.duration, required=True, advice="Write wait: 1d.")
            return WaitStep(name, (), pause, then) if pause else None
        wait = fields.inner("wait", "wait")
        wait.only("for", "at_most", later=("until", "reply"))
        events = wait.read_all("for", wording.event, required=True)
        advice = "Say how long at the most, such as at_most: 2d; nobody should wait for ever."
        at_most = wait.read("at_most", wording.duration, required=True, advice=advice)
        return WaitStep(name, events, at_most, then) if events and at_most else None

    def _ask(self, fields: Fields, name: str, then: str) -> Step | None:
        ask = fields.inner("ask", "ask")
        silence = self._silent(fields)
        refuse_go = self._refuse(fields)
        self._human(fields)
        if not ask.is_mapping:
            return None
        ask.only("form", "channels", "need", later=("flow", *LATER_KEYS))
        form = ask.choice("form", self._forms, "form", required=True)
        channels = ask.choices("channels", self._channels, "channel", required=True)
        slots = self._forms[form] if form else ()
        need = ask.choices("need", slots, f"slot of {form}") if form else ()
        reminders = self._reminders(fields, silence[0] if silence else None)
        if form:
            self.forms_asked.append(form)
        if not (form and channels and silence):
            return None
        return AskStep(name, form, channels, need or slots, reminders, *silence, refuse_go, then)

    def _silent(self, fields: Fields) -> tuple[timedelta, str] | None:
        if not fields.has("silent"):
            fields.faults.add(
                fields.place("ask"),
                'this question lacks "silent": what happens to people who never answer.',
                "Add silent: {after: 3d, go: end}.",
            )
            return None
        silent = fields.inner("silent", "silent")
        silent.only("after", "go")
        if not silent.is_mapping:
            return None
        after = silent.read("after", wording.duration, required=True)
        go = self._target(silent, "go", required=True)
        return (after, go) if after and go else None

    def _refuse(self, fields: Fields) -> str:
        if not fields.has("refuse"):
            return END
        refuse = fields.inner("refuse", "refuse")
        refuse.only("go")
        return self._target(refuse, "go", required=refuse.is_mapping) or END

    def _human(self, fields: Fields) -> None:
        human = fields.text("human")
        if human not in (None, "pause"):
            self._faults.add(fields.place("human"), f'"human: {human}" is not supported yet.', "Write human: pause.")

    def _reminders(self, fields: Fields, silent_after: timedelta | None) -> tuple[timedelta, ...]:
        reminders = fields.read_all("remind", wording.duration)
        if silent_after is not None and any(remind >= silent_after for remind in reminders):
            self._faults.add(
                fields.place("remind"),
                "a reminder would come when the silence is already taken for an answer.",
                "Make it earlier than silent.after.",
            )
        return tuple(sorted(set(reminders)))

    def _branch(self, fields: Fields, name: str, position: str, then: str) -> Step | None:
        items = fields.node["branch"]
        if not isinstance(items, list) or not items:
            self._faults.add(fields.place("branch"), "branch must be a list of conditions.", 'Begin each with "- if:".')
            return None
        arms: list[tuple[str, str]] = []
        otherwise = None
        for number, item in enumerate(items):
            arm = Fields(self._document, self._faults, item, "a branch", self._document.place(items, number))
            path = f"{position}.branch.{number}"
            if not arm.is_mapping:
                continue
            if otherwise is not None:
                self._faults.add(arm.place(), 'nothing can follow "else".', "Put else last.")
            if "else" in arm.node:
                arm.only("else")
                inner = arm.inner("else", "else")
                inner.only("do", "go")
                otherwise = self._arm(inner, f"{path}.else", then) if inner.is_mapping else then
                continue
            arm.only("if", "do", "go")
            condition = arm.text("if", required=True, advice='Write if: "answer.team_size > 20".')
            target = self._arm(arm, path, then)
            if condition is not None:
                self.expressions.append((arm.place("if"), condition))
            arms.append((condition or "false", target))
        return BranchStep(name, tuple(arms), otherwise or then)

    def _arm(self, arm: Fields, path: str, then: str) -> str:
        """Where an arm leads: its own steps, then `go`, or else what follows the branch."""
        if "do" not in arm.node and "go" not in arm.node:
            arm.missing("do", "Say what to do: do: [...], or go: <step>.")
            return then
        after = self._target(arm, "go") or then
        return self._sequence(arm.node["do"], f"{path}.do", after, arm.place("do")) if "do" in arm.node else after

    def _score(self, fields: Fields, name: str, then: str) -> Step | None:
        score = fields.inner("score", "score")
        if not score.is_mapping:
            return None
        score.only("fit", "engagement", "reason", later=("half_life", "cap"))
        fit, engagement = score.whole_number("fit"), score.whole_number("engagement")
        reason = score.text("reason", required=True, advice="Reps read it: reason: answered by SMS.")
        if not fit and not engagement:
            self._faults.add(fields.place("score"), "score changes nothing.", "Give points: engagement: 10.")
        return ScoreStep(name, fit or 0, engagement or 0, reason, then) if reason else None

    def _set(self, fields: Fields, name: str, then: str) -> Step | None:
        values = fields.inner("set", "set")
        found: list[tuple[str, Any]] = []
        for key, given in values.node.items():
            attribute = values.parsed(str(key), wording.attribute, values.place(key))
            self._note_expression(given, values.place(key))
            if attribute is not None:
                found.append((attribute, plain(given)))
        if values.is_mapping and not values.node:
            self._faults.add(fields.place("set"), "set names no attribute.", 'Write set: {stage: "customer"}.')
        return SetStep(name, tuple(found), then) if found else None

    def _handoff(self, fields: Fields, name: str, then: str) -> Step | None:
        handoff = fields.inner("handoff", "handoff")
        if not handoff.is_mapping:
            return None
        handoff.only("to", "reason", later=("crm", "within", "late"))
        desk = handoff.choice("to", self._desks, "desk")
        reason = handoff.text("reason", required=True, advice="Say to the reps why: reason: wants to talk.")
        self._note_expression(reason, handoff.place("reason"))
        return HandoffStep(name, reason, desk or "", then) if reason else None

    def _crm(self, fields: Fields, name: str, then: str) -> Step | None:
        crm = fields.inner("crm", "crm")
        crm.only("note")
        note = crm.text("note", required=crm.is_mapping)
        self._note_expression(note, crm.place("note"))
        return CrmStep(name, note, then) if note else None

    def _note_expression(self, given: Any, place: Place) -> None:
        if isinstance(given, str) and given.startswith("="):
            self.expressions.append((place, given[1:]))
