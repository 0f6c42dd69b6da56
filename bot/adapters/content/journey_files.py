"""The journeys' files, as their authors see and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from bot.adapters.content.known_names import known_names
from bot.adapters.content.library import PROFILE, Shelves
from bot.adapters.content.replacing import AuthorsFile, read_file, write_over
from bot.documents import Document, Faults, parse, salvage
from bot.domain.errors import Conflict, ContentError, Fault
from bot.domain.journey import Journey
from bot.journeys.content import Known, read_journey
from bot.journeys.runs import check_runs, warn_of_chains
from bot.journeys.wording import ID
from bot.ports import Playbook

RETIRED = ".retired"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text says. With faults, `journey` is None; `document` is there where it is YAML, or nearly."""

    journey: Journey | None
    document: Document | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...] = ()


class JourneyFiles:
    """Looks at the files each time: others may have edited them."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self._lock = Lock()

    def names(self) -> list[str]:
        """The journeys that have a file, with faults or without."""
        return sorted(self._paths())

    def retired(self) -> frozenset[str]:
        """The journeys whose files were put aside."""
        return frozenset(self._aside()) - frozenset(self._paths())

    def read(self, name: str) -> AuthorsFile | None:
        """None where there is no such file, or it is no text."""
        return _read(self._paths().get(name))

    def read_retired(self, name: str) -> AuthorsFile | None:
        """None where no such file was put aside, or there is one in its place."""
        return _read(self._aside().get(name)) if name in self.retired() else None

    def write(self, name: str, digest: str, text: str) -> None:
        """Put the text in place of what the file said when its digest was this; raises Conflict where it is another."""
        with self._lock:
            write_over(self.read(name), digest, text)

    def put_aside(self, name: str, digest: str) -> None:
        """Call the file, and its tests', so that nobody reads them; raises Conflict where it no longer says what it did
        by its digest."""
        with self._lock:
            file = self.read(name)
            if file is None or file.digest != digest:
                raise Conflict("somebody else has changed the file since you looked at it. Load it again.")
            tests = (file.path.parent / "tests").glob("*.y*ml")
            for path in (file.path, *(one for one in tests if one.stem == name)):
                path.replace(path.with_name(f"{path.name}{RETIRED}"))

    def bring_back(self, name: str) -> None:
        """Call the file that was put aside, and its tests', as before; raises Conflict where there is none by now."""
        with self._lock:
            if (file := self.read_retired(name)) is None:
                raise Conflict("its file is no longer put aside. Load it again.")
            tests = (file.path.parent / "tests").glob(f"*.y*ml{RETIRED}")
            for path in (file.path, *(one for one in tests if _stem(one) == name)):
                path.replace(path.with_name(path.name.removesuffix(RETIRED)))

    def shown(self, name: str) -> str:
        """What authors call the file that a new journey of this name gets."""
        return _shown(self._new(name))

    def create(self, name: str, text: str) -> None:
        """A new file; raises FileExistsError where there is one."""
        with self._new(name).open("x", encoding="utf-8", newline="") as file:
            file.write(text)

    def _new(self, name: str) -> Path:
        return self._shelves.journeys / f"{name}.yml"

    def known(self, playbook: Playbook) -> Known:
        """What a journey may refer to, as it is in force."""
        known = known_names(self._shelves, playbook.assistant, playbook.segments, playbook.profile)
        return known.with_journeys((*playbook.journeys, *self.names()))

    def _paths(self) -> Mapping[str, Path]:
        found = sorted([*self._shelves.journeys.glob("*.yaml"), *self._shelves.journeys.glob("*.yml")])
        return {path.stem: path for path in found if path.stem != PROFILE and ID.fullmatch(path.stem)}

    def _aside(self) -> Mapping[str, Path]:
        found = sorted(self._shelves.journeys.glob(f"*.y*ml{RETIRED}"))
        return {_stem(path): path for path in found if ID.fullmatch(_stem(path))}


def _stem(aside: Path) -> str:
    """The id of a journey whose file was put aside."""
    return Path(aside.stem).stem


def _read(path: Path | None) -> AuthorsFile | None:
    return None if path is None else read_file(path, _shown(path))


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def check_text(shown: str, text: str, known: Known, others: Mapping[str, Journey]) -> Checked:
    """Read a journey as its file would be read, beside the others in force."""
    try:
        document = parse(shown, text)
    except ContentError as error:
        return Checked(None, salvage(shown, text), error.faults)
    warnings = Faults()
    try:
        journey = read_journey(document, known, warnings)
    except ContentError as error:
        return Checked(None, document, error.faults, tuple(warnings.in_order()))
    faults = Faults()
    check_runs({**others, journey.id: journey}, faults)
    found = tuple(fault for fault in faults.in_order() if fault.place.path == shown)
    warn_of_chains({**others, journey.id: journey}, warnings)
    said = tuple(warning for warning in warnings.in_order() if warning.place.path == shown)
    return Checked(None if found else journey, document, found, said)
