"""What the commands that try journeys share: the content, the world that it makes, and the tests beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.content.content_files import read_documents
from bot.adapters.content.known_names import known_names
from bot.adapters.content.library import Contents, read_contents
from bot.documents import Document, Faults, did_you_mean
from bot.domain.errors import SettingsError
from bot.domain.journey import Journey
from bot.entrypoints.wiring.connectors import channel_identities, channel_names, shelves_of
from bot.journeys.known import Known
from bot.journeys.time_travel import JourneyTest
from bot.journeys.time_travel_yaml import read_journey_tests
from bot.journeys.virtual_world import World
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Trying:
    """The content, what it knows by name, and the world in which journeys are tried."""

    contents: Contents
    known: Known
    world: World

    def journey(self, name: str) -> Journey:
        """Raises SettingsError where there is none of this name."""
        journeys = self.contents.journeys
        if name not in journeys:
            raise SettingsError(f'there is no journey "{name}". {did_you_mean(name, journeys)}'.rstrip())
        return journeys[name]


def trying(settings: Settings, contents: Contents | None = None) -> Trying:
    """Raises ContentError where the content has faults."""
    shelves = shelves_of(settings, channel_names(settings))
    contents = contents or read_contents(shelves)
    known = known_names(shelves, contents.assistant, contents.segments, contents.profile)
    world = World(
        contents.journeys,
        contents.rules,
        channel_identities(settings),
        contents.segments,
        settings.region,
        contents.score_rules,
        contents.grades,
    )
    return Trying(contents, known, world)


def test_files(path: Path) -> list[Path]:
    """The file, or those of the folder; none where there is no such folder."""
    return [path] if path.is_file() else sorted([*path.rglob("*.yml"), *path.rglob("*.yaml")])


def tests_in(path: Path, at_hand: Trying) -> list[JourneyTest]:
    """The tests of a file or folder; raises ContentError for what is wrong with them."""
    faults = Faults()
    documents = read_documents(test_files(path), faults)
    faults.raise_if_any()
    return tests_of(documents, at_hand)


def tests_of(documents: Sequence[Document], at_hand: Trying) -> list[JourneyTest]:
    """The tests of files that are read; raises ContentError for what is wrong with them."""
    return read_journey_tests(documents, at_hand.contents.journeys, at_hand.known, at_hand.world.channels)
