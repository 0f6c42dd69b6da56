"""Miss content: what people in an earlier version of a journey still come to, and an edit has taken away since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.assistant import Assistant
from bot.domain.journey import Journey
from bot.domain.steps import ActionStep, AskStep, SendStep
from bot.ports import UnitOfWork
from bot.services.read_version import read_version


@dataclass(frozen=True, slots=True)
class Missed:
    """So many people wait in a version of which steps name what is gone: responses, forms, actions. Who comes to such a
    step is parked."""

    journey: str
    people: int
    names: tuple[str, ...]


async def missed_content(uow: UnitOfWork, assistant: Assistant) -> Sequence[Missed]:
    """Of each journey and version in which people wait."""
    found = []
    for name in sorted(await uow.journeys.names()):
        people: Counter[str] = Counter()
        for resting in (await uow.journeys.census(name)).resting:
            people[resting.version] += resting.people
        for version, inside in people.items():
            journey = await read_version(uow, name, version, otherwise="what it misses is not known")
            names = dict.fromkeys(_gone(journey, assistant)) if journey is not None else {}
            if names:
                found.append(Missed(name, inside, tuple(names)))
    return found


def _gone(journey: Journey, assistant: Assistant) -> Iterator[str]:
    for step in journey.steps.values():
        match step:
            case SendStep(response=response) if response not in assistant.responses:
                yield f'response "{response}"'
            case AskStep(form=form) if form not in assistant.forms:
                yield f'form "{form}"'
            case ActionStep(action=action) if action not in assistant.actions:
                yield f'action "{action}"'
            case _:
                pass
