"""The starter: a small assistant that works, for a newcomer to begin with.

Its files are content, in `starter/`; those of another language, in `starter_in/<language>/`, take their place.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePath

from bot.adapters.content.starter_languages import IN_OTHERS, OWN, languages_to_choose, starter_languages
from bot.dialogue.content import read_assistant
from bot.dialogue.opt_out_words import what_sells
from bot.dialogue.responses import as_template
from bot.documents import parse
from bot.domain.errors import SettingsError

LONGEST_NAME = 60
"""Characters of a company's name: it stands in text messages."""

_FILES = Path(__file__).with_name("starter")
_COMPANY, _FOLDER = "Your Company", "FOLDER"
_JOINERS = "\u200c\u200d"
"""Written within words of some scripts, though they cannot be seen."""

_MARKDOWN = re.compile(r"[\\`*_\[\]<>~]|&(?=#?\w+;)|#+$")
_OTHER_NAME = "Say another with --name."


def company_name(written: str) -> str:
    """The name as it is to stand in texts; raises SettingsError where it is none."""
    name = " ".join(written.split())
    if any(unicodedata.category(one)[0] == "C" and one not in _JOINERS for one in name):
        raise SettingsError(f"the name {written!a} has a character that cannot be written. {_OTHER_NAME}")
    if not any(one.isalnum() for one in name):
        raise SettingsError(f'"{name}" is no name: it has no letter and no digit. {_OTHER_NAME}')
    if len(name) > LONGEST_NAME:
        raise SettingsError(f"the name has {len(name)} characters, and {LONGEST_NAME} at the most. {_OTHER_NAME}")
    return name


def name_of_folder(folder: Path) -> str:
    """What the company is called whose assistant is in `acme-tools`: Acme Tools."""
    words = re.split(r"[-_\s]+", folder.resolve().name)
    return " ".join(word[:1].upper() + word[1:] if word.islower() else word for word in words).strip()


def starter_files(company: str, *, folder: str, language: str = OWN) -> Mapping[PurePath, str]:
    """The starter's files by their places, with the company's name in them; `folder` is how a shell names theirs.

    Raises SettingsError where the name may not stand in one of the texts, or it does not speak the language.
    """
    if language not in starter_languages():
        raise SettingsError(
            f'there is no assistant to begin with in "{language}"; --language is {languages_to_choose()}. '
            "In any other, begin with one of those, name the language in its config.yml, and put your words and "
            "examples in place of its."
        )
    paths = {**_paths(_FILES), **(_paths(IN_OTHERS / language) if language != OWN else {})}
    files = {
        place: _filled(path, path.read_text(encoding="utf-8"), company, folder) for place, path in sorted(paths.items())
    }
    _refuse_what_sells(files, company)
    return files


def _paths(home: Path) -> Mapping[PurePath, Path]:
    return {path.relative_to(home): path for path in home.rglob("*") if path.suffix in (".yml", ".md")}


def starter_rules() -> Mapping[PurePath, str]:
    """The starter's rules for sending by their places, which name no company."""
    rules = PurePath("journeys", "rules")
    return {rules / path.name: path.read_text(encoding="utf-8") for path in sorted((_FILES / rules).glob("*.yml"))}


def begin_assistant(into: Path, files: Mapping[PurePath, str]) -> None:
    """Write the files into a folder that is not there yet, or empty: all of them, or none. Raises SettingsError."""
    folder = into.resolve()
    try:
        _refuse_what_is_there(into, folder)
        home = next(one for one in (folder, *folder.parents) if one.exists())
        with tempfile.TemporaryDirectory(prefix=".overture-init-", dir=home) as draft:
            written = Path(draft) / folder.relative_to(home)
            for place, text in files.items():
                (written / place).parent.mkdir(parents=True, exist_ok=True)
                (written / place).write_text(text, encoding="utf-8", newline="\n")
            _move_all(Path(draft), home)
    except OSError as error:
        raise SettingsError(f"{into} cannot be written: {error.strerror or error}. Name another folder.") from error


# ---------------------------------------------------------------- the name in the files


def _filled(path: Path, text: str, company: str, folder: str) -> str:
    if path.suffix == ".yml":
        return text.replace(_COMPANY, _quoted(company if path.name == "config.yml" else as_template(company)))
    head, rule, body = text.rpartition("\n---\n")  # the front matter is YAML, too
    named = body.replace(_COMPANY, _MARKDOWN.sub(lambda one: "".join(f"\\{sign}" for sign in one[0]), company))
    return head.replace(_COMPANY, _quoted(company)) + rule + named.replace(_FOLDER, folder)


def _quoted(company: str) -> str:
    """As it stands between YAML's double quotes."""
    return company.replace("\\", "\\\\").replace('"', '\\"')


def _refuse_what_sells(files: Mapping[PurePath, str], company: str) -> None:
    """An opt-out is answered with the company's name, and some names ("www.acme.com") lead to an offer."""
    of_the_assistant = {
        place: text
        for place, text in files.items()
        if place.suffix == ".yml" and place.parts[0] not in ("journeys", "tests")
    }
    assistant = read_assistant([parse(str(place), text) for place, text in of_the_assistant.items()])
    for fault in what_sells(assistant, company):
        raise SettingsError(f"with this name, {fault.message} {_OTHER_NAME}")


# ---------------------------------------------------------------- writing


def _refuse_what_is_there(into: Path, folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{into} is a file. Name a folder that is not there yet, or an empty one.")
    there = sorted(one.name for one in folder.iterdir()) if folder.exists() else []
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise SettingsError(
            f"{into} has something in it: {', '.join(there[:3])}{more}. Nothing was written. "
            "Name a folder that is not there yet, or an empty one."
        )


def _move_all(draft: Path, home: Path) -> None:
    moved: list[Path] = []
    try:
        for one in sorted(draft.iterdir()):
            os.rename(one, home / one.name)  # noqa: PTH104  never over what is there
            moved.append(home / one.name)
    except OSError:
        for one in moved:
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        raise
