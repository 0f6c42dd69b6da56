"""The segments' files, as their authors see and change them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.shelves import Shelves
from bot.documents import parse
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.errors import ContentError, Fault
from bot.journeys.segments import read_segment


@dataclass(frozen=True, slots=True)
class CheckedSegment:
    """What a text says. With faults, `segment` is None."""

    segment: Segment | None
    faults: tuple[Fault, ...] = ()


def segment_files(shelves: Shelves) -> AuthorsFolder:
    return AuthorsFolder(shelves.journeys / "segments", "segment", (".yml", ".yaml"))


def check_segment(shown: str, text: str, schema: ProfileSchema | None) -> CheckedSegment:
    """Read a segment as its file would be read."""
    try:
        return CheckedSegment(read_segment(parse(shown, text), schema))
    except ContentError as error:
        return CheckedSegment(None, error.faults)
