"""Sealing: what is sealed opens with its key, in its place, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.database.sealing import OFF, Sealing
from bot.adapters.field_keys import FieldKeys
from bot.adapters.tables.sealing import (
    ADDRESS_OF_CHALLENGE,
    ADDRESS_OF_CONSENT,
    ADDRESS_OF_CONVERSATION,
    ADDRESS_OF_SUPPRESSION,
    ATTRIBUTES_OF_PROFILE,
    BODY_OF_EVENT,
    DISPATCH_OF_OUTBOX,
    NAME_OF_FEED,
)
from bot.domain.errors import CannotOpen
from tests.field_keys import FIRST, INDEX, KEYS, ROTATED, SEALED, SECOND

TEXT = '{"text":"My number is +447700900123"}'


@given(st.text(min_size=1), st.text(), st.text())
def test_what_was_sealed_opens_again(text: str, row: str, other: str) -> None:
    sealed = SEALED.seal(BODY_OF_EVENT, text, row)
    assert SEALED.open(BODY_OF_EVENT, sealed, row) == text
    if other != row:
        with pytest.raises(CannotOpen):
            SEALED.open(BODY_OF_EVENT, sealed, other)


@pytest.mark.parametrize("text", ["", "{}"])
def test_what_has_nothing_in_it_stays_as_it_is(text: str) -> None:
    assert SEALED.seal(BODY_OF_EVENT, text, "chat") == SEALED.open(BODY_OF_EVENT, text, "chat") == text


def test_the_same_text_is_never_sealed_alike() -> None:
    assert SEALED.seal(BODY_OF_EVENT, TEXT, "chat") != SEALED.seal(BODY_OF_EVENT, TEXT, "chat")


def test_what_is_moved_to_another_column_or_row_does_not_open() -> None:
    sealed = SEALED.seal(BODY_OF_EVENT, TEXT, "chat")
    with pytest.raises(CannotOpen, match=r"outbox\.dispatch has what the key \"k1\" does not open: it was changed, or"):
        SEALED.open(DISPATCH_OF_OUTBOX, sealed, "chat")
    # Two parts of a row's key cannot be shifted into each other.
    sealed = SEALED.seal(ADDRESS_OF_CONSENT, "a", "sms", "marketing", 1)
    with pytest.raises(CannotOpen):
        SEALED.open(ADDRESS_OF_CONSENT, sealed, "sm", "smarketing", 1)


def test_what_was_changed_does_not_open() -> None:
    sealed = SEALED.seal(BODY_OF_EVENT, TEXT, "chat")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(CannotOpen):
        SEALED.open(BODY_OF_EVENT, changed, "chat")


def test_a_time_is_bound_as_the_database_keeps_it() -> None:
    at = datetime(2026, 11, 24, 9, 0, 0, 1, tzinfo=UTC)
    sealed = SEALED.seal(ADDRESS_OF_CONSENT, "a", "sms", "marketing", at)
    assert SEALED.open(ADDRESS_OF_CONSENT, sealed, "sms", "marketing", at) == "a"


def test_the_first_key_seals_and_all_open() -> None:
    old, both = SEALED.seal(BODY_OF_EVENT, TEXT, "chat"), Sealing(ROTATED)
    new = both.seal(BODY_OF_EVENT, TEXT, "chat")
    assert new.startswith("sealed:k2:")
    assert both.open(BODY_OF_EVENT, old, "chat") == both.open(BODY_OF_EVENT, new, "chat") == TEXT
    assert both.index("anna") == SEALED.index("anna")


@pytest.mark.parametrize("without", [OFF, Sealing(FieldKeys("k2", {"k2": SECOND}, INDEX))])
def test_a_key_that_is_not_there_is_named(without: Sealing) -> None:
    with pytest.raises(
        CannotOpen, match=r'event\.body has what was sealed with the key "k1", which OVERTURE_FIELD_KEYS'
    ):
        without.open(BODY_OF_EVENT, SEALED.seal(BODY_OF_EVENT, TEXT, "chat"), "chat")


def test_what_was_written_before_there_were_keys_stays_readable() -> None:
    assert SEALED.open(BODY_OF_EVENT, OFF.seal(BODY_OF_EVENT, TEXT, "chat"), "chat") == TEXT
    assert SEALED.open_beside(ADDRESS_OF_CONVERSATION, "anna", None, "chat") == "anna"


def test_words_that_look_sealed_are_not_taken_for_it() -> None:
    written = OFF.seal(BODY_OF_EVENT, "sealed:k1:AAAA", "chat")
    assert OFF.open(BODY_OF_EVENT, written, "chat") == " sealed:k1:AAAA"


def test_keys_seal_nothing_with_each_others_help() -> None:
    """A key is derived for each column, and blind indexes need the index key alone."""
    assert SEALED.index("anna") != Sealing(FieldKeys("k1", {"k1": FIRST}, SECOND)).index("anna")
    assert SEALED.index("anna") == Sealing(FieldKeys("k2", {"k2": SECOND}, INDEX)).index("anna")
    assert "anna" not in SEALED.index("anna")
    assert repr(KEYS) == "FieldKeys(first='k1')"


def test_an_address_stands_as_its_blind_index_with_the_address_sealed_beside_it() -> None:
    index = SEALED.stand_in(ADDRESS_OF_CHALLENGE, "anna@example.com")
    sealed = SEALED.seal_beside(ADDRESS_OF_CHALLENGE, "anna@example.com", "c1")
    assert index == SEALED.index("anna@example.com")
    assert SEALED.open_beside(ADDRESS_OF_CHALLENGE, index, sealed, "c1") == "anna@example.com"
    with pytest.raises(CannotOpen, match="another value than its blind index says"):
        SEALED.open_beside(ADDRESS_OF_CHALLENGE, SEALED.index("ben@example.com"), sealed, "c1")
    assert OFF.seal_beside(ADDRESS_OF_CHALLENGE, "anna@example.com", "c1") is None


def test_what_stands_for_every_address_is_none() -> None:
    assert SEALED.stand_in(ADDRESS_OF_SUPPRESSION, "*") == "*"
    assert SEALED.seal_beside(ADDRESS_OF_SUPPRESSION, "*", "sms") is None


def test_names_of_feeds_keep_their_channel() -> None:
    assert SEALED.feed_name("decisions") == "decisions"
    assert SEALED.feed_name("voice:+447700900123") == f"voice:{SEALED.index('+447700900123')}"
    assert SEALED.seal_beside(NAME_OF_FEED, "decisions", "k") is None


facts = st.dictionaries(
    st.sampled_from(["name", "email", "size", "phone"]),
    st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.lists(st.text())),
)


@given(facts)
def test_facts_open_as_they_were_and_show_no_contact_data(known: dict[str, Any]) -> None:
    text, sealed = SEALED.seal_facts(ATTRIBUTES_OF_PROFILE, known, "anna")
    opened = SEALED.open_facts(ATTRIBUTES_OF_PROFILE, text, sealed, "anna")
    assert opened == OFF.open_facts(
        ATTRIBUTES_OF_PROFILE, *OFF.seal_facts(ATTRIBUTES_OF_PROFILE, known, "anna"), "anna"
    )
    shown = OFF.open_facts(ATTRIBUTES_OF_PROFILE, text, None, "anna")
    for name, value in opened.items():
        hidden = name != "size" and bool(value)
        assert (shown[name] != value) is hidden


def test_items_of_feeds_mention_their_words_blindly() -> None:
    item = {"type": "message", "to": "anna@example.com", "text": "two words", "more": [{"id": "c1"}]}
    mentions = SEALED.mentions(item)
    assert mentions is not None
    assert set(mentions.split()) == {SEALED.index(word) for word in ("message", "anna@example.com", "c1")}
    assert OFF.mentions(item) is None
