"""The page of an evaluation: all of it there, nothing from outside, nothing of a message taken for markup."""

from __future__ import annotations

import re

from bot.domain.errors import Place
from bot.entrypoints.command_line.evaluation_page import evaluation_page, percent
from bot.nlu.advice import Merge, NearDuplicate, ThinIntent
from bot.nlu.evaluate import EntityError, Verdict, calibration, confusions, intent_figures, label_figures, scope_figures
from bot.nlu.report import Report
from bot.nlu.training_data import Example


def example(text: str, intent: str, line: int = 1) -> Example:
    return Example(text, intent, (), Place("nlu.yml", line, 7))


def report_of(verdicts: list[Verdict], strangers: list[Verdict]) -> Report:
    one, other = example("<b>cheap</b> & good", "price", 3), example("cheap and good", "praise", 9)
    return Report(
        how="three folds",
        examples=40,
        verdicts=tuple(verdicts),
        strangers=tuple(strangers),
        intents=intent_figures(verdicts),
        confused=confusions(verdicts),
        bins=calibration(verdicts),
        duplicates=(NearDuplicate(one, other, 0.93, 0.81),),
        thin=(ThinIntent("praise", 3, 0.0),),
        merges=(Merge("praise", "price", 4, 20, 0.125),),
        scope=scope_figures(verdicts, strangers),
        entities=label_figures([("city", "city"), ("city", None)]),
        entity_errors=(EntityError(one, "city", "York", found=False),),
    )


def verdict(wanted: str, got: str, text: str = "what is this?") -> Verdict:
    return Verdict(example(text, wanted), got, 0.7, understood=True, in_scope=0.7)


def test_the_page_has_every_part_and_needs_nothing_from_outside() -> None:
    verdicts = [
        verdict("price", "price"),
        verdict("price", "praise", '"quoted" <i>text</i>'),
        verdict("praise", "praise"),
    ]
    page = evaluation_page("How it is understood", report_of(verdicts, [verdict("", "price", "cheese?")]))
    sections = re.findall(r'<section id="(\w+)"', page)
    assert sections == ["advice", "confusion", "pairs", "intents", "calibration", "scope", "entities"]
    assert re.findall(r'href="#(\w+)"', page) == sections
    assert not re.search(r"(?:src|href)=\"(?!#)|<script|url\(|@import", page)
    assert "nlu.yml:3:7" in page
    assert "accuracy +12.5 points" in page
    assert 'title="price taken for praise: 1 of 2">1</td>' in page


def test_what_customers_wrote_is_never_markup() -> None:
    page = evaluation_page("<title>", report_of([verdict("price", "praise", "<script>alert(1)</script>")], []))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;cheap&lt;/b&gt; &amp; good" in page


def test_where_all_is_right_there_is_nothing_to_draw() -> None:
    page = evaluation_page("t", report_of([verdict("price", "price")], []))
    assert "every message has its intent" in page
    assert 'id="scope"' not in page


def test_where_nothing_could_be_judged_it_says_so_in_place_of_figures() -> None:
    page = evaluation_page("t", report_of([], []))
    assert "Nothing could be judged: no intent has three examples" in page
    assert re.findall(r'<section id="(\w+)"', page) == ["advice", "entities"]
    assert "0.0%" not in page.split("<main>")[0]


def test_shares_are_told_in_percent() -> None:
    assert [percent(share) for share in (0, 0.5, 1, 0.12345)] == ["0.0%", "50.0%", "100.0%", "12.3%"]


def test_the_calibration_curve_has_room_for_its_last_label_and_its_largest_dot() -> None:
    sure = Verdict(example("yes", "price"), "price", 1.0, understood=True, in_scope=1.0)
    page = evaluation_page("How it is understood", report_of([sure], []))
    (width,) = re.findall(r'<svg viewBox="0 0 (\d+)', page)
    (label,) = re.findall(r'<text x="(\d+)" y="\d+">100%', page)
    ((x, y, radius),) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', page)
    half_a_label = 15
    assert float(label) + half_a_label <= float(width)
    assert float(x) + float(radius) <= float(width)
    assert float(y) >= float(radius)
