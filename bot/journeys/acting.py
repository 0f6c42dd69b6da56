"""Steps that act and let the person go on at once."""

from __future__ import annotations

from typing import Any

from bot.domain.effects import AddTag, ChangeScore, Emit, RemoveTag, RequestHandoff, SendResponse, SetAttribute, SyncCrm
from bot.domain.score import USUAL_GRADES, Score
from bot.domain.steps import (
    BranchStep,
    CrmStep,
    EmitStep,
    GoStep,
    HandoffStep,
    ScoreStep,
    SendStep,
    SetStep,
    SplitStep,
    Step,
    TagStep,
    UntagStep,
)
from bot.journeys.chance import arm_for
from bot.journeys.run import Run


def act(run: Run, step: Step) -> str:
    """Do what the step says; the step that comes next."""
    match step:
        case BranchStep():
            return _branch(run, step)
        case SplitStep():
            return _split(run, step)
        case SendStep(response=response, channels=channels):
            run.effects.append(SendResponse(response, channels, run.key, step.window, step.cap))
            run.did(f"sends {response} by {' or '.join(channels)}")
        case ScoreStep():
            _score(run, step)
        case SetStep(values=values):
            for name, value in values:
                _set(run, name, run.computed(value))
            run.did("sets " + ", ".join(name for name, _ in values))
        case TagStep(tag=tag):
            run.effects.append(AddTag(tag))
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
            run.did(f"goes to {then}")
        case _:
            raise AssertionError(step)
    return step.then


def hand_over(run: Run, step: HandoffStep) -> None:
    run.effects.append(RequestHandoff(run.worded(step.reason), step.desk, step.crm))
    run.did(f"hands over to {step.desk or 'the sales desk'}")


def _branch(run: Run, step: BranchStep) -> str:
    for condition, target in step.arms:
        if run.holds(condition):
            run.did(f"goes to {target}, because {condition}")
            return target
    run.did(f"goes to {step.otherwise}, because no condition holds")
    return step.otherwise


def _split(run: Run, step: SplitStep) -> str:
    arm = arm_for(run.enrolment.profile_id, run.journey.id, step.id, step.arms)
    run.remember(split={**run.kept("split"), step.id: arm.name})
    run.did(f"goes the way {arm.name}, {arm.weight} of 100")
    return arm.go


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
    run.lead.update(total=score.total, grade=USUAL_GRADES.of(score))
    run.did(", ".join(f"{change.points:+d} {change.dimension}" for change in new))


def _set(run: Run, name: str, value: Any) -> None:
    run.effects.append(SetAttribute(name, value))
    run.profile[name] = value


def _tags(run: Run) -> list[Any]:
    tags = run.profile.get("tags")
    return list(tags) if isinstance(tags, list | tuple) else []


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
