"""Finds the links of a message that may be followed, and puts others in their place.

Followed is only what its author wrote down whole: a link with a variable may name the person or let somebody in who has
it, and where it leads is kept for ever. So nobody can have us lead anywhere that no author wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from bot.domain.assistant import Response
from bot.domain.message import Button, Text

_LINK = re.compile(r"https?://[^\s<>\"'`|\\^]+", re.IGNORECASE)
_WITH_VARIABLE = re.compile(r"https?://(?:\{\{[^{}]*\}\}|[^\s<>\"'`|\\^])+", re.IGNORECASE)
_BEHIND = ".,;:!?*_~…。，；：！？、»”’"
"""What stands behind a link and belongs to the sentence."""

_BRACKETS = {")": "(", "]": "["}
LONGEST = 2048
"""Characters of a link: browsers and vendors take no longer one for sure."""

LINKS_IN_EXTRAS = frozenset({"url", "link", "href", "payload"})
"""Under which keys cards and their buttons have links; pictures have other ones."""


def followed_in(response: Response, own_address: str) -> frozenset[str]:
    """The links that may be followed of what a response says, but for those to our own address."""
    own = _origin(own_address)
    said = (Text(one.text, buttons=one.buttons, extras=one.extras) for one in response.variations)
    links = (link for message in said for link in _written_in(message))
    return frozenset(one for one in links if len(one) <= LONGEST and _leads_on(one, own))


def variable_links(response: Response) -> list[str]:
    """The links of its words and buttons that are never followed since something of the person's is put into them."""
    texts = [text for one in response.variations for text in (one.text, *(button.payload for button in one.buttons))]
    found = [_without_what_follows(link) for text in texts for link in _WITH_VARIABLE.findall(text)]
    return [link for link in dict.fromkeys(found) if "{" in link]


def links_of(message: Text, among: frozenset[str]) -> list[str]:
    """Which of these a message has, each once, in the order in which they stand in it."""
    return [link for link in dict.fromkeys(_written_in(message)) if link in among]


def with_links(message: Text, instead: Callable[[str], str]) -> Text:
    """The message with another link in the place of each."""
    return replace(
        message,
        text=_LINK.sub(lambda found: _replaced(found[0], instead), message.text),
        buttons=tuple(Button(one.title, instead(one.payload)) if one.is_link else one for one in message.buttons),
        extras=_in_extras(message.extras, instead),
    )


def with_parameters(link: str, parameters: Mapping[str, str]) -> str:
    """The link with these parameters behind its own; it keeps those that it has, and stays as it is where it would
    become too long."""
    page, mark, part = link.partition("#")
    known = {name for name, _ in parse_qsl(urlsplit(page).query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in parameters.items() if name not in known}, quote_via=quote)
    if not added:
        return link
    joint = "?" if "?" not in page else "" if page.endswith(("?", "&")) else "&"
    longer = f"{page}{joint}{added}{mark}{part}"
    return longer if len(longer) <= LONGEST else link


def _written_in(message: Text) -> list[str]:
    found: list[str] = []

    def note(link: str) -> str:
        found.append(link)
        return link

    with_links(message, note)
    return found


def _replaced(found: str, instead: Callable[[str], str]) -> str:
    link = _without_what_follows(found)
    return instead(link) + found[len(link) :]


def _without_what_follows(found: str) -> str:
    """The link alone: "(see https://example.com/a_(b).)" has two characters too many."""
    while True:
        last = found[-1]
        opening = _BRACKETS.get(last)
        if last not in _BEHIND and (opening is None or found.count(opening) >= found.count(last)):
            return found
        found = found[:-1]


def _in_extras(given: Any, instead: Callable[[str], str], key: str = "") -> Any:
    match given:
        case Mapping():
            return {name: _in_extras(value, instead, str(name)) for name, value in given.items()}
        case list() | tuple():
            return [_in_extras(value, instead) for value in given]
        case str() if key in LINKS_IN_EXTRAS and _LINK.fullmatch(given):
            return instead(given)
    return given


def _leads_on(link: str, own: tuple[str, str]) -> bool:
    """Whether it is an address of somebody else's, and none with a password in it."""
    try:
        host, userinfo = _origin(link), "@" in urlsplit(link).netloc
    except ValueError:
        return False
    return bool(host[1]) and host != own and not userinfo and "{" not in link


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme.lower(), parts.netloc.lower()
