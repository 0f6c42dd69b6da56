"""Edits `journeys/scores/<id>.yml` as text: one rule, the grades or the caps, and all else stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.documents import parse, plain
from bot.domain.score import Dimension
from bot.journeys import wording
from bot.journeys.wording import Unreadable
from bot.yaml_lines import CannotEdit, indented, judged, list_rewritten, mapping_rewritten, written

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
    before = meant.get(dimension) or []
    if not isinstance(before, list):
        raise CannotEdit(f'"{dimension}" is no list of rules. Edit the file\'s text.')
    to: list[tuple[int | None, Any]] = [(number, rule) for number, rule in enumerate(before) if _name(rule) != name]
    if says is not None:
        at = next((number for number, rule in enumerate(before) if _name(rule) == name), None)
        rule = _as_spelled({key: says[key] for key in ORDER if key in says}, before[at] if at is not None else {})
        to.insert(at if at is not None else len(to), (at, rule))
    if not to:
        return _judged(text, data, _without_list(meant, dimension))
    meant[dimension] = [rule for _, rule in to]
    lines = text.split("\n")
    if before and isinstance(items := data[dimension], CommentedSeq):
        found = list_rewritten(lines, items, to, order=ORDER)
    else:
        found = _with_list(lines, dimension, to[0][1]) if dimension not in data else None
    return judged(found, meant, before=text) if found is not None else _judged(text, data, meant)


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
        meant["caps"] = {part: _as_spelled(cap, was.get(part) or {}) for part, cap in caps.items()}
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


def _with_list(lines: Sequence[str], dimension: Dimension, rule: Mapping[str, Any]) -> list[str]:
    """With a list of this one rule behind all that is there, a blank line between."""
    above = list(lines)
    while above and not above[-1].strip():
        above.pop()
    return [*above, "", f"{dimension}:", *indented(written([rule]), 2), ""]


def _name(rule: Any) -> str:
    return str(rule.get("id")) if isinstance(rule, Mapping) else ""


def _as_spelled(says: Mapping[str, Any], before: Any) -> dict[str, Any]:
    """What it says, its lengths of time as they were spelled where they are as long as they were."""
    found = dict(says)
    for key, value in found.items():
        was = before.get(key) if isinstance(before, Mapping) else None
        if isinstance(value, Mapping):
            found[key] = _as_spelled(value, was)
        elif key in LENGTHS and was is not None and _is_as_long(str(was), value):
            found[key] = was
    return found


def _is_as_long(one: str, other: str) -> bool:
    try:
        return wording.duration(one) == wording.duration(other)
    except Unreadable:
        return False
