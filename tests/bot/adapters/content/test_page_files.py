"""Knowledge pages are read as their files would be, each beside the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content.page_files import check_page, check_pages
from bot.adapters.content.shelves import Shelves

HOURS = "---\ntitle: Hours\nquestions: [When are you open?]\n---\n\nEvery day.\n"
WHERE = "---\ntitle: Where\nquestions: [Where are you?]\n---\n\nIn Bath.\n"


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path, tmp_path, tmp_path)


def test_a_question_that_two_pages_have_is_a_fault_of_both_and_of_no_third(shelves: Shelves) -> None:
    texts = {"a.md": HOURS, "aa.md": HOURS.replace("Hours", "Opening"), "b.md": WHERE}
    checked = check_pages(shelves, texts)
    assert [len(checked[path].faults) for path in texts] == [1, 1, 0]
    assert "is also a question at a.md:3" in checked["aa.md"].faults[0].message
    assert checked["b.md"].page is not None
    assert check_page(shelves, "a.md", HOURS, texts) == checked["a.md"]


def test_what_is_wrong_with_another_page_is_told_of_that_alone(shelves: Shelves) -> None:
    checked = check_pages(shelves, {"a.md": HOURS, "b.md": "no front matter"})
    assert (checked["a.md"].faults, len(checked["b.md"].faults)) == ((), 1)
    assert checked["a.md"].page is not None
