"""What languages ask of content: words for everybody, an encoder that knows them, examples of opting out in each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from babel import Locale
from babel.core import get_global

from bot.adapters.understanding.encoder import knows_english_only
from bot.documents import Document, Faults
from bot.domain.assistant import Assistant, Response
from bot.domain.errors import Fault, Place
from bot.domain.journey import Journey
from bot.domain.languages import base_language
from bot.domain.steps import SendStep
from bot.domain.understanding import OPT_OUT_INTENT
from bot.nlu.languages import Languages, folder_language

MOST_NAMED = 3
"""Responses; the others are counted."""


def check_own_words(assistant: Assistant, journeys: Iterable[Journey], faults: Faults) -> None:
    """What is written to people unasked says something to those of every language, and so does what is personal."""
    sent = {step.response for one in journeys for step in one.steps.values() if isinstance(step, SendStep)}
    for name, response in assistant.responses.items():
        foreign = all(variation.language is not None for variation in response.variations)
        if foreign and (response.is_personal or name in sent):
            faults.add(
                response.variations[0].place,
                f'the response "{response.name}" has no words in the assistant\'s own language.',
                "Add a variation without language, for everybody else.",
            )


def without_own_words(assistant: Assistant) -> Iterator[Fault]:
    """A warning for each response that has words in other languages alone: everybody gets them."""
    own = assistant.configuration.language
    for response in assistant.responses.values():
        said = sorted({variation.language for variation in response.variations if variation.language is not None})
        if said and all(variation.language not in (None, own) for variation in response.variations):
            yield Fault(
                response.variations[0].place,
                f'the response "{response.name}" has words in {_listed(said)} alone, and everybody gets them.',
                "Add a variation without language, for everybody else.",
            )


def without_translation(
    assistant: Assistant, languages: Languages, documents: Sequence[Document], folder: Place
) -> Iterator[Fault]:
    """A warning for each further language that is spoken, where responses of the author have no words in it."""
    own = assistant.configuration.language
    written = {name for document in documents for name in _responses_in(document)}
    for language in sorted(languages.spoken - {own}):
        lacking = sorted(name for name in written if _is_lacking(assistant.responses.get(name), language))
        if lacking:
            named = ", ".join(lacking[:MOST_NAMED]) + (", ..." if len(lacking) > MOST_NAMED else "")
            yield Fault(
                folder,
                f'there are examples in "{language}", and {len(lacking)} of {len(written)} responses have no words in '
                f'it: they are said in "{own}" ({named}).',
                f"Add variations with language: {language}; the page Responses lists what lacks them.",
            )


def _responses_in(document: Document) -> Iterable[str]:
    declared = document.data.get("responses") if isinstance(document.data, Mapping) else None
    return declared if isinstance(declared, Mapping) else ()


def _is_lacking(response: Response | None, language: str) -> bool:
    said = [one for one in response.variations if one.text] if response is not None else []
    return bool(said) and all(one.language != language for one in said)


def unknown_languages(assistant: Assistant, documents: Sequence[Document]) -> Iterator[Fault]:
    """A warning for each code that is no language's: of a variation, of a folder of examples, or of `config.yml`."""
    for document in documents:
        if not _is_known(code := folder_language(document.path)):
            what = f'"{code}" is no code of a language, so nobody is understood by these examples.'
            yield Fault(Place(document.path), what, f"{_right(code)} Call the folder so.")
        data = document.data
        own = base_language(str(data.get("language") or "")) if isinstance(data, Mapping) else ""
        if own == assistant.configuration.language and not _is_known(own):
            what = f'"{own}" is no code of a language, so nothing is known of it.'
            yield Fault(document.place(data, "language"), what, _right(own))
    for response in assistant.responses.values():
        for variation in response.variations:
            if not _is_known(code := variation.language or ""):
                what = f'"{code}" is no code of a language, so this variation is never said.'
                yield Fault(variation.place, what, _right(code))


def _is_known(code: str) -> bool:
    return not code or not re.fullmatch("[a-z]{2,3}", code) or code in Locale("en").languages


def _right(code: str) -> str:
    other = get_global("language_aliases").get(code)
    return f'Did you mean "{other}"?' if other else "Languages go by two letters, such as en or de."


def encoder_knows_no_other(
    languages: Languages, documents: Sequence[Document], encoder: str, folder: Place
) -> Iterator[Fault]:
    """A warning for each spoken language that the encoder does not know."""
    if not knows_english_only(encoder):
        return
    folders = {language: document.path for document in documents if (language := folder_language(document.path))}
    for language in sorted(languages.spoken - {"en"}):
        yield Fault(
            Place(folders[language]) if language in folders else folder,
            f'there are examples in "{language}", and the encoder that comes along knows English: in other languages a '
            "message is understood by the words that it shares with the examples, not by what it means.",
            "Add more examples, or set OVERTURE_ENCODER to a multilingual sentence-transformers model.",
        )


def left_to_words(
    assistant: Assistant, languages: Languages, opt_out_languages: Collection[str], folder: Place
) -> Iterator[Fault]:
    """A warning where no example says what asking to stop looks like, in any language or in one that is spoken."""
    by_words = "is told by the words of journeys/rules/ alone, and sentences without them are no opt-out"
    without = sorted(languages.spoken.difference(opt_out_languages))
    if not opt_out_languages:
        missing = "" if OPT_OUT_INTENT in assistant.intents else "the intent to the domain, and "
        yield Fault(
            folder,
            f'no example says what asking to stop looks like (intent "{OPT_OUT_INTENT}"): it {by_words}.',
            f'Add {missing}examples such as "please don\'t write to me any more".',
        )
    elif without:
        yield Fault(
            folder,
            f'the intent "{OPT_OUT_INTENT}" has no examples in {_listed(without)}: there, asking to stop {by_words}.',
            f"Add some in nlu/{without[0]}/.",
        )


def _listed(languages: Sequence[str]) -> str:
    return ", ".join(f'"{language}"' for language in languages)
