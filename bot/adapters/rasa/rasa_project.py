"""Reads a Rasa project as it lies in its folder, checks it, and says which file goes where in an assistant's layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from bot.adapters.content.content_files import YAML
from bot.adapters.content.library import REQUIRED_RESPONSES
from bot.adapters.rasa.notes_on_actions import notes_on_actions
from bot.adapters.rasa.rasa1 import Converted, in_older_file, told_of_older_files
from bot.adapters.rasa.rasa_actions import files_of_actions
from bot.adapters.rasa.rasa_files import ReadFiles, read_files
from bot.adapters.rasa.rasa_settings import CALLED_HERE, Note, notes_on_settings
from bot.adapters.rasa.way_out import PLACE, WayOut, with_a_way_out
from bot.adapters.rasa.words_of_ours import words_of_ours
from bot.adapters.understanding.language_guesser import language_guesser
from bot.dialogue.builtin import DEFAULT_FALLBACK
from bot.dialogue.content import DOMAIN_KEYS, TEST_PREFIX, read_assistant
from bot.dialogue.rasa2 import is_of_rasa_2_unsaid
from bot.documents import Document, parse
from bot.domain.assistant import Assistant
from bot.domain.errors import ContentError
from bot.domain.understanding import ANNOTATION
from bot.nlu.languages import folder_language, spoken_languages
from bot.nlu.training_data import Example, plain_key, read_examples, read_training_data

NOT_UNDERSTOOD = "utter_default"
"""Said where neither rule nor story knows what comes next. Without it nothing is: in Rasa, too, but there most messages
are taken for some intent, and here what is unclear for none."""

_LAPSES_ARE_WARNINGS = """# What is wrong and Rasa takes all the same is warned of. Without this line it is a fault.
overture: {lapses: warn}
"""
_OF_RASA_2 = 'version: "2.0"'


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
    read = read_files(path)
    folder = read.folder
    documents, versions = _told_their_version(read.content)
    configuration = _told_of_lapses(read.configuration)
    documents, doubled = _without_duplicates(documents, configuration, read.older)
    configuration, guessed = _told_its_language(configuration, documents)
    try:
        assistant = _checked([*documents, configuration])
    except ContentError as error:
        raise told_of_older_files(error, read.older) from error
    out = _with_a_way_out(documents, configuration, assistant)
    documents = list(out.documents)
    notes = [*read.notes, *versions, *doubled, *guessed, *_notes_on_versions(documents)]
    notes += notes_on_actions(folder, assistant)
    notes += [*notes_on_settings(folder), *_notes_on_channels(assistant), *out.notes]
    taken = [_taken(document, _place_of(read, document)) for document in documents]
    taken += [_taken(test, _place_of_tests(PurePath(test.path).relative_to(folder))) for test in read.tests]
    taken.append(_taken(configuration, PurePath("config.yml")))
    taken += _code(folder, taken)
    if out.pattern is not None:
        taken.append(_taken(out.pattern, PLACE))
    if ours := _responses_of_ours(assistant):
        taken.append(ours)
        notes += _notes_on_responses(assistant, ours.target)
    taken = _outside_folders_of_languages(taken, assistant.configuration.language)
    return RasaProject(folder, assistant, tuple(_told_apart(taken)), tuple(notes))


def _taken(document: Document, target: PurePath) -> TakenFile:
    origin = Path(document.path)
    return TakenFile(origin if origin.is_file() else None, target, document.text.encode())


# ---------------------------------------------------------------- checking


def _checked(documents: Sequence[Document]) -> Assistant:
    assistant = read_assistant(documents)
    read_training_data(documents, known_intents=assistant.intents, known_entities=assistant.entities)
    return assistant


def _with_a_way_out(documents: Sequence[Document], configuration: Document, assistant: Assistant) -> WayOut:
    """None where the project would not be right any more with one."""
    out = with_a_way_out(documents, configuration, assistant)
    try:
        if out.pattern is not None:
            _checked([*out.documents, out.pattern, configuration])
    except ContentError:
        return WayOut(tuple(documents))
    return out


def _told_of_lapses(configuration: Document) -> Document:
    """The configuration, which is kept for those who go on with Rasa, too: it says at its end that what Rasa takes is
    no fault here, either."""
    if isinstance(configuration.data, Mapping) and "overture" in configuration.data:
        return configuration
    return parse(configuration.path, f"{configuration.text.rstrip()}\n\n{_LAPSES_ARE_WARNINGS}".lstrip())


def _told_its_language(configuration: Document, documents: Sequence[Document]) -> tuple[Document, list[Note]]:
    """A configuration that names no language, as those of Rasa 1 did elsewhere: that of the examples is added to it."""
    if isinstance(configuration.data, Mapping) and configuration.data.get("language"):
        return configuration, []
    try:
        examples = read_examples([*documents, configuration])
    except ContentError:
        return configuration, []  # told with everything else when the project is checked
    languages = spoken_languages(examples, "", language_guesser())
    if len(languages) != 1 or languages == {"en"}:
        return configuration, []
    line = f"language: {next(iter(languages))}"
    said = f"names no language: {line} was added, which the examples are in."
    told = parse(configuration.path, f"{configuration.text.rstrip()}\n\n{line}\n".lstrip())
    return told, [Note("mapped", "config.yml", said)]


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


def _without_duplicates(
    documents: list[Document], configuration: Document, older: Sequence[Converted]
) -> tuple[list[Document], list[Note]]:
    """A text that is an example of two intents stays with the first. Where it has no line of its own (several intents
    share a list by an alias, say) it is let be, and validation warns of it."""
    try:
        examples = read_examples([*documents, configuration])
    except ContentError:
        return documents, []  # told with everything else when the project is checked
    texts = {one.path: one.text for one in documents}
    first: dict[str, Example] = {}
    for example in examples:
        first.setdefault(plain_key(example.text), example)
    twice = [one for one in examples if first[plain_key(one.text)].intent != one.intent]
    others = {one.place for one in examples if first[plain_key(one.text)].intent == one.intent}
    lines: dict[str, list[str]] = {}
    notes = []
    for example in (one for one in twice if one.place not in others):
        path, row = example.place.path, example.place.line - 1
        written = lines.setdefault(path, texts[path].split("\n"))
        if _is_line_of(example, written[row]):
            written[row] = ""  # so that the lines below keep their numbers
            other = first[plain_key(example.text)].intent
            said = f'"{example.text}" is an example of {example.intent}, too; it stays with {other} only.'
            notes.append(Note("mapped", str(in_older_file(example.place, older)), said))
    kept = [parse(one.path, "\n".join(lines[one.path])) if one.path in lines else one for one in documents]
    return kept, notes


def _is_line_of(example: Example, line: str) -> bool:
    """Whether nothing but the example stands in the line."""
    said = ANNOTATION.sub(lambda found: found["text"], line.strip().removeprefix("-"))
    return line.strip().startswith("-") and plain_key(said.strip("\"' ")) == plain_key(example.text)


# ---------------------------------------------------------------- where files go


def _place_of(read: ReadFiles, document: Document) -> PurePath:
    """Files with one kind of content go where that kind is kept; others stay together in data/. Those of a project that
    is a part of this one bear its name."""
    origin = Path(document.path)
    home = next((one for one in read.imported if one in origin.parents), read.folder)
    below = next((one for one in ("domain", "data") if home / one in origin.parents), ".")
    inside = _as_yaml(origin.relative_to(home / below))
    if home != read.folder:
        inside = inside.with_name(f"{home.name}-{inside.name}")
    if origin in read.domain_files:
        return PurePath("domain", inside)
    if origin.name.startswith(TEST_PREFIX):
        return PurePath("tests", inside)
    kind = _kind_of(document.data)
    if kind in ("rules", "stories") and inside == PurePath(f"{kind}.yml"):
        return inside
    return PurePath(kind, *inside.parts[inside.parts[0] == kind :])


def _place_of_tests(inside: PurePath) -> PurePath:
    return PurePath("tests", *_as_yaml(inside).parts[inside.parts[0] in ("test", "tests") :])


def _as_yaml(path: PurePath) -> PurePath:
    return path if path.suffix in YAML else path.with_suffix(".yml")


def _kind_of(data: Any) -> str:
    keys = {str(key) for key in data if key != "version"} if isinstance(data, Mapping) else set()
    kinds = {"domain" if key in DOMAIN_KEYS and key != "responses" else key for key in keys}
    return kinds.pop() if len(kinds) == 1 else "data"


def _code(folder: Path, known: Iterable[TakenFile]) -> Iterator[TakenFile]:
    """What the custom actions need."""
    taken = {file.origin for file in known}
    package, module = PurePath("actions", "__init__.py"), PurePath("actions.py")
    has_package = (folder / package).is_file()  # which goes before a module of its name
    for path in files_of_actions(folder):
        inside = path.relative_to(folder)
        target = package if inside == module and not has_package else inside
        if path not in taken:
            yield TakenFile(path, target, path.read_bytes())
    if (folder / "actions").is_dir() and not has_package and not (folder / module).is_file():
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
    words = words_of_ours(assistant.configuration.language)
    lines = ['version: "3.1"', "", "# Not from the Rasa project. Word them as you would say it.", "responses:"]
    for name, reason in missing.items():
        lines += [f"  {name}:           # {reason}", f'    - text: "{words[name]}"']
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


def _notes_on_channels(assistant: Assistant) -> Iterator[Note]:
    """Variations for a channel that has another name here, which would never be said."""
    said_on: dict[str, list[str]] = {}
    for response in assistant.responses.values():
        for channel in dict.fromkeys(one.channel for one in response.variations):
            if channel in CALLED_HERE:
                said_on.setdefault(channel, []).append(response.name)
    for channel, names in said_on.items():
        said = (
            f"the channel {channel} is called {CALLED_HERE[channel]} here: name it so, or these words are never said."
        )
        yield Note("to do", ", ".join(names), said)


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
