from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from bot.domain.understanding import Asker
from bot.nlu.knowledge import FAR, UNTRIED_THRESHOLD, Knowledge, Strangers, build_knowledge
from bot.nlu.knowledge_pages import read_pages
from bot.nlu.pipeline import Pipeline
from bot.ports import Encoder
from tests.bot.nlu.conftest import PAGE


def answer(pipeline: Pipeline, text: str) -> Any:
    knowledge = pipeline.knowledge
    return knowledge.answering(knowledge.nearest(text, pipeline.encoder.encode([text])[0]))


def test_an_answer_is_a_passage_with_its_source(pipeline: Pipeline) -> None:
    found = answer(pipeline, "how much does it cost")
    assert found.text == "Harbourline costs £3 per person and month."
    assert (found.title, found.url) == ("Pricing", "https://harbourline.example/pricing")


def test_a_heading_that_asks_leads_to_its_own_passage(pipeline: Pipeline) -> None:
    assert answer(pipeline, "can I pay by invoice?").text == "Yes, from 50 people on."


def test_a_question_that_no_page_answers_has_no_answer(pipeline: Pipeline) -> None:
    assert answer(pipeline, "who is your dentist") is None


def test_words_that_stand_on_no_page_take_off_the_score(pipeline: Pipeline) -> None:
    vector = pipeline.encoder.encode(["what are your prices"])[0]
    known = pipeline.knowledge.best("what are your prices", vector)
    unknown = pipeline.knowledge.best("what are your giraffes", vector)
    assert known is not None
    assert unknown is not None
    assert unknown.score < known.score


def test_passages_that_are_near_are_found_in_order_and_each_once(pipeline: Pipeline) -> None:
    vector = pipeline.encoder.encode(["what are your prices"])[0]
    found = pipeline.knowledge.nearest("what are your prices", vector)
    best = pipeline.knowledge.best("what are your prices", vector)
    assert found[0] == best
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len({one.text for one in found}) == len(found)
    assert len(pipeline.knowledge.nearest("what are your prices", vector, at_most=1)) == 1


def test_what_is_far_from_every_passage_finds_none(pipeline: Pipeline) -> None:
    assert pipeline.parse("my cat sleeps on the sofa").passages == ()


def test_a_question_without_an_answer_comes_with_what_is_near(pipeline: Pipeline) -> None:
    understood = pipeline.parse("can I pay with giraffes, or is that a thing for another day?")
    assert understood.answer is None
    assert understood.passages


def test_without_pages_there_is_nothing_to_answer(encoder: Encoder) -> None:
    knowledge = build_knowledge([], encoder, Strangers(["hello"], encoder.encode(["hello"])))
    assert knowledge.nearest("hello", encoder.encode(["hello"])[0]) == ()
    assert knowledge.threshold == UNTRIED_THRESHOLD


def test_knowledge_survives_being_stored(pipeline: Pipeline) -> None:
    again = Knowledge.from_arrays(pipeline.knowledge.arrays(), pipeline.knowledge.facts())
    assert again.sources == pipeline.knowledge.sources
    assert np.array_equal(again.vectors, pipeline.knowledge.vectors)
    text = "what are your prices"
    embedding = pipeline.encoder.encode([text])[0]
    assert again.best(text, embedding) == pipeline.knowledge.best(text, embedding)


LIMITED = """---
title: Partner prices
url: https://harbourline.example/partners
audience: partners
valid until: 2027-01-31
---
Partners pay £2 per person and month.
"""


def test_an_answer_is_surer_where_no_other_page_is_near(encoder: Encoder) -> None:
    question = "what do partners pay per person and month"
    embedding = encoder.encode([question])[0]
    other = LIMITED.replace("valid until", "# valid until").replace("audience", "# audience").replace("£2", "£1")
    alone, twice = (
        build_knowledge(read_pages(pages), encoder, Strangers([], encoder.encode([])))
        for pages in ({"p.md": LIMITED}, {"p.md": LIMITED, "q.md": other})
    )
    asker = Asker(date(2027, 1, 31), "webchat", frozenset({"partners"}))
    first, one_of_two = (knowledge.nearest(question, embedding, asker)[0] for knowledge in (alone, twice))
    assert first.score == pytest.approx(one_of_two.score, abs=0.1)
    assert first.lead == pytest.approx(first.score - FAR)
    assert one_of_two.lead == pytest.approx(0.0, abs=0.01)
    between = replace(alone, threshold=round(first.score + first.lead / 2, 4))
    assert between.answering(alone.nearest(question, embedding, asker)) == first
    assert between.answering(twice.nearest(question, embedding, asker)) is None


def test_a_passage_of_a_page_that_is_not_the_nearest_leads_by_less_than_nothing(pipeline: Pipeline) -> None:
    found = pipeline.knowledge.nearest("what are your prices", pipeline.encoder.encode(["what are your prices"])[0])
    assert found[0].lead > 0
    assert all((one.lead > 0) == (one.title == found[0].title) for one in found)


def test_who_asks_and_when_decides_which_pages_answer(encoder: Encoder) -> None:
    pages = read_pages({"everyone.md": PAGE, "partners.md": LIMITED})
    knowledge = build_knowledge(pages, encoder, Strangers([], encoder.encode([])))
    knowledge = Knowledge.from_arrays(knowledge.arrays(), knowledge.facts())
    question = "what do partners pay per person and month"
    embedding = encoder.encode([question])[0]

    def title(asker: Asker) -> str:
        found = knowledge.best(question, embedding, asker)
        assert found is not None
        return found.title

    partners = frozenset({"partners"})
    assert title(Asker(date(2027, 1, 31), "webchat", partners)) == "Partner prices"
    assert title(Asker(date(2027, 2, 1), "webchat", partners)) == "Pricing"
    assert title(Asker(date(2027, 1, 31), "webchat")) == "Pricing"


def test_where_no_page_may_answer_there_is_no_answer(encoder: Encoder) -> None:
    knowledge = build_knowledge(read_pages({"p.md": LIMITED}), encoder, Strangers([], encoder.encode([])))
    assert knowledge.best("what do partners pay", encoder.encode(["what do partners pay"])[0]) is None


def test_a_question_of_the_front_matter_leads_to_the_introduction_though_its_words_are_others(encoder: Encoder) -> None:
    page = (
        "---\ntitle: Parts\nurl: https://a.eu\nquestions:\n  - how heavy is it\n---\nTwo tons.\n\n## Colour\n\nGreen.\n"
    )
    knowledge = build_knowledge(read_pages({"p.md": page}), encoder, Strangers([], encoder.encode([])))
    found = knowledge.best("how heavy is it", encoder.encode(["how heavy is it"])[0])
    assert found is not None
    assert found.text == "Two tons."


def test_a_rare_word_tells_apart_what_is_equally_near_in_meaning(encoder: Encoder) -> None:
    page = (
        "---\ntitle: Parts\nurl: https://a.eu\n---\n## Order alpha 7731\n\nGreen.\n\n## Order beta 7732\n\nBlue box.\n"
    )
    knowledge = build_knowledge(read_pages({"p.md": page}), encoder, Strangers([], encoder.encode([])))
    level = np.zeros(256, dtype=np.float32)
    found = knowledge.best("which is 7732", level)
    assert found is not None
    assert found.text == "Blue box."


def test_a_question_that_is_only_near_to_another_passage_leads_to_the_introduction(encoder: Encoder) -> None:
    english = """---
title: About us
url: https://example.com/about
questions: [Who are you?, What do you do?, Where can I find you?]
---
We repair bicycles.

## Where are you?
You find us in the High Street.
"""
    spanish = """---
title: Sobre nosotros
url: https://example.com/sobre
questions: [¿Qué venden?, ¿Quiénes son?, ¿Cuál es la dirección?]
---
Reparamos bicicletas.

## ¿Dónde están?
Nuestra dirección es Calle Mayor 1.
"""
    for page, of_the_page, of_the_passage in (
        (english, ["Who are you?", "What do you do?"], "Where are you?"),
        (spanish, ["¿Qué venden?", "¿Quiénes son?"], "¿Cuál es la dirección?"),
    ):
        pages = read_pages({"about.md": page})
        knowledge = build_knowledge(pages, encoder, Strangers([], encoder.encode([])))
        introduction, passage = (one.text for one in pages[0].passages)
        for text in of_the_page:
            found = knowledge.best(text, encoder.encode([text])[0])
            assert found is not None
            assert found.text == introduction
        found = knowledge.best(of_the_passage, encoder.encode([of_the_passage])[0])
        assert found is not None
        assert found.text == passage
