"""Rasa's JSON, read: the events of a tracker, and what a message was understood to mean.

Written it is by `action_calls`. What cannot be read raises ValueError with a sentence for whoever sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.adapters.rasa.rasa_readings import read_intent, read_ranking
from bot.domain.conversation import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from bot.domain.ids import MessageId
from bot.domain.understanding import Entity, Understood

IGNORED = frozenset({"user_featurization", "entities", "export"})
"""Events that change nothing: what they say is said by the others, too."""


def read_event(told: Any, *, now: datetime, channel: str, message_id: MessageId) -> Event | None:
    """The event, None for one that changes nothing. `now`, `channel` and `message_id` are for one that has none."""
    if not isinstance(told, Mapping) or not isinstance(told.get("event"), str):
        raise ValueError('an event is an object with its name as "event", such as {"event": "restart"}.')
    at = _time(told, now)
    match told["event"]:
        case "user":
            text = _string(told, "text") or ""
            said_by = _string(told, "input_channel") or channel
            understood = read_parse_data(text, told.get("parse_data") or {})
            return UserUttered(text, understood, MessageId(_string(told, "message_id") or message_id), at, said_by)
        case "bot":
            metadata = told.get("metadata")
            response = metadata.get("utter_action") if isinstance(metadata, Mapping) else None
            return BotUttered(_string(told, "text") or "", response=str(response or ""), at=at)
        case "action":
            return ActionExecuted(_name(told), policy=_string(told, "policy") or "", at=at)
        case "slot":
            return SlotSet(_name(told), told.get("value"), at=at)
        case "active_loop" | "form":
            return ActiveLoop(_string(told, "name"), at=at)
        case "followup":
            return FollowupAction(_string(told, "name"), at=at)
        case "action_execution_rejected":
            return ActionExecutionRejected(_name(told), at=at)
        case "loop_interrupted":
            return LoopInterrupted(bool(told.get("is_interrupted")), at=at)
        case name if name in PLAIN:
            return PLAIN[name](at=at)
        case name if name in IGNORED:
            return None
        case name:
            raise ValueError(f'the event "{name}" cannot be put into a conversation.')


PLAIN: Mapping[str, Callable[..., Event]] = {
    "session_started": SessionStarted,
    "restart": Restarted,
    "reset_slots": AllSlotsReset,
    "pause": ConversationPaused,
    "resume": ConversationResumed,
}
"""Events that are their name and time."""


def read_parse_data(text: str, told: Any) -> Understood:
    """What Rasa's NLU found in `text`."""
    try:
        if not isinstance(told.get("intent") or {}, Mapping):
            raise TypeError
        return Understood(
            text=text,
            intent=read_intent(told),
            entities=tuple(read_entity(found, text) for found in told.get("entities") or ()),
            ranking=read_ranking(told),
            stage="rasa",
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError('parse_data is {"intent": {"name", "confidence"}, "entities": [...]}.') from error


def read_entity(told: Any, text: str = "") -> Entity:
    if not isinstance(told, Mapping) or not isinstance(told.get("entity"), str) or "value" not in told:
        raise ValueError('an entity is an object with "entity" and "value".')
    start, end = int(told.get("start") or 0), int(told.get("end") or 0)
    return Entity(
        name=told["entity"],
        value=told["value"],
        text=text[start:end],
        start=start,
        end=end,
        role=told.get("role"),
        group=told.get("group"),
        extractor=str(told.get("extractor") or ""),
        details=told["additional_info"] if isinstance(told.get("additional_info"), Mapping) else None,
    )


def _time(told: Mapping[str, Any], now: datetime) -> datetime:
    given = told.get("timestamp")
    if given is None:
        return now
    try:
        return datetime.fromtimestamp(given, UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise ValueError('"timestamp" is a number of seconds since 1970.') from error


def _name(told: Mapping[str, Any]) -> str:
    if name := _string(told, "name"):
        return name
    raise ValueError(f'the event "{told["event"]}" wants a "name".')


def _string(told: Mapping[str, Any], field: str) -> str | None:
    given = told.get(field)
    if given is not None and not isinstance(given, str):
        raise ValueError(f'"{field}" of the event "{told["event"]}" is no string.')
    return given
