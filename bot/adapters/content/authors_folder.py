"""A folder of files of one kind, as their authors see and change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from threading import Lock

from bot.adapters.content.replacing import AuthorsFile, read_file, write_over
from bot.domain.errors import Conflict
from bot.journeys.wording import ID

RETIRED = ".retired"


def is_id(name: str) -> bool:
    return ID.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class AuthorsFolder:
    """Looks at the files each time: others may have edited them.

    A file's name without its ending is what it is known by. `endings` are those that are read, that of new files
    first; `kind` is what authors call what a file holds.
    """

    folder: Path
    kind: str
    endings: tuple[str, ...]
    is_name: Callable[[str], bool] = is_id
    _lock: Lock = field(default_factory=Lock)

    def names(self) -> list[str]:
        """Those that have a file, with faults or without."""
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
        """Call the file so that nobody reads it, nor loses one that was put aside before; raises Conflict where it no
        longer says what it did by its digest."""
        with self._lock:
            file = self.read(name)
            if file is None or file.digest != digest:
                raise Conflict("somebody else has changed the file since you looked at it. Load it again.")
            numbers = chain([""], count(2))
            names = (file.path.with_name(f"{file.path.name}{RETIRED}{number}") for number in numbers)
            file.path.replace(next(one for one in names if not one.exists()))

    def path_of(self, name: str) -> Path:
        """Where its file stands, or would."""
        return self._paths().get(name) or self._new(name)

    def shown(self, name: str) -> str:
        """What authors call that file."""
        return _shown(self.path_of(name))

    def create(self, name: str, text: str) -> None:
        """A new file; raises Conflict where there is one."""
        with self._lock:
            self.folder.mkdir(exist_ok=True)
            if name in self._paths():
                raise Conflict(f'there is a {self.kind} "{name}" already. Choose another id.')
            with self._new(name).open("x", encoding="utf-8", newline="") as file:
                file.write(text)

    def _new(self, name: str) -> Path:
        return self.folder / f"{name}{self.endings[0]}"

    def _paths(self) -> Mapping[str, Path]:
        found = [path for ending in reversed(self.endings) for path in sorted(self.folder.glob(f"*{ending}"))]
        return {path.stem: path for path in found if self.is_name(path.stem)}


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
