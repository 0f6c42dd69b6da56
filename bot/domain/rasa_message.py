"""A message in the form of Rasa's REST channel, which front ends that were written for it understand."""

from __future__ import annotations

from typing import Any

from bot.domain.message import Text


def as_rasa_messages(recipient: str, content: Text) -> list[dict[str, Any]]:
    """The messages that Rasa makes of one: each paragraph by itself, text with its buttons, an image by itself."""
    to = {"recipient_id": recipient}
    written: list[dict[str, Any]] = []
    if content.buttons:
        buttons = [{"title": button.title, "payload": button.payload} for button in content.buttons]
        written.append({**to, "text": content.text, "buttons": buttons})
    elif content.text.strip():
        written += [{**to, "text": paragraph} for paragraph in content.text.strip().split("\n\n")]
    if content.image:
        written.append({**to, "image": content.image})
    return written
