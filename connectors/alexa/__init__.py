"""A custom skill for Amazon's Alexa."""

from __future__ import annotations

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings
from connectors.alexa.channel import AlexaChannel
from connectors.alexa.verification import public_roots

__all__ = ["CHANNELS", "SETTINGS", "AlexaChannel", "build"]

CHANNELS: tuple[str, ...] = ("alexa",)
SETTINGS: tuple[str, ...] = ("ALEXA_SKILL_ID",)


def build(settings: ConnectorSettings) -> AlexaChannel:
    """Raises SettingsError without the skill's id: it is what tells our skill from all others."""
    skill_id = settings.get("ALEXA_SKILL_ID")
    if not skill_id.startswith("amzn1."):
        raise SettingsError(
            "ALEXA_SKILL_ID is not set, or is none: it looks like amzn1.ask.skill.c966b8cb-... "
            "The developer console shows it under the skill's name."
        )
    return AlexaChannel(skill_id, feed=settings.feed, roots=public_roots())
