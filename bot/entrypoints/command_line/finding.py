"""What `overture doctor` has found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `advice` says what to do, where it is not well."""

    state: Literal["well", "doubtful", "ill"]
    what: str
    advice: str = ""
