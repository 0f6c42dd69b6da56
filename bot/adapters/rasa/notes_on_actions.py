"""What an import says of a project's custom actions: what runs them, and what keeps them from running."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from bot.adapters.content.dead_ends import own_actions, replaced_actions
from bot.adapters.rasa.rasa_actions import files_of_actions, written_in
from bot.adapters.rasa.rasa_settings import Note
from bot.domain.assistant import Assistant

HAS_ACTION_SERVER = "OVERTURE_ACTIONS=http://localhost:5055/webhook"

NAMED_OTHERWISE = {"rasa_core_sdk": "rasa_sdk"}
"""Modules that are installed under another name now."""


def notes_on_actions(folder: Path, assistant: Assistant) -> Iterator[Note]:
    code = [path for path in files_of_actions(folder) if path.suffix == ".py"]
    own = own_actions(assistant)
    if (folder / "actions").is_dir() or (folder / "actions.py").is_file():
        yield Note(
            "to do",
            "actions/",
            f"run them beside Overture, in the assistant's folder: overture actions. Then set {HAS_ACTION_SERVER}",
        )
        yield from _forms_of_code(folder, code)
        yield from _missing_modules(folder, code)
    elif own:
        yield Note(
            "unknown",
            "actions/",
            f"the domain names custom actions ({', '.join(own)}), and their code is not here. Until OVERTURE_ACTIONS "
            "names a package or a server that has them, they fail, and the conversation goes on without them.",
        )
    yield from _replaced(assistant, code)
    yield from _never_asked(folder, assistant, code)


def _replaced(assistant: Assistant, code: Sequence[Path]) -> Iterator[Note]:
    """Rasa asks the action server for a built-in action that the domain lists, whether there is one or not."""
    replaced = replaced_actions(assistant)
    written = written_in(code, replaced)
    missing = [name for name in replaced if name not in written]
    if missing:
        names, it = ", ".join(missing), "it" if len(missing) == 1 else "them"
        yield Note(
            "to do",
            "actions",
            f"the domain lists {names} among its own, and no code here has {it}: as in Rasa, that fails. Take "
            f"{it} out, and what is built in runs.",
        )


def _never_asked(folder: Path, assistant: Assistant, code: Sequence[Path]) -> Iterator[Note]:
    """Rasa asks for the validation of a form only where the domain lists it."""
    for name in sorted({f"validate_{form}" for form in assistant.forms} - assistant.actions):
        found = next((path for path in code if written_in([path], [name])), None)
        if found is not None:
            said = f"has {name}, which the domain does not list: as in Rasa, it is never run. List it under actions:"
            yield Note("to do", found.relative_to(folder).as_posix(), said)


def _forms_of_code(folder: Path, code: Sequence[Path]) -> Iterator[Note]:
    """Forms were classes in Rasa 1: what they ask for can be read by nobody, and their file cannot be imported."""
    for path in code:
        if re.search(rb"\bFormAction\b", path.read_bytes()):
            yield Note(
                "to do",
                path.relative_to(folder).as_posix(),
                "has forms of Rasa 1 (FormAction), which rasa-sdk has no more: the file fails when it is imported. In "
                "the domain, list what each form asks for (forms: NAME: required_slots:) and say how each slot is "
                "filled (slots: NAME: mappings:). Validation goes into a FormValidationAction, and what submit did "
                "into an action that comes after the form. Then take the class out.",
            )


# ---------------------------------------------------------------- what the code imports


def _missing_modules(folder: Path, code: Sequence[Path]) -> Iterator[Note]:
    """All actions fail over one module that is not there."""
    for path in code:
        about = path.relative_to(folder).as_posix()
        absent = sorted(name for name in _imported(path) if not _is_found(name, folder))
        beside = [name for name in absent if (path.parent / f"{name}.py").is_file() or (path.parent / name).is_dir()]
        if beside:
            said = (
                f"imports {', '.join(beside)} from beside it: put a dot before the name (from .{beside[0]} import ...)."
            )
            yield Note("to do", about, said)
        for name in (name for name in absent if name in NAMED_OTHERWISE):
            yield Note("to do", about, f"imports {name}, which is called {NAMED_OTHERWISE[name]} now: import that.")
        if elsewhere := [name for name in absent if name not in beside and name not in NAMED_OTHERWISE]:
            it = "it is" if len(elsewhere) == 1 else "they are"
            said = (
                f"imports {', '.join(elsewhere)}, and there is no such module here: until {it} installed where the "
                "actions run, none of them does."
            )
            yield Note("to do", about, said)


def _imported(code: Path) -> set[str]:
    """The first names of what is imported when the file is; what a try or a function imports may be missing."""
    try:
        tree = ast.parse(code.read_bytes())
    except (SyntaxError, ValueError):
        return set()  # told when the actions are run
    found: set[str] = set()
    for statement in tree.body:
        match statement:
            case ast.Import(names=names):
                found |= {one.name.split(".")[0] for one in names}
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module.split(".")[0])
    return found


def _is_found(name: str, folder: Path) -> bool:
    here = (folder / f"{name}.py").is_file() or (folder / name).is_dir()
    return here or name in sys.stdlib_module_names or find_spec(name) is not None
