"""From commands to what the engine knows: one intent with its entities, as if the customer had been understood at once.

So whatever a model says goes through the same rules, forms and validations as a button; it has no way of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.commands import (
    Clarify,
    Command,
    Do,
    GrantConsent,
    Identify,
    Parsed,
    Reschedule,
    SetSlot,
    Start,
)
from bot.dialogue.grammar import Grammar
from bot.domain.language_model import MODEL_STAGE
from bot.domain.understanding import Entity, IntentScore, Understood

CONFIDENCE: Final = 0.8
"""A model has none that means anything; this one is above every threshold and below what is certain."""

_ORDER: Final = (
    "revoke_consent",
    "hand_off",
    "cancel",
    "start",
    "reschedule",
    "grant_consent",
    "ask_knowledge",
    "skip",
)
"""What is done where a message has several commands: to stop comes first, then a person, then the rest."""


@dataclass(frozen=True, slots=True)
class ModelReading:
    """What a message means according to a model: our reading of it, and the form that it asks for besides an intent."""

    understood: Understood
    opens: str | None = None


def reading_of(parsed: Parsed, grammar: Grammar, understood: Understood) -> ModelReading | None:
    """The reading with these commands; None where they come to nothing, and the reading stays what it was."""
    commands = parsed.commands
    entities = (*understood.entities, *_entities(commands, grammar, understood))
    chosen = _first(commands)
    match chosen:
        case None:
            return None
        case GrantConsent():
            return ModelReading(replace(understood, stage=MODEL_STAGE), opens=grammar.consent_form)
        case Clarify(flows=flows):
            share = round(CONFIDENCE / len(flows), 4)
            ranking = tuple(IntentScore(flow, share) for flow in flows)
            return ModelReading(replace(understood, ranking=ranking, stage=MODEL_STAGE))
        case _:
            intent = _intent(chosen, grammar)
    if intent is None and entities == understood.entities:
        return None
    score = IntentScore(intent, CONFIDENCE) if intent is not None else understood.intent
    ranking = (score, *(one for one in understood.ranking if one.name != score.name))
    return ModelReading(replace(understood, intent=score, entities=entities, ranking=ranking, stage=MODEL_STAGE))


def told(command: Command) -> str:
    """The command in a word or two, without what the customer wrote: for the explanation of a turn."""
    match command:
        case Do(what=what):
            return what
        case Start(flow=flow):
            return f"start {flow}"
        case SetSlot(slot=slot, corrects=corrects):
            return f"{'correct' if corrects else 'set'} {slot}"
        case Clarify(flows=flows):
            return f"clarify {', '.join(flows)}"
        case Identify(kind=kind):
            return f"identify by {kind}"
        case Reschedule():
            return "reschedule"
        case GrantConsent():
            return "grant_consent (asks the question)"


def _first(commands: Sequence[Command]) -> Command | None:
    """The one that is done; what a message sets goes along with any other."""
    ranked = sorted(commands, key=lambda one: _ORDER.index(_name(one)) if _name(one) in _ORDER else len(_ORDER))
    return ranked[0] if ranked else None


def _name(command: Command) -> str:
    match command:
        case Do(what=what):
            return what
        case Start():
            return "start"
        case Reschedule():
            return "reschedule"
        case GrantConsent():
            return "grant_consent"
        case _:
            return ""


def _intent(command: Command, grammar: Grammar) -> str | None:
    match command:
        case Do(what=what):
            return grammar.signals.get(what)
        case Start(flow=flow):
            return flow
        case Reschedule():
            return grammar.signals.get("reschedule")
        case SetSlot(corrects=True):
            return grammar.signals.get("correct")
        case _:
            return grammar.signals.get("inform")


def _entities(commands: Iterable[Command], grammar: Grammar, understood: Understood) -> Iterable[Entity]:
    for command in commands:
        match command:
            case SetSlot(slot=slot, value=value, quoted=quoted):
                mapping = next(one for one in grammar.slots[slot].mappings if one.type == "from_entity")
                yield _entity(str(mapping.entity), value, quoted, understood, mapping.role, mapping.group)
            case Identify(kind=kind, quoted=quoted):
                yield _entity(kind, quoted, quoted, understood)
            case Reschedule(quoted=quoted) if quoted:
                yield _entity("time", quoted, quoted, understood)
            case _:
                pass


def _entity(
    name: str,
    value: str | float,
    quoted: str,
    understood: Understood,
    role: str | None = None,
    group: str | None = None,
) -> Entity:
    """The entity where the message has it; with the value that was found there without a model, if one was."""
    start = understood.text.find(quoted) if quoted else -1
    end = start + len(quoted) if start >= 0 else 0
    start = max(start, 0)
    for found in understood.entities:
        if found.name == name and (found.start, found.end) == (start, end):
            value = found.value
    return Entity(name, value, quoted, start, end, CONFIDENCE, role, group, MODEL_STAGE)
