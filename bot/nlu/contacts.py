"""Finds e-mail addresses, addresses of pages, and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import get_global
from email_validator import validate_email

from bot.domain.phone_forms import dialled
from bot.domain.understanding import Entity
from bot.nlu.words import UNSPACED
from bot.phone_numbers import readings_of

SURE, POSSIBLE = 1.0, 0.5

_GLUED = rf"{UNSPACED}\uac00-\ud7a3"
"""Letters that a sentence puts right beside an address: "メールはana@example.comです", "ana@example.com으로"."""

_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IN_A_SENTENCE = re.compile(
    rf"(?<![^\W{_GLUED}])[A-Za-z0-9.!#$%&'*+/=?^`{{|}}~_-]{{1,64}}@(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}[A-Za-z]{{2,63}}"
    rf"(?=\.?(?:[{_GLUED}]|$))"
)
_URL = re.compile(rf"(?:(?<![\w@])|(?<=[{_GLUED}]))(?:https?://|www\.)[^\s<>\"\x00]{{1,300}}", re.IGNORECASE)
_SENTENCE_GOES_ON = re.compile(rf"[、。，！？；：）」』】》…]|(?<=[A-Za-z0-9])[{_GLUED}]")
"""Where an address of a page ends, though no blank follows; a stretch of its path may begin with such letters."""
TOP_LEVELS = (
    "com|org|net|io|ai|dev|app|eu|info|biz|edu|gov|shop|store|online|site|tech|cloud|co|uk|de|fr|nl|se|dk|fi|pl|ch|es|"
    "pt|cz|ie|ca|au|nz|jp|cn|br|mx|ru|tv|me|us|no|it|at|be|in|is|so|to|am"
)
_BARE_URL = re.compile(
    rf"(?:(?<![\w@./-])|(?<=[{_GLUED}]))(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?P<top>{TOP_LEVELS})"
    rf"(?:(?![\w@-]|\.\w)|(?=[{_GLUED}]))"
    r"(?P<path>(?::\d{2,5})?/[^\s<>\"\x00]{0,300})?",
    re.IGNORECASE,
)
_ALSO_WORDS = frozenset(("app", "info", "me", "us", "no", "it", "at", "be", "in", "is", "so", "to", "am", "co", "site"))
"""Top levels that a sentence may begin with where the blank after a full stop is missing: "ok.so what now"."""
_PHONE_CUE = re.compile(
    r"\b(?:phone|mobile|cell|number|call|ring|text|sms|whats ?app|tel|reach|dial)\b[^.!?]{0,30}$", re.IGNORECASE
)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_DATE_AND_HOUR = re.compile(rf"{_DATE.pattern}[ ,]+\d{{1,2}}:")
_WITH_A_COUNTRY = re.compile(r"(?<![\w+])\+(?:[ ().-]{0,2}[0-9]){10,15}(?![ .-]?[0-9])")
_SHORTEST_PHONE = 7
_SHORTEST_WITH_PREFIX = 9


def find_emails(text: str) -> Iterator[Entity]:
    """Addresses that could exist, in normal form; no name server is asked."""
    for match in _EMAIL.finditer(text):
        within = None if match[0].isascii() else _IN_A_SENTENCE.search(match[0])
        found = match[0] if within is None else within[0]
        written = found.lstrip(".'!#$%&*/=?^`{|}~").rstrip("-_")
        start = match.start() + match[0].index(written)
        try:
            value = validate_email(written, check_deliverability=False).normalized
        except ValueError:  # what it raises is one; so is what it meets in exotic domain names
            continue
        yield Entity("email", value, written, start, start + len(written), SURE, extractor="contacts")


def find_urls(text: str) -> Iterator[Entity]:
    """Addresses of pages with their scheme, the host in lower case; a bare domain counts where it cannot be words."""
    if "." not in text and "://" not in text:
        return
    read_to = 0
    for match in sorted((*_URL.finditer(text), *_BARE_URL.finditer(text)), key=lambda found: found.start()):
        if match.start() < read_to:
            continue
        goes_on = None if match[0].isascii() else _SENTENCE_GOES_ON.search(match[0])
        written = _without_trailing_marks(match[0][: goes_on.start()] if goes_on else match[0])
        if match.re is _BARE_URL and match["top"].lower() in _ALSO_WORDS and "/" not in written:
            continue
        scheme, separator, rest = written.rpartition("://") if "://" in written[:9] else ("https", "://", written)
        host, slash, path = rest.partition("/")
        if "." not in host and host.lower() != "localhost":
            continue
        read_to = match.start() + len(written)
        value = f"{scheme.lower()}{separator}{host.lower()}{slash}{path}"
        yield Entity("url", value, written, match.start(), read_to, SURE, extractor="contacts")


def _without_trailing_marks(address: str) -> str:
    """Without what ends the sentence around it: a full stop, or a bracket that was not opened within."""
    while address and (address[-1] in ".,;:!?'*" or (address[-1] in ")]" and not _is_opened(address))):
        address = address[:-1]
    return address


def _is_opened(address: str) -> bool:
    opening = {")": "(", "]": "["}[address[-1]]
    return address.count(opening) >= address.count(address[-1])


def country_in(zone: tzinfo | None) -> str | None:
    """The country of a time zone (ISO 3166), where it is one country's."""
    return _country_in(zone.key) if isinstance(zone, ZoneInfo) else None


@cache
def _country_in(zone: str) -> str | None:
    known = get_global("zone_territories")
    country = known.get(zone) or known.get(get_global("zone_aliases").get(zone, ""))
    return country if country in phonenumbers.SUPPORTED_REGIONS else None


def find_phones(text: str, region: str | None, *, whereabouts: str | None = None) -> Iterator[Entity]:
    """Phone numbers in E.164; those without a country code are of `region` (ISO 3166), or none where that is None.

    Where whoever writes is in another country (`whereabouts`), a number that is known there is one of there.

    Possible numbers count, not only valid ones: tables of what is assigned lag behind, and numbers set aside for
    examples are in none of them.
    """
    if not any(map(str.isdigit, text)):
        return
    yield from _phones_as_they_were(text)
    there = [*_phones_of(text, whereabouts, known=True)] if whereabouts not in (None, region) else []
    yield from there
    for one in _phones_of(text, region):
        if not any(one.start < other.end and other.start < one.end for other in there):
            yield one


def _phones_of(text: str, region: str | None, *, known: bool = False) -> Iterator[Entity]:
    """`known`: those alone that are in the country's plan."""
    country = region.upper() if region else None
    for match in phonenumbers.PhoneNumberMatcher(text, country, leniency=phonenumbers.Leniency.POSSIBLE):
        digits = [character for character in match.raw_string if character.isdigit()]
        if len(digits) < _SHORTEST_PHONE or not phonenumbers.is_possible_number(match.number):
            continue
        if _DATE.fullmatch(match.raw_string) or _DATE_AND_HOUR.fullmatch(text[match.start : match.end + 1]):
            continue
        number = readings_of(match.raw_string, match.number)[0]
        is_known = phonenumbers.is_valid_number(number)
        if known and not is_known:
            continue
        # A number is written with its country's or its trunk prefix; an amount is not.
        prefixed = match.raw_string.startswith(("+", "0", "(")) and len(digits) >= _SHORTEST_WITH_PREFIX
        sure = prefixed or is_known or _PHONE_CUE.search(text[max(0, match.start - 60) : match.start])
        yield Entity(
            name="phone",
            value=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
            text=match.raw_string,
            start=match.start,
            end=match.end,
            confidence=SURE if sure else POSSIBLE,
            extractor="contacts",
        )


def _phones_as_they_were(text: str) -> Iterator[Entity]:
    """Numbers in the form of an earlier plan, such as +52 1 55 1234 5678, which tables of today have no longer."""
    for match in _WITH_A_COUNTRY.finditer(text):
        number = "+" + "".join(character for character in match[0] if character.isdigit())
        if dialled(number) != number and not phonenumbers.is_possible_number(phonenumbers.parse(number)):
            yield Entity("phone", number, match[0], match.start(), match.end(), SURE, extractor="contacts")
