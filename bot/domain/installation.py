"""Where a channel was installed: the workspaces of customers of ours, or of our own, that let it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """A channel's access to one workspace. `sealed` is what it got there, encrypted by the channel for itself.

    `ended` says why the access is over, where it is. `version` grows with each change.
    """

    channel: str
    workspace: str
    name: str
    sealed: str
    installed_at: datetime
    ended: str = ""
    version: int = 0
