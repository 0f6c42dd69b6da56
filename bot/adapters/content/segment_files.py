"""The segments' files, as their authors see and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from bot.adapters.content.replacing import AuthorsFile, read_file, write_over
from bot.adapters.content.shelves import Shelves
from bot.documents import parse
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.errors import Conflict, ContentError, Fault
from bot.journeys.segments import read_segment
from bot.journeys.wording import ID

RETIRED = ".retired"


@dataclass(frozen=True, slots=True)
class CheckedSegment:
    """What a text says. With faults, `segment` is None."""

    segment: Segment | None
    faults: tuple[Fault, ...] = ()


class SegmentFiles:
    """Looks at the files each time: others may have edited them."""

    def __init__(self, shelves: Shelves) -> None:
        self._folder = shelves.journeys / "segments"
        self._lock = Lock()

    def names(self) -> list[str]:
        """The segments that have a file, with faults or without."""
        return sorted(self._paths())

    def read(self, name: str) -> AuthorsFile | None:
        """None where there is no such file, or it is no text."""
        path = self._paths().get(name)
        return None if path is None else read_file(path, _shown(path))

    def write(self, name: str, digest: str, text: str) -> None:
        """Put the text in place of what the file said when its digest was this; raises Conflict where it is another."""
        with self._lock:
            write_over(self.read(name), digest, text)

    def put_aside(self, name: str, digest: str) -> None:
        """Call the file so that nobody reads it; raises Conflict where it no longer says what it did by its digest."""
        with self._lock:
            file = self.read(name)
            if file is None or file.digest != digest:
                raise Conflict("somebody else has changed the file since you looked at it. Load it again.")
            file.path.replace(file.path.with_name(f"{file.path.name}{RETIRED}"))

    def shown(self, name: str) -> str:
        """What authors call the file that a new segment of this name gets."""
        return _shown(self._new(name))

    def create(self, name: str, text: str) -> None:
        """A new file; raises Conflict where there is one."""
        self._folder.mkdir(exist_ok=True)
        if name in self._paths():
            raise Conflict(f'there is a segment "{name}" already. Choose another id.')
        with self._new(name).open("x", encoding="utf-8", newline="") as file:
            file.write(text)

    def _new(self, name: str) -> Path:
        return self._folder / f"{name}.yml"

    def _paths(self) -> Mapping[str, Path]:
        found = sorted([*self._folder.glob("*.yaml"), *self._folder.glob("*.yml")])
        return {path.stem: path for path in found if ID.fullmatch(path.stem)}


def check_segment(shown: str, text: str, schema: ProfileSchema | None) -> CheckedSegment:
    """Read a segment as its file would be read."""
    try:
        return CheckedSegment(read_segment(parse(shown, text), schema))
    except ContentError as error:
        return CheckedSegment(None, error.faults)


def _shown(path: Path) -> str:
    return f"segments/{path.name}"
