"""Checks a journey's steps as a graph: every target exists, every step is reached, and every loop rests somewhere."""

from __future__ import annotations

from collections.abc import Mapping

from bot.documents import Faults
from bot.domain.errors import Place
from bot.domain.steps import (
    END,
    ActionStep,
    AskStep,
    AttributeTime,
    BranchStep,
    HandoffStep,
    RunStep,
    SplitStep,
    Step,
    WaitStep,
    WebhookStep,
)


def successors(step: Step) -> tuple[str, ...]:
    """The steps that may follow."""
    match step:
        case BranchStep(arms=arms, otherwise=otherwise):
            return (*(target for _, target in arms), otherwise)
        case SplitStep(arms=ways):
            return tuple(way.go for way in ways)
        case HandoffStep(then=then, within=within, late_go=late_go):
            return (then,) if within is None else (then, late_go)
        case ActionStep(then=then, failed_go=failed_go) | WebhookStep(then=then, failed_go=failed_go):
            return (then,) if failed_go is None else (then, failed_go)
        case AskStep(then=then, silent_go=silent_go, refuse_go=refuse_go):
            return then, silent_go, refuse_go
        case _:
            return (step.then,)


Broken = Mapping[str, tuple[str, ...]]
"""Steps that could not be read, with what they may lead to: they are taken to rest, and to let people go anywhere."""


def check_graph(
    steps: Mapping[str, Step], places: Mapping[str, Place], first: str, faults: Faults, broken: Broken
) -> None:
    """Report steps that nobody can get to, and loops in which nothing waits. Missing targets were reported before."""
    _report_unreachable(steps, places, first, faults, broken)
    _report_restless_loops(steps, places, faults, broken)


def _reached_from(steps: Mapping[str, Step], first: str, broken: Broken) -> set[str]:
    reached: set[str] = set()
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name in steps and name not in reached:
            reached.add(name)
            waiting.extend(broken[name] if name in broken else successors(steps[name]))
    return reached


def _report_unreachable(
    steps: Mapping[str, Step], places: Mapping[str, Place], first: str, faults: Faults, broken: Broken
) -> None:
    reached = _reached_from(steps, first, broken)
    for name in steps:
        if name not in reached:
            faults.add(
                places[name],
                "nobody can get to this step: the one before it goes elsewhere.",
                "Give it an id and let a go, then or silent point at it, or delete it.",
            )
            # What follows it is out of reach for the same reason, and is not reported again.
            reached |= _reached_from(steps, name, broken)


def _report_restless_loops(
    steps: Mapping[str, Step], places: Mapping[str, Place], faults: Faults, broken: Broken
) -> None:
    """A depth-first search, without recursion, over the steps that do not rest."""
    finished: set[str] = set(broken)
    for start in steps:
        path: list[str] = []
        stack = [(start, False)]
        while stack:
            name, done = stack.pop()
            if done:
                finished.add(path.pop())
                continue
            if name in path:
                _report_loop([*path[path.index(name) :], name], places, faults)
                continue
            if name == END or name not in steps or name in finished:
                continue
            path.append(name)
            stack.append((name, True))
            stack.extend((target, False) for target in without_rest(steps[name]))


def without_rest(step: Step) -> tuple[str, ...]:
    """The steps that somebody may come to without having rested at this one."""
    match step:
        case WaitStep(at_most=None, until=AttributeTime()):
            return successors(step)  # the day may be past
        case HandoffStep(then=then):
            return (then,)  # somebody may have the floor already; who is late has waited
        case WaitStep() | AskStep() | ActionStep() | WebhookStep() | RunStep():
            return ()
        case _:
            return successors(step)


def warn_of_no_end(steps: Mapping[str, Step], places: Mapping[str, Place], first: str, warnings: Faults) -> None:
    """Warn of steps that people get to and from which no way leads to the end; once for each round that they go."""
    reached = _reached_from(steps, first, {})
    told: set[str] = set()
    for name in steps:
        further = _reached_from(steps, name, {})
        if name in reached and told.isdisjoint(further) and all(END not in successors(steps[one]) for one in further):
            told |= further
            warnings.add(
                places[name],
                "from here nobody comes to the end: they go round for good, and get the same again and again.",
                "Let a branch lead out of it (go: end), or say in the head who leaves: exit: {when: ...}.",
            )


def _report_loop(loop: list[str], places: Mapping[str, Place], faults: Faults) -> None:
    faults.add(
        places[loop[-2]],
        f"a loop without a wait: {' -> '.join(loop)}.",
        "Put a wait into it, or it would go round for ever.",
    )
