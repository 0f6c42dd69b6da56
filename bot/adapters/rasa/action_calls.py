"""rasa-sdk's action protocol: our tracker and assistant in Rasa's words, an action's answer in ours."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Discriminator, TypeAdapter

from bot.adapters.rasa.rasa_events import (
    UnreadableEvent,
    attachments_as_rasa_has_them,
    event_as_rasa_has_it,
    read_event,
)
from bot.adapters.rasa.rasa_readings import parse_data_as_rasa_has_it
from bot.dialogue.policies import chosen_by
from bot.dialogue.responses_yaml import as_declared
from bot.domain.assistant import Assistant, DeclaredEntity, Slot, SlotMapping
from bot.domain.conversation import (
    ACTION_LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    Event,
    ReminderCancelled,
    ReminderScheduled,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.effects import ActionResult, CancelReminder, PersonEffect, Say, ScheduleReminder
from bot.domain.errors import ActionError
from bot.domain.message import Button, Text
from bot.ports import METADATA, SENDER

PERSON_KEY = "overture"
"""Where the latest message's metadata holds what an action may know of the person, and the event of its effects."""

RASA_VERSION = "3.6.21"

_EFFECT: TypeAdapter[PersonEffect] = TypeAdapter(Annotated[PersonEffect, Discriminator("kind")])
_JSON: TypeAdapter[Any] = TypeAdapter(Any)

# ---------------------------------------------------------------- the call


def action_call(action: str, tracker: Tracker, context: Mapping[str, Any], assistant: Assistant) -> dict[str, Any]:
    """The JSON that rasa-sdk runs `action` on. Made anew for each call, since actions write into it."""
    return {
        "next_action": action,
        "sender_id": _sender(tracker, context),
        "tracker": tracker_as_rasa_has_it(tracker, context, assistant),
        "domain": domain_as_rasa_has_it(assistant),
        "version": RASA_VERSION,
    }


def _sender(tracker: Tracker, context: Mapping[str, Any]) -> str:
    """Whom Rasa's REST channel says that it talks with; elsewhere our own id, for addresses are not for actions."""
    return str(context.get(SENDER, tracker.conversation_id))


def metadata_of(context: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a message as Rasa has it, from what the channel gave with it; and what is known of the person."""
    person = {name: known for name, known in context.items() if name not in (METADATA, SENDER)}
    return {**context.get(METADATA, {}), PERSON_KEY: person}


def tracker_as_rasa_has_it(tracker: Tracker, context: Mapping[str, Any], assistant: Assistant) -> dict[str, Any]:
    """The tracker's JSON with all slots of the domain and its recent events; `context` goes into the metadata of the
    latest message."""
    message = tracker.latest_message
    heard = message.understood if message else None
    latest = (
        parse_data_as_rasa_has_it(heard, assistant.responses) if heard else {"intent": {}, "entities": [], "text": None}
    )
    latest["message_id"] = message.message_id if message else None
    attached = attachments_as_rasa_has_them(message) if message else {}
    latest["metadata"] = {**metadata_of(context), **attached}
    events = [event_as_rasa_has_it(_as_told(event)) for event in tracker.recent]
    loop, latest_action = tracker.loop, _latest_action(tracker)
    return {
        "sender_id": _sender(tracker, context),
        "slots": {**dict.fromkeys([*assistant.slots, REQUESTED_SLOT]), **tracker.slots},
        "latest_message": latest,
        "latest_event_time": events[-1]["timestamp"] if events else None,
        "followup_action": tracker.followup,
        "paused": tracker.paused,
        "events": events,
        "latest_input_channel": message.input_channel if message else context.get("channel"),
        "active_loop": {"name": loop.name, "rejected": loop.rejected, "is_interrupted": loop.interrupted}
        if loop
        else {},
        "latest_action": {"action_name": latest_action},
        "latest_action_name": latest_action,
    }


def _as_told(event: Event) -> Event:
    """What validates an answer is given it in the customer's words, as by Rasa, and makes of them what it keeps."""
    return dataclasses.replace(event, value=event.told) if isinstance(event, SlotSet) and event.told else event


def _latest_action(tracker: Tracker) -> str:
    """The latest step of the dialogue: Rasa notes no actions that fill slots, nor a form's validation and questions."""
    for event in reversed(tracker.recent):
        match event:
            case ActionExecuted(name=name, policy=policy):
                chosen = chosen_by(name, policy)
                if not (chosen.slot_filling or chosen.part_of_form):
                    return name
            case UserUttered():
                return ACTION_LISTEN
    return tracker.latest_action or ACTION_LISTEN


# ---------------------------------------------------------------- the domain


def domain_as_rasa_has_it(assistant: Assistant) -> dict[str, Any]:
    """The assistant as a Rasa 3 domain: form validation reads `forms`, slot validation `slots`, others the rest."""
    return {
        "version": "3.1",
        "intents": [
            intent if entities is None else {intent: {"use_entities": _without_parts(entities)}}
            for intent, entities in assistant.intents.items()
        ],
        "entities": [_entity(assistant.entities[name]) for name in sorted(assistant.entities)],
        "slots": {name: _slot(slot) for name, slot in assistant.slots.items()},
        "responses": {
            name: [as_declared(variation) for variation in response.variations]
            for name, response in assistant.responses.items()
        },
        "actions": sorted(assistant.actions),
        "e2e_actions": sorted(assistant.lines),
        "forms": {
            name: {"required_slots": list(form.required_slots), "ignored_intents": list(form.ignored_intents)}
            for name, form in assistant.forms.items()
        },
        "session_config": {
            "session_expiration_time": int(assistant.session_expires_after.total_seconds() // 60),
            "carry_over_slots_to_new_session": assistant.carry_over_slots,
        },
    }


def _without_parts(labels: Iterable[str]) -> list[str]:
    """The entities that these labels are of: `city` of `city` and `city#from`."""
    return list(dict.fromkeys(label.partition("#")[0] for label in labels))


def _entity(entity: DeclaredEntity) -> str | dict[str, Any]:
    """Its bare name, unless there is more to say of it."""
    parts = {key: list(named) for key, named in (("roles", entity.roles), ("groups", entity.groups)) if named}
    described = parts | ({} if entity.seen else {"influence_conversation": False})
    return {entity.name: described} if described else entity.name


def _slot(slot: Slot) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": slot.type,
        "initial_value": slot.initial_value,
        "influence_conversation": slot.influence_conversation,
        "mappings": [_mapping(mapping) for mapping in slot.mappings],
    }
    if slot.type == "categorical":
        described["values"] = list(slot.values)
    if slot.type == "float":
        described |= {"min_value": slot.min_value, "max_value": slot.max_value}
    return described


def _mapping(mapping: SlotMapping) -> dict[str, Any]:
    described: dict[str, Any] = {"type": mapping.type}
    for key in ("entity", "role", "group", "action"):
        if value := getattr(mapping, key):
            described[key] = value
    if mapping.type in ("from_intent", "from_trigger_intent"):
        described["value"] = mapping.value
    if mapping.intents:
        described["intent"] = list(mapping.intents)
    if mapping.not_intents:
        described["not_intent"] = list(mapping.not_intents)
    if mapping.conditions:
        described["conditions"] = [
            {"active_loop": condition.active_loop}
            | ({"requested_slot": condition.requested_slot} if condition.requested_slot else {})
            for condition in mapping.conditions
        ]
    return described


# ---------------------------------------------------------------- the answer


def read_answer(action: str, answer: Mapping[str, Any], *, took: timedelta) -> ActionResult:
    """What the action answered (`{"events": [...], "responses": [...]}`); raises ActionError where it is nonsense."""
    says = [_say(told) for told in _list_of_mappings(action, answer, "responses")]
    events: list[Event] = []
    effects: list[PersonEffect] = []
    for told in _list_of_mappings(action, answer, "events"):
        if told.get("event") == PERSON_KEY:
            effects.append(_effect(action, told))
        elif told.get("event") == "bot":  # which Rasa says, too
            says.append(_say({**_mapping_of(told.get("data")), "text": told.get("text")}))
        elif (event := _event(action, told)) is not None:
            events.append(event)
            effects.extend(_of_reminder(event))
    return ActionResult(events=tuple(events), says=tuple(says), effects=tuple(effects), took=took)


def _list_of_mappings(action: str, answer: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    items = answer.get(key)
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise ActionError(f'The action "{action}" answered without a list of {key}. Is that an action server?')
    return items


def _mapping_of(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _event(action: str, told: Mapping[str, Any]) -> Event | None:
    try:
        return read_event(told)
    except UnreadableEvent as error:
        raise ActionError(f'The action "{action}" answered {error}.') from error


def _of_reminder(event: Event) -> Sequence[PersonEffect]:
    match event:
        case ReminderScheduled(name=name, intent=intent, due_at=due_at, entities=entities):
            return (ScheduleReminder(name, intent, due_at, entities),)
        case ReminderCancelled(name=reminder, intent=called_off, entities=found):
            return (CancelReminder(reminder, called_off, found),)
        case _:
            return ()


def _effect(action: str, told: Mapping[str, Any]) -> PersonEffect:
    effect = told.get("effect")
    try:
        # By way of JSON, so that a call in this process and one over HTTP take the same values.
        read = _EFFECT.validate_json(_JSON.dump_json(effect))
    except ValueError as error:
        raise _no_effect(action, effect) from error
    if not isinstance(effect, Mapping) or not effect.keys() <= {field.name for field in dataclasses.fields(read)}:
        raise _no_effect(action, effect)
    return read


def _no_effect(action: str, effect: Any) -> ActionError:
    kind = effect.get("kind") if isinstance(effect, Mapping) else None
    return ActionError(
        f'The action "{action}" answered an effect of kind "{kind}" that cannot be read. '
        "Build effects with actions/effects.py."
    )


def _say(told: Mapping[str, Any]) -> Say:
    """Text, buttons and image; a named response comes with empty text, for the caller to render with `arguments`.

    A custom payload, an attachment or elements are for the channels that can show them, also where they come alone, as
    in Rasa; others say nothing then. Nor is anything said of a message that is empty.
    """
    response = told.get("response") or told.get("template") or ""
    buttons = tuple(_button(one) for key in ("buttons", "quick_replies") for one in _mappings_in(told.get(key)))
    extras = {key: told[key] for key in ("custom", "attachment", "elements") if told.get(key)}
    content = Text(str(told.get("text") or ""), buttons=buttons, image=told.get("image") or None, extras=extras)
    arguments = {key: value for key, value in told.items() if key not in _MESSAGE_KEYS}
    return Say(content, response=str(response), arguments=arguments)


def _mappings_in(told: Any) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, Sequence) else []


def _button(told: Mapping[str, Any]) -> Button:
    title = str(told.get("title", ""))
    return Button(title, str(told.get("payload") or told.get("url") or title))


_MESSAGE_KEYS = frozenset(
    {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment", "quick_replies"}
)
