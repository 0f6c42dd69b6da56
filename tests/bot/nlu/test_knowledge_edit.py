"""A knowledge page is edited as text, and says exactly what was meant."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.knowledge_edit import PageText, new_page, page_text, rewritten_page
from bot.nlu.knowledge_pages import read_pages
from bot.yaml_lines import CannotEdit

PRICES = """\
---
title: Prices   # as on the website
url: https://shop.example/prices
# Kept by sales.
questions:
  - How much is it?
valid until: 2027-01-31
---

It costs £3.

## Is there a discount?

No.
"""


def test_a_page_is_what_its_front_matter_and_its_text_say() -> None:
    page = page_text(PRICES)
    assert page.body == "It costs £3.\n\n## Is there a discount?\n\nNo."
    assert page.head["valid until"] == "2027-01-31"
    assert page.head["questions"] == ["How much is it?"]


def test_an_edit_leaves_the_rest_as_it_is() -> None:
    page = page_text(PRICES)
    assert rewritten_page(PRICES, page) == PRICES
    dearer = PageText(page.head, page.body.replace("£3", "£4"))
    assert rewritten_page(PRICES, dearer) == PRICES.replace("£3", "£4")
    more = PageText({**page.head, "questions": ["How much is it?", "What: does it cost?"]}, page.body)
    assert rewritten_page(PRICES, more) == PRICES.replace("much is it?\n", "much is it?\n  - 'What: does it cost?'\n")
    shorter = {key: value for key, value in page.head.items() if key != "valid until"}
    assert rewritten_page(PRICES, PageText(shorter, page.body)) == PRICES.replace("valid until: 2027-01-31\n", "")
    with_audience = rewritten_page(PRICES, PageText({**page.head, "audience": ["customers"]}, page.body))
    assert page_text(with_audience).head["audience"] == ["customers"]
    assert with_audience.startswith("---\ntitle: Prices   # as on the website\nurl:")


def test_lines_end_as_they_did() -> None:
    windows = PRICES.replace("\n", "\r\n")
    page = page_text(windows)
    assert page == page_text(PRICES)
    edited = rewritten_page(windows, PageText({**page.head, "title": "Our prices"}, "Free.\n"))
    assert edited.replace("\r\n", "\n").endswith("---\n\nFree.\n")
    assert "\n" not in edited.replace("\r\n", "")


def test_a_day_is_written_as_one() -> None:
    page = page_text(PRICES)
    later = rewritten_page(PRICES, PageText({**page.head, "valid until": "2027-12-31"}, page.body))
    assert later == PRICES.replace("2027-01-31", "2027-12-31")


def test_a_new_page_is_read_as_it_was_written() -> None:
    head = {"valid until": "2027-01-31", "title": "Opening: hours", "questions": ["When are you open?"]}
    text = new_page(PageText(head, "Every day.\n"))
    (page,) = read_pages({"hours.md": text})
    assert (page.title, page.terms.valid_until) == ("Opening: hours", date(2027, 1, 31))
    assert [one.text for one in page.questions] == ["When are you open?"]
    assert page_text(text) == PageText(head, "Every day.")


@pytest.mark.parametrize("text", ["No front matter.", "---\ntitle: x\n", "---\n- a\n---\nText\n"])
def test_what_is_no_page_is_edited_as_text(text: str) -> None:
    with pytest.raises(CannotEdit, match="Edit the file's text"):
        page_text(text)
