"""Shelves: where content is, and what it may refer to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.ports import ChannelKind


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where content is, and what else it may refer to.

    Where nobody is at the desks, `has_desk` is false. `left_out` finds the channels of connectors that are there and
    that the settings do not name. `kinds` says what each channel can do, `crm_fields` are the mappings that CRMs bring
    along.
    """

    assistant: Path
    journeys: Path
    model: Path
    encoder: str = ""
    channels: tuple[str, ...] = ()
    left_out: Callable[[], Collection[str]] = tuple
    desks: tuple[str, ...] = ()
    has_desk: bool = True
    crms: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    kinds: Mapping[str, ChannelKind] = field(default_factory=dict)
    crm_fields: Mapping[str, Path] = field(default_factory=dict)
