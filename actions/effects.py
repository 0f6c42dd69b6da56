"""What an action can have done to a person: each function builds the event that an action returns for it."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from bot.domain.consent import Purpose
from bot.domain.effects import (
    AddTag,
    ChangeScore,
    ClaimIdentity,
    Emit,
    OptOut,
    PersonEffect,
    RecordConsent,
    RemoveTag,
    RequestHandoff,
    SendResponse,
    SetAttribute,
    SyncCrm,
)
from bot.domain.score import Dimension

ActionEvent = dict[str, Any]


def set_attribute(name: str, value: Any) -> ActionEvent:
    """Keep a fact about the person: a string, number, boolean, list or mapping."""
    return _event(SetAttribute(name, value))


def add_tag(tag: str) -> ActionEvent:
    return _event(AddTag(tag))


def remove_tag(tag: str) -> ActionEvent:
    return _event(RemoveTag(tag))


def claim_identity(identity: Literal["phone", "email"], value: str) -> ActionEvent:
    """The person says this is theirs: a phone number in E.164, or an e-mail address."""
    return _event(ClaimIdentity(identity, value))


def change_score(dimension: Dimension, points: int, reason: str, *, rule: str, again: bool = False) -> ActionEvent:
    """Give points (or take them). The same `rule` counts once for a person, unless `again`."""
    return _event(ChangeScore(dimension, points, reason, rule, again))


def record_consent(purpose: Purpose, channel: str, *, granted: bool, text: str, how: str) -> ActionEvent:
    """Keep the person's answer to `text`, the exact question that was shown; the service adds who, when and where."""
    return _event(RecordConsent(purpose, channel, granted, text, how))


def opt_out(how: str) -> ActionEvent:
    """End all marketing to the person, at once."""
    return _event(OptOut(how))


def request_handoff(reason: str, *, desk: str = "") -> ActionEvent:
    """Ask a person to take over; the desk of that name (the usual one) is told `reason`."""
    return _event(RequestHandoff(reason, desk))


def send_response(response: str, channel: str, *, key: str, **values: Any) -> ActionEvent:
    """Send the response to the person on another channel, once for each `key`; `values` fill its placeholders."""
    return _event(SendResponse(response, (channel,), key, values=values))


def sync_crm(note: str = "") -> ActionEvent:
    """Bring the CRM record up to date with the effects before this one; with `note`, add that to it."""
    return _event(SyncCrm(note))


def emit(event: str, **data: Any) -> ActionEvent:
    """Tell journeys that something happened."""
    return _event(Emit(event, data))


def _event(effect: PersonEffect) -> ActionEvent:
    return {"event": "overture", "timestamp": None, "effect": dataclasses.asdict(effect)}
