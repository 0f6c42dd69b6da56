"""A language model's answer, read: a JSON object or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.language_model import read_answer


@pytest.mark.parametrize("text", ['{"a": 1}', ' {"a": 1}\n', '```json\n{"a": 1}\n```', '```\n{"a": 1}```'])
def test_an_object_is_read_also_in_a_fence(text: str) -> None:
    assert read_answer(text) == {"a": 1}


@pytest.mark.parametrize("text", ["", "Sure! Here it is:", '[{"a": 1}]', '{"a": ', "null", "[" * 100_000, "9" * 5000])
def test_anything_else_is_nothing(text: str) -> None:
    assert read_answer(text) is None


@given(st.text())
def test_whatever_it_is_reading_it_never_fails(text: str) -> None:
    answer = read_answer(text)
    assert answer is None or isinstance(answer, dict)
