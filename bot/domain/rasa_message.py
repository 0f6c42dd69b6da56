"""A message in the form of Rasa's REST channel, which front ends that were written for it understand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.message import Button, Text


def as_rasa_messages(recipient: str, content: Text) -> list[dict[str, Any]]:
    """The messages that Rasa makes of one: a text with its buttons, else each paragraph; and all else by itself.

    Where an answer came from is one more text, for Rasa has no other word for it.
    """
    to = {"recipient_id": recipient}
    written: list[dict[str, Any]] = []
    if content.buttons:
        buttons = [_button(button) for button in content.buttons]
        text = {"text": content.text} if content.text else {}
        written.append({**to, **text, "buttons": buttons})
    elif content.text.strip():
        written += [{**to, "text": paragraph} for paragraph in content.text.strip().split("\n\n")]
    if content.source_url.startswith(("http://", "https://")):
        named = f"{content.source_title}: " if content.source_title else ""
        written.append({**to, "text": f"{named}{content.source_url}"})
    parts = {
        "custom": content.extras.get("custom"),
        "image": content.image,
        "attachment": content.extras.get("attachment"),
    }
    written += [{**to, name: part} for name, part in parts.items() if part]
    elements = content.extras.get("elements") or ()
    return [*written, *({**to, **_element(one)} for one in elements if isinstance(one, Mapping))]


def _button(button: Button) -> dict[str, Any]:
    """A link has what front ends of Rasa tell one by, too."""
    said = {"title": button.title, "payload": button.payload}
    return {**said, "type": "web_url", "url": button.payload} if button.is_link else said


def _element(element: Mapping[str, Any]) -> dict[str, Any]:
    """A card, as Rasa's channels write one that they cannot draw."""
    text = f"{element.get('title', '')} : {element.get('subtitle', '')}"
    return {"text": text, "buttons": element.get("buttons") or []}
