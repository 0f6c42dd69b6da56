"""Reads countries as people and spreadsheets write them: `Spanien`, `España`, `ESP` and `ES` are one country."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_global

from bot.documents import parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.folding import close_up

COUNTRY = "country"
"""The attribute that holds one, as its two letters (ISO 3166)."""

FILE = Path(__file__).with_name("countries.yml")
LANGUAGES = (
    *("en", "de", "fr", "es", "pt", "pt_PT", "it", "nl", "pl", "ja", "ar", "he"),
    *("sv", "da", "nb", "fi", "tr", "cs", "hu", "ro", "ru", "uk", "el", "ko", "zh"),
)
"""Of the names that are known, the same as in `words.yml`."""

NO_COUNTRIES = frozenset({"AC", "CP", "DG", "EU", "TA", "XA", "XB", "ZZ"})
"""What has three letters in Unicode's list, too: parts of countries, the European Union, and what stands for none."""

SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
LONGEST_NAME = 200
IN_BRACKETS = re.compile(r"\s*[(（].*[)）]")
WHAT = "it must be a country: write its two letters (ISO 3166), such as DE, or its name, such as Germany"


def is_country(name: str, attribute: Attribute | None) -> bool:
    """Whether an attribute of this name holds a country; `attribute` is how it is declared, if it is."""
    return name == COUNTRY and (attribute is None or attribute.type is AttributeType.TEXT)


def country_as_declared(told: Any, attribute: Attribute | None) -> str:
    """The country as the attribute holds it: where its values are declared, such a value stays as it is."""
    if attribute is not None and attribute.one_of and attribute.takes(told):
        return str(told)
    return read_country(told)


def country_if_known(name: str, told: Any, schema: ProfileSchema | None) -> Any:
    """What this attribute is to hold; what is no country that we know stays as it is told."""
    attribute = schema.attributes.get(name) if schema is not None else None
    if not is_country(name, attribute):
        return told
    try:
        return country_as_declared(told, attribute)
    except ValueError:
        return told


def read_country(told: Any) -> str:
    """Its two letters; raises ValueError where it is none, or may be two."""
    if not isinstance(told, str) or len(told) > LONGEST_NAME:
        raise ValueError(WHAT)
    plain = told.strip()
    if plain.upper() in _codes():
        return plain.upper()
    try:
        return _names()[close_up(plain)]
    except KeyError:
        raise ValueError(WHAT) from None


@cache
def _codes() -> frozenset[str]:
    return frozenset(_by_three_letters().values())


def _by_three_letters() -> Mapping[str, str]:
    names = Locale("en").territories
    return {
        three: codes[0]
        for three, codes in get_global("territory_aliases").items()
        if re.fullmatch("[A-Z]{3}", three) and len(codes) == 1 and codes[0] in names and codes[0] not in NO_COUNTRIES
    }


@cache
def _names() -> Mapping[str, str]:
    """From what is written, closed up, to the country. What is said of two is said of neither."""
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        for code in _codes():
            for name in _ways_to_write(territories.get(code, ""), language):
                found.setdefault(close_up(name), set()).add(code)
    names = {name: next(iter(codes)) for name, codes in found.items() if name and len(codes) == 1}
    names |= {close_up(three): code for three, code in _by_three_letters().items()}
    own = parse(FILE.name, FILE.read_text(encoding="utf-8")).data
    return names | {close_up(name): str(code) for code, said in own.items() for name in said}


def _ways_to_write(name: str, language: str) -> Iterator[str]:
    yield from (name, IN_BRACKETS.sub("", name), name.removesuffix(" SAR China"))
    if language == "en":
        spelled = name.replace("&", "and").replace("St.", "Saint")
        yield from (spelled, name.replace("&", "and"), f"the {name}", f"the {spelled}")
    if language == "de":
        yield name.translate(SPELLED_OUT)
