"""Languages by their ISO 639-1 codes."""

from __future__ import annotations

import re

LANGUAGE_SLOT = "language"
"""The slot in which a conversation keeps its language."""

OWN_NAMES = {
    "ar": "العربية",
    "bg": "български",
    "cs": "čeština",
    "da": "dansk",
    "de": "Deutsch",
    "el": "ελληνικά",
    "en": "English",
    "es": "español",
    "et": "eesti",
    "fi": "suomi",
    "fr": "français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "hrvatski",
    "hu": "magyar",
    "id": "Bahasa Indonesia",
    "it": "italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "lietuvių",
    "lv": "latviešu",
    "nl": "Nederlands",
    "no": "norsk",
    "pl": "polski",
    "pt": "português",
    "ro": "română",
    "ru": "русский",
    "sk": "slovenčina",
    "sl": "slovenščina",
    "sv": "svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
"""What each language is called by those who speak it."""

_ALIASES = {"nb": "no", "nn": "no", "als": "de", "bar": "de", "yue": "zh", "wuu": "zh", "arz": "ar", "iw": "he"}


def base_language(tag: str) -> str:
    """The language of a tag such as `de-AT`, without the country; dialects and old codes are their language."""
    base = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    return _ALIASES.get(base, base)


_TAG = re.compile(r"([a-z]{2,3})((?:[-_][a-z0-9]{2,8}){0,4})(?:[.@][\w.@-]{1,20})?", re.ASCII | re.IGNORECASE)


def language_tag(told: object) -> str | None:
    """The tag as it is usually written: `pt_br` is `pt-BR`, as is `pt_BR.UTF-8`; None where it is none."""
    found = _TAG.fullmatch(told.strip()) if isinstance(told, str) else None
    if found is None:
        return None
    subtags = re.split("[-_]", found[2])[1:]
    return "-".join([found[1].lower(), *map(_as_usual, subtags)])


def _as_usual(subtag: str) -> str:
    match len(subtag):
        case 2:
            return subtag.upper()
        case 4 if subtag.isalpha():
            return subtag.title()
    return subtag.lower()
