"""The interaction model that a speaker's vendor is given of the assistant as its files are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.adapters.content.library import Shelves, WatchedLibrary, read_contents
from bot.domain.understanding import KNOWLEDGE_INTENT
from bot.nlu.skill_model import SkillModel, skill_model
from bot.nlu.training_data import read_training_data
from bot.ports import Playbook

INVOCATION = "our assistant"
"""What a customer says to begin; the name is the skill's, and no part of what is understood."""


def voice_model(shelves: Shelves, invocation: str) -> SkillModel:
    """Raises ContentError where the files are broken.

    A question for the knowledge pages is answered from its words, which only free speech has: that intent is left out.
    """
    contents = read_contents(shelves)
    return skill_model(read_training_data(contents.documents), invocation, without={KNOWLEDGE_INTENT})


class CurrentVoiceModel:
    """The model of what is in force, made when it is asked for, and again when that has changed."""

    def __init__(self, library: Callable[[], WatchedLibrary]) -> None:
        self._library = library
        self._made: tuple[Playbook, Mapping[str, Any]] | None = None

    def __call__(self) -> Mapping[str, Any]:
        library = self._library()
        playbook = library.current()
        if self._made is None or self._made[0] is not playbook:
            self._made = playbook, voice_model(library.shelves, INVOCATION).model
        return self._made[1]
