"""Preference words: how people ask what they have agreed to, and to be written to less often, by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.domain.preference_words.english import ENGLISH
from bot.domain.preference_words.french import FRENCH
from bot.domain.preference_words.german import GERMAN
from bot.domain.preference_words.spanish import SPANISH
from bot.domain.preference_words.words import PreferenceWords

WORDS: Final[Mapping[str, PreferenceWords]] = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}
"""By language (ISO 639-1)."""
