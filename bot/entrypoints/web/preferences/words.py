"""The words of the preference pages in each language that they have, and which of them a reader gets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.documents import parse

FOLDER = Path(__file__).with_name("words")
FALLBACK = "en"
LANGUAGES = tuple(sorted(file.stem for file in FOLDER.glob("*.yml")))


@dataclass(frozen=True, slots=True)
class Words:
    """One language's file. `version` is of what people agree to: the consent ledger tells by it which words it was."""

    language: str
    texts: Mapping[str, str]
    channels: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    @property
    def version(self) -> str:
        return hashlib.sha256(f"{self['choice']}\n{self['stop_text']}".encode()).hexdigest()[:8]

    @property
    def direction(self) -> str:
        return self["direction"]


@cache
def words_in(language: str) -> Words:
    file = FOLDER / f"{language}.yml"
    data = parse(file.name, file.read_text(encoding="utf-8")).data
    channels = {str(name): str(word) for name, word in data["channels"].items()}
    return Words(language, {str(key): str(value) for key, value in data.items() if key != "channels"}, channels)


def words_for(accepted: str, locale: str | None = None) -> Words:
    """Those that the reader's browser asks for (`Accept-Language`), else those of the person's locale, else English."""
    for language in (*_in_order(accepted), _base(locale or "")):
        if language in LANGUAGES:
            return words_in(language)
    return words_in(FALLBACK)


def _in_order(accepted: str) -> list[str]:
    """The languages of the header, most wanted first; one that is refused (q=0) is none."""
    found = []
    for part in accepted[:500].split(","):
        name, _, more = part.partition(";")
        quality = re.search(r"q\s*=\s*([01](?:\.\d{0,3})?)", more)
        weight = float(quality[1]) if quality else 1.0
        if weight > 0:
            found.append((weight, _base(name)))
    return [language for _, language in sorted(found, key=lambda one: -one[0])]


def _base(tag: str) -> str:
    """The language of a tag: pt-BR and pt_BR are pt; iw is what old systems call Hebrew."""
    language = tag.strip().replace("_", "-").partition("-")[0].lower()
    return "he" if language == "iw" else language
