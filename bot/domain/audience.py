"""Audiences: which attributes people have, and the segments that conditions on them make."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from math import inf
from typing import Any

from bot.domain.access import MASKED, SEES, Role, Sensitivity
from bot.domain.ids import ProfileId
from bot.domain.likelihood import Scorecard
from bot.domain.privacy import LawfulBasis
from bot.domain.provenance import USUAL_TRUST, Trust
from bot.domain.score import USUAL_GRADES, Grades

CONTACT = frozenset({"name", "first_name", "last_name", "email", "phone", "mobile"})
"""Attributes of people that are contact data, unless `journeys/profile.yml` says otherwise."""

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.DOTALL)


class AttributeType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"  # a text that begins with a day: 2026-11-24, perhaps with a time behind it
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of people, as a marketer declared it. `one_of`, where it is not empty, are its only values, and
    `words` how people are told some of them.

    Who sees it goes by its `sensitivity`; nothing is learnt from one that is sensitive. `purpose` says what it is kept
    for, and `basis` what lets us. What is `contact` data is sealed in the database where there are field keys, and
    people are found by the whole of it only. `trust` says whose word counts for it, where that is not as of all others.
    """

    name: str
    type: AttributeType
    one_of: tuple[Any, ...] = ()
    label: str = ""
    sensitivity: Sensitivity = Sensitivity.PERSONAL
    purpose: str = ""
    basis: LawfulBasis | None = None
    contact: bool = False
    trust: Trust | None = None
    words: tuple[tuple[Any, str], ...] = ()

    @property
    def sensitive(self) -> bool:
        return self.sensitivity is Sensitivity.SENSITIVE

    def in_words(self, value: Any) -> Any:
        """As people are told it: in the words that were declared for it, else as it is."""
        return next((said for one, said in self.words if type(one) is type(value) and one == value), value)

    def takes(self, value: Any) -> bool:
        """Whether the value is one that was declared; nothing at all (None) always is."""
        if value is None:
            return True
        if self.one_of and not any(type(one) is type(value) and one == value for one in self.one_of):
            return False
        match self.type:
            case AttributeType.TEXT:
                return isinstance(value, str)
            case AttributeType.NUMBER:
                return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < inf
            case AttributeType.YES_NO:
                return isinstance(value, bool)
            case AttributeType.DATE:
                return isinstance(value, str) and written_day(value) is not None
            case AttributeType.LIST:
                return isinstance(value, list | tuple)


@dataclass(frozen=True, slots=True)
class ProfileSchema:
    """The attributes that people have, by name: what expressions over `profile` are checked against."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    trust: Trust = USUAL_TRUST

    def trust_in(self, name: str) -> Trust:
        """Whose word counts for this attribute."""
        attribute = self.attributes.get(name)
        return self.trust if attribute is None or attribute.trust is None else attribute.trust

    @property
    def contact(self) -> frozenset[str]:
        """The names of attributes that are contact data: those declared so, and of the others those known for it."""
        declared = {name for name, attribute in self.attributes.items() if attribute.contact}
        return frozenset(declared | (CONTACT - self.attributes.keys()))

    def shown_to(self, role: Role, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a person as this role sees them. A value that it may not see is masked, so that it only shows
        that there is one; an attribute that nobody declared is personal."""
        return {name: value if value is None or self._sees(role, name) else MASKED for name, value in values.items()}

    def hidden_from(self, role: Role) -> frozenset[str]:
        """The attributes that were declared and that this role may not see."""
        return frozenset(name for name in self.attributes if not self._sees(role, name))

    def _sees(self, role: Role, name: str) -> bool:
        declared = self.attributes.get(name)
        return (declared.sensitivity if declared is not None else Sensitivity.PERSONAL) in SEES[role]


@dataclass(frozen=True, slots=True)
class Segment:
    """The people for whom `condition` is true. The same condition is the same `version`.

    `scorecards` are what the condition's `lead.likelihood` and `lead.churn_risk` go by, where it looks at them,
    `grades` what its `lead.grade` does.
    """

    id: str
    condition: str
    label: str = ""
    scorecards: tuple[Scorecard, ...] = ()
    grades: Grades = USUAL_GRADES

    @property
    def version(self) -> str:
        by = "".join(f"\n{one.version}" for one in self.scorecards)
        if self.grades != USUAL_GRADES:
            by += f"\n{self.grades}"
        return hashlib.sha256(f"{self.condition}{by}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Working:
    """How far a segment, or the points of a score rule, have been worked out: everybody up to `after`, by this
    version."""

    name: str
    version: str
    begun_at: datetime
    after: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """Somebody came into a segment (`entered`) or left it, and journeys are still to be told."""

    position: int
    segment: str
    profile_id: ProfileId
    entered: bool


def written_day(text: str) -> date | None:
    """The day that the text begins with, as it is written (2026-11-24, 2026-11-24T09:00Z); None where there is none."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None
