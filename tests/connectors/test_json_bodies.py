from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import WebhookRejected
from connectors.json_bodies import LONGEST_BODY, read_json, read_object, read_short_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_json_in_utf_8_is_read_as_it_is(value: object) -> None:
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


def test_a_mark_of_its_encoding_may_come_first() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b"-Infinity", b"[" * 50_000, b"\xed\xa0\x80"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookRejected, match="not JSON") as refused:
        read_json(body)
    assert refused.value.status == 400


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(WebhookRejected, match="not an object"):
        read_object(b"[]")


def test_what_is_longer_than_a_message_can_be_is_not_read() -> None:
    with pytest.raises(WebhookRejected) as refused:
        read_short_object(b" " * (LONGEST_BODY + 1))
    assert refused.value.status == 413
