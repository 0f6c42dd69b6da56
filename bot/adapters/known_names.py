"""The names that journeys may refer to, from the assistant, the files and the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.documents import Document
from bot.domain.assistant import Assistant
from bot.domain.audience import ProfileSchema
from bot.journeys.known import Known


def known_names(
    assistant: Assistant | None,
    documents: Sequence[Document],
    journeys: Sequence[Document],
    segments: Iterable[str],
    *,
    channels: Iterable[str],
    desks: Iterable[str],
    crms: Iterable[str],
    endpoints: Iterable[str],
    profile: ProfileSchema | None = None,
) -> Known:
    """What journeys may refer to; of an assistant with faults, what its files declare all the same."""
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
        channels=frozenset(channels),
        desks=frozenset(desks),
        actions=actions,
        intents=intents,
        slots=slots,
        journeys=frozenset(str(one.data["journey"]) for one in journeys if _names_itself(one)),
        segments=frozenset(segments),
        crms=frozenset(crms),
        endpoints=frozenset(endpoints),
        profile=profile,
    )


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
