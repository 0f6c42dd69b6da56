"""The background: messages about all sorts of things, from which an assistant with few intents learns what it does not
know. A file for each language in `background/`, one message a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.adapters.understanding.language_guesser import language_guesser
from bot.domain.languages import base_language
from bot.nlu.languages import folder_language
from bot.nlu.training_data import Example

_READ = 2000
"""Characters that a language is told by."""

_FOLDER = Path(__file__).parent / "background"


def background_of(examples: Sequence[Example]) -> tuple[str, ...]:
    """The messages in the languages of these examples; none where one of them has no file.

    An encoder that knows another language less well sees strangers in it nearer to examples than to any background.
    """
    files = [_FOLDER / f"{language}.txt" for language in sorted(set(_languages(examples)))]
    if not all(map(Path.is_file, files)):
        return ()
    return tuple(line for file in files for line in file.read_text(encoding="utf-8").splitlines())


def _languages(examples: Sequence[Example]) -> Iterator[str]:
    """Those of their folders, and the one that all others are in: together they tell it more surely than one by one."""
    loose = []
    for example in examples:
        if language := folder_language(example.place.path):
            yield language
        else:
            loose.append(example.text)
    if loose:
        yield from (base_language(tag) for tag, _ in language_guesser().guess(" ".join(loose)[:_READ])[:1])
