from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.payload import parse_payload

NO_PAYLOADS = ["/", "/ hello", "/greet{broken", "/a b", "//", "and/or", "/greet@1.2.3", "/x{]}"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_a_payload_may_carry_its_confidence() -> None:
    understood = parse_payload('/greet@0.6{"name": "Ana"}')
    assert understood is not None
    assert understood.intent.confidence == 0.6


@pytest.mark.parametrize("text", NO_PAYLOADS)
def test_what_only_looks_like_a_payload_is_none(text: str) -> None:
    assert parse_payload(text) is None


@given(values=st.dictionaries(st.text(), JSON, max_size=3), escaped=st.booleans())
def test_a_payload_brings_in_nothing_that_a_database_does_not_take(values: dict[str, object], escaped: bool) -> None:
    understood = parse_payload("/inform" + json.dumps(values, ensure_ascii=escaped))
    if understood is not None:
        assert all("\0" not in one.name and "\0" not in one.text for one in understood.entities)
        json.dumps([[one.name, one.text, one.value] for one in understood.entities], ensure_ascii=False).encode()


def test_a_number_that_is_none_is_unknown_in_a_payload() -> None:
    understood = parse_payload('/inform{"number": 1e999, "sizes": [NaN, 5]}')
    assert understood is not None
    assert [(one.name, one.value) for one in understood.entities] == [("number", None), ("sizes", None), ("sizes", 5)]


def test_a_payload_that_is_nested_beyond_reason_is_text() -> None:
    assert parse_payload('/inform{"number": ' + "[" * 10 + "]" * 10 + "}") is not None
    for deep in (30, 900, 4000):
        assert parse_payload('/inform{"number": ' + "[" * deep + "]" * deep + "}") is None
