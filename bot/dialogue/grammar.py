"""The grammar of commands: what a language model may say that a message means, made from the assistant's own content.

It is closed: flows, slots and their types come from the content in force, and a command that the assistant has no
answer to is not in it. A yes is in no grammar, for a model says yes for nobody (`protected`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from bot.dialogue.builtin import COMMANDS, DEFAULT_INTENTS
from bot.dialogue.protected import agreeing_intents, consent_form, holds_consent
from bot.domain.assistant import ActionStep, Assistant, Slot, UserStep
from bot.domain.understanding import FALLBACK_INTENT, KNOWLEDGE_INTENT, OPT_OUT_INTENT

Signal = Literal["cancel", "skip", "ask_knowledge", "chitchat", "hand_off", "repeat", "end", "revoke_consent"]
"""Commands that are nothing but their name."""

IdentityKind = Literal["email", "phone"]

INTENTS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "cancel": ("cancel", "stop_form", "stop"),
    "skip": ("skip",),
    "ask_knowledge": (KNOWLEDGE_INTENT,),
    "chitchat": ("chitchat", "small_talk", "smalltalk", "out_of_scope"),
    "hand_off": ("talk_to_person", "human_handoff", "handoff", "hand_off", "talk_to_human", "request_human"),
    "repeat": ("repeat",),
    "end": ("goodbye", "bye", "end_conversation"),
    "reschedule": ("reschedule", "change_appointment", "change_booking", "change_meeting", "book_meeting"),
    "inform": ("inform", "provide_info", "give_details"),
    "correct": ("correct", "correction", "inform"),
}
"""What assistants call these; the first that the assistant has is meant."""

SETTABLE: Final = ("text", "float", "categorical")
_NOT_STARTED: Final = frozenset({*COMMANDS, *DEFAULT_INTENTS, FALLBACK_INTENT, OPT_OUT_INTENT})


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may be said. `flows` are intents that start something, each with the author's words for it.

    `signals` maps what an assistant has of the commands without arguments to its intents. `consent_form` is the form
    that asks for consent.
    """

    flows: Mapping[str, str]
    slots: Mapping[str, Slot]
    signals: Mapping[str, str]
    identities: tuple[IdentityKind, ...]
    consent_form: str | None

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands by name, in the order in which they are told."""
        names = [name for name in get_args(Signal) if name in self.signals]
        if self.flows:
            names += ["start", "clarify"]
        if self.slots:
            names += ["set", "correct"]
        if self.identities:
            names.append("identify")
        if "reschedule" in self.signals:
            names.append("reschedule")
        if self.consent_form is not None:
            names.append("grant_consent")
        return tuple(names)

    def schema(self) -> Mapping[str, Any]:
        """The grammar as a JSON schema; what a server makes of it is not relied on."""
        targets = ["", *self.flows, *self.slots, *self.identities]
        command = {
            "type": "object",
            "properties": {
                "command": {"type": "string", "enum": list(self.commands)},
                "target": {"type": "string", "enum": list(dict.fromkeys(targets))},
                "value": {"type": "string"},
            },
            "required": ["command", "target", "value"],
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "properties": {"commands": {"type": "array", "items": command}},
            "required": ["commands"],
            "additionalProperties": False,
        }


def grammar_of(assistant: Assistant, said: Collection[str]) -> Grammar:
    """The grammar of an assistant. Pure, and quick enough to be made when it is wanted.

    `said` are the intents that have examples. The others are told by channels, services and buttons and never said by
    anybody, so that no message means them, and no model may start what they start.
    """
    signals = {name: intent for name in INTENTS_OF if (intent := _intent_of(assistant, name)) is not None}
    signals["revoke_consent"] = OPT_OUT_INTENT  # the service answers that one whatever the assistant has
    taken = {*signals.values(), *INTENTS_OF["inform"], *INTENTS_OF["correct"]} - {signals.get("reschedule")}
    untold = taken | _NOT_STARTED | agreeing_intents(assistant)
    flows = {
        intent: _words(assistant, intent) for intent in _answered(assistant) if intent in said and intent not in untold
    }
    slots = {slot.name: slot for slot in assistant.slots.values() if _may_be_set(assistant, slot)}
    return Grammar(
        flows=flows,
        slots=slots,
        signals=signals,
        identities=tuple(kind for kind in get_args(IdentityKind) if kind in assistant.entities),
        consent_form=consent_form(assistant),
    )


def _intent_of(assistant: Assistant, command: str) -> str | None:
    """The assistant's intent for a command. A retrieval intent needs a key, which no command has."""
    retrieved = {name.removeprefix("utter_").split("/")[0] for name in assistant.responses if "/" in name}
    return next((name for name in INTENTS_OF[command] if name in assistant.intents and name not in retrieved), None)


def _answered(assistant: Assistant) -> Iterator[str]:
    """The intents that a rule or a story begins with, in the order of the domain."""
    answered = {intent for step in _heard(assistant) for intent in step.intents}
    retrieved = {name.removeprefix("utter_").split("/")[0] for name in assistant.responses if "/" in name}
    return (intent for intent in assistant.intents if intent in answered and intent not in retrieved)


def _heard(assistant: Assistant) -> Iterable[UserStep]:
    for steps in (*(rule.steps for rule in assistant.rules), *(story.steps for story in assistant.stories)):
        yield from (step for step in steps if isinstance(step, UserStep))


def _words(assistant: Assistant, intent: str) -> str:
    """What a customer would say for it: the clarification's button, else the form that it opens, else its name."""
    response = assistant.responses.get(f"utter_clarify_{intent}")
    if response is not None and response.variations:
        return response.variations[0].text
    form = _opened_by(assistant, intent)
    return f"{intent.replace('_', ' ')}" + (f" (opens {form})" if form else "")


def _opened_by(assistant: Assistant, intent: str) -> str | None:
    for told in assistant.rules:
        for step, after in zip(told.steps, told.steps[1:], strict=False):
            opens = isinstance(after, ActionStep) and after.action in assistant.forms
            if opens and isinstance(step, UserStep) and intent in step.intents:
                return after.action if isinstance(after, ActionStep) else None
    return None


def _may_be_set(assistant: Assistant, slot: Slot) -> bool:
    """Whether a message may fill it with a value that is found in it, and that is no yes."""
    found = any(mapping.type == "from_entity" for mapping in slot.mappings)
    return found and slot.type in SETTABLE and not holds_consent(assistant, slot.name)
