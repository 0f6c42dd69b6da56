"""Where what Slack sends us comes from: which workspace, of which organisation, and whether that of a stranger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """The ids of a workspace and of the organisation (Enterprise Grid) that it is part of, each empty where Slack says
    none. With `organisation_wide` it is the organisation that has let us in."""

    team: str = ""
    enterprise: str = ""
    organisation_wide: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """By which we may have been let in there, the likelier first."""
        both = (self.enterprise, self.team) if self.organisation_wide else (self.team, self.enterprise)
        return tuple(filter(None, both))


def origin_of(payload: Json) -> Origin:
    """Of an event, an interaction or a command.

    Of an event, its authorization counts: in a channel that two companies share, its team may be the other one's.
    """
    match payload:
        case {"authorizations": [{} as authorization, *_]}:
            found = _origin(authorization)
            return found if found.ids else _origin(payload)
    return _origin(payload)


def _origin(told: Json) -> Origin:
    team = _text(told.get("team_id")) or _id(told.get("team")) or _text(_object(told.get("user")).get("team_id"))
    enterprise = _text(told.get("enterprise_id")) or _id(told.get("enterprise"))
    return Origin(team, enterprise, told.get("is_enterprise_install") in (True, "true"))


def is_from_outside(payload: Json, origin: Origin) -> bool:
    """Whether somebody of another company did it, in a channel that is shared with them (Slack Connect).

    An event says whose channel it is in, an interaction does not: there, only of a workspace that is part of no
    organisation is it clear that its members have no other.
    """
    if payload.get("is_ext_shared_channel") is True:
        return not _homes(payload.get("event")) & set(origin.ids)
    home = _text(_object(payload.get("user")).get("team_id"))
    return bool(home and origin.team and not origin.enterprise) and home != origin.team


def _homes(event: object) -> set[str]:
    """The ids of the workspace or organisation of whoever did it, in the event or in the message that it is about."""
    about = _object(event)
    messages = (about, _object(about.get("message")), _object(about.get("previous_message")))
    return {_text(one.get("user_team")) or _text(one.get("team")) for one in messages} - {""}


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _id(value: object) -> str:
    return _text(_object(value).get("id"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
