"""The audit log's chain: whatever is done to it afterwards is found, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import (
    AuditEntry,
    AuditHead,
    Deed,
    chained,
    head_of,
    read_head,
    written_head,
)
from tests.audit_log import first_flaw

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "the installation's secret"

words = st.text(max_size=20)
deeds = st.builds(
    Deed,
    words,
    words,
    words,
    words,
    st.dictionaries(words, st.one_of(words, st.integers(-(2**53), 2**53), st.booleans(), st.none()), max_size=3),
)


def log_of(deeds_done: list[Deed]) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number, deed in enumerate(deeds_done):
        at = NOON + timedelta(microseconds=number)
        entries.append(chained(deed, at, head_of(entries[-1] if entries else None)))
    return entries


CHANGES: dict[str, Callable[[AuditEntry], AuditEntry]] = {
    "when": lambda one: replace(one, at=one.at + timedelta(microseconds=1)),
    "who": lambda one: replace(one, deed=replace(one.deed, who=one.deed.who + "x")),
    "what": lambda one: replace(one, deed=replace(one.deed, what=one.deed.what + "x")),
    "about": lambda one: replace(one, deed=replace(one.deed, about=one.deed.about + "x")),
    "origin": lambda one: replace(one, deed=replace(one.deed, origin=one.deed.origin + "x")),
    "detail": lambda one: replace(one, deed=replace(one.deed, detail={**one.deed.detail, "more": True})),
    "digest": lambda one: replace(one, digest=one.digest[::-1] + "0"),
    "previous": lambda one: replace(one, previous=one.previous + "0"),
}


@given(st.lists(deeds, max_size=8))
def test_a_log_that_nobody_touched_has_no_flaw(done: list[Deed]) -> None:
    log = log_of(done)
    assert first_flaw(log) is None
    assert all(first_flaw(log, kept=head_of(one)) is None for one in log)


@given(st.lists(deeds, min_size=1, max_size=8), st.sampled_from(sorted(CHANGES)), st.data())
def test_whatever_is_changed_in_an_entry_is_found_there(done: list[Deed], what: str, data: Any) -> None:
    log = log_of(done)
    place = data.draw(st.integers(0, len(log) - 1))
    log[place] = CHANGES[what](log[place])
    assert f"entry {place + 1} " in (first_flaw(log) or "")


@given(st.lists(deeds, min_size=2, max_size=8), st.data())
def test_what_is_deleted_or_moved_is_found(done: list[Deed], data: Any) -> None:
    log = log_of(done)
    place = data.draw(st.integers(0, len(log) - 2))
    assert f"entry {place + 1} is missing" in (first_flaw(log[:place] + log[place + 1 :]) or "")
    log[place], log[place + 1] = log[place + 1], log[place]
    assert first_flaw(log) is not None


@given(st.lists(deeds, min_size=2, max_size=8), st.data())
def test_entries_that_exchange_their_places_and_positions_are_found(done: list[Deed], data: Any) -> None:
    log = log_of(done)
    place = data.draw(st.integers(0, len(log) - 2))
    one, two = log[place], log[place + 1]
    log[place], log[place + 1] = replace(two, position=one.position), replace(one, position=two.position)
    assert f"entry {place + 1} " in (first_flaw(log) or "")


@given(st.lists(deeds, min_size=1, max_size=8), st.data())
def test_a_log_that_was_cut_off_or_written_anew_does_not_go_with_the_head_that_was_kept(
    done: list[Deed], data: Any
) -> None:
    log = log_of(done)
    kept = head_of(log[-1])
    left = data.draw(st.integers(0, len(log) - 1))
    assert first_flaw(log[:left]) is None
    assert f"entry {left + 1} is missing" in (first_flaw(log[:left], kept) or "")
    place = data.draw(st.integers(0, len(log) - 1))
    done[place] = replace(done[place], who=done[place].who + "x")
    assert first_flaw(log_of(done)) is None
    assert "written anew" in (first_flaw(log_of(done), kept) or "")


def test_a_head_is_read_as_it_was_written() -> None:
    head = head_of(log_of([Deed("key.added", "terminal")])[-1])
    assert read_head(written_head(head, SECRET) + "\n", SECRET) == head
    assert read_head(written_head(AuditHead(), SECRET), SECRET) == AuditHead()


@pytest.mark.parametrize(
    "line", ["", "1", "1:2:3", "x:" + "0" * 64 + ":", "²:" + "0" * 64 + ":", "9" * 30 + ":" + "0" * 64]
)
def test_what_is_no_head_is_said_to_be_none(line: str) -> None:
    with pytest.raises(ValueError, match="POSITION:DIGEST:SIGNATURE"):
        read_head(line, SECRET)


def test_a_head_that_somebody_else_signed_is_refused() -> None:
    head = head_of(log_of([Deed("key.added", "terminal")])[-1])
    for line in (written_head(head, "another"), written_head(head, SECRET).replace("1:", "2:", 1)):
        with pytest.raises(ValueError, match="signature"):
            read_head(line, SECRET)
