"""The names that journeys may refer to, from the assistant, the files and the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from bot.adapters.content.shelves import Shelves
from bot.dialogue.forms import questions_for, validation_of
from bot.dialogue.personal import Unsayable, nobody
from bot.dialogue.wordings import wordings
from bot.documents import Document
from bot.domain.accepting import ANumber, OneOf
from bot.domain.assistant import Assistant
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.preview import Wording
from bot.journeys.known import Known, Wordings
from bot.ports import ChannelKind


def known_names(
    shelves: Shelves,
    assistant: Assistant | None,
    segments: Iterable[str],
    profile: ProfileSchema | None = None,
    *,
    documents: Sequence[Document] = (),
    journeys: Sequence[Document] = (),
) -> Known:
    """What journeys may refer to; of an assistant with faults, what its `documents` declare all the same."""
    if assistant is not None:
        responses = frozenset(assistant.responses)
        forms = {name: form.required_slots for name, form in assistant.forms.items()}
        actions, intents = frozenset(assistant.actions), frozenset(assistant.intents)
        slots = frozenset(assistant.slots)
    else:
        responses = _names(documents, "responses")
        forms = {str(name): _required_slots(form) for name, form in _declared(documents, "forms")}
        actions, intents, slots = (_names(documents, key) for key in ("actions", "intents", "slots"))
    return Known(
        responses=responses,
        forms=forms,
        channels=frozenset(shelves.channels),
        left_out=shelves.left_out,
        desks=frozenset(shelves.desks),
        actions=actions,
        intents=intents,
        slots=slots,
        journeys=frozenset(str(one.data["journey"]) for one in journeys if _names_itself(one)),
        segments=frozenset(segments),
        crms=frozenset(shelves.crms),
        endpoints=frozenset(shelves.endpoints),
        profile=profile,
        questions=_questions(assistant) if assistant is not None else {},
        abilities={name: kind.abilities for name, kind in shelves.kinds.items()},
        wordings=_wordings_of(assistant, shelves.kinds) if assistant is not None else None,
        answers=_answers(assistant) if assistant is not None else {},
    )


def _answers(assistant: Assistant) -> Mapping[str, Attribute]:
    """The kinds of the slots that hold a number or one of a list; a form that an action validates may set others."""
    checked = {
        slot
        for form in assistant.forms.values()
        if validation_of(form) in assistant.actions
        for slot in form.required_slots
    }
    found = {}
    for name, slot in assistant.slots.items():
        given = tuple(one.value for one in slot.mappings if one.value is not None)
        match slot.accepts:
            case OneOf(values=values) if name not in checked:
                found[name] = Attribute(name, AttributeType.TEXT, (*values, *given))
            case ANumber() if name not in checked and slot.type == "float" and not given:
                found[name] = Attribute(name, AttributeType.NUMBER)
            case _:
                pass
    return found


def _questions(assistant: Assistant) -> Mapping[str, tuple[str, ...]]:
    """The responses with which each form asks; what an action asks is not known."""
    found = {}
    for form in assistant.forms.values():
        asking = [
            next((name for name in questions_for(form.name, slot) if _is_there(name, assistant)), "")
            for slot in form.required_slots
        ]
        found[form.name] = tuple(name for name in asking if name in assistant.responses)
    return found


def _is_there(name: str, assistant: Assistant) -> bool:
    return name in assistant.actions or name in assistant.responses


def _wordings_of(assistant: Assistant, kinds: Mapping[str, ChannelKind]) -> Wordings:
    somebody = nobody(assistant.configuration.language)

    @cache
    def find(response: str, channel: str) -> Sequence[Wording] | None:
        if channel not in kinds:
            return None
        worded = wordings(assistant.responses[response], channel, personal=somebody)
        if worded and all(isinstance(one.words, Unsayable) for one in worded):
            return None
        return tuple(
            Wording(one.variation.place, one.words, kinds[channel].preview(one.words))
            for one in worded
            if not isinstance(one.words, Unsayable)
        )

    return find


def _names_itself(document: Document) -> bool:
    return isinstance(document.data, Mapping) and document.data.get("journey") is not None


def _names(documents: Sequence[Document], key: str) -> frozenset[str]:
    """What the files declare under `key`, in a mapping or a list."""
    listed = [one.data.get(key) for one in documents if isinstance(one.data, Mapping)]
    in_lists = [item for entry in listed if isinstance(entry, list) for item in entry]
    declared = [name for name, _ in _declared(documents, key)]
    return frozenset(
        str(next(iter(item), "") if isinstance(item, Mapping) else item) for item in (*in_lists, *declared)
    )


def _declared(documents: Sequence[Document], key: str) -> list[tuple[Any, Any]]:
    entries = [one.data.get(key) for one in documents if isinstance(one.data, Mapping)]
    return [pair for entry in entries if isinstance(entry, Mapping) for pair in entry.items()]


def _required_slots(form: Any) -> tuple[str, ...]:
    slots = form.get("required_slots") if isinstance(form, Mapping) else None
    return tuple(str(slot) for slot in slots) if isinstance(slots, Sequence) and not isinstance(slots, str) else ()
