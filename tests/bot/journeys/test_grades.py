"""From how many points on a lead has which grade, as files of scores say it."""

from __future__ import annotations

import pytest

from bot.documents import Faults, parse
from bot.domain.errors import ContentError
from bot.domain.score import USUAL_GRADES, Grades
from bot.journeys.grades import read_grades


def grades(text: str) -> Grades | None:
    faults = Faults()
    found = read_grades(parse("journeys/scores/interest.yml", f"scores: interest\n{text}"), faults)
    faults.raise_if_any()
    return found


def test_a_file_says_where_each_grade_begins() -> None:
    assert grades("grades: {fit: {A: 60, B: 25}, engagement: {1: 50, 2: -5}}") == Grades(60, 25, 50, -5)
    assert grades('grades: {engagement: {"1": 50, "2": 15}}') == Grades(USUAL_GRADES.a, USUAL_GRADES.b, 50, 15)
    assert grades("fit: []") is None
    assert grades("grades:") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("grades: 40", '2:1: "grades" must be a mapping'),
        ("grades: {size: {A: 40, B: 20}}", '2:10: "grades" has no "size".'),
        ("grades: {fit: 40}", "2:10: grading by fit must be a mapping"),
        ("grades: {fit: {A: 40}}", 'grading by fit lacks "B". Write fit: {A: 40, B: 20}.'),
        ("grades: {engagement: {1: 40}}", 'grading by engagement lacks "2". Write engagement: {1: 30, 2: 10}.'),
        ("grades: {fit: {A: 40, B: 20, C: 5}}", '2:30: grading by fit has no limit "C".'),
        ("grades: {fit: {A: many, B: 20}}", '2:16: "A" must be a whole number, not "many".'),
        ("grades: {fit: {A: 20, B: 20}}", "2:16: A begins at 20 points, and B, which is less, at 20."),
        ("grades: {engagement: {1: 5, 2: 20}}", "1 needs more points than 2."),
    ],
)
def test_faulty_grades_are_told_with_their_place(text: str, told: str) -> None:
    with pytest.raises(ContentError) as failure:
        grades(text)
    assert told in str(failure.value)
