"""Asking for a person in languages that an assistant may not speak: whoever cannot be answered can be put through."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_TALKING: Mapping[str, tuple[str, str]] = {
    "de": (
        r"sprechen|reden|verbinden|chatten|telefonieren",
        r"menschen?|mitarbeiter(?:in)?|berater(?:in)?|kolleg(?:en|in)|jemand(?:em|en)?|(?:echten )?person",
    ),
    "fr": (
        r"parler|discuter|échanger",
        r"quelqu['’]un|humain|(?:vraie |une )personne|conseill(?:er|ère)|agent|opérat(?:eur|rice)",
    ),
    "es": (
        r"hablar|comunicar(?:me)?|charlar",
        r"alguien|persona|humano|agente|asesora?|operadora?",
    ),
    "it": (
        r"parlare|parlo|chattare",
        r"qualcuno|persona|umano|operat(?:ore|rice)|consulente",
    ),
    "pt": (
        r"falar|conversar",
        r"algu[ée]m|pessoa|humano|atendente|operadora?",
    ),
    "nl": (
        r"spreken|praten|bellen",
        r"iemand|mens|persoon|medewerk(?:er|ster)|collega",
    ),
    "pl": (
        r"rozmawiać|porozmawiać|pogadać|rozmowy?",
        r"człowiek(?:iem)?|kimś|osobą|konsultant(?:em|ką)|pracownikiem",
    ),
}
"""For each language the words for talking, and those for whom one wants to talk with."""

_PATTERNS = {
    language: (
        re.compile(rf"(?<!\w)(?:{verbs})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{who})(?!\w)", re.IGNORECASE),
    )
    for language, (verbs, who) in _TALKING.items()
}


def asks_for_person(text: str, *, besides: Collection[str]) -> str | None:
    """The language in which the text asks for a person, of those that are not `besides`; None where it does not."""
    return next(
        (
            language
            for language, (verb, who) in _PATTERNS.items()
            if language not in besides and verb.search(text) and who.search(text)
        ),
        None,
    )
