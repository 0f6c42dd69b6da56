"""Warns of waits for what becomes of a message that nobody will tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.documents import Faults
from bot.domain.errors import Place
from bot.domain.journey import MESSAGE_DELIVERED, MESSAGE_READ, MESSAGE_STATES
from bot.domain.message import DeliveryState
from bot.domain.steps import SendStep, Step, WaitStep
from bot.journeys.graph import successors
from bot.journeys.hearing import says_which
from bot.journeys.known import Known

NEEDS = {MESSAGE_DELIVERED: DeliveryState.DELIVERED, MESSAGE_READ: DeliveryState.READ}
"""That a message failed is known of every channel, at the least where its vendor does not take it."""


def warn_of_receipts(steps: Mapping[str, Step], places: Mapping[str, Place], known: Known, warnings: Faults) -> None:
    """Of waits before which nothing is sent, and of such as are sent where the vendor tells no such thing."""
    for step in steps.values():
        if not isinstance(step, WaitStep) or says_which(step.condition):
            continue
        awaited = sorted(MESSAGE_STATES.intersection(step.events))
        sent = list(sent_before(steps, step)) if awaited else []
        if awaited and not sent:
            warnings.add(
                places[step.id], f'"{awaited[0]}" is told of what is sent, and nothing is sent before this wait.'
            )
            continue
        channels = sorted({channel for one in sent for channel in one.channels})
        for event in awaited:
            if event in NEEDS and not any(_tells(channel, event, known) for channel in channels):
                warnings.add(
                    places[step.id],
                    f'"{event}" is told by no vendor of {" or ".join(channels)}, so this wait takes its whole time.',
                    _where(event, known),
                )


def sent_before(steps: Mapping[str, Step], wait: WaitStep) -> Iterator[SendStep]:
    """The steps that may have sent last when somebody comes to this wait."""
    seen = {wait.id}
    waiting = [wait.id]
    while waiting:
        target = waiting.pop()
        for step in _leading_to(steps, target):
            if step.id in seen:
                continue
            seen.add(step.id)
            if isinstance(step, SendStep):
                yield step
            else:
                waiting.append(step.id)


def _leading_to(steps: Mapping[str, Step], target: str) -> Iterable[Step]:
    return (step for step in steps.values() if target in successors(step))


def _tells(channel: str, event: str, known: Known) -> bool:
    """Taken to, where nobody knows what the channel can do."""
    abilities = known.abilities.get(channel)
    return abilities is None or NEEDS[event] in abilities.receipts


def _where(event: str, known: Known) -> str:
    telling = [name for name, one in known.abilities.items() if NEEDS[event] in one.receipts and one.proactive]
    return f"It is told on {' and '.join(sorted(telling))}." if telling else "No channel of this installation tells it."
