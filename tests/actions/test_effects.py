from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from actions import effects
from bot.adapters.rasa.action_calls import read_answer
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
    SetAttribute,
    StartAction,
    StartJourney,
    SyncCrm,
)
from bot.domain.errors import ActionError

BUILT: list[tuple[dict[str, Any], PersonEffect]] = [
    (effects.set_attribute("team_size", 50), SetAttribute("team_size", 50)),
    (effects.add_tag("vip"), AddTag("vip")),
    (effects.remove_tag("vip"), RemoveTag("vip")),
    (effects.claim_identity("email", "ana@example.com"), ClaimIdentity("email", "ana@example.com")),
    (effects.change_score("fit", 5, "Big team", rule="size"), ChangeScore("fit", 5, "Big team", "size")),
    (
        effects.record_consent(Purpose.MARKETING, "sms", granted=True, text="May we?", how="answered"),
        RecordConsent(Purpose.MARKETING, "sms", True, "May we?", "answered"),
    ),
    (effects.opt_out("wrote so"), OptOut("wrote so")),
    (effects.request_handoff("Asked", desk="uk"), RequestHandoff("Asked", "uk")),
    (effects.sync_crm("note"), SyncCrm("note")),
    (effects.emit("demo.requested", team_size=50), Emit("demo.requested", {"team_size": 50})),
]


@pytest.mark.parametrize(("event", "effect"), BUILT)
def test_every_effect_comes_back_as_it_was_built_even_over_json(event: dict[str, Any], effect: PersonEffect) -> None:
    over_http = json.loads(json.dumps({"events": [event], "responses": []}))
    assert read_answer("action_x", over_http, took=timedelta()).effects == (effect,)
    assert read_answer("action_x", {"events": [event], "responses": []}, took=timedelta()).effects == (effect,)


@pytest.mark.parametrize("effect", [StartAction("action_y", ("sms",), "k"), StartJourney("welcome", {}, "k")])
def test_what_only_journeys_may_want_is_no_effect_of_an_action(effect: StartAction | StartJourney) -> None:
    """A step waits for the end of it, and an action is none."""
    event = {"event": "overture", "effect": dataclasses.asdict(effect)}
    with pytest.raises(ActionError, match="cannot be read"):
        read_answer("action_x", {"events": [event], "responses": []}, took=timedelta())
