"""Responses that an assistant need not have: for no answer, for a language that it does not speak, for two
requests in one message, and for what the service asks and says by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.dialogue.responses_yaml import EXTRAS
from bot.documents import parse, plain
from bot.domain.assistant import Assistant, Response, Variation
from bot.domain.message import Button
from bot.domain.understanding import PERSON_INTENT

NOT_SPOKEN = "utter_language_not_spoken"

_FILE = Path(__file__).with_name("built_in_responses.yml")


def with_built_in_responses(assistant: Assistant, *, offers_person: bool = True) -> Assistant:
    """The assistant with those that it has not; a person is offered at most where it has an intent for one."""
    offers_person = offers_person and PERSON_INTENT in assistant.intents
    added = {
        name: _for_assistant(response, assistant.configuration.language, offers_person=offers_person)
        for name, response in _responses().items()
        if name not in assistant.responses
    }
    return replace(assistant, responses={**assistant.responses, **added}) if added else assistant


def built_in_names() -> frozenset[str]:
    return frozenset(_responses())


def _for_assistant(response: Response, own: str, *, offers_person: bool) -> Response:
    variations = response.variations
    if not offers_person:
        variations = tuple(_without_person(one) for one in variations)
    if any(one.language == own for one in variations) and response.name != NOT_SPOKEN:
        # What goes for all languages is English, and gives way to the assistant's own.
        languages = [one.language or "en" for one in variations]
        variations = tuple(
            replace(one, language=None if language == own else language)
            for one, language in zip(variations, languages, strict=True)
        )
    return Response(response.name, variations)


def _without_person(variation: Variation) -> Variation:
    buttons = tuple(one for one in variation.buttons if one.payload != f"/{PERSON_INTENT}")
    return replace(variation, buttons=buttons)


@cache
def _responses() -> Mapping[str, Response]:
    data = parse(_FILE.name, _FILE.read_text(encoding="utf-8")).data
    return {
        str(name): Response(str(name), tuple(_variation(one) for one in variations))
        for name, variations in data["responses"].items()
    }


def _variation(written: Mapping[str, object]) -> Variation:
    listed = written.get("buttons")
    buttons = [Button(str(one["title"]), str(one["payload"])) for one in listed] if isinstance(listed, list) else []
    language, channel = written.get("language"), written.get("channel")
    return Variation(
        str(written["text"]),
        channel=str(channel) if channel else None,
        buttons=tuple(buttons),
        extras={key: plain(written[key]) for key in EXTRAS if key in written},
        language=str(language) if language else None,
        subject=str(written.get("subject", "")),
    )
