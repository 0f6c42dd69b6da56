from __future__ import annotations

import pytest

from bot.domain.understanding import Entity
from bot.nlu.bare_answers import begins_as_a_correction, says_only


def sixty(text: str) -> list[Entity]:
    start = text.index("60")
    return [Entity("number", 60, "60", start, start + 2)]


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("it's about 60 of us, I think", ()),
        ("no, sorry, I meant 60", ()),
        ("so ungefähr 60 sind wir", ("de",)),
        ("nein, ich meinte 60", ("de",)),
        ("wir waeren so um die 60, schaetze ich", ("de",)),
        ("nous sommes environ 60", ("fr",)),
        ("on sera à peu près 60 je pense", ("fr",)),
        ("c'est 60 svp", ("fr",)),
        ("ah non pardon, plutôt 60", ("fr",)),
        ("euh disons qu'on est 60", ("fr",)),
        ("somos unos 60, creo", ("es",)),
    ],
)
def test_words_that_add_nothing_leave_an_answer_what_it_is(text: str, languages: tuple[str, ...]) -> None:
    assert says_only(text, sixty(text), languages)


@pytest.mark.parametrize("text", ["60 Räder", "kann ich 60 bestellen", "sind es 60?"])
def test_other_words_and_a_question_say_more(text: str) -> None:
    assert not says_only(text, sixty(text), ("de",))


@pytest.mark.parametrize("text", ["60 chaises", "je peux commander 60", "c'est 60 ?"])
def test_other_french_words_and_a_question_say_more(text: str) -> None:
    assert not says_only(text, sixty(text), ("fr",))


@pytest.mark.parametrize(
    ("text", "corrects"),
    [
        ("nein, 60", True),
        ("doch lieber 60", True),
        ("Nö, 60", True),
        ("actually 60", True),
        ("meine 60", False),
        ("", False),
    ],
)
def test_a_correction_begins_with_a_word_that_takes_something_back(text: str, corrects: bool) -> None:
    assert begins_as_a_correction(text, ("de",)) is corrects


@pytest.mark.parametrize(
    ("text", "corrects"),
    [("non, 60", True), ("Pardon 60", True), ("plutôt 60", True), ("finalement 60", True), ("nous 60", False)],
)
def test_so_does_one_in_french(text: str, corrects: bool) -> None:
    assert begins_as_a_correction(text, ("fr",)) is corrects
