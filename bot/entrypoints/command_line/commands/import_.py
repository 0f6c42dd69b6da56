"""`overture import`: a Rasa project, checked and copied into the layout of an assistant."""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from bot.adapters.content.starter import starter_rules
from bot.adapters.rasa.notes_on_actions import HAS_ACTION_SERVER
from bot.adapters.rasa.rasa_project import RasaProject, TakenFile, read_project
from bot.adapters.rasa.rasa_settings import Note
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.counting import counted
from bot.settings import Settings

HEADINGS = {"mapped": "Mapped", "to do": "To do", "unknown": "Not taken over"}


def run(settings: Settings, options: argparse.Namespace) -> int:
    project = read_project(options.path)
    into: Path = options.into or Path("imported") / _name(project.folder)
    files = [*project.files, *_sending_rules(settings)]
    if not options.force:
        _refuse_to_overwrite(into, files)
    _write(into, files)
    print(report(project, into, files))
    return 0


def _name(folder: Path) -> str:
    return re.sub(r"[^\w.-]+", "-", folder.resolve().name) or "assistant"


def _sending_rules(settings: Settings) -> list[TakenFile]:
    """When and how often people may be written to holds for every assistant; its journeys it does not have yet."""
    rules = sorted((settings.journeys / "rules").glob("*.yml"))
    if not rules:
        return [TakenFile(None, place, text.encode()) for place, text in starter_rules().items()]
    return [TakenFile(path, PurePath("journeys", "rules", path.name), path.read_bytes()) for path in rules]


def _refuse_to_overwrite(into: Path, files: Iterable[TakenFile]) -> None:
    there = [str(into / file.target) for file in files if (into / file.target).exists()]
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise SettingsError(
            f"{', '.join(there[:3])}{more} would be overwritten. Name another folder with --into, or write over them "
            "with --force."
        )


def _write(into: Path, files: Iterable[TakenFile]) -> None:
    """All files are written beside the folder first, and take their places when all of them are there."""
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{into.name}-", dir=into.parent) as draft:
            for file in files:
                target = Path(draft) / file.target
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.content)
            for file in files:
                (into / file.target).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(Path(draft) / file.target, into / file.target)
    except OSError as error:
        raise SettingsError(
            f"{into} cannot be written: {error.strerror or error}. Name another with --into."
        ) from error


# ---------------------------------------------------------------- the report


def report(project: RasaProject, into: Path, files: Sequence[TakenFile]) -> str:
    """What was taken, what was mapped, what is left to do, and how to go on."""
    assistant = project.assistant
    lines = [
        f"Taken into {into}: {counted(len(assistant.intents), 'intent')}, {counted(len(assistant.rules), 'rule')}, "
        f"{counted(len(assistant.stories), 'story', 'stories')}, {counted(len(assistant.forms), 'form')}, "
        f"{counted(len(assistant.responses), 'response')}.",
    ]
    for file in files:
        lines.append(f"  {file.target}" + (f"  (from {file.origin})" if file.origin else "  (new)"))
    for kind, heading in HEADINGS.items():
        if notes := [note for note in project.notes if note.kind == kind]:
            lines += ["", f"{heading}:", *(f"  {_line(note)}" for note in notes)]
    here = f"OVERTURE_ASSISTANT={into}"
    lines += ["", "Go on with:"]
    if any(file.target.parts[0] == "actions" for file in files):
        lines.append(f"  cd {into} && overture actions  (which goes on running; the rest in another terminal)")
        here += f" {HAS_ACTION_SERVER}"
    lines += [f"  {here} overture {verb}" for verb in ("validate", "train", "shell")]
    if any(file.target.parts[0] == "tests" for file in files):
        lines.append(f"  {here} overture test")
    return "\n".join(lines)


def _line(note: Note) -> str:
    goes_on = note.message.startswith(("is ", "are ", "has ", "("))
    return f"{note.about} {note.message}" if goes_on else f"{note.about}: {note.message}"
