"""Shortcuts: a form opens for whoever pressed, and its answer is shown in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.message import DeskCommand
from connectors.slack.sandbox_limits import fault_of_view
from connectors.slack.shortcuts import ask_form, shortcut
from tests.connectors.slack.test_channel import CARD, Stage, stage
from tests.connectors.slack.test_webhooks import desk, interaction

__all__ = ["stage"]

USER = {"id": "U0ALICE00", "name": "alice"}


def test_a_form_is_within_what_slack_takes_however_long_the_answer_is() -> None:
    for view in (ask_form(), ask_form("search " + "x" * 900), ask_form(answer="line\n" * 3000)):
        assert fault_of_view(view) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Please look at <mailto:ana@example.com|ana@example.com>", "search ana@example.com"),
        ("she rang from +44 7700 900123 today", "search +44 7700 900123"),
        ("nobody here", None),
    ],
)
def test_a_message_is_asked_about_by_whom_it_names(text: str, words: str | None) -> None:
    payload = {"type": "message_action", "callback_id": "overture_about", "trigger_id": "1", "message": {"text": text}}
    found = shortcut(payload)
    assert found is not None
    assert found.view["blocks"][0]["element"].get("initial_value") == words


@pytest.mark.parametrize("blocks", [None, "x", [1, None], {"text": 3}, [{"fields": [{"text": {"text": ["x"]}}]}]])
def test_blocks_that_make_no_sense_name_nobody(blocks: object) -> None:
    about = {"text": None, "blocks": blocks}
    found = shortcut({"type": "message_action", "callback_id": "overture_about", "trigger_id": "1", "message": about})
    assert found is not None
    assert "initial_value" not in found.view["blocks"][0]["element"]


def submission(words: str | None) -> dict[str, Any]:
    state = {"values": {"reply": {"text": {"value": words}}}}
    view = {"id": "V1", "callback_id": "overture_command", "private_metadata": "", "state": state}
    return {"type": "view_submission", "user": USER, "view": view}


def test_a_submitted_form_is_a_command_and_the_answer_takes_its_place() -> None:
    webhook = desk().parse(interaction(submission(" search ana ")))
    assert webhook.obey is not None
    assert webhook.obey.command == DeskCommand("slack", "V1:search ana", "alice", "search ana", "U0ALICE00")
    answer = json.loads(webhook.obey.reply("found <!channel>").body)
    assert answer["response_action"] == "update"
    assert answer["view"]["blocks"][0]["text"] == {"type": "plain_text", "text": "found <!channel>", "emoji": False}
    assert answer["view"]["blocks"][-1]["type"] == "input"


def test_a_trigger_with_half_of_a_character_can_be_sent_back() -> None:
    found = shortcut({"type": "shortcut", "callback_id": "overture_ask", "trigger_id": "1\ud800"})
    assert found is not None
    assert found.trigger == "1"


def test_shortcuts_of_others_and_of_those_who_may_not_act_do_nothing() -> None:
    pressed = {"type": "shortcut", "callback_id": "overture_ask", "trigger_id": "1", "user": USER}
    assert desk().parse(interaction(pressed)).then is not None
    assert desk().parse(interaction({**pressed, "callback_id": "other"})).then is None
    assert desk().parse(interaction({**pressed, "user": None})).then is None


@pytest.mark.parametrize("about_message", [True, False])
async def test_the_form_opens_in_the_workspace(stage: Stage, about_message: bool) -> None:
    ts = await stage.send(CARD)
    deed = {"deed": "ask_about", "ts": ts} if about_message else {"deed": "shortcut"}
    request = await stage.server.vendor.act({**deed, "user": "sam"}, stage.clock.now())
    webhook = stage.channel.parse(request)
    assert webhook.then is not None
    await webhook.then()
    view = stage.shown()[-1]["view"]
    assert view["callback_id"] == "overture_command"
    words = view["blocks"][0]["element"].get("initial_value")
    assert words == ("search robin@example.com" if about_message else None), "a card has it among its fields"
