"""Which fact about a lead goes into which contact property of HubSpot's. The README shows this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.handoff import Lead

OWN_PROPERTIES = {
    "company": "company",
    "job_title": "jobtitle",
    "website": "website",
    "country": "country",
    "city": "city",
    "team_size": "overture_team_size",
    "timeline": "overture_timeline",
    "meeting_time": "overture_meeting_time",
}
"""Attributes of the profile, and the property that takes each. What is not here stays with us."""

LONGEST_VALUE = 65_536
"""HubSpot's limit for a text property, in characters."""


def contact_properties(lead: Lead) -> Mapping[str, str]:
    """The contact's properties. What we do not know is left out, so that nothing over there is blanked."""
    first, _, last = (lead.name or "").strip().partition(" ")
    known: dict[str, Any] = {
        "email": (lead.email or "").strip().lower(),
        "firstname": first,
        "lastname": last.strip(),
        "phone": lead.phone,
        "overture_lead": lead.key,
        "overture_score": lead.score,
        "overture_grade": lead.grade,
        "overture_score_reasons": "\n".join(lead.reasons),
    }
    known |= {theirs: lead.properties.get(ours) for ours, theirs in OWN_PROPERTIES.items()}
    known |= lead.record
    written = {name: _written(value) for name, value in known.items()}
    return {name: value for name, value in written.items() if value}


def _written(value: Any) -> str:
    """HubSpot takes every value as text: 50.0 as 50, a yes as true."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:LONGEST_VALUE]
