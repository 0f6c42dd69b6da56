"""Steps that act and let the person go on at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from bot.domain.effects import AddTag, ChangeScore, Emit, RemoveTag, RequestHandoff, SendResponse, SetAttribute, SyncCrm
from bot.domain.journey import SplitCount
from bot.domain.score import Score
from bot.domain.steps import (
    END,
    BranchStep,
    CrmStep,
    EmitStep,
    GoStep,
    HandoffStep,
    ScoreStep,
    SendStep,
    SetStep,
    SplitArm,
    SplitStep,
    Step,
    TagStep,
    UntagStep,
)
from bot.journeys.chance import MEASURED, MEASURED_SHARE, arm_for, best_arm, lot
from bot.journeys.run import Run
from bot.journeys.sayings import step_words
from bot.journeys.tallied import ANY, BEST, tallied


def act(run: Run, step: Step) -> str:
    """Do what the step says; the step that comes next."""
    match step:
        case BranchStep():
            return _branch(run, step)
        case SplitStep():
            return _split(run, step)
        case SendStep():
            _send(run, step)
        case ScoreStep():
            _score(run, step)
        case SetStep(values=values):
            for name, value in values:
                _set(run, name, run.computed(value), step)
            run.did("sets " + ", ".join(name for name, _ in values))
        case TagStep(tag=tag):
            run.effects.append(AddTag(tag, step.id))
            run.profile["tags"] = [*_tags(run), tag]
            run.did(f"adds to {tag}")
        case UntagStep(tag=tag):
            run.effects.append(RemoveTag(tag))
            run.profile["tags"] = [one for one in _tags(run) if one != tag]
            run.did(f"removes from {tag}")
        case HandoffStep():
            hand_over(run, step)
        case CrmStep(note=note, record=record, task=task, deal=deal):
            wanted = (run.all_computed(record), run.worded(task), run.all_computed(deal))
            run.effects.append(SyncCrm(run.worded(note), *wanted))
            run.did("updates the CRM")
        case EmitStep(event=event, values=values):
            run.effects.append(Emit(event, run.all_computed(values)))
            run.did(f"tells {event}")
        case GoStep(then=then):
            run.did(f"goes to {_called(run, then)}")
        case _:
            raise AssertionError(step)
    return step.then


def _send(run: Run, step: SendStep) -> None:
    by = " or ".join(step.channels)
    run.remember(wrote=run.key, behind=run.key)
    event, follow = run.kept("event"), run.journey.follows(step)
    message = SendResponse(
        step.response, step.channels, run.key, step.window, step.cap, event=event, follows_links=follow
    )
    if not step.at_best:
        run.effects.append(message)
        run.did(f"sends {step.response} by {by}")
        return
    way = run.kept("split").get(step.id)
    if way is None:
        drawn = lot(run.enrolment.id, run.journey.id, step.id, MEASURED)
        _went(run, step, way := ANY if drawn < MEASURED_SHARE else BEST)
    run.effects.append(replace(message, timing="any" if way == ANY else "best", metric=step.metric))
    when = "any hour, to compare the best one with" if way == ANY else "the best hour"
    run.did(f"sends {step.response} by {by}, at {when}")


def hand_over(run: Run, step: HandoffStep) -> None:
    run.effects.append(RequestHandoff(run.worded(step.reason), step.desk, step.crm))
    run.did(f"hands over to {step.desk or 'the sales desk'}")


def _branch(run: Run, step: BranchStep) -> str:
    for condition, target in step.arms:
        if run.holds(condition):
            run.did(f"goes to {_called(run, target)}, because {condition}")
            return target
    run.did(f"goes to {_called(run, step.otherwise)}, because no condition holds")
    return step.otherwise


def _called(run: Run, target: str) -> str:
    """A step as the picture calls it."""
    step = run.journey.steps.get(target)
    return f'"{step_words(step)[0]}"' if step is not None else f"the {END}"


def _split(run: Run, step: SplitStep) -> str:
    before = next((arm for arm in step.arms if arm.name == run.kept("split").get(step.id)), None)
    if before is not None:
        run.did(f"goes the way {before.name} again")
        return before.go
    arm, why = _drawn(run, step)
    _went(run, step, arm.name)
    run.did(f"goes the way {arm.name}, {why}")
    return arm.go


def _went(run: Run, step: Step, way: str) -> None:
    """Keep the way, and count it if its results are measured."""
    run.remember(split={**run.kept("split"), step.id: way})
    if tallied(step) is not None:
        run.remember(drawn={**run.kept("drawn"), step.id: run.now.isoformat()})
        run.counted.append(SplitCount(step.id, way, run.now.astimezone(UTC).date()))


def _drawn(run: Run, step: SplitStep) -> tuple[SplitArm, str]:
    person, journey = run.enrolment.profile_id, run.journey.id
    if step.chooses_best:
        return best_arm(run.enrolment.id, person, journey, step.id, step.arms, run.tallies.get(step.id, {}))
    arm = arm_for(person, journey, step.id, step.arms)
    return arm, f"{arm.weight} of 100"


def _score(run: Run, step: ScoreStep) -> None:
    rule = f"journey:{run.journey.id}:{step.id}"
    changes = []
    if step.fit:
        changes.append(ChangeScore("fit", step.fit, step.reason, rule))
    if step.engagement:
        # One rule counts once for a person, so each dimension is a rule of its own where there are two.
        own_rule = f"{rule}:engagement" if step.fit else rule
        changes.append(ChangeScore("engagement", step.engagement, step.reason, own_rule))
    new = [change for change in changes if change.rule not in run.scored]
    if not new:
        run.did("gives no points, for they were given before")
        return
    run.effects.extend(new)
    for change in new:
        run.scored.add(change.rule)
        run.lead[change.dimension] = _number(run.lead.get(change.dimension)) + change.points
    score = Score(_number(run.lead.get("fit")), _number(run.lead.get("engagement")))
    run.lead.update(total=score.total, grade=run.grades.of(score))
    run.did(", ".join(f"{change.points:+d} {change.dimension}" for change in new))


def _set(run: Run, name: str, value: Any, step: Step) -> None:
    run.effects.append(SetAttribute(name, value, step.id))
    run.profile[name] = value


def _tags(run: Run) -> list[Any]:
    tags = run.profile.get("tags")
    return list(tags) if isinstance(tags, list | tuple) else []


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
