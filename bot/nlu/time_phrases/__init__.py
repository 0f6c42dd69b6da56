"""How eight languages say when: what their phrases mean in English, whose grammar then says what that is.

Rows that come first go first; `rows.py` says what is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.nlu.time_phrases import catalan, dutch, french, german, italian, portuguese, spanish, swedish
from bot.nlu.time_phrases.rows import Row

PHRASES: Final[Mapping[str, tuple[Row, ...]]] = {
    "de": german.ROWS,
    "fr": french.ROWS,
    "es": spanish.ROWS,
    "it": italian.ROWS,
    "nl": dutch.ROWS,
    "pt": portuguese.ROWS,
    "ca": catalan.ROWS,
    "sv": swedish.ROWS,
}
"""By language (ISO 639-1)."""
