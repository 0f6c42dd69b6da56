from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.entrypoints.command_line.typed_lines import TypedLines

AT_ONCE = timedelta(0)


@pytest.fixture
def pipe() -> Iterator[tuple[int, TypedLines]]:
    read, write = os.pipe()
    yield write, TypedLines(read)
    os.close(read)


def test_lines_come_one_by_one_and_empty_ones_are_passed_over(pipe: tuple[int, TypedLines]) -> None:
    write, lines = pipe
    os.write(write, "hello\r\n\n  \nwie geht’s\nand".encode())
    assert [lines.next(AT_ONCE), lines.next(AT_ONCE), lines.next(AT_ONCE)] == ["hello", "wie geht’s", None]
    assert not lines.ended
    os.write(write, b" so on")
    os.close(write)
    assert [lines.next(AT_ONCE), lines.next(AT_ONCE)] == ["and so on", None]
    assert lines.ended


def test_nobody_waits_longer_for_a_line_than_is_wanted(pipe: tuple[int, TypedLines]) -> None:
    write, lines = pipe
    assert lines.next(timedelta(milliseconds=10)) is None
    assert not lines.ended
    os.close(write)
