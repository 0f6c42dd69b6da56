"""Reads a Rasa project as it lies in its folder, checks it, and says which file goes where in an assistant's layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from bot.adapters.content.content_files import YAML, files_below, read_documents
from bot.adapters.content.dead_ends import own_actions
from bot.adapters.content.library import REQUIRED_RESPONSES
from bot.adapters.rasa.rasa_actions import files_of_actions
from bot.adapters.rasa.rasa_settings import Note, notes_on_settings
from bot.dialogue.builtin import DEFAULT_FALLBACK
from bot.dialogue.content import (
    DOMAIN_KEYS,
    FLOWS_ARE_NOT_READ,
    FLOWS_OF_RASA_PRO,
    KNOWN_KEYS,
    TEST_PREFIX,
    read_assistant,
)
from bot.dialogue.rasa2 import is_of_rasa_2_unsaid
from bot.documents import Document, Faults, parse
from bot.domain.assistant import Assistant
from bot.domain.errors import ContentError, Place, SettingsError
from bot.nlu.languages import folder_language
from bot.nlu.training_data import Example, plain_key, read_examples, read_training_data

NOT_UNDERSTOOD = "utter_default"
"""Said where neither rule nor story knows what comes next. Without it nothing is: in Rasa, too, but there most messages
are taken for some intent, and here what is unclear for none."""

RESPONSES_OF_OURS = {
    "utter_disclosure": "I'm an automated assistant, not a person.",
    "utter_opted_out": "You're opted out: you will get no more marketing messages. You can still write to us here.",
    "utter_help": "Write STOP to get no more marketing messages.",
    "utter_internal_error": "Sorry, something went wrong on our side. Please try that again.",
    NOT_UNDERSTOOD: "Sorry, I didn't understand that. Could you put it another way?",
}
"""What a Rasa project has no need of, and an assistant here has."""
_MARKDOWN = re.compile(r"^##\s*(?:intent|synonym|regex|lookup)\s*:|^##\s.*\n+\s*\*\s", re.MULTILINE)
HAS_ACTION_SERVER = "OVERTURE_ACTIONS=http://localhost:5055/webhook"
TRAINING_KEYS = frozenset({"nlu", "responses", "rules", "stories"})
"""What Rasa knows a file of training data by."""

_LAPSES_ARE_WARNINGS = """# What is wrong and Rasa takes all the same is warned of. Without this line it is a fault.
overture: {lapses: warn}
"""
_OF_RASA_2 = 'version: "2.0"'
_CONVERT = (
    "Convert it with Rasa 2.8 (rasa data convert nlu|core --format yaml --data FILE --out FOLDER), then import again."
)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file of the project and its place in the assistant's folder; `content` as it is written there."""

    origin: Path | None
    target: PurePath
    content: bytes


@dataclass(frozen=True, slots=True)
class RasaProject:
    """What an import takes over, and what there is to say of it."""

    folder: Path
    assistant: Assistant
    files: tuple[TakenFile, ...]
    notes: tuple[Note, ...]


def read_project(path: Path) -> RasaProject:
    """Read and check the project at `path`: its folder, or its domain file. Changes nothing.

    Raises SettingsError where there is none, and ContentError with every fault of its files.
    """
    folder, domain_files = _find(path)
    data_files = _yaml(folder / "data")
    test_files = _yaml(folder / "tests")
    _refuse_older_formats(folder)
    faults = Faults()
    originals = read_documents(domain_files, faults)
    below_data = read_documents(data_files, faults)
    _refuse_flows([*originals, *below_data], faults)
    data, notes = _that_rasa_reads(below_data)
    if not domain_files:
        _require_a_domain(folder, data)
    originals += data
    tests = read_documents(test_files, faults)
    settings = read_documents(sorted(folder.glob("config.y*ml"))[:1], faults)
    faults.raise_if_any()
    configuration = _told_of_lapses(settings[0] if settings else Document(str(folder / "config.yml"), None))
    documents, versions = _told_their_version(originals)
    documents, doubled = _without_duplicates(documents)
    assistant = _checked([*documents, configuration])
    notes += [*versions, *doubled, *_notes_on_versions(documents)]
    notes += [*_notes_on_actions(folder, assistant), *notes_on_settings(folder)]
    taken = [
        TakenFile(
            Path(one.path),
            _place_of(folder, one, domain_files),
            _bytes(one.path) if one is original else one.text.encode(),
        )
        for one, original in zip(documents, originals, strict=True)
    ]
    taken += [
        TakenFile(Path(test.path), PurePath("tests", Path(test.path).relative_to(folder / "tests")), _bytes(test.path))
        for test in tests
    ]
    origin = Path(configuration.path) if settings else None
    taken.append(TakenFile(origin, PurePath("config.yml"), configuration.text.encode()))
    taken += _code(folder, taken)
    if ours := _responses_of_ours(assistant):
        taken.append(ours)
        notes += _notes_on_responses(assistant, ours.target)
    taken = _outside_folders_of_languages(taken, assistant.configuration.language)
    return RasaProject(folder, assistant, tuple(_told_apart(taken)), tuple(notes))


# ---------------------------------------------------------------- finding


def _find(path: Path) -> tuple[Path, list[Path]]:
    if path.is_file():
        return path.parent, [path]
    if not path.is_dir():
        raise SettingsError(f"there is no {path}. Name a Rasa project's folder, or its domain file.")
    found = [file for name in ("domain.yml", "domain.yaml") if (file := path / name).is_file()]
    return path, found or _yaml(path / "domain")


def _require_a_domain(folder: Path, documents: Iterable[Document]) -> None:
    """It may be spread over the files of data/, too, as `rasa train --domain data` reads it."""
    if not any(isinstance(one.data, Mapping) and "intents" in one.data for one in documents):
        raise SettingsError(
            f"there is no domain in {folder}: a Rasa project has a domain.yml or a folder domain/, or its intents "
            "below data/. Name the project's folder, or its domain file."
        )


def _yaml(folder: Path) -> list[Path]:
    return [path for path in files_below(folder) if path.suffix in YAML]


def _refuse_older_formats(folder: Path) -> None:
    """Markdown and JSON are Rasa 1's; a project that has them is told which files."""
    faults = Faults()
    for path in sorted([*folder.glob("*.md"), *(folder / "data").rglob("*.md"), *(folder / "tests").rglob("*.md")]):
        if _MARKDOWN.search(_text(path)):
            faults.add(Place(str(path)), "this is Rasa 1's Markdown, which is not read.", _CONVERT)
    for path in sorted((folder / "data").rglob("*.json")):
        if '"rasa_nlu_data"' in _text(path):
            faults.add(Place(str(path)), "this is Rasa 1's JSON, which is not read.", _CONVERT)
    faults.raise_if_any()


def _refuse_flows(documents: Iterable[Document], faults: Faults) -> None:
    """A project of Rasa Pro is told so, and not of all the rest in it that Rasa 3 does not know."""
    for one in documents:
        if isinstance(one.data, Mapping) and FLOWS_OF_RASA_PRO in one.data:
            faults.add(one.place(one.data, FLOWS_OF_RASA_PRO), *FLOWS_ARE_NOT_READ)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _bytes(path: str | Path) -> bytes:
    return Path(path).read_bytes()


# ---------------------------------------------------------------- checking


def _that_rasa_reads(documents: Iterable[Document]) -> tuple[list[Document], list[Note]]:
    """The files of data/ that Rasa reads, and those that hold nothing but a part of the domain."""
    read, notes = [], []
    for one in documents:
        keys = set(one.data) if isinstance(one.data, Mapping) else set()
        if keys & TRAINING_KEYS or (keys and keys <= set(KNOWN_KEYS)):
            read.append(one)
        else:
            said = f"is no training data ({', '.join(sorted(TRAINING_KEYS))}), and Rasa does not read it either."
            notes.append(Note("unknown", one.path, said))
    return read, notes


def _checked(documents: Sequence[Document]) -> Assistant:
    assistant = read_assistant(documents)
    read_training_data(documents, known_intents=assistant.intents, known_entities=assistant.entities)
    return assistant


def _told_of_lapses(configuration: Document) -> Document:
    """The configuration, which is kept for those who go on with Rasa, too: it says at its end that what Rasa takes is
    no fault here, either."""
    if isinstance(configuration.data, Mapping) and "overture" in configuration.data:
        return configuration
    return parse(configuration.path, f"{configuration.text.rstrip()}\n\n{_LAPSES_ARE_WARNINGS}".lstrip())


def _told_their_version(documents: Sequence[Document]) -> tuple[list[Document], list[Note]]:
    """Rasa 2 wanted no version in a domain: one that is of Rasa 2 and does not say so says so at its end, where no line
    is moved by it."""
    told, notes = [], []
    for one in documents:
        if is_of_rasa_2_unsaid(one.data):
            one = parse(one.path, f"{one.text.rstrip()}\n\n{_OF_RASA_2}\n")
            said = f"has no version, and its slots no mappings, as in Rasa 2: {_OF_RASA_2} was added to it."
            notes.append(Note("mapped", one.path, said))
        told.append(one)
    return told, notes


def _without_duplicates(documents: list[Document]) -> tuple[list[Document], list[Note]]:
    """A text that is an example of two intents stays with the first."""
    try:
        examples = read_examples(documents)
    except ContentError:
        return documents, []  # told with everything else when the project is checked
    texts = {one.path: one.text for one in documents}
    first: dict[str, Example] = {}
    lines: dict[str, list[str]] = {}
    notes = []
    for example in examples:
        other = first.setdefault(plain_key(example.text), example)
        if other.intent == example.intent:
            continue
        path, row = example.place.path, example.place.line - 1
        written = lines.setdefault(path, texts[path].split("\n"))
        if written[row].strip().startswith("-"):
            written[row] = ""  # so that the lines below keep their numbers
            said = f'"{example.text}" is an example of {example.intent}, too; it stays with {other.intent} only.'
            notes.append(Note("mapped", str(example.place), said))
    kept = [parse(one.path, "\n".join(lines[one.path])) if one.path in lines else one for one in documents]
    return kept, notes


# ---------------------------------------------------------------- where files go


def _place_of(folder: Path, document: Document, domain_files: Sequence[Path]) -> PurePath:
    """Files with one kind of content go where that kind is kept; others stay together in data/."""
    origin = Path(document.path)
    if origin in domain_files:
        inside = origin.relative_to(folder / "domain") if folder / "domain" in origin.parents else PurePath(origin.name)
        return PurePath("domain", inside)
    inside = origin.relative_to(folder / "data")
    if origin.name.startswith(TEST_PREFIX):
        return PurePath("tests", inside)
    kind = _kind_of(document.data)
    if kind in ("rules", "stories") and inside == PurePath(f"{kind}.yml"):
        return inside
    return PurePath(kind, *inside.parts[inside.parts[0] == kind :])


def _kind_of(data: Any) -> str:
    keys = {str(key) for key in data if key != "version"} if isinstance(data, Mapping) else set()
    kinds = {"domain" if key in DOMAIN_KEYS and key != "responses" else key for key in keys}
    return kinds.pop() if len(kinds) == 1 else "data"


def _code(folder: Path, known: Iterable[TakenFile]) -> Iterator[TakenFile]:
    """What the custom actions need."""
    taken = {file.origin for file in known}
    for path in files_of_actions(folder):
        inside = path.relative_to(folder)
        target = PurePath("actions", "__init__.py") if inside == PurePath("actions.py") else inside
        if path not in taken:
            yield TakenFile(path, target, _bytes(path))
    if (folder / "actions").is_dir() and not (folder / "actions" / "__init__.py").is_file():
        yield TakenFile(None, PurePath("actions", "__init__.py"), b"")  # without it our own package would go before it


def _outside_folders_of_languages(files: Iterable[TakenFile], own: str) -> list[TakenFile]:
    """A folder of examples called `faq` or `hr` is that of a language only where the assistant's own has one, too."""
    found = list(files)
    languages = [folder_language(str(file.target)) for file in found]
    if own in languages:
        return found
    return [
        replace(file, target=PurePath("nlu", "-".join(file.target.parts[1:]))) if language else file
        for file, language in zip(found, languages, strict=True)
    ]


def _told_apart(files: Iterable[TakenFile]) -> Iterator[TakenFile]:
    """Two files that would take one place get names of their own."""
    taken: set[PurePath] = set()
    for file in files:
        number = 1
        target = file.target
        while target in taken:
            number += 1
            target = file.target.with_name(f"{file.target.stem}-{number}{file.target.suffix}")
        taken.add(target)
        yield replace(file, target=target)


def _responses_of_ours(assistant: Assistant) -> TakenFile | None:
    missing = _missing(assistant)
    if not missing:
        return None
    lines = ['version: "3.1"', "", "# Not from the Rasa project. Word them as you would say it.", "responses:"]
    for name, reason in missing.items():
        lines += [f"  {name}:           # {reason}", f'    - text: "{RESPONSES_OF_OURS[name]}"']
    return TakenFile(None, PurePath("responses", "overture.yml"), ("\n".join(lines) + "\n").encode())


def _missing(assistant: Assistant) -> dict[str, str]:
    """The responses that the project has not, each with what it is for."""
    wanted = dict(REQUIRED_RESPONSES)
    if assistant.configuration.fallback_action == DEFAULT_FALLBACK not in assistant.actions:
        wanted[NOT_UNDERSTOOD] = "it is said where neither a rule nor a story knows what comes next"
    return {name: reason for name, reason in wanted.items() if name not in assistant.responses}


# ---------------------------------------------------------------- what there is to say


def _notes_on_responses(assistant: Assistant, target: PurePath) -> Iterator[Note]:
    missing = _missing(assistant)
    if names := ", ".join(name for name in missing if name in REQUIRED_RESPONSES):
        said = f"{names} were added, because every assistant here must have them. Word them."
        yield Note("to do", str(target), said)
    if NOT_UNDERSTOOD in missing:
        said = f"{NOT_UNDERSTOOD} was added, because what is not understood would get no answer. Word it."
        yield Note("to do", str(target), said)


def _notes_on_versions(documents: Iterable[Document]) -> Iterator[Note]:
    for document in documents:
        data = document.data if isinstance(document.data, Mapping) else {}
        version = str(data.get("version", ""))
        if version.startswith("2") and any(data.get(key) for key in ("slots", "forms")):
            yield Note(
                "mapped",
                document.path,
                f"is of Rasa {version}: it is copied and converted when it is read (a slot without mappings is filled "
                "from the entity of its name, a form's mappings become its slots').",
            )


def _notes_on_actions(folder: Path, assistant: Assistant) -> Iterator[Note]:
    own = own_actions(assistant)
    has_code = (folder / "actions").is_dir() or (folder / "actions.py").is_file()
    if has_code:
        yield Note(
            "to do",
            "actions/",
            f"run them beside Overture, in the assistant's folder: overture actions. Then set {HAS_ACTION_SERVER}",
        )
    elif own:
        yield Note(
            "unknown",
            "actions/",
            f"the domain names custom actions ({', '.join(own)}), and their code is not here. Until OVERTURE_ACTIONS "
            "names a package or a server that has them, they fail, and the conversation goes on without them.",
        )
