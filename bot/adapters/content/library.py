"""The library: understands all content, and keeps the last good version in force."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import structlog

from bot.adapters.content.content_files import CONTENT, files_below
from bot.adapters.content.contents import REQUIRED_RESPONSES, Contents, read_contents
from bot.adapters.content.journey_shelf import PROFILE
from bot.adapters.content.shelves import Shelves
from bot.adapters.understanding.encoder_tuning import Steps
from bot.adapters.understanding.fine_tuning import FineTuning, fine_tune
from bot.adapters.understanding.training import find_model, load, train
from bot.domain.errors import ContentError, Fault, Place
from bot.domain.understanding import Understood
from bot.nlu.pipeline import Pipeline
from bot.ports import Nlu, Playbook

__all__ = [
    "PROFILE",
    "REQUIRED_RESPONSES",
    "Contents",
    "Shelves",
    "Stamp",
    "WatchedLibrary",
    "fine_tune_contents",
    "is_trained",
    "open_pipeline",
    "open_playbook",
    "read_contents",
    "stamp_of",
    "train_contents",
    "trained_understanding",
]

log = structlog.get_logger()

LOOK_EVERY = 1.0
STAYS = "content is broken; the last good version stays in force"


def open_playbook(
    shelves: Shelves, progress: Callable[[str], None] = lambda _: None, *, when_asked: bool = False
) -> Playbook:
    """Read, train if what is to be understood has changed, and load; slow when it trains, else under a second.

    `when_asked` leaves both, training and loading, to the first text that is to be understood.
    """
    contents = read_contents(shelves)
    opened = partial(open_pipeline, shelves, contents, progress)
    understanding = OpenedWhenAsked(opened) if when_asked else opened()
    return Playbook(
        contents.assistant,
        understanding,
        contents.journeys,
        contents.rules,
        contents.settings.silence,
        contents.languages.spoken,
        contents.settings.answers_strangers,
        contents.profile,
        contents.segments,
        contents.vocabulary,
        contents.crm_mappings,
        contents.score_rules,
        contents.desk_plans,
        contents.scorecards,
        {one.predicts: one.drift for one in contents.prediction_plans},
        contents.report_plan,
        contents.grades,
        contents.said,
        contents.opt_out_languages,
        contents.warnings,
    )


def train_contents(shelves: Shelves, contents: Contents, progress: Callable[[str], None] = lambda _: None) -> Path:
    """The model of these contents; made anew only where what is to be understood has changed."""
    return train(
        contents.documents,
        contents.pages,
        encoder_name=shelves.encoder,
        folder=shelves.model,
        progress=progress,
    )


def is_trained(shelves: Shelves, contents: Contents) -> bool:
    """Whether there is a model of these contents."""
    found = find_model(contents.documents, contents.pages, encoder_name=shelves.encoder, folder=shelves.model)
    return found is not None


def fine_tune_contents(
    shelves: Shelves, contents: Contents, progress: Callable[[str], None], steps: Steps
) -> FineTuning:
    """The model of these contents, with an encoder that was tuned on them where that is better."""
    return fine_tune(
        contents.documents,
        contents.pages,
        encoder_name=shelves.encoder,
        folder=shelves.model,
        progress=progress,
        steps=steps,
    )


def trained_understanding(shelves: Shelves, contents: Contents) -> Nlu | None:
    """How these contents are understood, where that is trained already."""
    model = find_model(
        contents.documents,
        contents.pages,
        encoder_name=shelves.encoder,
        folder=shelves.model,
    )
    return None if model is None else _understanding(contents, model)


def open_pipeline(shelves: Shelves, contents: Contents, progress: Callable[[str], None] = lambda _: None) -> Pipeline:
    """How these contents are understood, trained where that has changed."""
    return _understanding(contents, train_contents(shelves, contents, progress))


def _understanding(contents: Contents, model: Path) -> Pipeline:
    """The trained model, asking of an intent what the assistant's `config.yml` asks for."""
    asked = contents.assistant.configuration
    return replace(
        load(model),
        understood_above=asked.understood_above,
        ambiguous_within=asked.ambiguous_within,
        languages=contents.languages,
        several_intents=contents.settings.several_intents,
    )


class OpenedWhenAsked:
    """An understanding that its first text opens. Who imports people, or looks after them, often has no text at all."""

    def __init__(self, opened: Callable[[], Nlu]) -> None:
        self._opened = opened

    @cached_property
    def parse(self) -> Callable[..., Understood]:
        return self._opened().parse


Stamp = frozenset[tuple[str, int, int]]


class WatchedLibrary:
    """The playbook in force. `watch` reads again when a file changes; faults leave the last good version in force."""

    def __init__(self, shelves: Shelves, playbook: Playbook, *, seen: Stamp | None = None) -> None:
        """`seen` is the stamp of the files that the playbook was read from; without it, as they are now."""
        self._shelves = shelves
        self._playbook = playbook
        self._seen = stamp_of(shelves) if seen is None else seen
        self.faults: tuple[Fault, ...] = ()

    @classmethod
    def opened(
        cls, shelves: Shelves, progress: Callable[[str], None] = lambda _: None, *, when_asked: bool = False
    ) -> WatchedLibrary:
        """Opens the playbook; what is edited meanwhile counts as a change. `when_asked` is as for `open_playbook`."""
        seen = stamp_of(shelves)
        return cls(shelves, open_playbook(shelves, progress, when_asked=when_asked), seen=seen)

    @property
    def shelves(self) -> Shelves:
        return self._shelves

    def current(self) -> Playbook:
        return self._playbook

    async def watch(self, tell: Callable[[tuple[Fault, ...]], Awaitable[None]]) -> None:
        """Look at the files once a second, for ever; `tell` hears of each reading, with the faults it found."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            stamp = await asyncio.to_thread(stamp_of, self._shelves)
            if stamp == self._seen:
                continue
            self._seen = stamp
            await self._read_again()
            try:
                await tell(self.faults)
            except Exception:
                log.exception("nobody could be told of the new content")

    async def _read_again(self) -> None:
        try:
            self._playbook = await asyncio.to_thread(open_playbook, self._shelves)
        except ContentError as error:
            self.faults = error.faults
            log.error(STAYS, faults=[str(fault) for fault in error.faults])
        except Exception as error:
            # Whatever it was (a folder that is being replaced, a full disk), the next change is to be seen.
            self.faults = (Fault(Place(str(self._shelves.assistant)), f"the content cannot be read: {error}"),)
            log.exception(STAYS)
        else:
            self.faults = ()
            log.info("content was read again")


def stamp_of(shelves: Shelves) -> Stamp:
    """Of every file of the content its time and size: it changes when one of them does."""
    found = set()
    for path in [*files_below(shelves.assistant), *files_below(shelves.journeys)]:
        if path.suffix in CONTENT:
            with contextlib.suppress(OSError):  # editors save by replacing the file; others may not be read at all
                status = path.stat()
                found.add((str(path), status.st_mtime_ns, status.st_size))
    return frozenset(found)
