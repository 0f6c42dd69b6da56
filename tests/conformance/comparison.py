"""A conversation as Rasa held it against the same as Overture holds it, turn by turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.assistant import Assistant
from tests.conformance.cases import Case
from tests.conformance.custom_actions import CustomActions
from tests.conformance.differences import FORKS, MENDS, Moment
from tests.conformance.overture_driver import Course
from tests.conformance.turns import Turn, differing, rasa_turn


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many turns were alike, the ids of the differences that are meant, and the turn at which the engines part.

    They part for a reason (`fork`, an id), or it is `unexplained`.
    """

    alike: int
    meant: tuple[str, ...] = ()
    fork: str = ""
    parting: str = ""

    @property
    def unexplained(self) -> bool:
        return bool(self.parting) and not self.fork


async def compare(case: Case, assistant: Assistant, conversation: Mapping[str, Any]) -> Outcome:
    """Hold the conversation and compare it, up to the turn from which on the two engines part."""
    actions = CustomActions(case.actions)
    actions.answers = conversation.get("answers", {})
    course = Course(assistant, actions, conversation.get("channel", "rest"))
    meant: list[str] = []
    before: Turn | None = None
    told_slots = course.tracker.slots
    done: frozenset[str] = frozenset()
    for index, (heard, told) in enumerate(zip(conversation["turns"], conversation["rasa"], strict=True)):
        ours = await course.hear(heard)
        moment = Moment(assistant, case.policies, before, rasa_turn(told, told_slots), ours, done)
        moment, mends = _mended(moment)
        meant += mends
        if differences := list(differing(moment.rasa, ours)):
            fork = next((name for name, recognises in FORKS.items() if recognises(moment)), "")
            lines = [*map(json.dumps, conversation["turns"][:index]), f"now {json.dumps(heard)}", *differences]
            return Outcome(index, tuple(meant), fork, "\n".join(f"  {line}" for line in lines))
        done |= {name for name, _ in moment.rasa.actions}
        before, told_slots = ours, told["slots"]
    return Outcome(len(conversation["turns"]), tuple(meant))


def _mended(moment: Moment) -> tuple[Moment, list[str]]:
    """The moment without the differences that can be mended, and which those were."""
    mends = []
    for name, mend in MENDS.items():
        if moment.rasa == moment.ours:
            break
        mended = mend(moment)
        if mended != moment.rasa:
            mends.append(name)
            moment = replace(moment, rasa=mended)
    return moment, mends
