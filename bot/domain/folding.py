"""One form for words and names that people write in several: without case, accents, and what stands between."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> str:
    """Without case, accents and what stands between words: `Vor- und Nachname` is `vor_und_nachname`, `firstName`
    `first_name`. A sign alone stays what it is."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.strip())
    return re.sub(r"[\W_]+", "_", plain_letters(apart)).strip("_") or text.strip()


def plain_letters(text: str) -> str:
    """Without case and accents."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(one for one in letters if not unicodedata.combining(one)))


def close_up(name: str) -> str:
    """Folded, without what stands between words, which programs leave out: `HASOPTEDOUTOFEMAIL`, `Time Zone`."""
    return fold(name).replace("_", "")
