"""What the page tells of responses: the list with where each is used and what is missing, and what may be written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.adapters.content.built_in_responses import built_in_names
from bot.adapters.content.response_files import Declared, FileOfResponses
from bot.adapters.content.response_uses import Kind, Use
from bot.dialogue.liquid import FILTERS
from bot.dialogue.liquid_check import ALWAYS
from bot.domain.assistant import Response
from bot.domain.errors import Fault
from bot.domain.journey import Journey
from bot.domain.languages import base_language
from bot.domain.steps import SendStep
from bot.entrypoints.console.journeys_page.answers import faults_json
from bot.ports import Playbook

NAMES_IT: Mapping[Kind, str] = {
    "rule": 'the rule "{}"',
    "story": 'the story "{}"',
    "form": 'the form "{}"',
    "journey": 'the journey "{}"',
    "intent": 'the examples of the intent "{}"',
    "code": "the action in {}",
}
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Wants:
    """What words may have to be for: the languages that some response has words in, the assistant's `own`, and the
    channels on which each message has a subject."""

    languages: Collection[str]
    own: str
    with_subject: Collection[str]


def list_json(
    files: Sequence[FileOfResponses], uses: Mapping[str, Sequence[Use]], told: Sequence[Fault], wants: Wants
) -> dict[str, Any]:
    """The responses by file; `told` are faults and warnings of the content."""
    return {
        "languages": list(wants.languages),
        "files": [
            {
                "path": file.shown,
                "is_whole": file.is_whole,
                "responses": [
                    {
                        **summary(one, wants),
                        "used": [asdict(use) for use in uses.get(one.name, ())],
                        "notes": faults_json(of_response(file, one, told)),
                    }
                    for one in file.responses.values()
                ],
            }
            for file in files
        ],
    }


def built_in_json(files: Iterable[FileOfResponses], known: Mapping[str, Response]) -> list[dict[str, Any]]:
    """What Overture says in words of its own, because no file has any for it."""
    declared = {name for file in files for name in file.responses}
    built_in = (known[name] for name in sorted(built_in_names() - declared) if name in known)
    return [{"response": one.name, "texts": [variation.text for variation in one.variations]} for one in built_in]


def missed_by(name: str, uses: Iterable[Use]) -> list[Use]:
    """What would have nothing to say without the response. Overture itself then says its own words, or nothing, and so
    does whoever names one that it has own words for."""
    if name in built_in_names():
        return []
    return [use for use in uses if use.kind in NAMES_IT]


def in_words(uses: Sequence[Use]) -> str:
    """`the rule "Greeting", the journey "welcome" and 3 more`"""
    words = [NAMES_IT[use.kind].format(use.name) for use in uses]
    shown, more = words[:MOST_NAMED], len(words) - MOST_NAMED
    *others, last = [*shown, f"{more} more"] if more > 0 else shown
    return f"{', '.join(others)} and {last}" if others else last


def summary(declared: Declared, wants: Wants) -> dict[str, Any]:
    """Its words, for whom it has some, and for whom it has none."""
    variations = [one if isinstance(one, Mapping) else {"text": str(one)} for one in declared.variations]
    has = {language_of(one) or wants.own for one in variations}
    channels = dict.fromkeys(str(one["channel"]) for one in variations if one.get("channel"))
    return {
        "response": declared.name,
        "texts": [str(one.get("text") or "") for one in variations],
        "languages": sorted(has - {wants.own}),
        "lacks": sorted(set(wants.languages) - has),
        "missing": list(_missing(variations, wants)),
        "channels": list(channels),
    }


def _missing(variations: Sequence[Mapping[str, Any]], wants: Wants) -> Iterator[str]:
    """What a channel needs and does not get, in a few words each."""
    for number, one in enumerate(variations, start=1):
        if one.get("channel") in wants.with_subject and not one.get("subject"):
            yield f"variation {number} has no subject"
    if variations and all(one.get("channel") for one in variations):
        yield "nothing is said on other channels"
    elif variations and all(one.get("condition") or one.get("channel") for one in variations):
        yield "nothing is said where no condition holds"


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
