"""The languages that an assistant can be begun in: one for each folder of `starter_in/`, and English."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

OWN: Final = "en"
IN_OTHERS: Final = Path(__file__).with_name("starter_in")


def starter_languages() -> Sequence[str]:
    """Those that the starter can speak, by their two letters; the first is what it speaks unless told."""
    return (OWN, *sorted(path.name for path in IN_OTHERS.iterdir()))


def languages_to_choose() -> str:
    """Those that it can speak, as a text names them: "en, de or fr"."""
    *others, last = starter_languages()
    return f"{', '.join(others)} or {last}"
