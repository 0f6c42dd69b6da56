"""What looks at scores is found in files, and what a text says of scores is told with its faults."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.content.score_files import ScoreUse, check_scores, score_uses
from bot.adapters.content.shelves import Shelves
from bot.domain.assistant import Response, Variation
from bot.domain.score import Grades


def test_what_looks_at_scores_is_found_but_not_in_comments(tmp_path: Path) -> None:
    journeys = tmp_path / "journeys"
    (journeys / "segments").mkdir(parents=True)
    (journeys / "segments" / "hot.yml").write_text("segment: hot\nif: lead.grade == 'A1' and lead.total > 9\n")
    (journeys / "segments" / "cold.yml").write_text("# not lead.grade\nsegment: cold\nif: profile.size > 9\n")
    (journeys / "greet.yml").write_text("journey: greet\nsteps:\n  - branch:\n      - {if: lead.fit > 3, do: []}\n")
    (tmp_path / "fields.yml").write_text("crm: shop\nfields: {grade: {from: lead.grade}}\n")
    shelves = Shelves(tmp_path, journeys, tmp_path, crm_fields={"shop": tmp_path / "fields.yml"})
    says = Response("utter_hi", (Variation("Hi, {{ lead.grade }}", liquid=True),))
    assert score_uses(shelves, [says, Response("utter_no", (Variation("Hi"),))]) == [
        ScoreUse("journey", "greet", ("fit",)),
        ScoreUse("segment", "hot", ("grade", "total")),
        ScoreUse("crm", "shop", ("grade",)),
        ScoreUse("response", "utter_hi", ("grade",)),
    ]


def test_a_text_is_read_by_itself() -> None:
    good = check_scores("scores/lead.yml", "scores: lead\ngrades: {fit: {A: 9, B: 3}}\n", None)
    assert (good.rules, good.grades, good.faults) == ((), Grades(9, 3), ())
    bad = check_scores("scores/lead.yml", "scores: lead\ngrades: {fit: {A: 3, B: 9}}\n", None)
    assert (bad.grades, len(bad.faults)) == (None, 1)
