"""What an action's `policy` says: what chose the action, in words that a person reads and the engine reads back.

`rule: say goodbye`, `story: happy path`, `story: happy path (generalised: ignoring slots)`,
`form: demo_form`, `form: demo_form (rule: start the demo form)`, `follow-up`,
`slot filling`, `knowledge`, `fallback`, `session start`, `back to a form that was left for another one`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

SLOT_FILLING = "slot filling"
KNOWLEDGE = "knowledge"
FALLBACK = "fallback"
FOLLOW_UP = "follow-up"
COMMAND = "command"
SESSION = "session start"
RETURN = "back to a form that was left for another one"

_FAILED = "; it failed"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A policy taken apart. `part_of_form`: the action is a form's validation or question, not a step of its own.
    `failed`: it could not be run, or raised.
    """

    policy: str
    rule: str | None = None
    form: str | None = None
    part_of_form: bool = False
    slot_filling: bool = False
    failed: bool = False


def by_rule(rule: str) -> str:
    return f"rule: {rule}"


def by_story(story: str) -> str:
    return f"story: {story}"


def by_form(form: str, opened_by: str = "") -> str:
    return f"form: {form} ({opened_by})" if opened_by else f"form: {form}"


@lru_cache(maxsize=4096)
def chosen_by(action: str, policy: str) -> Chosen:
    """Read `policy`, the reason for which `action` was executed."""
    failed = policy.endswith(_FAILED)
    policy = policy.removesuffix(_FAILED)
    if policy == SLOT_FILLING:
        return Chosen(policy, slot_filling=True, failed=failed)
    kind, _, name = policy.partition(": ")
    if kind == "rule":
        return Chosen(policy, rule=name, failed=failed)
    if kind != "form":
        return Chosen(policy, failed=failed)
    form, _, opened_by = name.partition(" (")
    rule = opened_by.removesuffix(")").removeprefix("rule: ") if opened_by.startswith("rule: ") else None
    return Chosen(policy, rule=rule, form=form, part_of_form=action != form, failed=failed)
