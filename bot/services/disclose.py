"""Disclose: the first words in every conversation say that this is a machine (EU AI Act article 50(1))."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.assistant import Assistant, Response
from bot.domain.message import Text
from bot.ports import Abilities

DISCLOSURE = "utter_disclosure"
WITHOUT_DESK = "utter_disclosure_without_desk"
"""Where the settings name no desk, and so nobody can be asked for; an assistant need not have it."""


def disclosure_in(assistant: Assistant, *, has_desk: bool) -> Response | None:
    """What the assistant discloses itself by."""
    alone = None if has_desk else assistant.responses.get(WITHOUT_DESK)
    return alone or assistant.responses.get(DISCLOSURE)


def with_disclosure(content: Text, disclosure: Text, abilities: Abilities) -> tuple[Text, ...]:
    """What leaves as the first message of a conversation: two messages, or one that begins with the disclosure."""
    if abilities.separate_disclosure:
        return disclosure, content
    return (replace(content, text=f"{disclosure.text} {content.text}".strip()),)
