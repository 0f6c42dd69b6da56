"""A number with its noun."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 journey`, `2 journeys`, `2 stories`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
