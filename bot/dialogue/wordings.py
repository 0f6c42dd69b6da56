"""Every wording that a response may have on a channel, in whatever state the conversation is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.dialogue.personal import Personal, Unsayable
from bot.dialogue.responses import words_of
from bot.domain.assistant import Response, Variation
from bot.domain.message import Text


@dataclass(frozen=True, slots=True)
class Worded:
    """One variation, and what it says to somebody; or why it cannot be said to them."""

    variation: Variation
    words: Text | Unsayable


def wordings(
    response: Response, channel: str, *, slots: Mapping[str, Any] | None = None, personal: Personal | None = None
) -> Sequence[Worded]:
    """Those that may be said on the channel, in words, with these slots and to this person."""
    return [Worded(one, words_of(one, slots or {}, personal or Personal())) for one in sayable(response, channel)]


def sayable(response: Response, channel: str) -> Sequence[Variation]:
    """The variations that may be said on the channel: of each language, those that no other keeps from it.

    One that is for the channel and without a condition keeps those from it that are for any channel.
    """
    found = []
    for language in dict.fromkeys(one.language for one in response.variations):
        spoken = [one for one in response.variations if one.language == language]
        own = [one for one in spoken if one.channel == channel]
        found += (
            own if any(not one.conditions for one in own) else [one for one in spoken if one.channel in (None, channel)]
        )
    return found
