"""Reads `grades` of `journeys/scores/<id>.yml`: from how many points on a lead has which grade."""

from __future__ import annotations

from collections.abc import Iterable

from bot.documents import Document, Faults
from bot.domain.score import USUAL_GRADES, Grades
from bot.journeys.fields import Fields


def grades_said(documents: Iterable[Document], faults: Faults) -> Grades:
    """Those of the file of scores that says them, else the usual ones; two that do are a fault of the second."""
    found: Grades | None = None
    for document in documents:
        grades = read_grades(document, faults)
        if grades is not None and found is not None:
            faults.add(
                document.place(document.data, "grades"),
                "another file of scores says what makes a grade.",
                "A lead has one grade: leave one of the two out.",
            )
        found = found or grades
    return found or USUAL_GRADES


def read_grades(document: Document, faults: Faults) -> Grades | None:
    """What a file of scores says of grades; None where it says nothing, or `faults` has been told what is wrong."""
    head = Fields(document, Faults(), document.data, "a file of score rules")
    if not head.has("grades"):
        return None
    grades = Fields(document, faults, head.node["grades"], '"grades"', head.place("grades"))
    if not grades.is_mapping:
        return None
    grades.only("fit", "engagement")
    fit = _limits(grades, "fit", ("A", "B"), (USUAL_GRADES.a, USUAL_GRADES.b))
    engagement = _limits(grades, "engagement", ("1", "2"), (USUAL_GRADES.one, USUAL_GRADES.two))
    return None if fit is None or engagement is None else Grades(*fit, *engagement)


def _limits(grades: Fields, dimension: str, names: tuple[str, str], usual: tuple[int, int]) -> tuple[int, int] | None:
    """From how many points on the best grade is given, and the one below it; the usual ones where nothing is said."""
    if not grades.has(dimension):
        return usual
    limits = grades.inner(dimension, f"grading by {dimension}")
    example = f"Write {dimension}: {{{names[0]}: {usual[0]}, {names[1]}: {usual[1]}}}."
    if not limits.is_mapping:
        return None
    keys = {str(key): key for key in limits.node}  # YAML reads 1 as a number
    for name, key in keys.items():
        if name not in names:
            limits.faults.add(limits.place(key), f'{limits.what} has no limit "{name}".', example)
    best, second = (_limit(limits, keys.get(name, name), example) for name in names)
    if best is None or second is None:
        return None
    if best <= second:
        limits.faults.add(
            limits.place(keys[names[0]]),
            f"{names[0]} begins at {best} points, and {names[1]}, which is less, at {second}.",
            f"{names[0]} needs more points than {names[1]}. {example}",
        )
        return None
    return best, second


def _limit(limits: Fields, key: str, example: str) -> int | None:
    if not limits.has(key):
        limits.missing(key, example)
        return None
    return limits.whole_number(key)
