"""The line of a text with what may be answered, on a channel without buttons: "Reply: Yes / No"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_REPLY: Final = {
    "ca": "Resposta", "da": "Svar", "de": "Antwort", "en": "Reply", "es": "Respuesta", "fr": "Réponse",
    "it": "Risposta", "nl": "Antwoord", "no": "Svar", "pt": "Resposta", "sv": "Svar",
}  # fmt: skip
"""By language; in letters that a text message has as they are, so that it gets no dearer."""


def choices_word(language: str = "") -> str:
    """What is to be done with the choices, in English where the language has no word here."""
    return _REPLY.get(language, _REPLY["en"])


def choices_line(titles: Sequence[str], language: str = "") -> str:
    return f"{choices_word(language)}: {' / '.join(titles)}"
