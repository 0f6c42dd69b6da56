"""Reads files of content, and keeps what is wrong with each until all are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bot.documents import Document, Faults, parse, salvage
from bot.domain.errors import ContentError, Fault, Place, SettingsError

T = TypeVar("T")

YAML, CONTENT = (".yml", ".yaml"), (".yml", ".yaml", ".md")
"""What the names of files of content end in."""

NOTHING_ELSE: Mapping[Path, str] = MappingProxyType({})

_parsed = lru_cache(maxsize=512)(partial(parse, ""))
"""All content is read again when one file has changed; nobody changes what was parsed of the others."""


def _parsed_file(path: Path, instead: str | None) -> Document:
    name, text = text_of(path) if instead is None else (str(path), without_mark(instead))
    return parsed(name, text)


def parsed(name: str, text: str) -> Document:
    """The text of the file that is called so, once for as long as it says the same; raises ContentError."""
    try:
        return replace(_parsed(text), path=name)
    except ContentError:
        return parse(name, text)  # says where


def read_documents(paths: list[Path], faults: Faults, instead: Mapping[Path, str] = NOTHING_ELSE) -> list[Document]:
    """The files as YAML. Of one that is none, what can be made of it: others may refer to what it declares.

    `instead` are texts that are read in place of what stands in the files.
    """
    found = []
    for path in paths:
        document = keep(partial(_parsed_file, path, instead.get(path)), faults)
        if document is None and path.is_file():
            with suppress(OSError):  # which is told already
                document = salvage(str(path), path.read_text(encoding="utf-8", errors="replace"))
        if document is not None:
            found.append(document)
    return found


def yaml_files(folder: Path, pattern: str) -> list[Path]:
    return sorted([*folder.glob(f"{pattern}.yml"), *folder.glob(f"{pattern}.yaml")])


def files_below(folder: Path) -> list[Path]:
    """Every file in it and in its folders, through links, too, as Rasa reads them; each folder once.

    What leads nowhere is among them.
    """
    found: list[Path] = []
    seen = {folder.resolve()}
    for inside, folders, files in os.walk(folder, followlinks=True):
        found += [Path(inside, name) for name in files]
        real = {name: Path(inside, name).resolve() for name in folders}
        folders[:] = [name for name, target in sorted(real.items()) if target not in seen]
        seen.update(real.values())
    return sorted(found)


def leads_nowhere(path: Path) -> bool:
    """Whether it is a link to something that is not there, or to itself."""
    return path.is_symlink() and not path.exists()


def each(paths: list[Path], read: Callable[[Path], T], faults: Faults) -> list[T]:
    """What each file says, of those that can be read."""
    found = []
    for path in paths:
        one = keep(partial(read, path), faults)
        if one is not None:
            found.append(one)
    return found


def first(documents: list[Document], read: Callable[[Document], T], faults: Faults) -> T | None:
    """What the one file of its kind says, where there is one."""
    found = [keep(partial(read, one), faults) for one in documents]
    return found[0] if found else None


def keep(read: Callable[[], T], faults: Faults) -> T | None:
    """What this reads; None where it cannot, and then its faults are kept with the others."""
    try:
        return read()
    except ContentError as error:
        faults.include(error)
        return None


def text_of(path: Path, *, errors: str = "strict") -> tuple[str, str]:
    """What the file says, without the mark that some editors put before the first character. With `errors="replace"`,
    letters that are no UTF-8 are no fault."""
    if leads_nowhere(path):
        raise ContentError([Fault(Place(str(path)), "this link leads nowhere.", "Mend it, or take it away.")])
    if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe, say, on which we should wait for ever
        raise ContentError([Fault(Place(str(path)), "this cannot be read: it is no file.", "Take it away.")])
    try:
        return str(path), without_mark(path.read_text(encoding="utf-8", errors=errors))
    except UnicodeDecodeError as error:
        before = path.read_bytes()[: error.start].decode("utf-8")
        place = Place(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise ContentError([Fault(place, "this file is not UTF-8.", "Save it as UTF-8.")]) from error
    except OSError as error:
        what = f"this cannot be read: {error.strerror}."
        raise ContentError([Fault(Place(str(path)), what, "Mend it, or take it away.")]) from error


def without_mark(text: str) -> str:
    return text.removeprefix("\ufeff")


def raise_if_any(unreadable: Faults, faults: Faults) -> None:
    """Files that are no YAML come first, and only that is told of them: the rest may come of how they were read."""
    bad_files = {fault.place.path for fault in unreadable.in_order()}
    others = [fault for fault in faults.in_order() if fault.place.path not in bad_files]
    if bad_files or others:
        raise ContentError([*unreadable.in_order(), *others])


def require_folder(folder: Path, setting: str) -> None:
    if leads_nowhere(folder):
        raise SettingsError(f"{folder} is a link that leads nowhere. Mend it, or name the folder in {setting}.")
    if not folder.is_dir():
        raise SettingsError(
            f"there is no folder {folder}. Start Overture where its content is, or name the folder in {setting}."
        )
