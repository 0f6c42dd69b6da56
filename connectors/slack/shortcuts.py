"""Shortcuts: the commands of the desk in a form, from anywhere in Slack or from a message that names somebody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.domain.message import DeskCommand, storable
from bot.ports import ObeyCommand, Reply, Webhook
from connectors.slack.blocks import LONGEST_REASON, REPLY_BLOCK, REPLY_INPUT, Block, plain_post

ASK, ABOUT = "overture_ask", "overture_about"
"""The ids of the shortcuts: the one of all places, and the one of a message."""

ASK_FORM = "overture_command"
NAMED = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+[0-9][0-9 ().-]{6,18}[0-9]")
HINT = "leads, meetings, search <words>, start <journey> <person>, consent <person>, opt out <person>"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A form that is to open for whoever pressed; `trigger` lives for seconds."""

    trigger: str
    view: Block


def shortcut(payload: Json) -> Shortcut | None:
    """The form that a shortcut of ours asks for; None for all else."""
    trigger, message = payload.get("trigger_id"), payload.get("message")
    if not isinstance(trigger, str):
        return None
    match payload:
        case {"type": "shortcut", "callback_id": callback} if callback == ASK:
            return Shortcut(storable(trigger), ask_form())
        case {"type": "message_action", "callback_id": callback} if callback == ABOUT and isinstance(message, Mapping):
            words = [message.get("text"), *_texts(message.get("blocks"))]
            found = NAMED.search(storable("\n".join(one for one in words if isinstance(one, str))))
            return Shortcut(storable(trigger), ask_form(f"search {found[0]}" if found else ""))
    return None


def _texts(node: object) -> Iterator[str]:
    """What blocks say, in their order: a card has numbers and addresses among its fields only."""
    match node:
        case list():
            for one in node:
                yield from _texts(one)
        case {"text": str(text)}:
            yield text
        case {}:
            yield from _texts([node.get("text"), node.get("fields"), node.get("elements")])


def ask_form(words: str = "", answer: str = "") -> Block:
    """Where a rep writes a command; once one was answered, with the answer above."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": REPLY_INPUT,
        "min_length": 1,
        "max_length": LONGEST_REASON,
        "placeholder": _plain("leads"),
    }
    if words:
        element["initial_value"] = words[:LONGEST_REASON]
    asked: Block = {
        "type": "input",
        "block_id": REPLY_BLOCK,
        "label": _plain("What would you like to do?"),
        "hint": _plain(HINT),
        "element": element,
    }
    return {
        "type": "modal",
        "callback_id": ASK_FORM,
        "private_metadata": "",
        "title": _plain("Overture"),
        "submit": _plain("Go"),
        "close": _plain("Close"),
        "blocks": [*(plain_post(answer).blocks if answer else ()), asked],
    }


def asked(view: Json, user: tuple[str, str], channel: str) -> Webhook:
    """The command of a submitted form; its answer takes the form's place, in which another can be given."""
    match view:
        case {"id": str(view_id), "state": {"values": {"reply": {"text": {"value": str() | None as text}}}}}:
            words = storable(text or "").strip()
            member, name = storable(user[0]), storable(user[1])
            # A form keeps its id when it is shown again, so the words tell one command of it from the next.
            command = DeskCommand(channel, f"{storable(view_id)}:{words}", name, words, member)
            return Webhook(obey=ObeyCommand(command, _shown))
    raise WebhookRejected(400, f"The form lacks its id or the value of {REPLY_BLOCK}.{REPLY_INPUT}.")


def _shown(answer: str) -> Reply:
    body = {"response_action": "update", "view": ask_form(answer=answer)}
    return Reply(body=json.dumps(body).encode(), content_type="application/json")


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
