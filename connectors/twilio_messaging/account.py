"""A Twilio account, as its Console shows it, and the form fields that both directions share."""

from __future__ import annotations

from dataclasses import dataclass, field

API_URL = "https://api.twilio.com"
LONGEST_BODY = 1600
"""Characters in one message, however many segments it takes (Twilio's error 21617 beyond that)."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Who sends. `secondary_auth_token` is the other one while tokens are being rotated; empty otherwise."""

    sid: str
    auth_token: str = field(repr=False)
    secondary_auth_token: str = field(default="", repr=False)
    sender: str = ""
    messaging_service_sid: str = ""


class FormFields(dict[str, list[str]]):
    """A form's fields, each with all its values; `getall` is what Twilio's validator asks for them by."""

    def getall(self, name: str) -> list[str]:
        return self[name]

    def first(self, name: str) -> str:
        """The field's first value; empty where it is missing."""
        return self.get(name, [""])[0]


def form_fields(pairs: list[tuple[str, str]]) -> FormFields:
    fields = FormFields()
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields
