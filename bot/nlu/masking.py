"""Takes out of a text what tells who wrote it, so that it may be shown to authors and kept in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from bot.domain.understanding import Entity
from bot.nlu.contacts import find_emails, find_phones, find_urls
from bot.nlu.spelled_emails import find_spelled_emails
from bot.nlu.spelled_phones import find_spelled_phones

EMAIL, NAME, PHONE = "name@example.com", "NAME", "00000 000000"

_LOOKS_LIKE_EMAIL = re.compile(r"[^\s@]+(?P<host>@[\w.-]*\w)?")
"""Without a host it is any word: whatever begins is read to its end, so that no character is looked at twice."""

_LONG_NUMBER = re.compile(r"\d(?:[ ./()-]{0,2}\d){5,}")
_DIGIT = re.compile(r"\d")

Mask = tuple[int, int, str]
"""From which character to which (end exclusive), and what stands there instead."""


def masked(text: str, *, region: str | None = None, entities: Iterable[Entity] = ()) -> str:
    """E-mail addresses, names that were found, digits of phone and other long numbers, and what links carry along.

    `entities` are what was found in the text; `region` is the country of phone numbers without a country code. Numbers
    keep their shape, so that the text teaches the same.
    """
    written, read_to = "", 0
    for start, end, instead in sorted(_masks(text, region, entities), key=lambda mask: (mask[0], -mask[1])):
        if start < read_to:
            continue
        written += text[read_to:start] + instead
        read_to = end
    return written + text[read_to:]


def _masks(text: str, region: str | None, entities: Iterable[Entity]) -> Iterator[Mask]:
    for url in find_urls(text):
        yield url.start, url.end, _bare_address(text[url.start : url.end])
    for email in (*find_emails(text), *find_spelled_emails(text, in_part=True)):
        yield email.start, email.end, EMAIL
    for match in _LOOKS_LIKE_EMAIL.finditer(text):
        if match["host"]:
            yield *match.span(), EMAIL
    for phone in find_phones(text, region):
        yield phone.start, phone.end, _DIGIT.sub("0", text[phone.start : phone.end])
    for phone in find_spelled_phones(text, region):
        yield phone.start, phone.end, PHONE
    for match in _LONG_NUMBER.finditer(text):
        yield *match.span(), _DIGIT.sub("0", match[0])
    for entity in entities:
        if entity.name == "person" and text[entity.start : entity.end] == entity.text != "":
            yield entity.start, entity.end, NAME


def _bare_address(url: str) -> str:
    """Only where it leads: what follows the host may name a person or open their account."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        host = None
    return f"https://{host or 'example.com'}"
