from __future__ import annotations

from bot.nlu.gaps import find_gaps
from bot.nlu.pipeline import Pipeline

DENTIST = ("who is your dentist?", "who is your favourite dentist?")
SHUTTLE = "does the zeppelin fly to Narvik?"


def test_questions_that_ask_the_same_are_one_gap_and_the_one_asked_most_speaks_for_it(pipeline: Pipeline) -> None:
    gaps = find_gaps([SHUTTLE, DENTIST[1], DENTIST[0], "Who is your dentist ?"], pipeline)
    assert [(gap.questions, gap.asked) for gap in gaps.groups] == [(DENTIST, 3), ((SHUTTLE,), 1)]
    assert gaps.unanswered == 4


def test_a_gap_names_the_nearest_page_which_is_not_near_enough(pipeline: Pipeline) -> None:
    (gap,) = find_gaps([SHUTTLE], pipeline).groups
    assert gap.nearest is not None
    assert gap.nearest.title == "Pricing"
    assert gap.nearest.sureness < pipeline.knowledge.threshold


def test_what_has_an_answer_now_and_what_asks_nothing_is_counted_only(pipeline: Pipeline) -> None:
    gaps = find_gaps(["how much does it cost?", "how much does it cost?", "asdf qwer", "hello", "???"], pipeline)
    assert (gaps.groups, gaps.answered, gaps.others) == ((), 2, 3)


def test_of_a_list_of_questions_each_counts_however_it_is_put(pipeline: Pipeline) -> None:
    gaps = find_gaps(["zeppelin timetable Narvik"], pipeline, only_questions=False)
    assert gaps.unanswered == 1


def test_of_nothing_nothing_is_missing(pipeline: Pipeline) -> None:
    assert find_gaps([], pipeline).groups == ()
