from __future__ import annotations

from datetime import date

import pytest

from bot.domain.errors import ContentError, Place
from bot.nlu.knowledge_pages import LONGEST_ANSWER, Passage, answer_text, knowledge_examples, read_pages

PAGE = """---
title: Pricing
url: https://harbourline.example/pricing
questions:
  - How much is it?
valid until: 2027-01-31
---
It costs **£3** per [person](https://example.com).
Monthly.

## Can I cancel?

Yes:

- in the settings
- by e-mail

| Plan | Price |
|------|-------|
| All  | £3    |

## Empty
### Charities

30 % off.
"""


def faults_of(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_pages({"page.md": text})
    return [str(fault) for fault in caught.value.faults]


def test_a_page_is_split_by_its_headings() -> None:
    (page,) = read_pages({"page.md": PAGE})
    assert (page.title, page.url) == ("Pricing", "https://harbourline.example/pricing")
    assert [(passage.heading, passage.place.line) for passage in page.passages] == [
        ("Pricing", 1),
        ("Can I cancel?", 11),
        ("Charities", 23),
    ]
    assert page.passages[0].paragraphs == ("It costs £3 per person. Monthly.",)
    assert page.passages[1].paragraphs[1] == "• in the settings\n• by e-mail"


def test_questions_and_headings_that_ask_are_examples_of_asking() -> None:
    examples = knowledge_examples(read_pages({"page.md": PAGE}))
    assert [(example.text, example.intent, example.place) for example in examples] == [
        ("How much is it?", "ask_knowledge", Place("page.md", 5, 5)),
        ("Can I cancel?", "ask_knowledge", Place("page.md", 11)),
    ]


def test_a_page_is_left_out_once_it_is_no_longer_valid() -> None:
    assert len(read_pages({"page.md": PAGE}, today=date(2027, 1, 31))) == 1
    assert read_pages({"page.md": PAGE}, today=date(2027, 2, 1)) == ()


def test_an_answer_is_cut_after_a_whole_paragraph_or_sentence() -> None:
    long = "word " * 40
    assert answer_text(Passage("", ("First.", long, long), Place(""))) == f"First.\n\n{long}"
    answer = answer_text(Passage("", ("A sentence that is long. " * 40,), Place("")))
    assert answer.endswith("long.")
    assert len(answer) <= LONGEST_ANSWER


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# Just text\n", "page.md:1:1: this page has no front matter."),
        ("---\ntitle: A\n---\ntext\n", 'page.md:2:1: the front matter has no "url".'),
        ("---\ntitle: A\nurl: u\n---\n\n", "page.md:4:1: this page has no text."),
        (
            "---\ntitle: A\nurl: u\nquestion: x\n---\nt\n",
            'page.md:4:1: the front matter has no "question". Did you mean',
        ),
        ("---\ntitle: A\nurl: u\nquestions: x\n---\nt\n", 'page.md:4:1: "questions" is no list.'),
        ("---\ntitle: A\nurl: u\nquestions:\n  - 3\n---\nt\n", "page.md:5:5: this question is no text."),
        ("---\ntitle: A\nurl: u\nvalid until: soon\n---\nt\n", 'page.md:4:1: "soon" is no date.'),
        ("---\ntitle: [\n---\nt\n", "page.md:"),
    ],
)
def test_a_fault_names_its_line(text: str, fault: str) -> None:
    assert faults_of(text)[0].startswith(fault)


def test_a_question_may_stand_on_one_page_only() -> None:
    with pytest.raises(ContentError, match=r'b\.md:5:5: "How much is it\?" is also a question at a\.md:5:5'):
        read_pages({"a.md": PAGE, "b.md": PAGE})
