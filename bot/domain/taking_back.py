"""What of a conversation's events is left out: what was taken back, was not heard, or is too old to count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    ReplyCutShort,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from bot.domain.understanding import Entity


def without_oldest_answer(events: tuple[Event, ...], loop: str | None) -> tuple[Event, ...]:
    """The events without the oldest message that a form took for an answer and asked on; the slots stay.

    `loop` is the form that was open before. What is left tells the same to rules and stories, which do not look at what
    happens between two runs of a form. What was said right before the latest two messages stays: it may be a question
    whose words count, such as one for consent, or which is put again when the latest but one is taken back.
    """
    if loop is None and not any(isinstance(event, ActiveLoop) for event in events):
        return events  # no form, no answers
    messages = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    latest = min(messages[-2:], default=0)
    begun: int | None = None  # where the answer begins that may be left out
    asked = False  # the form has run, and nothing else since
    for index, event in enumerate(events):
        match event:
            case UserUttered() if begun is not None and asked and index < latest:
                while isinstance(events[begun - 1], SlotSet):  # what is left of answers before it
                    begun -= 1
                filled = {one.name: one for one in events[begun:index] if isinstance(one, SlotSet)}
                return (*events[:begun], *filled.values(), *events[index:])
            case UserUttered():
                begun, asked = (index if asked else None), False
            case ActionExecuted(name=name) if loop is not None and name == loop:
                asked = True
            case ActionExecuted(policy=policy) if loop is not None and _asks_for(loop, policy):
                pass
            case SlotSet() | BotUttered() | ActionExecuted(policy="slot filling"):
                pass
            case _:
                begun, asked = None, False
                loop = event.name if isinstance(event, ActiveLoop) else loop
    return events


def was_taken_by_form(events: Sequence[Event], loop: str | None) -> bool:
    """Whether the first event is a message that the open form `loop` took for an answer."""
    if loop is None:
        return False
    for event in events[1:]:
        match event:
            case ActionExecuted(name=name, policy=policy) if name == loop or _asks_for(loop, policy):
                return True
            case SlotSet() | BotUttered() | ActiveLoop(name=None) | ActionExecuted(policy="slot filling"):
                pass
            case _:
                return False
    return False


def _asks_for(loop: str, policy: str | None) -> bool:
    """Whether an action was chosen by this form, to put its question or to look at the answer."""
    return f"{policy} ".startswith(f"form: {loop} ")


def before_last_message(events: Sequence[Event]) -> int:
    """How many events there were before the last message.

    As in Rasa, messages that nothing has acted on go with the one after them; else one of them would be answered now.
    """
    cut = 0
    for index in range(len(events) - 1, -1, -1):
        match events[index]:
            case UserUttered():
                cut = index
            case ActionExecuted() if cut > index:
                return cut
            case SessionStarted() | Restarted():
                return cut or index + 1
            case _:
                pass
    return cut


def before_last_action(events: Sequence[Event]) -> int:
    """How many events there were before the last action and what came of it; after a message, before the message."""
    end = len(events)
    for index in range(len(events) - 1, -1, -1):
        match events[index]:
            case ActionExecuted():
                end = index
                break
            case UserUttered():
                return before_last_message(events)
            case SessionStarted() | Restarted():
                return index + 1
            case _:
                end = index
    undone = events[end] if end < len(events) else None
    while end > 0 and _came_of(undone, events[end - 1]):
        end -= 1
    return end


def _came_of(action: Event | None, event: Event) -> bool:
    """Whether an event right before the action came of it; a form's validation and question say so in their policy."""
    match event:
        case ActionExecuted(name=name, policy=policy) if isinstance(action, ActionExecuted):
            form = f"form: {action.name}"
            return name != action.name and f"{policy} ".startswith((f"{form} ", f"{form};"))
        case ActionExecuted() | UserUttered() | SessionStarted() | Restarted():
            return False
        case SlotSet(heard=heard):
            return not heard
        case _:
            return True


def as_heard(events: Iterable[Event]) -> Sequence[Event]:
    """The events with each reply that was cut short as it was heard."""
    heard: list[Event] = []
    for event in events:
        if isinstance(event, ReplyCutShort):
            _cut_short(heard, event)
        else:
            heard.append(event)
    return heard


def _cut_short(events: list[Event], cut: ReplyCutShort) -> None:
    """Of several replies of this text, the last."""
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, BotUttered) and not event.speaker and event.text == cut.text:
            events[index] = replace(event, text=cut.heard)
            return


def with_entities(message: UserUttered, entities: Iterable[Entity]) -> UserUttered:
    known = message.understood.entities
    added = tuple(entity for entity in entities if entity not in known)
    return replace(message, understood=replace(message.understood, entities=(*known, *added)))
