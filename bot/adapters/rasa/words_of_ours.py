"""What an assistant here says and a Rasa project has no need of, in the language of the project."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.documents import parse

_FILE = Path(__file__).with_name("words_of_ours.yml")
_ELSE = "en"


def words_of_ours(language: str) -> Mapping[str, str]:
    """The text of each response in this language; in English where there is none."""
    return {name: texts.get(language, texts[_ELSE]) for name, texts in _all().items()}


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    read: Mapping[str, Mapping[str, str]] = parse(str(_FILE), _FILE.read_text(encoding="utf-8")).data
    return {str(name): {str(code): str(text) for code, text in texts.items()} for name, texts in read.items()}
