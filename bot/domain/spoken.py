"""A message as it is said aloud: what a voice reads, which choices it offers, which links it cannot say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal
from xml.sax.saxutils import escape

from bot.domain.message import Button, Text
from bot.domain.spoken_phrases import Phrases, phrases_of
from bot.domain.word_forms import spelled

MOST_KEYS = 8
"""Choices that have a key on the phone; the ninth key is the link's."""

LINK_KEY = "9"
SEND_LINK = "send_link"
"""The intent of somebody who wants the link that was just spoken of by text message."""

Links = Literal["text", "card", "unsaid"]
"""What becomes of a link: it is offered as a text message, is shown on a card, or is only not read out."""


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number, said digit by digit in its groups."""

    text: str


@dataclass(frozen=True, slots=True)
class Day:
    date: date


Piece = Words | Number | Day


@dataclass(frozen=True, slots=True)
class Choice:
    """A button that is said, or pressed on the phone by `key`; empty where it has none."""

    key: str
    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a voice says: `sentences` one after another, then what may be answered."""

    sentences: tuple[tuple[Piece, ...], ...]
    choices: tuple[Choice, ...] = ()
    links: tuple[str, ...] = ()
    language: str = "en"

    def plain(self) -> str:
        """For voices that read text, and for people who check what is said."""
        return " ".join(self.lines())

    def lines(self) -> list[str]:
        """The same, sentence by sentence."""
        phrases = phrases_of(self.language)
        return ["".join(_plain(piece, phrases) for piece in sentence) for sentence in self.sentences]

    def ssml(self) -> str:
        """What stands in SSML's `<speak>`; a telephone number and a day are marked as what they are."""
        return " ".join(f"<s>{''.join(map(_ssml, sentence))}</s>" for sentence in self.sentences)


def speak(content: Text, *, keypad: bool = False, links: Links = "unsaid", language: str = "en") -> Spoken:
    """The message for the ear. `keypad`: choices can be pressed; `language` is that of the message (ISO 639)."""
    phrases = phrases_of(language)
    links_of_buttons = [button.payload for button in content.buttons if button.is_link]
    source = [content.source_url] if content.source_url else []
    found = list(dict.fromkeys([*URL.findall(content.text), *links_of_buttons, *source]))
    text = content.text
    if found and (offer := phrases.of_links(links)):
        text = f"{text}\n{offer}"
    choices = choices_of([button for button in content.buttons if not button.is_link], keypad=keypad)
    if found and links == "text":
        payload = f"/{SEND_LINK}{json.dumps({'link': found[0]})}"
        choices = (*choices, Choice(LINK_KEY if keypad else "", phrases.text_me, payload))
    if choices:
        text = f"{text}\n{_offer(choices, phrases)}"
    return Spoken(tuple(_sentences(text, phrases)), choices, tuple(found), language)


def choices_of(buttons: Sequence[Button], *, keypad: bool) -> tuple[Choice, ...]:
    return tuple(
        Choice(str(number) if keypad and number <= MOST_KEYS else "", _clean(button.title), button.payload)
        for number, button in enumerate(buttons, start=1)
    )


def pressed(key: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice of this key of the phone."""
    return next((choice for choice in choices if choice.key and choice.key == key), None)


def named(said: str, choices: Sequence[Choice], language: str = "en") -> Choice | None:
    """The choice that somebody named by its title, or by its place: "the second one", "two"."""
    words = spelled(said)
    titled = [choice for choice in choices if words and spelled(choice.title) == words]
    if titled:
        return titled[0]
    if any(character.isdigit() for choice in choices for character in choice.title):
        return None  # of "1 to 10" and "11 to 50", "two" is a number of people and no place
    place = phrases_of(language).place(words)
    return choices[place - 1] if place is not None and place <= len(choices) else None


def written(said: str, language: str = "en") -> str:
    """What was said, as it would be written where that matters: an e-mail address that was spelled out, maybe letter by
    letter."""
    phrases = phrases_of(language)
    part = r"(?:\w(?: \w\b){1,40}|[\w.+-]+)"
    dotted = rf"{part}(?: {phrases.dot} {part})"
    address = re.compile(rf"(?<![\w'’])(?=\w)({dotted}*) {phrases.at_sign} ({dotted}+)", re.IGNORECASE)
    dot = re.compile(rf" {phrases.dot} ", re.IGNORECASE)
    return address.sub(
        lambda found: "@".join(dot.sub(".", one).replace(" ", "") for one in found.groups()).lower(), said
    )


def _offer(choices: Sequence[Choice], phrases: Phrases) -> str:
    names = [choice.title.rstrip("?!. ") for choice in choices]
    told = [
        phrases.with_key.format(title=name, key=choice.key) if choice.key else name
        for name, choice in zip(names, choices, strict=True)
    ]
    listed = told[0] if len(told) == 1 else f"{'; '.join(told[:-1])}{phrases.last_or}{told[-1]}"
    return f"{phrases.you_can_say} {listed}."


# ---------------------------------------------------------------- text into sentences and pieces

URL = re.compile(r"https?://[^\s<>()\"']*[^\s<>()\"'.,;:!?]")
MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\((https?://[^)\s]+)\)")
BULLET = re.compile(r"^\s*(?:[-*•]|#{1,6})\s+")
MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)")
PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MOMENT = re.compile(r"(?<![\w-])(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?![\w:-])")
CLOCK_TIME = re.compile(r"(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?![\w:]|\s?[ap]\.?m\b)", re.IGNORECASE)
RANGE = re.compile(r"(?<![\w.+-])(\d{1,6})\s?(?:[–—]|-)\s?([£$€]?\d{1,6})(?![\w-])")
CLOCK_RANGE = re.compile(r"(?<![\w:.-])(\d{1,2}:\d\d)\s?[–—-]\s?(?=\d{1,2}:\d\d(?![\w:]))")
PER = re.compile(r"\s?/\s?(?=(?:user|seat|person|month|year|week|day|hour|minute)\b)", re.IGNORECASE)
THOUSANDS = re.compile(r"(?<![\w.])([£$€]?\d+(?:\.\d+)?)k\b", re.IGNORECASE)
BLANK_BEFORE_MARK = re.compile(r"\s(?=[.,])")
ENDS = re.compile(r"(?<=[.!?…])\s+")
PHONE_NUMBER = re.compile(r"(?<![\w.])(?:\+\d(?:[ ().-]{0,2}\d){6,14}|0\d{2,4}(?:[ -]\d{2,4}){2,3})(?!\w)")
SPECIAL = re.compile(rf"(?P<day>(?<![\w-])\d{{4}}-\d\d-\d\d(?![\w-]))|(?P<number>{PHONE_NUMBER.pattern})")


def _sentences(text: str, phrases: Phrases) -> Iterator[tuple[Piece, ...]]:
    for line in text.split("\n"):
        cleaned = _normal(_clean(BULLET.sub("", line)), phrases)
        for sentence in ENDS.split(cleaned):
            if any(character.isalnum() for character in sentence):
                yield tuple(_pieces(_ended(sentence.strip())))


def _clean(text: str) -> str:
    """Without what is for the eye only: marks of Markdown, emoji, and characters that no voice can say."""
    unmarked = MARKS.sub("", MARKDOWN_LINK.sub(r"\1", text))
    visible = "".join(one for one in PICTURES.sub("", unmarked) if one.isprintable())
    return BLANK_BEFORE_MARK.sub("", " ".join(visible.split()))


def _normal(text: str, phrases: Phrases) -> str:
    """The text in words where a voice would stumble: links, addresses, times, ranges, amounts."""
    text = URL.sub(phrases.the_link, text)
    text = EMAIL.sub(lambda found: _spoken_address(found[0], phrases), text)
    text = MOMENT.sub(lambda found: f"{found[1]} {phrases.at} {found[2]}:{found[3]}", text)
    text = CLOCK_RANGE.sub(rf"\1 {phrases.to} ", text)
    text = CLOCK_TIME.sub(lambda found: phrases.clock(time(int(found[1]), int(found[2]))), text)
    text = _ranges(text, phrases)
    text = THOUSANDS.sub(rf"\1 {phrases.thousand}", text)
    if phrases.per:
        text = PER.sub(f" {phrases.per} ", text)
    text = re.sub(r"\s&\s", f" {phrases.ampersand} ", text)
    return " ".join(text.split())


def _ranges(text: str, phrases: Phrases) -> str:
    """A dash within a telephone number does not count."""
    numbers = [found.span() for found in PHONE_NUMBER.finditer(text)]

    def said(found: re.Match[str]) -> str:
        if any(begin <= found.start() < end for begin, end in numbers):
            return found[0]
        return f"{found[1]} {phrases.to} {found[2]}"

    return RANGE.sub(said, text)


def _spoken_address(address: str, phrases: Phrases) -> str:
    return address.replace("@", f" {phrases.at_sign} ").replace(".", f" {phrases.dot} ")


def _ended(sentence: str) -> str:
    """A line that ends without a mark is a sentence all the same: the voice falls, and pauses."""
    return sentence if sentence[-1] in ".!?…:" else f"{sentence.rstrip(',;')}."


def _pieces(sentence: str) -> Iterator[Piece]:
    end = 0
    for found in SPECIAL.finditer(sentence):
        piece = _special(found)
        if piece is None:
            continue
        if found.start() > end:
            yield Words(sentence[end : found.start()])
        yield piece
        end = found.end()
    if end < len(sentence):
        yield Words(sentence[end:])


def _special(found: re.Match[str]) -> Piece | None:
    """None for what only looks like a day: there is no 31st of February."""
    if found["number"]:
        return Number(found["number"])
    try:
        return Day(date.fromisoformat(found["day"]))
    except ValueError:
        return None


def _plain(piece: Piece, phrases: Phrases) -> str:
    match piece:
        case Words(text=text):
            return text
        case Number(text=text):
            groups = re.findall(r"\d+", text)
            said = ", ".join(" ".join(group) for group in groups)
            return f"{phrases.plus} {said}" if text.startswith("+") else said
        case Day(date=day):
            return phrases.day(day)


def _ssml(piece: Piece) -> str:
    match piece:
        case Words(text=text):
            return escape(text)
        case Number(text=text):
            return f'<say-as interpret-as="telephone">{escape(text)}</say-as>'
        case Day(date=day):
            return f'<say-as interpret-as="date" format="ymd">{day:%Y%m%d}</say-as>'
