"""What the documentation names is there: files and headings, commands and their options, settings, targets of make."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import COMMANDS, GROUPS, parser
from bot.settings import Settings
from tests.test_repository import ROOT, repository_files

READS_SETTINGS = ("bot/**/*.py", "tests/**/*.py", "*.yml", "Dockerfile", "Makefile")
PAGES = sorted(path.relative_to(ROOT) for path in repository_files(".md"))

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*[/.#][^)\s]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FILE = re.compile(r"`((?:bot|connectors|actions|docs|tests)/[\w./-]*)")
BESIDE_TESTS = Path("docs/failures.md")
"""Its paths are under `tests/`, as it says."""
TEST = re.compile(r"`([\w/]+\.py)?(?:::(\w+))?`")
"""A file, a test in it, or one in the file that was named last."""
SETTING = re.compile(r"\bOVERTURE_[A-Z0-9_]*[A-Z0-9]\b")
CONNECTORS = re.compile(r"OVERTURE_CONNECTORS=([\w,]+)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
RULE = re.compile(r"\|[\s:|-]+\|")
TARGET = re.compile(r"`make ([a-z][a-z-]+)|^make ([a-z][a-z-]+)(?=\s*(?:#|$))", re.MULTILINE)
MODULE = re.compile(r"python -m ((?:bot|tests|connectors)[\w.]*\w)")
COMMAND = re.compile(r"(?:`|^)overture ([^`\n#|]+)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_whatever_a_page_names_is_there(page: Path) -> None:
    assert list(missing_in(page, (ROOT / page).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("[here](nowhere.md)", "nowhere.md"),
        ("[here](docs/glossary.md#no-such-word)", "docs/glossary.md#no-such-word"),
        ("`bot/services/think_twice.py`", "bot/services/think_twice.py"),
        ("`tests/test_docs.py::test_nothing`", "tests/test_docs.py::test_nothing"),
        ("`tests/test_docs.py`, `::test_nothing`", "tests/test_docs.py::test_nothing"),
        ("`OVERTURE_MOOD=good`", "OVERTURE_MOOD"),
        ("`make coffee`", "make coffee"),
        ("`python -m tests.coffee`", "python -m tests.coffee"),
        ("`overture sing`", "overture sing"),
        ("`overture journeys sing`", "overture journeys sing"),
        ("`overture serve --sideways`", "overture serve --sideways"),
    ],
)
def test_what_is_not_there_would_be_found(text: str, missing: str) -> None:
    assert list(missing_in(Path("README.md"), text)) == [missing]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_table_of_a_page_has_its_head(page: Path) -> None:
    lines = CODE.sub("", (ROOT / page).read_text(encoding="utf-8")).splitlines()
    begins = [
        number for number, line in enumerate(lines) if line.startswith("|") and not "".join(lines[number - 1 : number])
    ]
    assert [lines[number] for number in begins if not RULE.fullmatch("".join(lines[number + 1 : number + 2]))] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_who_adds_a_connector_as_a_page_says_keeps_those_that_there_are(page: Path) -> None:
    usual = Settings.model_fields["connectors"].default.split(",")
    told = [one.split(",") for one in CONNECTORS.findall((ROOT / page).read_text(encoding="utf-8"))]
    added_to = [names for names in told if "twilio_messaging" in names]
    assert [names for names in added_to if names[: len(usual)] != usual] == []


def missing_in(page: Path, text: str) -> Iterator[str]:
    for link in LINK.findall(text):
        name, _, heading = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        if not target.exists() or (heading and target.suffix == ".md" and heading not in headings(target)):
            yield link
    for name in FILE.findall(text):
        if not (ROOT / name).exists() and not (_below(page) / name).exists():
            yield name
    yield from missing_tests(page, text)
    for name in sorted(set(SETTING.findall(text)) - settings()):
        yield name
    for target in map("".join, TARGET.findall(text)):
        if not re.search(rf"^{target}:", makefile(), re.MULTILINE):
            yield f"make {target}"
    for module in MODULE.findall(text):
        path = ROOT / module.replace(".", "/")
        if not path.with_suffix(".py").exists() and not (path / "__main__.py").exists():
            yield f"python -m {module}"
    for words in COMMAND.findall(text):
        yield from missing_of(words.split())


def missing_tests(page: Path, text: str) -> Iterator[str]:
    file = ""
    for named, test in TEST.findall(text):
        file = named or file
        place = _below(page) / file
        if test and not (place.is_file() and f"def {test}(" in place.read_text(encoding="utf-8")):
            yield f"{file}::{test}"


def _below(page: Path) -> Path:
    return ROOT / "tests" if page == BESIDE_TESTS else ROOT


def missing_of(words: list[str]) -> Iterator[str]:
    """Of one command line: a verb that there is not, or an option that its verb does not have."""
    place: argparse.ArgumentParser = top()
    said = "overture"
    for word in words:
        verbs = verbs_of(place)
        if verbs and re.fullmatch(r"[a-z][a-z-]*", word):
            said = f"{said} {word}"
            if word not in verbs:
                yield said
                return
            place = verbs[word]
        elif (option := re.match(r"--[a-z][a-z-]*", word)) and option[0] not in options_of(place):
            yield f"{said} {option[0]}"


def verbs_of(place: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    for action in place._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def options_of(place: argparse.ArgumentParser) -> set[str]:
    """Its own; and where more verbs follow, those of each of them."""
    own = {name for action in place._actions for name in action.option_strings}
    return own.union(*(options_of(one) for one in verbs_of(place).values()))


@cache
def top() -> argparse.ArgumentParser:
    return parser(COMMANDS, GROUPS)


@cache
def headings(page: Path) -> set[str]:
    """As GitHub makes addresses of them."""
    found = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in found}


@cache
def settings() -> set[str]:
    """Fields of the settings, and what else the code reads: how tests and Compose are told where things are."""
    fields = {f"OVERTURE_{name}".upper() for name in Settings.model_fields}
    code = [path for name in READS_SETTINGS for path in ROOT.glob(name) if path != Path(__file__)]
    return fields.union(*(SETTING.findall(path.read_text(encoding="utf-8")) for path in code))


@cache
def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")
