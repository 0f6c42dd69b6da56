"""A yes that is narrowed: "yes, but only by e-mail", "ja, aber nicht per SMS". Of consent it is none."""

from __future__ import annotations

import re
from typing import Final

_NARROWING: Final = re.compile(
    r"(?<!\w)(?:"
    r"but(?! (?:of course|sure|yes|certainly)\b)|only|except|unless"
    r"|aber(?! (?:ja|gern|gerne|sicher|klar|natürlich|natuerlich|selbstverständlich|doch)\b)|nur(?! zu\b)|außer|ausser"
    r"|ausschließlich|ausschliesslich|sofern"
    r"|mais(?! (?:oui|bien sûr|certainement)\b)|seulement|uniquement|sauf"
    r"|pero(?! (?:claro|sí)\b)|s[oó]lo|solamente|[uú]nicamente|salvo|excepto"
    r")(?!\w)",
    re.IGNORECASE,
)
"""In English, German, French and Spanish, whatever is spoken. A strong yes has such words, too: "aber gern"."""


def is_narrowed(text: str) -> bool:
    """Whether it says that something is left out of what is agreed to."""
    return _NARROWING.search(text) is not None
