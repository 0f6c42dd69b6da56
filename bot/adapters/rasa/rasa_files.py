"""Finds and reads the files of a Rasa project, those of its older formats, too."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.content.content_files import YAML, files_below, read_documents
from bot.adapters.rasa.elsewhere import files_with, listed, markdown_with_examples
from bot.adapters.rasa.escapes import with_escapes_read
from bot.adapters.rasa.other_makers import refuse_what_is_not_rasas
from bot.adapters.rasa.rasa1 import (
    Converted,
    convert_files,
    rules_of_triggers,
    told_otherwise,
    triggers_in,
    with_actions_renamed,
)
from bot.adapters.rasa.rasa_settings import MULTI_PROJECT, Note
from bot.dialogue.content import DOMAIN_KEYS, FLOWS_ARE_NOT_READ, FLOWS_OF_RASA_PRO, KNOWN_KEYS, TEST_PREFIX
from bot.documents import Document, Faults
from bot.domain.errors import SettingsError

TRAINING_KEYS = frozenset({"nlu", "responses", "rules", "stories"})
"""What Rasa knows a file of training data by."""

_FOLDERS_OF_DOMAINS = frozenset({"config", "core", "domain"})

SLOTS_OF_RASA_PRO = (
    "from_llm is of Rasa Pro (CALM), where a language model holds the dialogue and fills the slots; it is not read.",
    "Say how each slot is filled (from_text, from_entity, custom), and write what is done as rules, stories and forms, "
    "as in Rasa 3.6. What a language model may do here: docs/language-models.md",
)


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """The files of a project as Rasa 3 has them; `older` are those of them that were in another format.

    `imported` are the folders of the projects that it is put together from.
    """

    folder: Path
    domain_files: list[Path]
    imported: list[Path]
    content: list[Document]
    tests: list[Document]
    configuration: Document
    older: list[Converted]
    notes: list[Note]


def read_files(path: Path) -> ReadFiles:
    """Raises SettingsError where there is no project, and ContentError for files that are no YAML."""
    folder, domain_files = _find(path)
    faults = Faults()
    settings = _settings(folder, faults)
    imported = _imported(folder, settings, faults)
    domain_files += [file for one in imported for file in _find(one)[1]]
    others_own = {*domain_files, *(file for one in imported for file in one.glob("config.y*ml"))}
    below = dict.fromkeys(file for one in (folder, *imported) for file in _yaml(one / "data") if file not in others_own)
    data_files, notes = _that_rasa_opens(below, {*TRAINING_KEYS, *DOMAIN_KEYS, FLOWS_OF_RASA_PRO})
    flat = [file for one in (folder, *imported) for file in _flat(one) if file not in others_own]
    data_files += flat
    notes += [
        Note("mapped", str(one), "is read from beside the domain, as `rasa train --data .` does.") for one in flat
    ]
    test_files, others = _that_rasa_opens(_yaml(folder / "tests"), TRAINING_KEYS)
    test_files += _tests_elsewhere(folder, {*domain_files, *data_files})
    content, escaped = with_escapes_read(read_documents(domain_files, faults))
    below_data, more = with_escapes_read(read_documents(data_files, faults))
    _refuse_rasa_pro([*content, *below_data], faults)
    data, foreign = _that_rasa_reads(below_data)
    content += data
    triggers = triggers_in(content)
    older = [found for one in (folder, *imported) for found in convert_files(one, content)]
    written, left = _that_can_be_read(test_files)
    tests, further = with_escapes_read(written)
    notes += left
    notes += [*escaped, *more, *further, *others, *foreign, *(note for one in older for note in one.notes)]
    for one in older:
        if not one.unread:
            (tests if folder / "tests" in Path(one.document.path).parents else content).append(one.document)
    faults.raise_if_any()
    if not domain_files:
        _require_a_domain(folder, content)
    _require_training_data(folder, content)
    if older:
        content = with_actions_renamed(content)
    kept_out = told_otherwise(triggers, content)
    if rules := rules_of_triggers(folder, (found for found in triggers if found[0] not in kept_out)):
        content.append(rules)
        notes.append(Note("mapped", "triggers", "what an intent triggers in the domain is a rule here."))
    for intent, action in (found for found in triggers if found[0] in kept_out):
        said = f"is no rule, since stories go on with {intent} in their own way. Write one for where they do not."
        notes.append(Note("to do", f"{action}, which the intent {intent} triggers,", said))
    notes += _unread_domain(folder, domain_files)
    notes += [Note("mapped", str(one), "is a part of this project, and was taken with it.") for one in imported]
    configuration = settings or Document(str(folder / "config.yml"), None)
    return ReadFiles(folder, domain_files, imported, content, tests, configuration, older, notes)


def _flat(folder: Path) -> list[Path]:
    """The training data of a project that has no folder for it."""
    if (folder / "data").is_dir():
        return []
    return [path for path in files_with(TRAINING_KEYS, folder) if path.parent == folder and path.stem != "config"]


def _tests_elsewhere(folder: Path, known: Collection[Path]) -> list[Path]:
    """The test stories that do not lie in tests/: `rasa test` looks for files of this name in the whole project."""
    found = (path for path in files_with(TRAINING_KEYS, folder) if path.name.startswith(TEST_PREFIX))
    return [path for path in found if path not in known]


def _that_can_be_read(test_files: list[Path]) -> tuple[list[Document], list[Note]]:
    """A test that is no YAML keeps no project out: Rasa reads none before they are run."""
    faults = Faults()
    documents = read_documents(test_files, faults)
    found = faults.in_order()
    broken = {fault.place.path for fault in found}
    notes = [
        Note("unknown", str(fault.place), f"{fault.message} {fault.suggestion}".rstrip() + " The file is left behind.")
        for fault in found
    ]
    return [one for one in documents if one.path not in broken], notes


def _settings(folder: Path, faults: Faults) -> Document | None:
    return next(iter(read_documents(sorted(folder.glob("config.y*ml"))[:1], faults)), None)


def _imported(folder: Path, settings: Document | None, faults: Faults) -> list[Path]:
    """The projects that Rasa's MultiProjectImporter reads with this one, and with those, each once."""
    data = settings.data if settings is not None and isinstance(settings.data, Mapping) else {}
    if not any(isinstance(one, Mapping) and one.get("name") == MULTI_PROJECT for one in data.get("importers") or ()):
        return []
    found: dict[Path, None] = {}
    waiting = [(folder, settings)]
    while waiting:
        base, document = waiting.pop(0)
        named = document.data.get("imports") if document is not None and isinstance(document.data, Mapping) else ()
        for name in named or ():
            project = Path(os.path.normpath(base / str(name)))
            if not project.is_dir() and document is not None:
                what = f'"imports" names {name}, and there is no such folder.'
                faults.add(document.place(key="imports"), what, f"It is looked for in {base}.")
            elif project not in found and project != folder:
                found[project] = None
                waiting.append((project, _settings(project, faults)))
    return list(found)


def _that_rasa_opens(paths: Iterable[Path], keys: Collection[str]) -> tuple[list[Path], list[Note]]:
    """Rasa looks for a line that begins with a key of its own, and leaves a file without one alone, be it no YAML."""
    begins = re.compile(rf"^({'|'.join(sorted(keys))})\s*:", re.MULTILINE)
    opened, notes = [], []
    for path in paths:
        if not path.is_file() or begins.search(
            path.read_text(encoding="utf-8", errors="replace").removeprefix("\ufeff")
        ):
            opened.append(path)
        else:
            notes.append(_no_training_data(str(path)))
    return opened, notes


def _no_training_data(path: str) -> Note:
    said = f"is no training data ({', '.join(sorted(TRAINING_KEYS))}), and Rasa does not read it either."
    return Note("unknown", path, said)


def _that_rasa_reads(documents: Iterable[Document]) -> tuple[list[Document], list[Note]]:
    """The files of data/ that are training data, and those that hold nothing but a part of the domain."""
    read, notes = [], []
    for one in documents:
        keys = set(one.data) if isinstance(one.data, Mapping) else set()
        if keys & TRAINING_KEYS or (keys and keys <= set(KNOWN_KEYS)):
            read.append(one)
        else:
            notes.append(_no_training_data(one.path))
    return read, notes


def _find(path: Path) -> tuple[Path, list[Path]]:
    refuse_what_is_not_rasas(path)
    if path.is_file():
        return path.parent, [path]
    if not path.is_dir():
        raise SettingsError(f"there is no {path}. Name a Rasa project's folder, or its domain file.")
    found = [file for name in ("domain.yml", "domain.yaml") if (file := path / name).is_file()]
    return path, found or _yaml(path / "domain")


def _unread_domain(folder: Path, domain_files: Iterable[Path]) -> list[Note]:
    """Rasa's `--domain` is domain.yml where there is one, and the folder where it is named or there is none."""
    unread = folder / "domain"
    if not _yaml(unread) or any(unread in file.parents for file in domain_files):
        return []
    said = "is not read beside a domain.yml, as in Rasa: move its files to data/ if they are meant, too."
    return [Note("unknown", str(unread), said)]


def _require_a_domain(folder: Path, documents: Iterable[Document]) -> None:
    """It may be spread over the files of data/, too, as `rasa train --domain data` reads it."""
    if any(isinstance(one.data, Mapping) and "intents" in one.data for one in documents):
        return
    found = files_with({"intents"}, folder)
    also = f" There is one in {listed(found)}." if found else ""
    raise SettingsError(
        f"there is no domain in {folder}: a Rasa project has a domain.yml or a folder domain/, or its intents below "
        f"data/.{also} Name the project's folder, or its domain file."
    )


def _require_training_data(folder: Path, documents: Iterable[Document]) -> None:
    if any(isinstance(one.data, Mapping) and TRAINING_KEYS & set(one.data) - {"responses"} for one in documents):
        return
    # Rasa 1 was told where everything lies: config/domain.yml is beside the folders of the rest.
    near = folder.parent if folder.name in _FOLDERS_OF_DOMAINS else folder
    if found := files_with(TRAINING_KEYS - {"responses"}, near) or markdown_with_examples(near):
        raise SettingsError(
            f"there is no training data below {folder / 'data'}, where Rasa looks for it by itself. There is some in "
            f"{listed(found)}: move it there."
        )


def _yaml(folder: Path) -> list[Path]:
    return [path for path in files_below(folder) if path.suffix in YAML]


def _refuse_rasa_pro(documents: Sequence[Document], faults: Faults) -> None:
    """A project of Rasa Pro is told so, and not of all the rest in it that Rasa 3 does not know."""
    mappings = [one for one in documents if isinstance(one.data, Mapping)]
    if flows := [one for one in mappings if FLOWS_OF_RASA_PRO in one.data]:
        for one in flows:
            faults.add(one.place(one.data, FLOWS_OF_RASA_PRO), *FLOWS_ARE_NOT_READ)
        return
    for one in mappings:
        slots = one.data.get("slots")
        if (name := _mappings(slots).get("from_llm")) is not None:
            faults.add(one.place(slots, name), *SLOTS_OF_RASA_PRO)


def _mappings(slots: Any) -> dict[str, str]:
    """The first slot with each type of mapping."""
    found: dict[str, str] = {}
    for name, slot in slots.items() if isinstance(slots, Mapping) else ():
        mappings = slot.get("mappings") if isinstance(slot, Mapping) else None
        for one in mappings if isinstance(mappings, list) else ():
            if isinstance(one, Mapping):
                found.setdefault(str(one.get("type")), str(name))
    return found
