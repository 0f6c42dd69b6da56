"""Edits a file of `journeys/rules/` as text: one rule about hours or a cap, and all else stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from ruamel.yaml.comments import CommentedMap

from bot.documents import parse, plain
from bot.journeys import wording
from bot.journeys.score_edit import as_spelled
from bot.journeys.wording import Unreadable
from bot.yaml_lines import CannotEdit, judged, mapping_rewritten, row_of, with_row

Table = Literal["sending_hours", "caps"]
ORDER = (
    *("id", "jurisdiction", "purpose", "channels", "hours", "days", "at_most", "within"),
    *("from", "to", "source"),
)
"""In which order a new rule says what it is."""

DATES = ("from", "to")


def with_rule(text: str, table: Table, name: str, says: Mapping[str, Any] | None) -> str:
    """The file's text with this rule, which is put last where it is new, or without it (None); empty where nothing is
    left. Raises CannotEdit, or ContentError where the file is not YAML."""
    data = parse("", text).data if text.strip() else CommentedMap()
    if not isinstance(data, CommentedMap):
        raise CannotEdit("the file holds no rules yet. Edit its text.")
    before = row_of(data, table, name)
    found = with_row(text, data, table, name, _as_it_was(says, before) if says is not None else None, order=ORDER)
    return found if found is not None else _without_list(text, data, table)


def said_of(text: str, table: Table, name: str) -> Mapping[str, Any]:
    """What the file says of this rule; empty where it says nothing."""
    data = parse("", text).data
    return row_of(data, table, name) if isinstance(data, CommentedMap) else {}


def _without_list(text: str, data: CommentedMap, table: Table) -> str:
    rest = {key: value for key, value in plain(data).items() if key != table}
    if not rest:
        return ""
    lines = mapping_rewritten(text.split("\n"), data, rest)
    if lines is None:
        raise CannotEdit("this part of the file is written in a way that cannot be edited here. Edit the file's text.")
    return judged(lines, rest, before=text)


def _as_it_was(says: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What says the same is spelled as it was; a new day is written as one, without quotes."""
    found = as_spelled(says, before)
    for key, read in (("channels", frozenset), ("days", _days)):
        if key in found and key in before and read(_listed(found[key])) == read(_listed(before[key])):
            found[key] = before[key]
    for key in DATES:
        if key in found and found[key] != before.get(key):
            found[key] = date.fromisoformat(found[key])
    return found


def _days(texts: list[str]) -> frozenset[int] | None:
    try:
        return frozenset().union(*map(wording.days, texts))
    except Unreadable:
        return None


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
