"""What a message was understood to mean, in Rasa 3's JSON (`parse_data`): written and read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.dialogue.responses_yaml import as_declared
from bot.domain.assistant import Response
from bot.domain.understanding import Entity, IntentScore, Understood, base_intent

OF_ANY_INTENT = "default"
"""The response selector that a project has which names no retrieval intent for it."""

# ---------------------------------------------------------------- written


def parse_data_as_rasa_has_it(
    understood: Understood, responses: Mapping[str, Response] | None = None
) -> dict[str, Any]:
    """The reading; with `responses`, also what the one says that a retrieval intent chooses."""
    return {
        "text": understood.text,
        "intent": {"name": base_intent(understood.intent.name), "confidence": understood.intent.confidence},
        "entities": [entity_as_rasa_has_it(entity) for entity in understood.entities],
        "intent_ranking": list(_ranking(understood)),
        "response_selector": _selected(understood, responses or {}),
    }


def _ranking(understood: Understood) -> Iterator[dict[str, Any]]:
    """Rasa's begins with the intent that it decided on, be it the fallback, and knows retrieval intents without their
    keys. Actions go by that: those that offer what else may be meant take the second."""
    ranked: dict[str, float] = {}
    for score in (understood.intent, *understood.ranking):
        if score.name:
            ranked.setdefault(base_intent(score.name), score.confidence)
    return ({"name": name, "confidence": confidence} for name, confidence in ranked.items())


def _selected(understood: Understood, responses: Mapping[str, Response]) -> dict[str, Any]:
    """What Rasa's response selectors say: which response each retrieval intent would choose, be it the one that was
    meant or not. They say so under the name of the intent or under `default`, as the project has it."""
    chosen: dict[str, dict[str, IntentScore]] = {}
    for score in (understood.intent, *understood.ranking):
        if base_intent(score.name) != score.name:
            chosen.setdefault(base_intent(score.name), {}).setdefault(score.name, score)
    selectors = {name: _selector(list(scores.values()), responses) for name, scores in chosen.items()}
    return selectors | ({OF_ANY_INTENT: next(iter(selectors.values()))} if selectors else {})


def _selector(scores: Sequence[IntentScore], responses: Mapping[str, Response]) -> dict[str, Any]:
    ranking = [
        {"intent_response_key": one.name, "utter_action": f"utter_{one.name}", "confidence": one.confidence}
        for one in scores
    ]
    words = responses.get(f"utter_{scores[0].name}")
    said = {"responses": [as_declared(one) for one in words.variations]} if words else {}
    return {"response": {**said, **ranking[0]}, "ranking": ranking}


def entity_as_rasa_has_it(entity: Entity) -> dict[str, Any]:
    found = {
        "entity": entity.name,
        "value": entity.value,
        "start": entity.start,
        "end": entity.end,
        "confidence_entity": entity.confidence,
        "extractor": entity.extractor,
    }
    if entity.details is not None:
        found |= {"text": entity.text, "additional_info": dict(entity.details)}
    # rasa-sdk compares role and group with .get(), so those that are not there are left out, as Rasa does.
    return found | {key: text for key, text in (("role", entity.role), ("group", entity.group)) if text is not None}


# ---------------------------------------------------------------- read


def read_intent(parsed: Mapping[str, Any]) -> IntentScore:
    """The intent, a retrieval intent with its key, which Rasa's response selector tells."""
    told = parsed.get("intent")
    intent = _score(told if isinstance(told, Mapping) else {})
    key = _chosen_key(parsed.get("response_selector"), intent.name)
    return IntentScore(key, intent.confidence) if base_intent(key) == intent.name else intent


def _chosen_key(selectors: Any, intent: str) -> str:
    for name in (intent, OF_ANY_INTENT):
        found: Any = selectors
        for part in (name, "response", "intent_response_key"):
            found = found.get(part) if isinstance(found, Mapping) else None
        if found:
            return str(found)
    return ""


def read_ranking(parsed: Mapping[str, Any]) -> tuple[IntentScore, ...]:
    return tuple(_score(one) for one in parsed.get("intent_ranking") or () if isinstance(one, Mapping))


def _score(told: Mapping[str, Any]) -> IntentScore:
    confidence = told.get("confidence")
    return IntentScore(str(told.get("name") or ""), float(confidence) if isinstance(confidence, (int, float)) else 1.0)


def read_entities(told: Any) -> tuple[Entity, ...]:
    """Entities from Rasa's list, or from a mapping of names to values."""
    if isinstance(told, Mapping):
        return tuple(Entity(str(name), value) for name, value in told.items())
    if not isinstance(told, Sequence) or isinstance(told, str):
        return ()
    return tuple(
        Entity(
            name=str(one["entity"]),
            value=one.get("value"),
            text=str(one.get("text") or ""),
            start=int(one.get("start") or 0),
            end=int(one.get("end") or 0),
            confidence=float(one.get("confidence_entity") or 1.0),
            role=one.get("role"),
            group=one.get("group"),
            extractor=str(one.get("extractor") or ""),
            details=one["additional_info"] if isinstance(one.get("additional_info"), Mapping) else None,
        )
        for one in told
        if isinstance(one, Mapping) and one.get("entity")
    )
