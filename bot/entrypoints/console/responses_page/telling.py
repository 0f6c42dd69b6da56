"""What the page tells of responses: the list with where each is used and what is missing, and what may be written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.adapters.content.response_files import Declared, FileOfResponses
from bot.adapters.content.response_uses import Use
from bot.dialogue.liquid import FILTERS
from bot.dialogue.liquid_check import ALWAYS
from bot.domain.errors import Fault
from bot.domain.journey import Journey
from bot.domain.languages import base_language
from bot.domain.steps import SendStep
from bot.entrypoints.console.journeys_page.answers import faults_json
from bot.ports import Playbook


def list_json(
    files: Sequence[FileOfResponses], uses: Mapping[str, Sequence[Use]], told: Sequence[Fault], own: str
) -> dict[str, Any]:
    """The responses by file; `told` are faults and warnings of the content, `own` is the assistant's language."""
    spoken = languages_in(files)
    return {
        "languages": spoken,
        "files": [
            {
                "path": file.shown,
                "is_whole": file.is_whole,
                "responses": [
                    {
                        **summary(one, spoken, own),
                        "used": [asdict(use) for use in uses.get(one.name, ())],
                        "notes": faults_json(of_response(file, one, told)),
                    }
                    for one in file.responses.values()
                ],
            }
            for file in files
        ],
    }


def summary(declared: Declared, spoken: Collection[str], own: str) -> dict[str, Any]:
    """Its words, for whom it has some, and in which languages that others are in it has none."""
    variations = [one if isinstance(one, Mapping) else {"text": str(one)} for one in declared.variations]
    has = {language_of(one) or own for one in variations}
    channels = dict.fromkeys(str(one["channel"]) for one in variations if one.get("channel"))
    return {
        "response": declared.name,
        "texts": [str(one.get("text") or "") for one in variations],
        "languages": sorted(has - {own}),
        "lacks": sorted(set(spoken) - has),
        "channels": list(channels),
    }


def language_of(variation: Mapping[str, Any]) -> str | None:
    return base_language(str(variation["language"])) if variation.get("language") else None


def languages_in(files: Iterable[FileOfResponses]) -> list[str]:
    """The languages that some response has words in, besides those for everybody."""
    variations = (one for file in files for response in file.responses.values() for one in response.variations)
    return sorted({found for one in variations if isinstance(one, Mapping) and (found := language_of(one))})


def of_response(file: FileOfResponses, declared: Declared, told: Iterable[Fault]) -> list[Fault]:
    """What is told of the lines from the name of this response to that of the next."""
    lines = sorted(one.line for one in file.responses.values())
    end = next((line for line in lines if line > declared.line), None)
    return [
        one
        for one in told
        if one.place.path == str(file.path)
        and one.place.line >= declared.line
        and (end is None or one.place.line < end)
    ]


def sent_on(journeys: Iterable[Journey], response: str) -> list[str]:
    """The channels on which journeys send it."""
    steps = (step for journey in journeys for step in journey.steps.values() if isinstance(step, SendStep))
    return sorted({channel for step in steps if step.response == response for channel in step.channels})


def offered(playbook: Playbook, channels: Iterable[str]) -> dict[str, Any]:
    """The names that words may have in them, and what a variation may be for."""
    profile = playbook.profile.attributes if playbook.profile is not None else {}
    return {
        "channels": sorted(channels),
        "languages": sorted(playbook.languages),
        "own_language": playbook.assistant.configuration.language,
        "slots": sorted(playbook.assistant.slots),
        "profile": [{"name": name, "label": one.label or name.replace("_", " ")} for name, one in profile.items()],
        "always": sorted(ALWAYS),
        "filters": sorted(FILTERS),
        "intents": sorted(playbook.assistant.intents),
    }
