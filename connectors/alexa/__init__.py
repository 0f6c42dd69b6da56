"""A custom skill for Amazon's Alexa."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.x509.verification import Store

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.alexa.channel import AlexaChannel
from connectors.alexa.sandbox import AlexaSandbox
from connectors.alexa.sandbox_certificates import sandbox_root
from connectors.alexa.verification import public_roots

__all__ = ["CHANNELS", "SETTINGS", "AlexaChannel", "build", "build_sandbox", "sandbox_values"]

CHANNELS: tuple[str, ...] = ("alexa",)
SETTINGS: tuple[str, ...] = ("ALEXA_SKILL_ID",)


def build(settings: ConnectorSettings) -> AlexaChannel:
    """Raises SettingsError without the skill's id: it is what tells our skill from all others."""
    in_sandbox = settings.sandbox_url is not None
    return AlexaChannel(
        _skill_id(settings),
        feed=settings.feed,
        roots=Store([sandbox_root(settings.require("OVERTURE_SECRET"))]) if in_sandbox else public_roots(),
        stand_in=settings.sandbox_url or "",
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """The id of a made-up skill."""
    derived = hmac.new(secret.encode(), b"alexa sandbox skill", hashlib.sha256).hexdigest()
    parts = [derived[:8], derived[8:12], derived[12:16], derived[16:20], derived[20:32]]
    return {"ALEXA_SKILL_ID": f"amzn1.ask.skill.{'-'.join(parts)}"}


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return AlexaSandbox(
        _skill_id(settings),
        settings.require("OVERTURE_SECRET"),
        service_url=settings.service_url,
        feed=settings.feed,
        model=settings.voice_model,
    )


def _skill_id(settings: ConnectorSettings) -> str:
    skill_id = settings.get("ALEXA_SKILL_ID")
    if not skill_id.startswith("amzn1."):
        raise SettingsError(
            "ALEXA_SKILL_ID is not set, or is none: it looks like amzn1.ask.skill.c966b8cb-... "
            "The developer console shows it under the skill's name."
        )
    return skill_id
