"""Reads languages as people and other systems write them: `German`, `Deutsch`, `deu`, `de_de`, `German (Germany)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

from bot.domain.folding import close_up
from bot.domain.languages import OWN_NAMES, language_tag
from bot.journeys.told.countries import LANGUAGES as NAMED_IN
from bot.journeys.told.countries import LONGEST_NAME, read_country

WHAT = "it must be a language: write its code, such as de or en-GB, or its name, such as German"
OF_A_COUNTRY = re.compile(r"([^()]+)\(([^()]+)\)\s*")


def read_locale(told: Any) -> str:
    """Its tag; raises ValueError where it is none."""
    if not isinstance(told, str) or len(told) > LONGEST_NAME:
        raise ValueError(WHAT)
    if tag := language_tag(told):
        base, *rest = tag.split("-")
        base = get_global("language_aliases").get(base, base)
        if base in Locale("en").languages:
            return "-".join([base, *rest])
    name, country = found.groups() if (found := OF_A_COUNTRY.fullmatch(told)) else (told, "")
    try:
        return "-".join([_names()[close_up(name)], *([read_country(country)] if country else [])])
    except (KeyError, ValueError):
        raise ValueError(WHAT) from None


@cache
def _names() -> Mapping[str, str]:
    """From a name, closed up, to the code. What is said of two is said of neither."""
    found: dict[str, set[str]] = {}
    for language in NAMED_IN:
        for code, name in Locale.parse(language).languages.items():
            found.setdefault(close_up(name), set()).add(code.replace("_", "-"))
    for code, name in OWN_NAMES.items():
        found.setdefault(close_up(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
