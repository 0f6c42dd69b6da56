"""Events of a conversation in Rasa 3's JSON, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.adapters.rasa.rasa_readings import (
    entity_as_rasa_has_it,
    parse_data_as_rasa_has_it,
    read_entities,
    read_intent,
    read_ranking,
)
from bot.domain.conversation import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationExported,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    ReplyCutShort,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from bot.domain.ids import MessageId
from bot.domain.understanding import Understood

# ---------------------------------------------------------------- written


def attachments_as_rasa_has_them(message: UserUttered) -> dict[str, Any]:
    """What came with a message, as metadata, each in the shape of Rasa's own attachments."""
    if not message.attachments:
        return {}
    return {
        "attachments": [
            {
                "type": "image" if one.media_type.startswith("image/") else "file",
                "payload": {"src": one.url, "title": one.name, "media_type": one.media_type},
            }
            for one in message.attachments
        ]
    }


def event_as_rasa_has_it(event: Event) -> dict[str, Any]:
    """The event as Rasa 3 writes it in a tracker's JSON; times are seconds since 1970."""
    stamped: dict[str, Any] = {"event": event.kind, "timestamp": _timestamp(event.at), "metadata": {}}
    match event:
        case UserUttered(text=text, understood=understood, message_id=message_id, input_channel=channel):
            stamped |= {"text": text, "parse_data": parse_data_as_rasa_has_it(understood), "message_id": message_id}
            stamped |= {"input_channel": channel, "metadata": attachments_as_rasa_has_them(event)}
        case BotUttered(text=text, response=response, speaker=speaker, buttons=buttons):
            data = {"buttons": [{"title": one.title, "payload": one.payload} for one in buttons]} if buttons else {}
            stamped |= {"text": text, "data": data}
            stamped["metadata"] = {"utter_action": response} if response else {}
            if speaker:
                stamped["metadata"]["speaker"] = speaker
        case ActionExecuted(name=name, policy=policy):
            stamped |= {"name": name, "policy": policy, "confidence": 1.0, "action_text": None}
        case SlotSet(name=name, value=value):
            stamped |= {"name": name, "value": value}
        case LoopInterrupted(interrupted=interrupted):
            stamped |= {"is_interrupted": interrupted}
        case ActiveLoop(name=loop):
            stamped |= {"name": loop}
        case ActionExecutionRejected(name=name):
            stamped |= {"name": name, "policy": None, "confidence": None}
        case FollowupAction(name=followup):
            stamped |= {"name": followup}
        case ReminderScheduled(name=name, intent=intent, due_at=due_at, entities=entities):
            stamped |= {"name": name, "intent": intent, "date_time": due_at.isoformat()}
            stamped |= {
                "entities": [entity_as_rasa_has_it(one) for one in entities],
                "kill_on_user_msg": event.kill_on_user_message,
            }
        case ReminderCancelled(name=reminder, intent=called_off, entities=found):
            stamped |= {"name": reminder, "intent": called_off}
            stamped |= {"entities": None if found is None else [entity_as_rasa_has_it(one) for one in found]}
        case AgentUttered(text=text):
            stamped |= {"text": text, "data": None}
        case ReplyCutShort(text=text, heard=heard):  # none of Rasa's, which passes over what it does not know
            stamped |= {"text": text, "heard": heard}
        case EntitiesAdded(entities=entities):
            stamped |= {"entities": [entity_as_rasa_has_it(one) for one in entities]}
        case _:
            pass  # the others are their name and time
    return stamped


def _timestamp(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


# ---------------------------------------------------------------- read

_WITHOUT_CONTENT: Mapping[str, Event] = {
    event.kind: event
    for event in (
        ActionReverted(),
        AllSlotsReset(),
        ConversationExported(),
        ConversationPaused(),
        ConversationResumed(),
        Restarted(),
        SessionStarted(),
        UserUtteranceReverted(),
    )
}

_ONLY_FOR_TRAINING = frozenset({"user_featurization"})
"""What Rasa's machine learning notes for itself."""


class UnreadableEvent(ValueError):
    """A sentence that says what is wrong with the event."""


def read_event(told: Mapping[str, Any]) -> Event | None:
    """The event; None for one that means nothing here. Raises UnreadableEvent. Its time is left to who keeps it."""
    kind = str(told.get("event"))
    if kind in _WITHOUT_CONTENT:
        return _WITHOUT_CONTENT[kind]
    match kind:
        case "user":
            return _user(told)
        case "bot":
            return BotUttered(str(told.get("text") or ""))
        case "reply_cut_short":
            return ReplyCutShort(str(told.get("text") or ""), str(told.get("heard") or ""))
        case "agent":
            return AgentUttered(str(told.get("text") or ""))
        case "action":
            return ActionExecuted(_name({"name": told.get("action_text"), **_given(told)}, kind))
        case "slot":
            return SlotSet(_name(told, kind), told.get("value"))
        case "action_execution_rejected":
            return ActionExecutionRejected(_name(told, kind))
        case "followup":
            return FollowupAction(_optional_name(told, kind))
        case "active_loop" | "form":
            return ActiveLoop(_optional_name(told, kind))
        case "loop_interrupted":
            return LoopInterrupted(bool(told.get("is_interrupted")))
        case "form_validation":
            return LoopInterrupted(not told.get("validate", True))
        case "reminder":
            return _reminder(told)
        case "cancel_reminder":
            entities = told.get("entities")
            found = None if entities is None else read_entities(entities)
            return ReminderCancelled(_optional_name(told, kind), told.get("intent"), found)
        case "entities":
            return EntitiesAdded(read_entities(told.get("entities")))
        case _ if kind in _ONLY_FOR_TRAINING:
            return None
        case _:
            raise UnreadableEvent(f'the event "{kind}", which is none of Rasa 3.6')


def _given(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value is not None}


def _name(told: Mapping[str, Any], kind: str) -> str:
    name = told.get("name")
    if not isinstance(name, str) or not name:
        raise UnreadableEvent(f'the event "{kind}" without a proper name in it')
    return name


def _optional_name(told: Mapping[str, Any], kind: str) -> str | None:
    return None if told.get("name") is None else _name(told, kind)


def _user(told: Mapping[str, Any]) -> UserUttered:
    """A message that an action tells: the customer is not writing it now, whatever they wrote before."""
    parsed = told.get("parse_data")
    parsed = parsed if isinstance(parsed, Mapping) else {}
    text = str(told.get("text") or parsed.get("text") or "")
    entities, ranking = read_entities(parsed.get("entities")), read_ranking(parsed)
    understood = Understood(text, read_intent(parsed), entities, ranking, stage="action")
    message_id = MessageId(str(told.get("message_id") or ""))
    return UserUttered(text, understood, message_id, None, str(told.get("input_channel") or ""), retold=True)


def _reminder(told: Mapping[str, Any]) -> ReminderScheduled:
    intent = told.get("intent")
    if not isinstance(intent, str) or not intent:
        raise UnreadableEvent('the event "reminder" without an intent')
    try:
        due_at = datetime.fromisoformat(str(told.get("date_time")))
    except ValueError as error:
        raise UnreadableEvent(f'the event "reminder" with a time that is none: {told.get("date_time")}') from error
    if due_at.tzinfo is None:
        due_at = due_at.astimezone()  # as Rasa does: a time without a zone is that of the machine
    due_at = due_at.astimezone(UTC)
    return ReminderScheduled(
        name=_optional_name(told, "reminder") or f"{intent} at {due_at.isoformat()}",
        intent=intent,
        due_at=due_at,
        entities=read_entities(told.get("entities")),
        kill_on_user_message=bool(told.get("kill_on_user_msg", True)),
    )
