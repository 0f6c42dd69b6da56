"""Edits `journeys/scores/<id>.yml` as text: one rule, the grades or the caps, and all else stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from ruamel.yaml.comments import CommentedMap

from bot.documents import parse, plain
from bot.domain.score import Dimension
from bot.journeys import wording
from bot.journeys.wording import Unreadable
from bot.yaml_lines import CannotEdit, judged, mapping_rewritten, row_of, with_row, written

HEAD = ("scores", "grades", "caps", *get_args(Dimension))
ORDER = ("id", "event", "if", "points", "cap", "half_life", "reason")
"""In which order a new rule says what it is."""

LENGTHS = ("within", "half_life")


def new_scores(name: str) -> str:
    """The text of a file that has no rules yet."""
    return f"scores: {name}\n"


def with_rule(text: str, dimension: Dimension, name: str, says: Mapping[str, Any] | None) -> str:
    """The file's text with this rule, which is put last where it is new, or without it (None); raises CannotEdit, or
    ContentError where the file is not YAML.

    A list that has no rule left goes, with the cap of its group.
    """
    data, meant = _read(text)
    row = row_of(data, dimension, name)
    rule = as_spelled(says, row) if says is not None else None
    found = with_row(text, data, dimension, name, rule, order=ORDER)
    return found if found is not None else _judged(text, data, _without_list(meant, dimension))


def with_head(
    text: str,
    *,
    grades: Mapping[str, Mapping[str, int]] | None = None,
    caps: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """The file's text, so that its grades, or its groups' caps, are these; None stays as it is, and no caps are taken
    out. Raises as `with_rule` does."""
    data, meant = _read(text)
    if grades is not None:
        meant["grades"] = grades
    if caps is not None:
        was = meant.get("caps") or {}
        meant["caps"] = {part: as_spelled(cap, was.get(part) or {}) for part, cap in caps.items()}
        if not caps:
            del meant["caps"]
    return _judged(text, data, meant)


def has_rules(text: str) -> bool:
    """Whether anything is left that makes it a file of scores: a rule, or what makes a grade."""
    _, says = _read(text)
    return any(says.get(key) for key in ("grades", *get_args(Dimension)))


def _read(text: str) -> tuple[CommentedMap, dict[str, Any]]:
    data = parse("", text).data
    if not isinstance(data, CommentedMap):
        raise CannotEdit("the file holds no scores yet. Edit its text.")
    return data, plain(data)


def _judged(text: str, data: CommentedMap, meant: Mapping[str, Any]) -> str:
    to = _with_numbers(meant, plain(data).get("grades")) if meant.get("grades") else meant
    lines = mapping_rewritten(text.split("\n"), data, to, order=HEAD)
    return judged(lines if lines is not None else [*written(to), ""], meant, before=text)


def _with_numbers(meant: Mapping[str, Any], before: Any) -> dict[str, Any]:
    """The same, with the limits 1 and 2 as numbers and not as quoted texts, unless they say what they did."""
    was = before if isinstance(before, Mapping) else {}
    numbered = {
        part: limits
        if was.get(part) == limits
        else {int(one) if one.isdigit() else one: points for one, points in limits.items()}
        for part, limits in meant["grades"].items()
    }
    return {**meant, "grades": numbered}


def _without_list(meant: dict[str, Any], dimension: Dimension) -> dict[str, Any]:
    caps = {part: cap for part, cap in (meant.get("caps") or {}).items() if part != dimension}
    rest = {key: value for key, value in meant.items() if key not in (dimension, "caps")}
    return {**rest, **({"caps": caps} if caps else {})}


def as_spelled(says: Mapping[str, Any], before: Any) -> dict[str, Any]:
    """What it says, its lengths of time as they were spelled where they are as long as they were."""
    found = dict(says)
    for key, value in found.items():
        was = before.get(key) if isinstance(before, Mapping) else None
        if isinstance(value, Mapping):
            found[key] = as_spelled(value, was)
        elif key in LENGTHS and was is not None and _is_as_long(str(was), value):
            found[key] = was
    return found


def _is_as_long(one: str, other: str) -> bool:
    try:
        return wording.duration(one) == wording.duration(other)
    except Unreadable:
        return False
