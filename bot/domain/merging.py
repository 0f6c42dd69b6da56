"""Two profiles of one person made one, and all that it takes to part them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.consent import ConsentRecord
from bot.domain.ids import ProfileId
from bot.domain.journey import Enrolment
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Origin

MERGED, PARTED = "person.merged", "person.parted"
"""Two people were found to be one; and that turned out to be wrong."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An identity as somebody had it, since when, and who said so, where that is known."""

    profile_id: ProfileId
    identity: Identity
    at: datetime
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """What was merged, by whom and why. `kept` and `merged` are as they were before.

    `claims` are the identities of both before, `crm_links` those of the merged one, `ended` the runs of journeys that
    both were in, as they stood. `withdrawn` are grants that no longer count because the other one had refused. `moved`
    are the keys of rows by their table; `rekeyed` the new keys of score changes by those that they had, and `uncounted`
    those of changes that take back what both had got points for. `theirs` names what counts as the merged one had it.
    """

    id: str
    kept: Profile
    merged: Profile
    at: datetime
    who: str
    why: str
    claims: tuple[Claim, ...] = ()
    crm_links: Mapping[str, str] = field(default_factory=dict)
    ended: tuple[Enrolment, ...] = ()
    withdrawn: tuple[ConsentRecord, ...] = ()
    moved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rekeyed: Mapping[str, str] = field(default_factory=dict)
    uncounted: tuple[str, ...] = ()
    undone_at: datetime | None = None
    theirs: tuple[str, ...] = ()

    @property
    def conflicts(self) -> Mapping[str, tuple[Any, Any]]:
        """Attributes of which both had a value: the one that counts, and the other."""
        mine, other = self.kept.attributes, self.merged.attributes
        both = {name: (mine[name], other[name]) for name in mine if name in other}
        differ = {name: pair for name, pair in both.items() if None not in pair and pair[0] != pair[1]}
        return {name: (two, one) if name in self.theirs else (one, two) for name, (one, two) in differ.items()}
