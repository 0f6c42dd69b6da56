from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import Faults
from bot.domain.errors import ContentError, Place
from bot.domain.understanding import ANYBODY, Asker
from bot.nlu.knowledge_pages import LONGEST_ANSWER, Terms, is_question, knowledge_examples, read_pages, split

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
    assert page.passages[0].text == "It costs £3 per person. Monthly."
    assert page.passages[1].text.split("\n\n")[1] == "• in the settings\n• by e-mail"


def test_questions_and_headings_that_ask_are_examples_of_asking() -> None:
    examples = knowledge_examples(read_pages({"page.md": PAGE}))
    assert [(example.text, example.intent, example.place) for example in examples] == [
        ("How much is it?", "ask_knowledge", Place("page.md", 5, 5)),
        ("Can I cancel?", "ask_knowledge", Place("page.md", 11)),
    ]


def terms_of(front_matter: str) -> Terms:
    (page,) = read_pages({"page.md": f"---\ntitle: A\nurl: https://a.eu\n{front_matter}\n---\ntext\n"})
    return page.terms


def test_a_page_answers_up_to_the_day_that_it_is_valid_until() -> None:
    terms = terms_of("valid until: 2027-01-31")
    assert terms.allow(Asker(today=date(2027, 1, 31)))
    assert not terms.allow(Asker(today=date(2027, 2, 1)))
    assert terms.allow(ANYBODY)


def test_a_page_for_an_audience_answers_those_who_belong_to_it_and_nobody_else() -> None:
    terms = terms_of("audience: [Customers, partners]")
    assert terms.allow(Asker(audiences=frozenset({"customers", "vip"})))
    assert not terms.allow(Asker(audiences=frozenset({"vip"})))
    assert not terms.allow(ANYBODY)


def test_a_page_for_everyone_answers_anybody() -> None:
    assert terms_of("audience: everyone") == Terms()
    assert terms_of("audience: [everyone, customers]").allow(ANYBODY)


def test_a_page_for_a_channel_is_silent_on_the_others() -> None:
    terms = terms_of("channels: webchat")
    assert terms.allow(Asker(channel="webchat"))
    assert not terms.allow(Asker(channel="sms"))


def test_a_page_for_a_channel_that_is_not_there_says_which_was_meant() -> None:
    page = "---\ntitle: A\nurl: https://a.eu\nchannels:\n  - sms\n  - webcat\n---\ntext\n"
    with pytest.raises(ContentError, match=r'page\.md:6:5: there is no channel "webcat"\. Did you mean "webchat"'):
        read_pages({"page.md": page}, known_channels=("webchat", "sms"))


def test_a_long_section_is_split_between_paragraphs() -> None:
    long = "word " * 39 + "word"
    assert split(["First.", long, long]) == [f"First.\n\n{long}", long]
    (page,) = read_pages({"page.md": f"---\ntitle: A\nurl: https://a.eu\n---\n## Why?\n\n{long}\n\n{long}\n\n{long}\n"})
    assert [(passage.heading, passage.begins) for passage in page.passages] == [("Why?", True), ("Why?", False)]
    assert len(knowledge_examples([page])) == 1


def test_a_long_paragraph_is_cut_up_between_sentences() -> None:
    parts = split(["A sentence that is long. " * 40])
    assert all(part.endswith("long.") for part in parts)
    assert max(len(part) for part in parts) <= LONGEST_ANSWER


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), max_size=6))
def test_splitting_loses_no_word_and_makes_no_part_too_long(paragraphs: list[str]) -> None:
    parts = split(paragraphs)
    assert "".join("".join(parts).split()) == "".join("".join(paragraphs).split())
    assert all(0 < len(part) <= LONGEST_ANSWER for part in parts)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# Just text\n", "page.md:1:1: this page has no front matter."),
        ("---\ntitle: A\nurl: u\n# Text\n", "page.md:1:1: the front matter of this page has no end."),
        ("---\ntitle: A\nurl: u\n---\nte\0xt\n", "page.md:5:3: no text has the character U+0000."),
        ("---\nurl: https://a.eu\n---\ntext\n", 'page.md:2:1: the front matter has no "title".'),
        ("---\ntitle: ''\n---\ntext\n", 'page.md:2:1: the front matter has no "title".'),
        ("---\ntitle: A\nurl: 7\n---\ntext\n", 'page.md:3:1: "url" is no text.'),
        (
            "---\ntitle: 2026\nurl: https://a.eu\n---\ntext\n",
            'page.md:2:1: "title" is no text. Put quotes around it: title: "2026".',
        ),
        ("---\ntitle: A\nurl: https://a.eu\n---\n\n", "page.md:4:1: this page has no text."),
        (
            "---\ntitle: A\nurl: https://a.eu\nquestion: x\n---\nt\n",
            'page.md:4:1: the front matter has no "question". Did you mean',
        ),
        ("---\ntitle: A\nurl: https://a.eu\nquestions: x\n---\nt\n", 'page.md:4:1: "questions" is no list.'),
        ("---\ntitle: A\nurl: https://a.eu\nquestions:\n  - 3\n---\nt\n", "page.md:5:5: this question is no text."),
        ("---\ntitle: A\nurl: https://a.eu\nvalid until: soon\n---\nt\n", 'page.md:4:1: "soon" is no date.'),
        (
            "---\ntitle: A\nurl: https://a.eu\naudience: {a: 1}\n---\nt\n",
            'page.md:4:1: this is no name under "audience".',
        ),
        (
            "---\ntitle: A\nurl: https://a.eu\nchannels:\n  - 3\n---\nt\n",
            'page.md:5:5: this is no name under "channels".',
        ),
        ("---\ntitle: [\n---\nt\n", "page.md:"),
    ],
)
def test_a_fault_names_its_line(text: str, fault: str) -> None:
    assert faults_of(text)[0].startswith(fault)


@pytest.mark.parametrize("line", ["", "url:\n", "url: ''\n"])
def test_a_page_may_stand_nowhere_on_the_web(line: str) -> None:
    warnings = Faults()
    (page,) = read_pages({"page.md": f"---\ntitle: A\n{line}---\ntext\n"}, warnings=warnings)
    assert (page.title, page.url, warnings.in_order()) == ("A", "", [])


@pytest.mark.parametrize(
    "url", ["u", "/pricing", "pricing.md", "www.shop.example", "mailto:us@shop.example", "https://"]
)
def test_a_url_that_is_no_web_address_is_warned_of(url: str) -> None:
    warnings = Faults()
    (page,) = read_pages({"page.md": f"---\ntitle: A\nurl: {url}\n---\ntext\n"}, warnings=warnings)
    (warning,) = warnings.in_order()
    assert str(warning).startswith(f'page.md:3:1: "{url}" is no web address, so e-mails and text messages leave out')
    assert page.url == url


@pytest.mark.parametrize("url", ["https://shop.example", "http://localhost:8080/a?b=c#d", "https://bücher.example/ä"])
def test_a_web_address_is_not_warned_of(url: str) -> None:
    warnings = Faults()
    read_pages({"page.md": f"---\ntitle: A\nurl: {url}\n---\ntext\n"}, warnings=warnings)
    assert not warnings.in_order()


def test_a_question_may_stand_on_one_page_only() -> None:
    with pytest.raises(ContentError, match=r'b\.md:5:5: "How much is it\?" is also a question at a\.md:5:5'):
        read_pages({"a.md": PAGE, "b.md": PAGE})


@pytest.mark.parametrize("text", ["¿cómo funciona", "¿Tienen app", "cuánto cuesta"])
def test_a_question_in_spanish_begins_behind_its_mark(text: str) -> None:
    assert is_question(text)
