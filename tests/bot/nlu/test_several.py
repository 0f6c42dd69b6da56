"""Several things in one message: cut where each is understood by itself, and only there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding import Entity, Expecting, IntentScore, KnowledgeAnswer, Understood
from bot.nlu.classifier_training import train_classifier
from bot.nlu.entities import build_extractor
from bot.nlu.knowledge import Strangers, build_knowledge
from bot.nlu.material import vectors_of
from bot.nlu.pipeline import Pipeline
from bot.nlu.several import MOST_PIECES, SURE_CLAUSE, Piece, behind_small_talk, pieces_of, things_said
from bot.nlu.training_data import TrainingData
from bot.ports import Encoder

TEAM_SIZE = Expecting("demo_form", "team_size", ("number",))


@pytest.fixture(scope="module")
def several(pipeline: Pipeline) -> Pipeline:
    return replace(pipeline, several_intents=True)


def things(understood: Understood) -> list[tuple[str, str]]:
    return [(one.text, one.intent.name) for one in understood.apart()]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("what does it cost and can I book a demo?", ["what does it cost", "can I book a demo?"]),
        ("what does it cost, and also please book a demo", ["what does it cost", "book a demo"]),
        ("what does it cost, can I book a demo", ["what does it cost", "can I book a demo"]),
        ("Demo please. How much?", ["Demo please.", "How much?"]),
        ("Hello, what does it cost?", []),
        ("Frau Dr. Kurz", []),
        ("Mr. J. Ray. How much?", ["Mr. J. Ray.", "How much?"]),
        ("book a demo and a meeting", []),
        ("terms and conditions", []),
        ("we are a team of 40, in Oslo", []),
        ("a b c", []),
        ("", []),
        ("... !!! ???", []),
    ],
)
def test_a_message_is_cut_at_sentences_and_between_clauses_that_are_long_enough(text: str, clauses: list[str]) -> None:
    assert [piece.text for piece in pieces_of(text)] == clauses


@pytest.mark.parametrize(
    ("text", "language", "behind"),
    [
        ("hi there, how much is it?", "en", ("how much is it?", False)),
        ("hola buenas, cuanto cuesta una limpieza?", "es", ("cuanto cuesta una limpieza?", False)),
        ("Guten Tag, ich suche einen Tisch", "de", ("ich suche einen Tisch", True)),
        ("bonjour, combien ça coûte ?", "fr", ("combien ça coûte ?", False)),
        ("hi Bob", "en", None),
        ("hello there!", "en", None),
        ("how much is it?", "en", None),
        ("", "en", None),
    ],
)
def test_what_comes_with_a_greeting_is_read_by_itself_a_question_more_readily(
    text: str, language: str, behind: tuple[str, bool] | None
) -> None:
    found = [(piece.text, piece.is_clause) for piece in behind_small_talk(text, [language])]
    assert found == ([behind] if behind else [])
    assert all(text[piece.at : piece.end] == piece.text for piece in behind_small_talk(text, [language]))


class Greeted(Pipeline):
    """Takes what begins with a greeting for one, as a classifier does that has seen few questions."""

    def _classify(self, text: str, entities: Sequence[str], encode: Any) -> Any:
        return super()._classify("hello" if text.startswith("Hello,") else text, entities, encode)


def test_a_question_behind_a_greeting_is_heard_though_the_greeting_is_louder(several: Pipeline) -> None:
    loud = Greeted(**{one.name: getattr(several, one.name) for one in fields(several)})
    assert loud.parse("Hello, hello").intent.name == "greet"
    for text, intent in (("Hello, how much does it cost?", "ask_knowledge"), ("Hello, my dear friend", "greet")):
        assert things(loud.parse(text)) == [(text, intent)]


@pytest.mark.parametrize(
    ("text", "language", "clauses"),
    [
        ("was kostet das und kann ich eine Demo buchen?", "de", ["was kostet das", "kann ich eine Demo buchen?"]),
        ("was kostet das, und außerdem bitte Infos zum Versand", "de", ["was kostet das", "Infos zum Versand"]),
        ("combien ça coûte et puis-je réserver une démo ?", "fr", ["combien ça coûte", "puis-je réserver une démo ?"]),
        ("cuánto cuesta todo y puedo reservar una cita?", "es", ["cuánto cuesta todo", "puedo reservar una cita?"]),
        ("cuanto cuesta y donde están?", "es", ["cuanto cuesta", "donde están?"]),
        ("quiero que me llamen, además dónde están", "es", ["quiero que me llamen", "dónde están"]),
    ],
)
def test_so_it_is_in_languages_that_are_spoken(text: str, language: str, clauses: list[str]) -> None:
    assert [piece.text for piece in pieces_of(text, languages=[language])] == clauses
    assert pieces_of("was kostet das und kann ich buchen") == ()


@pytest.mark.parametrize(
    "text", ["Könnten Sie mir bitte sagen, wann Sie geöffnet haben?", "ich wollte mal fragen, ob ihr auch liefert"]
)
def test_what_only_surrounds_a_question_is_not_cut_off(text: str) -> None:
    assert pieces_of(text, languages=["de"]) == ()


def test_an_entity_is_not_cut_in_two() -> None:
    text = "we would take between five and ten people there"
    start = text.index("five")
    entity = Entity("number", 7.5, "five and ten", start, start + len("five and ten"))
    assert pieces_of(text)
    assert pieces_of(text, [entity]) == ()


def test_a_long_story_is_not_cut() -> None:
    assert pieces_of("I went there. " * MOST_PIECES)
    assert pieces_of("I went there. " * (MOST_PIECES + 1)) == ()


def test_each_thing_that_is_understood_is_a_reading_of_its_own(several: Pipeline) -> None:
    understood = several.parse("how much does it cost and can I see a demo")
    assert things(understood) == [
        ("how much does it cost", "ask_knowledge"),
        ("and can I see a demo", "request_demo"),
    ]
    assert understood.answer is not None
    understood = several.parse("can I see a demo and how much does it cost")
    assert [name for _, name in things(understood)] == ["request_demo", "ask_knowledge"]
    assert understood.answer is None
    assert understood.further[0].answer is not None


def test_an_assistant_that_does_not_ask_for_it_reads_one_thing(pipeline: Pipeline) -> None:
    assert pipeline.parse("how much does it cost and can I see a demo").further == ()


def test_small_talk_is_not_what_a_message_wants(several: Pipeline) -> None:
    for text in ["hello there. how much does it cost?", "how much does it cost? good morning"]:
        understood = several.parse(text)
        assert things(understood) == [(text, "ask_knowledge")]
        assert understood.answer is not None
    assert several.parse("hello there. good morning").intent.name == "greet"


def test_a_statement_belongs_to_the_request_that_it_comes_with(several: Pipeline) -> None:
    understood = several.parse("we are 80 people. book a demo please")
    assert [name for _, name in things(understood)] == ["request_demo"]
    assert [entity.value for entity in understood.entities] == [80]


@pytest.mark.parametrize(
    "text",
    [
        "Hi, I'm Dana Whitfield from Corner Bakery, 35 staff, can I get a demo? dana@corner.example",
        "Hello, we are a chain of bakeries. Can I see a demo?",
        "We opened our third shop last week. I'd like a demo.",
    ],
)
def test_what_tells_of_who_writes_is_the_background_of_the_request(several: Pipeline, text: str) -> None:
    assert [name for _, name in things(several.parse(text))] == ["request_demo"]


def test_a_clause_that_asks_for_something_else_is_no_background(pipeline: Pipeline, several: Pipeline) -> None:
    text = "if I book a demo, is the weather nice?"
    assert several.parse(text) == pipeline.parse(text)


def test_an_answer_to_what_was_asked_is_a_thing_said(several: Pipeline) -> None:
    understood = several.parse("fifty. How much does it cost?", expecting=TEAM_SIZE)
    assert [name for _, name in things(understood)] == ["inform", "ask_knowledge"]
    assert [entity.value for entity in understood.entities] == [50]


def test_what_is_wrong_and_what_is_right_are_one_correction() -> None:
    text = "that was all wrong, my name is Ana"
    name = Entity("person", "Ana", "Ana", 31, 34)
    wrong, right = (IntentScore("correct", 0.9), ()), (IntentScore("inform", 0.9), (name,))

    def read(piece: Piece) -> Understood:
        intent, entities = right if "Ana" in piece.text else wrong
        return Understood(piece.text, intent, entities)

    whole = Understood(text, IntentScore("inform", 0.5), (name,))
    said = things_said(whole, pieces_of(text, [name]), read, asked=True, is_example=lambda: False)
    assert things(said) == [(text, "correct")]
    assert said.entities == (name,)


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("how much does it cost and please stop texting me", ["ask_knowledge"]),
        ("stop texting me, and how much does it cost", ["ask_knowledge"]),
        ("can I see a demo, don't text me any more, how much does it cost", ["request_demo", "ask_knowledge"]),
        ("stop texting me. hello there", []),
        ("stop texting me, no more texts please", []),
        ("please stop texting me and lose my number", []),
    ],
)
def test_an_opt_out_in_any_clause_goes_first_and_what_is_asked_for_besides_is_no_part_of_it(
    several: Pipeline, text: str, wishes: list[str]
) -> None:
    first, *further = several.parse(text).apart()
    assert first.intent.name == "opt_out"
    assert first.text
    assert [one.intent.name for one in further] == wishes


def test_of_two_questions_to_the_pages_the_one_that_has_an_answer_is_answered() -> None:
    answer = KnowledgeAnswer("It is free.", "Pricing", "", 0.9)
    whole = Understood("is it free? is it really?", IntentScore("ask_knowledge", 0.9))
    pieces = pieces_of(whole.text)
    read = {pieces[0].text: None, pieces[1].text: answer}

    def reading(piece: Piece) -> Understood:
        return Understood(piece.text, IntentScore("ask_knowledge", 0.9), answer=read[piece.text])

    assert things_said(whole, pieces, reading, asked=False, is_example=lambda: False).answer == answer


def test_entities_belong_to_the_part_that_they_stand_in_and_keep_their_place(several: Pipeline) -> None:
    text = "about\u200b 80  people. How much\u200b does  it cost?  book a demo please for HB-1234"
    understood = several.parse(text, expecting=TEAM_SIZE)
    assert len(understood.further) == 2
    assert [entity.value for entity in understood.further[1].entities] == ["HB-1234"]
    for part in (understood, *understood.further):
        for entity in part.entities:
            assert text[entity.start : entity.end] == entity.text
    for reading in understood.apart():
        for entity in reading.entities:
            assert reading.text[entity.start : entity.end] == entity.text


WORDS = [
    "how much does it cost",
    "can I see a demo",
    "hello there",
    "stop",
    "80 people",
    "and",
    ", ",
    ". ",
    "\u200b",
    "?",
]


@given(text=st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), asked=st.booleans())
def test_the_parts_of_a_message_are_the_message(several: Pipeline, text: str, asked: bool) -> None:
    understood = several.parse(text, expecting=TEAM_SIZE if asked else None)
    for part in understood.further:
        assert text[part.start : part.end].rstrip() == part.text
    names = [one.intent.name for one in understood.apart()]
    if understood.intent.name == "opt_out":
        assert names.count("opt_out") == 1
        return
    said = "".join(one.text for one in understood.apart())
    assert _legible(text) == _legible(said)
    assert "opt_out" not in names


def _legible(text: str) -> str:
    """Without what may stand between two parts and be neither's."""
    return re.sub(r"[\s,\u200b]", "", text)


def test_a_label_of_two_intents_is_one_intent_as_in_rasa(encoder: Encoder, training_data: TrainingData) -> None:
    texts = [example.text for example in training_data.examples]
    intents = [example.intent for example in training_data.examples]
    both = ["hello there, book a demo please", "hi there and show me a demo", "good morning. I want a demo please"]
    texts, intents = [*texts, *both], [*intents, *["greet+request_demo"] * len(both)]
    read = Pipeline(
        encoder=encoder,
        classifier=train_classifier(texts, intents, vectors_of(texts, intents, encoder)),
        extractor=build_extractor(training_data),
        knowledge=build_knowledge([], encoder, Strangers(texts, encoder.encode(texts))),
    )
    for several_intents in (False, True):
        understood = replace(read, several_intents=several_intents).parse(both[0])
        assert (understood.intent.name, understood.further) == ("greet+request_demo", ())


def test_a_message_of_one_clause_is_read_once(several: Pipeline) -> None:
    encoded: list[str] = []

    class Counting:
        fingerprint = "counting"
        dimensions = several.encoder.dimensions

        def encode(self, texts: Sequence[str]) -> Any:
            return self.features(texts)[:, : self.dimensions]

        def features(self, texts: Sequence[str]) -> Any:
            encoded.extend(texts)
            return several.encoder.features(texts)

    for one_clause in ["can I see a demo of the product", "quantum flux capacitor overheating"]:
        replace(several, encoder=Counting()).parse(one_clause)
        assert encoded in ([], [one_clause])
        encoded.clear()


def test_a_clause_that_a_page_answers_stands_by_itself_whatever_its_score(several: Pipeline) -> None:
    understood = several.parse("I want a demo and do charities get 30 % off?")
    assert things(understood) == [
        ("I want a demo", "request_demo"),
        ("and do charities get 30 % off?", "ask_knowledge"),
    ]
    assert understood.further[0].answer is not None
    assert understood.further[0].intent.confidence < SURE_CLAUSE
