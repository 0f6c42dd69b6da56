"""What the voice channels share: a message as it stands on their feed, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.message import Author, Button, Text
from bot.domain.spoken import Choice, Links, Spoken, speak
from bot.domain.spoken_phrases import phrases_of
from bot.ports import FeedItem


def item_of(key: str, content: Text) -> Mapping[str, Any]:
    """The message as a feed keeps it: what can be said of it, and who says it."""
    return {
        "type": "said",
        "id": key,
        "text": content.text,
        "buttons": [[button.title, button.payload] for button in content.buttons],
        "source": content.source_url,
        "author": content.author.value,
    }


def speech_of(items: Iterable[FeedItem], *, keypad: bool, links: Links, language: str) -> list[Spoken]:
    """What is said, in order. Choices are offered with the last message only: nobody keeps two lists in mind."""
    return [spoken for _, spoken in texts_and_speech(items, keypad=keypad, links=links, language=language)]


def texts_and_speech(
    items: Iterable[FeedItem], *, keypad: bool, links: Links, language: str
) -> list[tuple[str, Spoken]]:
    """The same, each beside its text as it was written."""
    said = [found.item for found in items if found.item["type"] == "said"]
    spoken = [
        (item["text"], speak(_content(item, offers=item is said[-1]), keypad=keypad, links=links, language=language))
        for item in said
    ]
    return [(text, one) for text, one in spoken if one.sentences]


def choices_in(spoken: Sequence[Spoken]) -> tuple[Choice, ...]:
    """The choices that stand at the end of what was said."""
    return spoken[-1].choices if spoken else ()


def a_person_speaks(items: Sequence[FeedItem]) -> bool:
    """Whether a colleague has the floor, by who spoke last."""
    said = [found.item for found in items if found.item["type"] == "said"]
    return bool(said) and said[-1]["author"] != Author.BOT


def phrase(words: str, language: str) -> Spoken:
    """One of the voice's own sentences."""
    return speak(Text(words), language=language)


def one_moment(language: str) -> Spoken:
    return phrase(phrases_of(language).one_moment, language)


def _content(item: Mapping[str, Any], *, offers: bool) -> Text:
    buttons = tuple(Button(title, payload) for title, payload in item["buttons"]) if offers else ()
    return Text(item["text"], buttons=buttons, source_url=item["source"] if _is_link(item["source"]) else "")


def _is_link(address: str) -> bool:
    return address.startswith(("http://", "https://"))
