"""The starter: what stands in it, and the company's name in every text of it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.content.assistant_settings import read_assistant_settings
from bot.adapters.content.starter import (
    begin_assistant,
    company_name,
    name_of_folder,
    starter_files,
)
from bot.adapters.content.starter_languages import languages_to_choose, starter_languages
from bot.dialogue.responses import fill_in
from bot.documents import parse
from bot.domain.errors import SettingsError
from bot.nlu.knowledge_pages import read_pages
from tests.test_repository import ROOT

STARTER = ROOT / "bot/adapters/content/starter"
IN_OTHERS = ROOT / "bot/adapters/content/starter_in"
WORDS = ("text", "title", "label", "examples")
"""What is put into another language in a file of content; an intent's examples are one text."""

COMPANY = "Your Company"
FILES = {PurePath("config.yml"): "language: en\n", PurePath("journeys/one.yml"): "journey: one\n"}
NAMES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60)


def words_in(node: Any) -> list[str]:
    if isinstance(node, Mapping):
        return [word for value in node.values() for word in words_in(value)]
    if isinstance(node, list):
        return [word for value in node for word in words_in(value)]
    return [node] if isinstance(node, str) else []


@pytest.mark.parametrize(
    "name",
    [
        "Acme Tools",
        "O'Neil: & Sons #1",
        'The "Best" \\ Shop',
        "{braces} and {{more}}",
        "[x](y) *z* _a_ `b` <c> &amp; ~d~",
        "- Müller & Söhne GmbH",
        "北京咖啡",
        "# 1",
        "}only the end}}",
        "C #",
        "Save 50%",
        "€uro {50%} Shop",
        "شركة می‌خواهم",
    ],
)
def test_the_name_stands_in_the_texts_as_it_was_written(name: str) -> None:
    assert_named(company_name(name))


@given(NAMES)
@settings(max_examples=15, deadline=None)
def test_any_name_that_is_taken_stands_in_the_texts_as_it_was_written(written: str) -> None:
    try:
        name = company_name(written)
        starter_files(name, folder="acme")
    except SettingsError:
        return
    assert_named(name)


def assert_named(name: str) -> None:
    for language in starter_languages():
        assert_named_in(language, name)


def assert_named_in(language: str, name: str) -> None:
    places = 0
    for place, text in starter_files(name, folder="acme", language=language).items():
        own = IN_OTHERS / language / place
        before = (own if own.exists() else STARTER / place).read_text(encoding="utf-8")
        if COMPANY not in before:
            assert text == before
        elif place.name == "config.yml":
            assert read_assistant_settings([parse("config.yml", text)]).company == name
        elif place.suffix == ".yml":
            unnamed, named = words_in(parse("before", before).data), words_in(parse("after", text).data)
            for was, now in zip(unnamed, named, strict=True):
                if COMPANY in was:
                    places += 1
                    assert fill_in(now, {}) == fill_in(was, {}).replace(COMPANY, name)
                else:
                    assert now == was
        elif place.parts[0] == "knowledge":
            (was_page,), (now_page,) = read_pages({"p.md": before}), read_pages({"p.md": text})
            assert now_page.title == was_page.title.replace(COMPANY, name)
            assert [one.text for one in now_page.passages] == [
                one.text.replace(COMPANY, name) for one in was_page.passages
            ]
            places += 1
    assert places > 10


def test_the_name_is_written_only_where_it_is_between_quotes_in_yaml() -> None:
    for path in (*STARTER.rglob("*.yml"), *IN_OTHERS.rglob("*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert COMPANY not in line or re.fullmatch(r'\s*(- text|company): ".*"(  #.*)?', line), f"{path}: {line}"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "no letter and no digit"),
        ("  ", "no letter and no digit"),
        ("--!", "no letter and no digit"),
        ("Acme\x00", "cannot be written"),
        ("Acme\x1b[31m", "cannot be written"),
        ("Acme\udc80", "cannot be written"),
        ("Acme\u202eslooT", "cannot be written"),
        ("A" * 61, "61 characters, and 60 at the most"),
    ],
)
def test_what_is_no_name_is_refused(written: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as told:
        company_name(written)
    str(told.value).encode()  # a terminal can show it


def test_a_name_on_several_lines_is_one() -> None:
    assert company_name(" Acme\n\tTools ") == "Acme Tools"


def test_a_name_that_is_a_link_may_not_stand_in_the_answer_to_an_opt_out() -> None:
    with pytest.raises(SettingsError, match=r"with this name, utter_opted_out has a link .* Say another with --name"):
        starter_files("www.acme.com", folder="acme")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("acme", "Acme"),
        ("acme-tools", "Acme Tools"),
        ("ACME_bot", "ACME Bot"),
        ("a/b c/d.e/", "D.e"),
        ("müller", "Müller"),
    ],
)
def test_a_company_is_called_as_its_folder_unless_said(folder: str, name: str) -> None:
    assert name_of_folder(Path(folder)) == name


def test_what_holds_for_every_assistant_is_as_in_the_sample() -> None:
    same = [
        *(f"journeys/rules/{path.name}" for path in (ROOT / "journeys/rules").glob("*.yml")),
        *(f"patterns/{name}.yml" for name in ("internal_error", "phone", "silence")),
    ]
    for name in same:
        sample = ROOT / name if name.startswith("journeys/") else ROOT / "nlu_data" / name
        assert (STARTER / name).read_bytes() == sample.read_bytes(), f"{name} differs from the sample's; copy it"
    assert examples_of("opt_out", STARTER / "nlu/opt_out.yml") == examples_of(
        "opt_out", ROOT / "nlu_data/nlu/selling.yml"
    )


def examples_of(intent: str, path: Path) -> str:
    document = parse(path.name, path.read_text(encoding="utf-8"))
    return next(str(one["examples"]) for one in document.data["nlu"] if one.get("intent") == intent)


def test_nothing_of_the_sample_company_is_in_it() -> None:
    for path in STARTER.rglob("*.*"):
        assert not re.search(r"harbourline|\brota\b", path.read_text(encoding="utf-8"), re.IGNORECASE), path


# ---------------------------------------------------------------- other languages


def test_a_language_that_it_does_not_speak_is_told_with_what_to_do() -> None:
    choice = rf"\"tlh\"; --language is {languages_to_choose()}\. In any other, begin with one of those"
    with pytest.raises(SettingsError, match=choice):
        starter_files("Acme", folder="acme", language="tlh")


def test_the_languages_to_choose_from_are_told_as_in_a_sentence() -> None:
    first, *others = languages_to_choose().split(" or ")[0].split(", ")
    assert first == "en"
    assert {"de"} <= set(others)
    assert languages_to_choose().endswith(f" or {starter_languages()[-1]}")


@pytest.mark.parametrize("language", starter_languages()[1:])
def test_in_another_language_it_does_the_same_in_other_words(language: str) -> None:
    english, other = (starter_files("Acme", folder="acme", language=one) for one in ("en", language))
    assert english.keys() == other.keys()
    for place in english:
        if place.suffix == ".yml" and place.parts[0] in ("domain", "journeys", "patterns", "responses", "rules.yml"):
            was, now = (parse(str(place), files[place]).data for files in (english, other))
            assert without_words(now) == without_words(was), place
    assert parse("config.yml", other[PurePath("config.yml")]).data["language"] == language


@pytest.mark.parametrize("language", starter_languages()[1:])
def test_what_another_language_has_of_its_own_is_in_other_words(language: str) -> None:
    for path in (IN_OTHERS / language).rglob("*.*"):
        place = path.relative_to(IN_OTHERS / language)
        assert path.read_bytes() != (STARTER / place).read_bytes(), f"{place} is as in English; delete it"


def without_words(node: Any) -> Any:
    """Payloads stay where they are intents; one may be what a customer could say."""
    if isinstance(node, Mapping):
        return {
            key: without_words(value)
            for key, value in node.items()
            if key not in WORDS and not (key == "payload" and not value.startswith("/"))
        }
    return [without_words(one) for one in node] if isinstance(node, list) else node


# ---------------------------------------------------------------- writing


def test_a_folder_is_made_with_those_that_it_lies_in(tmp_path: Path) -> None:
    begin_assistant(tmp_path / "a/b/acme", FILES)
    assert (tmp_path / "a/b/acme/journeys/one.yml").read_text() == "journey: one\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a"]


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    begin_assistant(Path(), FILES)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["config.yml", "journeys"]
    assert tmp_path.stat().st_ino == before


@pytest.mark.parametrize("name", ["rules.yml", ".env"])
def test_a_folder_that_has_something_in_it_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(SettingsError, match=f"has something in it: {re.escape(name)}. Nothing was written"):
        begin_assistant(tmp_path, FILES)
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("below", ["", "/acme"])
def test_a_file_is_no_folder(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SettingsError, match="Name "):
        begin_assistant(Path(f"{tmp_path}/file{below}"), FILES)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be written: File name too long\. Name another folder"):
        begin_assistant(tmp_path / ("a" * 300), FILES)
    assert not list(tmp_path.iterdir())


def test_a_parent_that_may_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)  # a folder's own rights keep no root out
    with pytest.raises(SettingsError, match="cannot be written: Permission denied"):
        begin_assistant(tmp_path / "acme", FILES)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("there", [True, False], ids=["an empty folder", "a new folder"])
def test_nothing_is_left_where_the_disk_fails_halfway(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme"
    if there:
        folder.mkdir()
    rename, moves = os.rename, []

    def failing(source: Path, target: Path) -> None:
        moves.append(target)
        if len(moves) == (2 if there else 1):
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(SettingsError, match="No space left on device"):
        begin_assistant(folder, FILES)
    assert sorted(tmp_path.rglob("*")) == ([folder] if there else [])
