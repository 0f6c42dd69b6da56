"""A language model's answer, read: a JSON object or nothing."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.language_model import read_answer


@pytest.mark.parametrize("text", ['{"a": 1}', ' {"a": 1}\n', '```json\n{"a": 1}\n```', '```\n{"a": 1}```'])
def test_an_object_is_read_also_in_a_fence(text: str) -> None:
    assert read_answer(text) == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        '<think>\nThey want {something}, perhaps {"a": 2}.\n</think>\n\n{"a": 1}',
        '<think></think>```json\n{"a": 1}\n```',
        'They want something.\n</think>\n{"a": 1}',
        '[THINK]They want something.[/THINK]{"a": 1}',
        'Sure! Here it is:\n\n{"a": 1}',
        'For {name} [as asked]:\n```json\n{"a": 1}\n```\nIs that what you need?',
    ],
)
def test_an_object_is_read_after_thoughts_and_among_words(text: str) -> None:
    assert read_answer(text) == {"a": 1}


def test_an_object_that_tells_of_thoughts_is_read_whole() -> None:
    assert read_answer('{"a": "<think>1</think>"}') == {"a": "<think>1</think>"}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1} or else {"a": 2}',
        '<think>perhaps {"a": 1}',
        '<think>perhaps {"a": 1}</think> I do not know.',
        'It is {"a": {"b": 1} as it were}',
        '{"a": 1' + "2" * 5000 + "}",
    ],
)
def test_what_is_not_one_whole_object_is_nothing(text: str) -> None:
    assert read_answer(text) is None


@pytest.mark.parametrize("part", ['{"', "{", '{"a":[', '{"a', "[{}", "</think>", '{"a\\"'])
def test_a_long_answer_that_is_none_is_read_in_no_time(part: str) -> None:
    begun = process_time()
    assert read_answer((part * 20_000)[:20_000]) is None
    assert read_answer(part * 200_000) is None
    assert process_time() - begun < 2


@pytest.mark.parametrize("text", ["", "Sure! Here it is:", '[{"a": 1}]', '{"a": ', "null", "[" * 100_000, "9" * 5000])
def test_anything_else_is_nothing(text: str) -> None:
    assert read_answer(text) is None


@given(st.text())
def test_whatever_it_is_reading_it_never_fails(text: str) -> None:
    answer = read_answer(text)
    assert answer is None or isinstance(answer, dict)
