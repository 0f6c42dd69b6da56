"""Finds the files of a project that are in Rasa's older formats, and converts those that its Rasa read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.adapters.content.content_files import files_below, text_of
from bot.adapters.rasa.rasa1.json_data import from_json
from bot.adapters.rasa.rasa1.markdown import from_markdown
from bot.adapters.rasa.rasa1.written import Written, lookups_in
from bot.adapters.rasa.rasa_settings import Note
from bot.documents import Document, parse
from bot.domain.errors import ContentError, Place

DATA, TESTS = "data", "tests"
_UNREADABLE = "\ufffd"
"""Stands where a letter was that is not UTF-8."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A file of the project as YAML; `document` has the path of the older file, and the lines of the new one.

    `was` is the format that it is in. Where its Rasa does not read it, `unread` says why.
    """

    document: Document
    written: Written
    was: str
    unread: str = ""

    @property
    def notes(self) -> Iterator[Note]:
        about = self.document.path
        if self.unread:
            yield Note("unknown", about, f"is {self.was}, and is left out: {self.unread}.")
            return
        yield Note("mapped", about, f"is {self.was}: it is written as YAML here.")
        if self.written.left_out:
            yield Note("unknown", about, f"has what the YAML cannot say: {'; '.join(self.written.left_out)}.")


def convert_files(folder: Path, documents: Sequence[Document]) -> Iterator[Converted]:
    """Every older file of the project whose other files are `documents`."""
    read_lookup = lookups_in(folder)
    for path in _older_files(folder):
        _, text = text_of(path, errors="replace")
        in_json = from_json(text, read_lookup)  # which may stand in a .md, too
        written = in_json or from_markdown(text, read_lookup)
        if written is not None:
            if _UNREADABLE in written.text:
                line = text.count("\n", 0, text.find(_UNREADABLE)) + 1
                written.left_out.append(f"letters that are not UTF-8, the first in line {line}: save it as UTF-8")
            unread = "" if in_json else _why_unread(path, written.kind, documents)
            was = "JSON" if in_json else "Rasa 1's Markdown"
            yield Converted(parse(str(path), written.text), written, was, unread)


def _why_unread(path: Path, kind: str, documents: Iterable[Document]) -> str:
    """Rasa 3 reads no Markdown, and `rasa data convert` leaves it where it was, beside the YAML that it made of it."""
    names = (f"{path.stem}{more}{suffix}" for more in ("", "_converted") for suffix in (".yml", ".yaml"))
    if twin := next((name for name in names if path.with_name(name).is_file()), None):
        return f"{twin} beside it is the same as YAML"
    data = [one.data for one in documents if isinstance(one.data, Mapping)]
    if any(str(one.get("version", "")).startswith("3") for one in data) and any(kind in one for one in data):
        return f"Rasa 3 does not read it, and the project has its {kind} as YAML"
    return ""


def _older_files(folder: Path) -> list[Path]:
    """In the folder itself there is what Rasa's first tutorials put there."""
    below = [*files_below(folder / DATA), *files_below(folder / TESTS)]
    return [path for path in sorted([*folder.glob("*.md"), *below]) if path.suffix in (".md", ".json")]


def in_older_file(place: Place, converted: Sequence[Converted]) -> Place:
    """The line of the older file that this place in its YAML comes from."""
    origins = next((one.written.origins for one in converted if one.document.path == place.path), None)
    return place if origins is None else Place(place.path, origins[min(place.line, len(origins)) - 1])


def told_of_older_files(error: ContentError, converted: Sequence[Converted]) -> ContentError:
    """The same faults, at their places in the files that the author has."""
    return ContentError([replace(one, place=in_older_file(one.place, converted)) for one in error.faults])
