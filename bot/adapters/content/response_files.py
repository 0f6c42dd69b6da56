"""The files that responses stand in, as their authors see and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from threading import Lock
from typing import Any

from bot.adapters.content.content_files import read_documents
from bot.adapters.content.contents import Contents, assistant_files, read_contents
from bot.adapters.content.replacing import AuthorsFile, read_file, write_over
from bot.adapters.content.shelves import Shelves
from bot.dialogue.content import TEST_PREFIX
from bot.dialogue.responses_edit import Reworded, responses_in, reworded, with_response, without_response
from bot.documents import Document, Faults, parse, plain
from bot.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Declared:
    """A response as a file declares it, at this line: its variations as they stand there."""

    name: str
    variations: Sequence[Any]
    line: int


@dataclass(frozen=True, slots=True)
class FileOfResponses:
    """`path` is as the places of faults name it, `shown` as its authors do."""

    path: Path
    shown: str
    responses: Mapping[str, Declared]
    is_whole: bool
    """False of a file that is no YAML, of which it is what can be made."""


class ResponseFiles:
    """Looks at the files each time: others may have edited them."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self._lock = Lock()

    def all(self) -> list[FileOfResponses]:
        """The files that declare any response."""
        found = []
        for path in assistant_files(self._shelves.assistant):
            faults = Faults()
            documents = [] if path.name.startswith(TEST_PREFIX) else read_documents([path], faults)
            responses = {name: one for document in documents for name, one in _declared(document).items()}
            if responses:
                found.append(FileOfResponses(path, self._shown(path), responses, not faults.in_order()))
        return found

    def declaring(self, response: str) -> list[FileOfResponses]:
        """The files that declare it; one, as it should be."""
        return [one for one in self.all() if response in one.responses]

    def read(self, path: Path) -> AuthorsFile | None:
        return read_file(path, self._shown(path))

    def reworded(self, response: str, digest: str, variations: Sequence[Reworded]) -> tuple[AuthorsFile, str]:
        """The file with these variations of the response as a text, which nobody has written yet, and as it is.

        Raises CannotEdit, ContentError, or Conflict where the file no longer says what it did by its digest.
        """
        file = self._unchanged(response, digest)
        return file, reworded(file.text, response, variations)

    def without(self, response: str, digest: str) -> tuple[AuthorsFile, str]:
        """The file without the response as a text, which nobody has written yet, and as it is; raises as `reworded`."""
        file = self._unchanged(response, digest)
        return file, without_response(file.text, response)

    def begun(self, response: str, shown: str, variations: Sequence[Mapping[str, Any]]) -> tuple[AuthorsFile, str]:
        """The file that is shown so with a new response as a text, which nobody has written yet, and as it is.

        Raises CannotEdit, ContentError, or Conflict where another file declares it.
        """
        files = self.all()
        if declaring := [one.shown for one in files if response in one.responses]:
            raise Conflict(f'there is a response "{response}" already, in {declaring[0]}.')
        file = next((self.read(one.path) for one in files if one.shown == shown), None)
        if file is None:
            raise Conflict(f'there is no file "{shown}" that declares responses. Load it again.')
        return file, with_response(file.text, response, variations)

    def create(self, name: str, text: str) -> Path:
        """A new file in the folder of responses; raises Conflict where it is there, or one of what it declares."""
        declared = {response for one in self.all() for response in one.responses}
        if taken := sorted(declared & {one for _, one, _ in responses_in(parse("", text).data)}):
            raise Conflict(f'there is a response "{taken[0]}" already. Choose another id.')
        path = self._shelves.assistant / "responses" / f"{name}.yml"
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
        except FileExistsError:
            raise Conflict(f"there is a file {self._shown(path)} already. Choose another id.") from None
        return path

    def of(self, response: str) -> AuthorsFile:
        """The only file that declares it; raises Conflict where there is none, or another one."""
        declaring = self.declaring(response)
        file = self.read(declaring[0].path) if len(declaring) == 1 else None
        if file is None:
            raise Conflict(_not_one([one.shown for one in declaring]))
        return file

    def contents_with(self, file: AuthorsFile, text: str) -> Contents:
        """All content as it would be with this text; raises ContentError with every fault of it."""
        return read_contents(self._shelves, {file.path: text})

    def write(self, file: AuthorsFile, text: str) -> AuthorsFile:
        """Put the text in place of what was read; raises Conflict where somebody has changed it since."""
        with self._lock:
            write_over(self.read(file.path), file.digest, text)
            written = self.read(file.path)
        assert written is not None  # noqa: S101  it was there
        return written

    def _unchanged(self, response: str, digest: str) -> AuthorsFile:
        file = self.of(response)
        if file.digest != digest:
            raise Conflict("somebody else has changed the file since you opened it. Load it again, and edit that.")
        return file

    def _shown(self, path: Path) -> str:
        folder = self._shelves.assistant
        return str(PurePath(folder.resolve().name, path.relative_to(folder)))


def _not_one(files: Sequence[str]) -> str:
    if not files:
        return "it is no longer there. Load it again."
    return f"it stands in {' and '.join(files)}, and only one of them counts. Keep one of them, in the files."


def _declared(document: Document) -> dict[str, Declared]:
    found = {}
    for section, name, variations in responses_in(document.data):
        listed = plain(variations) if isinstance(variations, list) else []
        found[name] = Declared(name, listed, document.place(document.data[section], name).line)
    return found
