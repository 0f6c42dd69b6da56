"""Reads the steps of a journey: nested as the marketer wrote them, flat as the interpreter walks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.documents import Document, Faults, did_you_mean, plain
from bot.domain.errors import Place
from bot.domain.steps import END, BranchStep, GoStep, SplitArm, SplitStep, Step
from bot.journeys import step_kinds, wording
from bot.journeys.channel_fit import misfits
from bot.journeys.fields import Fields
from bot.journeys.known import Known
from bot.journeys.step_kinds import Position, Reader

KINDS = (
    "send", "wait", "ask", "branch", "split", "score", "set", "add_to", "tag", "remove_from", "action", "webhook",
    "run", "handoff", "crm", "emit", "go", "end",
)  # fmt: skip
BESIDE: Mapping[str, tuple[str, ...]] = {
    "ask": ("remind", "silent", "refuse", "human"),
    "split": ("metric", "within", "choose"),
    "action": ("failed",),
    "webhook": ("failed",),
}
"""What a step of this kind may say beside it."""
OTHER_WORDS: Mapping[str, str] = {
    "delay": "wait", "if": "branch", "condition": "branch", "email": "send", "sms": "send", "whatsapp": "send",
    "message": "send", "update": "set", "stop": "end", "exit": "end", "goto": "go", "test": "split",
}  # fmt: skip
"""What other tools call a step of a kind."""


class StepReader:
    """Reads steps into `steps` by id; ids that are not given are made of the position: `steps.4.branch.0.do.1`.

    `places` says where each step stands, `forms_asked`, `runs_actions` and `splits` what its expressions may read, and
    `expressions` which are still to be checked. `broken` are the steps with a fault, with all that they may lead to.
    """

    def __init__(self, document: Document, faults: Faults, known: Known, warnings: Faults) -> None:
        self.known = known
        self.steps: dict[str, Step] = {}
        self.places: dict[str, Place] = {}
        self.forms_asked: list[str] = []
        self.runs_actions = False
        self.splits: list[str] = []
        self.expressions: list[tuple[Place, str]] = []
        self.broken: dict[str, tuple[str, ...]] = {}
        self._document = document
        self._faults = faults
        self.warnings = warnings
        self._led_to: list[str] = []
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

    # ------------------------------------------------------------ what kinds of steps have in common: see `Reader`

    def target(self, fields: Fields, key: str, *, required: bool = False) -> str | None:
        target = fields.text(key, required=required)
        if target is not None:
            self._targets.append((fields.place(key), target))
            self._led_to.append(target)
        return target

    def channels(self, fields: Fields, responses: Sequence[str], *, required: bool = True) -> tuple[str, ...]:
        found = fields.placed_channels(
            self.known.channels, self.known.left_out, self.warnings, "nobody is reached there", required=required
        )
        for channel, place in found:
            for one in misfits(channel, responses, self.known):
                (self.warnings if one.only_warns else self._faults).add(place, one.message, one.suggestion)
        return tuple(channel for channel, _ in found)

    def outcome(self, fields: Fields, key: str, at: Position) -> str | None:
        if key not in fields.node:
            return None
        inner = fields.inner(key, f'"{key}"', f"Write {key}: {{do: [...]}}, or {key}: {{go: <step>}}.")
        inner.only("do", "go")
        return self._arm(inner, f"{at.path}.{key}", at.then) if inner.is_mapping else at.then

    def values(self, fields: Fields, key: str) -> tuple[tuple[str, Any], ...]:
        if not fields.has(key):
            return ()
        inner = fields.inner(key, f'"{key}"')
        found = []
        for name, given in inner.node.items():
            field = inner.parsed(str(name), wording.field, inner.place(name))
            self.note_expression(given, inner.place(name))
            if field is not None:
                found.append((field, plain(given)))
        return tuple(found)

    def condition(self, fields: Fields) -> str | None:
        condition = fields.condition()
        if condition:
            self.expressions.append((fields.place("if"), condition))
        return condition or None

    def note_expression(self, given: Any, place: Place) -> None:
        if isinstance(given, str) and given.startswith("="):
            self.expressions.append((place, given[1:]))

    # ------------------------------------------------------------ the order of steps

    def _sequence(self, items: Any, path: str, after: str, place: Place) -> str:
        """Read a list of steps that goes on with `after`; the id of its first step."""
        if not isinstance(items, list) or not items:
            self._faults.add(place, "a list of steps must follow here.", 'Begin each step with "- ".')
            return after
        ids = [self._id(items, number, f"{path}.{number}") for number in range(len(items))]
        for number, item in enumerate(items):
            following = ids[number + 1] if number + 1 < len(ids) else after
            self._step(item, Position(ids[number], f"{path}.{number}", following))
        return ids[0]

    def _id(self, items: Any, number: int, path: str) -> str:
        """The step's id, taken down with its place, so that it is known to whatever points at it."""
        item, place = items[number], self._document.place(items, number)
        name = path
        if isinstance(item, Mapping) and item.get("id") is not None:
            fields = Fields(self._document, self._faults, item, "a step", place)
            name = fields.read("id", wording.identifier) or path
            if name == END:
                self._faults.add(fields.place("id"), f'"{END}" cannot be an id: it is where a journey ends.')
                name = path
            elif name in self.steps:
                before = self.places[name]
                self._faults.add(
                    fields.place("id"), f'there are two steps "{name}".', f"The other is in line {before.line}."
                )
                name = path
        self.places[name] = place
        self.steps[name] = GoStep(name, END)
        return name

    def _step(self, item: Any, at: Position) -> None:
        if item == "end":
            self.steps[at.id] = GoStep(at.id, END)
            return
        # A step with a fault lets people through, so that its neighbours are checked as if it were right.
        self.steps[at.id] = GoStep(at.id, at.then)
        fields = Fields(self._document, self._faults, item, "a step", self.places[at.id])
        if not fields.is_mapping:
            return
        kinds = [kind for kind in KINDS if kind in fields.node]
        if len(kinds) != 1:
            self._report_kind(fields, kinds)
            self.broken[at.id] = (at.then, *_named_in(item))
            return
        kind = kinds[0]
        if kind == "branch" and "else" in fields.node:
            advice = "Make it the last in its list: - else: {go: <step>}."
            self._faults.add(fields.place("else"), '"else" stands beside its branch.', advice)
        else:
            fields.only(kind, "id", "then", *BESIDE.get(kind, ()))
        then = self.target(fields, "then") or at.then
        named_before = len(self._led_to)
        step = self._read_kind(kind, fields, Position(at.id, at.path, then))
        if step is not None:
            self.steps[at.id] = step
        else:
            self.broken[at.id] = (then, *self._led_to[named_before:])

    def _report_kind(self, fields: Fields, kinds: list[str]) -> None:
        if kinds:
            self._faults.add(
                fields.place(kinds[1]), f"one step does two things: {' and '.join(kinds)}.", "Make it two steps."
            )
            return
        beside = {"id", "then"}.union(*BESIDE.values())
        others = [str(key) for key in fields.node if key not in beside]
        if others:
            named = others[0]
            meant = f'Did you mean "{OTHER_WORDS[named]}"?' if named in OTHER_WORDS else did_you_mean(named, KINDS)
            advice = meant or f"A step is one of {', '.join(KINDS)}."
            self._faults.add(fields.place(named), f'there is no step "{named}".', advice)
        else:
            self._faults.add(fields.place(), "this step does nothing.", f"A step is one of {', '.join(KINDS)}.")

    def _read_kind(self, kind: str, fields: Fields, at: Position) -> Step | None:
        match kind:
            case "branch":
                return self._branch(fields, at)
            case "split":
                return self._split(fields, at)
            case "go":
                return GoStep(at.id, self.target(fields, "go", required=True) or at.then)
            case "end":
                return GoStep(at.id, END)
            case _:
                return READERS[kind](self, fields, at)

    # ------------------------------------------------------------ steps that part people

    def _branch(self, fields: Fields, at: Position) -> Step | None:
        items = fields.node["branch"]
        if not isinstance(items, list) or not items:
            self._faults.add(fields.place("branch"), "branch must be a list of conditions.", 'Begin each with "- if:".')
            return None
        arms: list[tuple[str, str]] = []
        otherwise = None
        for number, item in enumerate(items):
            arm = Fields(self._document, self._faults, item, "a branch", self._document.place(items, number))
            path = f"{at.path}.branch.{number}"
            if not arm.is_mapping:
                continue
            if otherwise is not None:
                self._faults.add(arm.place(), 'nothing can follow "else".', "Put else last.")
            if "else" in arm.node:
                arm.only("else")
                inner = arm.inner("else", "else", "Write else: {do: [...]}, or else: {go: <step>}.")
                inner.only("do", "go")
                otherwise = self._arm(inner, f"{path}.else", at.then) if inner.is_mapping else at.then
                continue
            arm.only("if", "do", "go", "else")  # an arm with else is read above; "esle" is near it
            condition = arm.text("if", required=True, advice='Write if: "answer.team_size > 20".')
            target = self._arm(arm, path, at.then)
            if condition is not None:
                self.expressions.append((arm.place("if"), condition))
            arms.append((condition or "false", target))
        return BranchStep(at.id, tuple(arms), otherwise or at.then)

    def _split(self, fields: Fields, at: Position) -> Step | None:
        if not fields.has("id"):
            fields.missing("id", "People go the same way each time by it; and conditions read it: split.<id>.")
        else:
            fields.read("id", wording.split_id)
        metric = fields.read("metric", wording.event)
        within = fields.read("within", wording.duration) or timedelta(days=30)
        chooses_best = fields.choice("choose", ("weights", "best"), "choice") == "best"
        if (chooses_best or fields.has("within")) and not fields.has("metric"):
            fields.missing("metric", "Say what the ways compete for: metric: event meeting.booked.")
        items = fields.node["split"]
        if not isinstance(items, list) or len(items) < 2:
            self._faults.add(
                fields.place("split"), "a split has two ways at least.", "Begin each with - name: a, and its weight."
            )
            return None
        arms = [self._split_arm(items, number, at) for number in range(len(items))]
        names = [arm.name for arm in arms]
        for number, name in enumerate(names):
            if name and name in names[:number]:
                self._faults.add(self._document.place(items, number), f'there are two ways "{name}".')
        total = sum(arm.weight for arm in arms)
        if total != 100:
            self._faults.add(
                fields.place("split"), f"the weights sum to {total}, not to 100.", "Give each its part of 100."
            )
        self.splits.append(at.id)
        return SplitStep(at.id, tuple(arms), metric or "", within, chooses_best)

    def _split_arm(self, items: Any, number: int, at: Position) -> SplitArm:
        arm = Fields(self._document, self._faults, items[number], "a way", self._document.place(items, number))
        arm.only("name", "weight", "do", "go")
        name = arm.read("name", wording.identifier, required=arm.is_mapping)
        weight = arm.whole_number("weight")
        if arm.is_mapping and (weight is None or not 0 < weight < 100):
            self._faults.add(arm.place("weight"), '"weight" must be a part of 100.', "Write weight: 50.")
        go = at.then
        if "do" in arm.node or "go" in arm.node:
            go = self._arm(arm, f"{at.path}.split.{number}", at.then)
        return SplitArm(name or "", weight or 0, go)

    def _arm(self, arm: Fields, path: str, then: str) -> str:
        """Where an arm leads: its own steps, then `go`, or else what follows the step."""
        if "do" not in arm.node and "go" not in arm.node:
            arm.missing("do", "Say what to do: do: [...], or go: <step>.")
            return then
        after = self.target(arm, "go") or then
        if "do" not in arm.node:
            return after
        first = self._sequence(arm.node["do"], f"{path}.do", after, arm.place("do"))
        self._led_to.append(first)
        return first


def _named_in(node: Any) -> list[str]:
    """The steps that something unread would lead to."""
    match node:
        case Mapping():
            own = [str(node[key]) for key in ("go", "then") if isinstance(node.get(key), str)]
            return own + [name for inner in node.values() for name in _named_in(inner)]
        case list():
            return [name for inner in node for name in _named_in(inner)]
        case _:
            return []


READERS: Mapping[str, Callable[[Reader, Fields, Position], Step | None]] = {
    "send": step_kinds.read_send,
    "wait": step_kinds.read_wait,
    "ask": step_kinds.read_ask,
    "score": step_kinds.read_score,
    "set": step_kinds.read_set,
    "add_to": step_kinds.read_tag,
    "tag": step_kinds.read_tag,
    "remove_from": step_kinds.read_untag,
    "action": step_kinds.read_action,
    "webhook": step_kinds.read_webhook,
    "run": step_kinds.read_run,
    "handoff": step_kinds.read_handoff,
    "crm": step_kinds.read_crm,
    "emit": step_kinds.read_emit,
}
