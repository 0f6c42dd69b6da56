from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from bot.documents import parse
from bot.domain.errors import ContentError, Place
from bot.nlu.training_data import Example, TrainingData, read_examples, read_training_data


def read(text: str, **options: object) -> TrainingData:
    return read_training_data([parse("nlu.yml", text)], **options)  # type: ignore[arg-type]


GOOD = """
nlu:
  - intent: order
    examples: |
      - a flight from [Oslo]{"entity": "city", "role": "departure", "value": "OSL"} to [Rome](city)
      - fly me to [Paris](city)
  - intent: greet
    examples: |
      - hi
      - hello
"""


def faults_of(text: str, **options: object) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read(text, **options)
    return [str(fault) for fault in caught.value.faults]


def test_annotations_become_entities_and_leave_the_text() -> None:
    first = read(GOOD).examples[0]
    assert first.text == "a flight from Oslo to Rome"
    assert [(e.name, e.value, e.role, first.text[e.start : e.end]) for e in first.entities] == [
        ("city", "OSL", "departure", "Oslo"),
        ("city", "Rome", None, "Rome"),
    ]
    assert first.place == Place("nlu.yml", 5, 7)


def test_a_value_in_an_annotation_is_a_synonym() -> None:
    assert read(GOOD).synonyms == {"oslo": "OSL"}


def test_synonyms_patterns_and_lookups_are_read() -> None:
    data = read(
        GOOD
        + """
  - synonym: credit
    examples: |
      - credit card
  - regex: zip
    examples: |
      - \\d{5}
  - lookup: country
    examples: |
      - Norway
      - Italy
"""
    )
    assert data.synonyms["credit card"] == "credit"
    assert data.regexes == {"zip": (r"\d{5}",)}
    assert data.lookups == {"country": ("Norway", "Italy")}


def test_examples_may_be_a_list_of_texts() -> None:
    data = read(
        "nlu:\n- intent: a\n  examples:\n  - text: |\n      - one\n  - text: two\n"
        "- intent: b\n  examples: |\n    - x\n    - y\n"
    )
    assert [example.text for example in data.examples] == ["one", "two", "x", "y"]


def test_a_retrieval_intent_is_learnt_with_its_key() -> None:
    data = read(GOOD + "  - intent: faq/price\n    examples: |\n      - what is it\n      - how much\n")
    assert "faq/price" in data.intents


def test_all_faults_are_found_in_one_run() -> None:
    faults = faults_of(
        """nlu:
  - intent: one
    examples: |
      - broken [annotation](
      - bad [json]{"entity": }
      - same words
      -
  - intent: two
    examples: |
      - Same  words
  - regex: zip
    examples: |
      - (
  - nonsense: 1
  - intent: three
"""
    )
    assert [fault.split(": ", 1)[0] for fault in faults] == [
        "nlu.yml:4:16",
        "nlu.yml:5:13",
        "nlu.yml:8:5",
        "nlu.yml:10:7",
        "nlu.yml:13:7",
        "nlu.yml:14:5",
        "nlu.yml:15:5",
    ]
    assert 'at nlu.yml:6:7, of "one"' in faults[3]


def test_what_rasa_passes_over_among_examples_is_warned_of_and_the_rest_learnt() -> None:
    examples = "      - a\n      -b\n      * c\n      d\n      -\n      - \u200b\u200d\n"
    data = read(GOOD + f"  - intent: odd\n    examples: |\n{examples}")
    assert [one.text for one in data.examples if one.intent == "odd"] == ["a", "b"]
    assert [(one.place.line, one.message) for one in data.warnings] == [
        (15, 'this line of the intent "odd" does not begin with a dash, and is passed over, as in Rasa.'),
        (16, 'this line of the intent "odd" does not begin with a dash, and is passed over, as in Rasa.'),
        (17, 'this example of "odd" is empty, and passed over.'),
        (18, 'this example of "odd" is empty, and passed over.'),
    ]


def test_the_same_text_in_two_intents_may_be_allowed_and_counts_for_the_first() -> None:
    text = GOOD + "  - intent: other\n    examples: |\n      - hi\n      - ho\n      - hum\n"
    assert "example of" in faults_of(text)[0]
    data = read(text, allow_duplicates=True)
    assert [example.intent for example in data.examples if example.text == "hi"] == ["greet"]


def test_a_pattern_that_would_run_for_hours_is_told_and_can_be_learnt_from() -> None:
    text = GOOD + "  - regex: code\n    examples: |\n      - (a+)+$\n"
    [warning] = warnings_of(text)
    assert 'the pattern of "code" takes very long' in warning
    assert read(text).regexes["code"] == ("(a+)+$",)


def test_names_that_the_domain_lacks_are_faults_with_a_suggestion() -> None:
    faults = faults_of(GOOD, known_intents=["orders", "greet"], known_entities=["town"])
    assert faults[0] == 'nlu.yml:3:5: there is no intent "order". Did you mean "orders"?'
    assert any('no entity "city"' in fault for fault in faults)


def test_no_examples_at_all_is_a_fault_of_the_list_that_should_have_them() -> None:
    assert faults_of("responses: {}\n")[0].startswith("nlu.yml:1:1: there are no examples of any intent. Write `nlu:`")
    files = [parse("bot/domain/all.yml", "intents: [greet]\n"), parse("bot/nlu/all.yml", "\nnlu:\n")]
    with pytest.raises(ContentError, match=r"^bot/nlu/all\.yml:2:1: there are no examples"):
        read_training_data(files)
    with pytest.raises(ContentError, match=r"^bot:1:1: there are no examples"):
        read_training_data([files[0], parse("bot/config.yml", "language: en\n")])


def test_one_intent_alone_is_a_fault_where_it_stands() -> None:
    (fault,) = faults_of("\nnlu:\n- intent: greet\n  examples: |\n    - hi\n    - hello\n")
    assert fault.startswith("nlu.yml:3:3: there is only one intent")


def test_an_intent_with_one_example_however_often_it_stands_is_warned_of() -> None:
    (warning,) = warnings_of(GOOD + "  - intent: bye\n    examples: |\n      - Bye\n      - bye\n")
    assert warning == (
        'nlu.yml:11:5: the intent "bye" has 1 example; it is hardly recognised by so few. '
        "Add more, ten if you can, in the words that customers use."
    )


def test_where_no_two_intents_have_more_than_one_example_nothing_can_be_learnt() -> None:
    (fault,) = faults_of("nlu:\n- intent: hi\n  examples: |\n    - hi\n    - hey\n- intent: bye\n  examples: '- bye'\n")
    assert 'the intent "bye" has 1 example; it cannot be learnt from fewer than 2.' in fault


def warnings_of(text: str) -> list[str]:
    return [str(warning) for warning in read(text).warnings]


def test_good_examples_give_no_warning() -> None:
    assert warnings_of(GOOD) == []


def test_the_same_words_with_other_entities_are_warned_of() -> None:
    more = "  - intent: order\n    examples: |\n      - fly me to [paris](town)\n      - fly me to [Paris](city)\n"
    (warning,) = warnings_of(GOOD + more)
    assert warning.startswith('nlu.yml:13:7: "fly me to paris" stands at nlu.yml:6:7, too, with other entities;')


def test_two_values_of_one_text_are_warned_of() -> None:
    (warning,) = warnings_of(GOOD + "  - synonym: Oslo Airport\n    examples: |\n      - oslo\n")
    assert warning.startswith('nlu.yml:13:7: "oslo" stands for "Oslo Airport" here, and for "OSL" at nlu.yml:5:7;')
    assert read(GOOD + "  - synonym: OSL\n    examples: |\n      - oslo\n").warnings == ()


def test_an_entity_that_is_a_part_of_a_word_is_warned_of() -> None:
    (warning,) = warnings_of(GOOD.replace("[Paris](city)", "[Pa](city)ris"))
    assert warning.startswith('nlu.yml:6:19: "Pa" is marked as "city" and is a part of "Paris"')


def test_questions_from_elsewhere_count_as_examples() -> None:
    more = [Example(text, "ask", (), Place("page.md", 3)) for text in ("what", "why")]
    assert "ask" in read(GOOD, extra=more).intents


def test_examples_beside_their_key_are_told_where_they_stand() -> None:
    content = GOOD + "  - lookup: street\n    examples: streets.txt\n  - lookup: town\n    examples:\n      towns.txt\n"
    lines = content.splitlines()
    with pytest.raises(ContentError) as raised:
        read(content)
    for name in ("streets.txt", "towns.txt"):
        place = next(at for at, line in enumerate(lines, start=1) if name in line)
        assert f"nlu.yml:{place}:" in str(raised.value)


def test_a_single_question_from_elsewhere_is_no_fault_of_the_author() -> None:
    lonely = Example("do you deliver", "ask", (), Place("page.md", 3))
    assert "ask" not in read(GOOD, extra=[lonely]).intents
    assert "ask" not in read(GOOD, extra=[lonely, lonely]).intents


@pytest.mark.parametrize(
    ("more", "advice"),
    [
        ("  - synonim: Oslo\n    examples: |\n      - oslo town\n", 'Did you mean "synonym"?'),
        ("  - intent: greet\n    exampels: |\n      - good morning\n", '"exampels" should be "examples".'),
        ("  - intent: greet\n    metadata: {}\n", "Add some under `examples: |`."),
    ],
)
def test_a_misspelt_key_of_an_item_is_told_as_such(more: str, advice: str) -> None:
    (fault,) = faults_of(GOOD + more)
    assert fault.endswith(advice)


def test_a_lookup_that_names_no_entity_is_warned_of() -> None:
    text = GOOD + "  - lookup: citty\n    examples: |\n      - Oslo\n"
    (warning,) = read(text, known_entities={"city"}).warnings
    assert 'the lookup "citty" finds nothing: there is no entity of this name. Did you mean "city"?' in str(warning)
    assert read(text).warnings == ()


LAPSES = """
  - intent: strange
    examples: |
      - abc [def](place)
      - something [strange] (city)
      - from [Oslo]{"entity": "city", "confidence": 1}
      - [Oslo][{"entity": "city"}, {"entity": "town"}] please
  - regex: city
    examples: |
      - ([
  - intent: nothing
  - synonym: nothing
    examples: ""
  - lookup: city
    examples: places.txt
"""


def test_what_rasa_takes_is_warned_of_where_the_configuration_says_so() -> None:
    known: dict[str, object] = {"known_intents": {"order", "greet"}, "known_entities": {"city"}}
    assert len(faults_of(GOOD + LAPSES, **known)) == 10
    data = read(GOOD + LAPSES + "overture: {lapses: warn}\n", **known)
    assert len(data.warnings) == 10
    strange = [one for one in data.examples if one.intent == "strange"]
    assert [one.text for one in strange] == ["abc def", "something [strange] (city)", "from Oslo", "Oslo please"]
    assert [[entity.name for entity in one.entities] for one in strange] == [["place"], [], ["city"], ["city"]]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("nlu:\n- intent: a\n  examples: &x |\n    - hi\n    - ho\n- intent: b\n  examples: *x\n", [4, 5, 4, 5]),
        ("nlu:\n- &x\n  intent: a\n  examples: |\n    - hi\n    - ho\n- <<: *x\n  intent: b\n", [5, 6, 5, 6]),
        ("nlu:\n- intent: a\n  examples: >\n    - hi\n      there\n\n    - ho\n\n\n    - hu\n", [4, 7, 10]),
        ("nlu:\n- intent: a\n  examples:\n    |-\n    - hi\n\n    - ho\n", [5, 7]),
        ('nlu:\n- intent: a\n  examples: "- hi\\n- ho"\n', [3, 3]),
    ],
)
def test_an_example_has_the_place_of_its_line_wherever_its_list_stands(text: str, places: list[int]) -> None:
    assert [one.place.line for one in read_examples([parse("nlu.yml", text)])] == places


def test_a_text_of_two_intents_is_a_warning_where_lapses_are_and_counts_for_the_first() -> None:
    more = "\n  - intent: more\n    examples: |\n      - hello\n"
    text = GOOD + "  - intent: other\n    examples: |\n      - hi\n      - ho" + more
    told = [str(one) for one in read(text + "overture: {lapses: warn}\n").warnings]
    assert any('"hi" is an example of "other" and, at nlu.yml:9:7, of "greet".' in one for one in told)
    assert any('the intent "more" has no example of its own' in one for one in told)


def test_examples_that_are_folded_into_one_are_told() -> None:
    text = GOOD + "  - intent: odd\n    examples: >\n      - one\n      - two\n\n      - three\n        or so\n"
    warning = warnings_of(text)[0]
    assert warning.startswith('nlu.yml:13:7: these lines of the intent "odd" are one example: what `>` folds is one')


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_examples_are_learnt_as_messages_are_read_however_the_file_is_written(
    form: Literal["NFC", "NFD", "NFKD"],
) -> None:
    nlu = (
        "nlu:\n- intent: order\n  examples: |\n    - un [café crème](drink) s’il vous plaît\n    - [２](count) cafés\n"
    )
    nlu += "- lookup: drink\n  examples: |\n    - crème brûlée\n- synonym: tea\n  examples: |\n    - thé\n"
    nlu += "- intent: greet\n  examples: |\n    - hé\n    - salut\n"
    data = read_training_data([parse("nlu.yml", unicodedata.normalize(form, nlu))])
    first, second, *_ = data.examples
    assert first.text == "un café crème s'il vous plaît"
    assert [(one.text, one.value, one.start, one.end) for one in first.entities] == [
        ("café crème", "café crème", 3, 13)
    ]
    assert [(one.text, one.value, one.start, one.end) for one in second.entities] == [("2", "2", 0, 1)]
    assert data.lookups == {"drink": ("crème brûlée",)}
    assert data.synonyms == {"thé": "tea"}
