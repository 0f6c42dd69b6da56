"""What Alexa asks (the request envelope of a custom skill), in our words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.domain.message import storable
from connectors.spoken_session import Session, read_session

SAID = "words"
"""The slot that holds free speech (AMAZON.SearchQuery)."""

NO = "no"
NOT_UNDERSTOOD = "?"
"""The value of a slot, such as a number, of which Alexa made nothing."""

AMAZONS_INTENTS: Mapping[str, str] = {
    "AMAZON.YesIntent": "yes",
    "AMAZON.NoIntent": NO,
    "AMAZON.HelpIntent": "help",
    "AMAZON.RepeatIntent": "say that again",
}
"""Amazon's own intents, in the words that they stand for."""

STOPS = ("AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent")


@dataclass(frozen=True, slots=True)
class SkillRequest:
    """`api` is where a progressive response goes, with its token; both may be missing. `denied`: Alexa asked whether it
    had the intent right, and the customer said no.
    """

    id: str
    type: str
    user: str
    skill: str
    timestamp: object
    locale: str
    session: Session
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    dialog_state: str = ""
    denied: bool = False
    api: tuple[str, str] | None = None


def read_envelope(body: bytes) -> SkillRequest:
    """Raises WebhookRejected where it is none."""
    try:
        envelope = json.loads(storable(body.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise WebhookRejected(400, "The body is no JSON in UTF-8.") from error
    match envelope:
        case {"context": {"System": dict(system)}, "request": {"type": str(kind), "requestId": str(id_)} as request}:
            pass
        case _:
            raise WebhookRejected(400, "The body is no request of Alexa's: it has no context.System or no request.")
    match system:
        case {"application": {"applicationId": str(skill)}, "user": {"userId": str(user)}} if user and id_:
            pass
        case _:
            raise WebhookRejected(400, "The request names no skill or no user.")
    given = envelope.get("session")
    intent = request.get("intent")
    intent = intent if isinstance(intent, dict) else {}
    return SkillRequest(
        id=storable(id_),
        type=kind,
        user=storable(user),
        skill=skill,
        timestamp=request.get("timestamp"),
        locale=_text(request.get("locale")) or "en-GB",
        session=read_session(given.get("attributes") if isinstance(given, dict) else None),
        intent=_text(intent.get("name")),
        slots=_slots(intent.get("slots")),
        dialog_state=_text(request.get("dialogState")),
        denied=intent.get("confirmationStatus") == "DENIED",
        api=_api(system),
    )


def _slots(slots: object) -> Mapping[str, str]:
    """Each slot with its value: the one that the model lists where the speech matched it, else what was said."""
    if not isinstance(slots, dict):
        return {}
    found = {}
    for slot in slots.values():
        match slot:
            case {"name": str(name)} if said := ", ".join(_values(slot)):
                found[storable(name)] = storable(said)
    return found


def _values(slot: Mapping[str, Any]) -> Iterator[str]:
    """A slot that takes several has them in a list, and then nothing but that."""
    match slot:
        case {"slotValue": {"type": "List", "values": list(several)}}:
            values = several
        case _:
            values = [slot]
    for one in values:
        match one:
            case {"value": str(said)} if said not in ("", NOT_UNDERSTOOD):
                yield _resolved(one.get("resolutions")) or said


def _resolved(resolutions: object) -> str:
    match resolutions:
        case {"resolutionsPerAuthority": list(authorities)}:
            for authority in authorities:
                match authority:
                    case {
                        "status": {"code": "ER_SUCCESS_MATCH"},
                        "values": [{"value": {"name": str(name)}}, *_],
                    }:
                        return name
    return ""


def _api(system: Mapping[str, Any]) -> tuple[str, str] | None:
    match system:
        case {"apiEndpoint": str(endpoint), "apiAccessToken": str(token)} if endpoint.startswith("https://"):
            return endpoint, token
    return None


def _text(value: object) -> str:
    return storable(value) if isinstance(value, str) else ""
