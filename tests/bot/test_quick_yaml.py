"""What libyaml composes is what ruamel.yaml composes, or it is left to ruamel.yaml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot import quick_yaml
from bot.documents import Document, parse
from bot.domain.errors import ContentError
from tests.lending import ROOT

SIGNS = "a: |b: |- |? |{|}|[|]|, |: |\n|\n  |\n    |# c| #c|&k |*k|!t |!!str |---\n|...\n|%YAML 1.1\n|<<: |::|\t|\x85"
WORDS = "x|'x'|\"x\\n\"|>-\n|null|~|yes|NO|21:00|1_000|0o17|0x1f|1e3|.5|2026-11-29|\ufeff|\u2028|é|\r\n"
FRAGMENTS = st.sampled_from(["|\n", *SIGNS.split("|"), *WORDS.split("|")])
TEXTS = st.lists(FRAGMENTS, max_size=24).map("".join)


def places(document: Document, data: Any) -> Any:
    """The data with the kinds of its values, and where each entry begins."""
    entries: list[Any]
    match data:
        case dict():
            entries = [(repr(key), document.place(data, key), places(document, value)) for key, value in data.items()]
        case list():
            entries = [(n, None, places(document, value)) for n, value in enumerate(data)]
        case _:
            return type(data), repr(data)
    return type(data), document.place(data), entries


def read(text: str) -> Any:
    try:
        document = parse("a.yml", text)
    except ContentError as error:
        return str(error)
    return places(document, document.data)


def read_by_ruamel(monkeypatch: pytest.MonkeyPatch, text: str) -> Any:
    with monkeypatch.context() as patched:
        patched.setattr(quick_yaml, "compose", lambda text, resolver: None)
        return read(text)


@given(TEXTS)
def test_both_read_the_same_in_the_same_places(text: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        slowly = read_by_ruamel(patched, text)
    quickly = read(text)
    assert quickly == slowly or without_place(quickly) == without_place(slowly) or is_read_leniently(slowly)


def without_place(told: Any) -> Any:
    """An entry without a value has none of it at another place, which faults tell."""
    return re.sub(r"^a\.yml:\d+:\d+", "", told) if isinstance(told, str) else told


def is_read_leniently(told: Any) -> bool:
    """A block's text may begin after lines that are indented more, or with a comment close to its sign."""
    return isinstance(told, str) and ("block scalar" in told or "chomping or indentation" in told)


@pytest.mark.parametrize("file", sorted((ROOT / "nlu_data").rglob("*.yml")), ids=lambda path: path.name)
def test_the_samples_files_are_read_the_same(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    text = file.read_text()
    assert read(text) == read_by_ruamel(monkeypatch, text)


@pytest.mark.parametrize("text", ["!mine 3", "a: 1\n--- \nb: 2", "%YAML 1.1\n---\na: NO", "a:\tb", "", "a: *b"])
def test_what_is_read_otherwise_is_left_to_ruamel(text: str) -> None:
    assert quick_yaml.compose(text, YAML().resolver) is None


def test_an_anchor_is_the_same_entry_wherever_it_is_named() -> None:
    data = parse("a.yml", "a: &k {x: 1}\nb: *k\nc: {<<: *k, y: 2}\n").data
    assert data["a"] is data["b"]
    assert data["c"]["x"] == 1
