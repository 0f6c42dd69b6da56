"""Telephone calls through Twilio's Programmable Voice."""

from __future__ import annotations

import hashlib
import hmac

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.twilio_voice.account import API_URL, CHANNEL, E164, VoiceAccount
from connectors.twilio_voice.calls import CallsApi
from connectors.twilio_voice.channel import TwilioVoiceChannel
from connectors.twilio_voice.sandbox import VoiceSandbox

__all__ = ["CHANNELS", "SETTINGS", "TwilioVoiceChannel", "build", "build_sandbox", "sandbox_values"]

CHANNELS: tuple[str, ...] = (CHANNEL,)
SETTINGS: tuple[str, ...] = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "TWILIO_SECONDARY_AUTH_TOKEN",
    "TWILIO_VOICE",
    "TWILIO_VOICE_DESK_NAME",
    "TWILIO_VOICE_DESK_NUMBER",
    "TWILIO_VOICE_FROM",
    "TWILIO_VOICE_LANGUAGE",
    "TWILIO_VOICE_LINKS",
    "TWILIO_VOICE_MACHINE",
    "TWILIO_VOICE_SPEECH",
)
OPTIONS: tuple[str, ...] = (
    "TWILIO_VOICE",
    "TWILIO_VOICE_DESK_NAME",
    "TWILIO_VOICE_LANGUAGE",
    "TWILIO_VOICE_LINKS",
    "TWILIO_VOICE_MACHINE",
    "TWILIO_VOICE_SPEECH",
)
"""Those that the sandbox heeds, too."""


def build(settings: ConnectorSettings) -> TwilioVoiceChannel:
    """Raises SettingsError where a setting is missing or unusable."""
    account = _account(settings)
    return TwilioVoiceChannel(
        account,
        CallsApi(account, settings.sandbox_url or API_URL),
        service_url=settings.service_url,
        feed=settings.feed,
        clock=settings.clock,
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials. The numbers are some of those that Ofcom keeps for drama."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + _derive(secret, "account sid"),
        "TWILIO_AUTH_TOKEN": _derive(secret, "auth token"),
        "TWILIO_VOICE_FROM": "+447700900101",
        "TWILIO_VOICE_DESK_NUMBER": "+447700900102",
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return VoiceSandbox(_account(settings), settings.service_url, settings.feed, settings.clock)


def _account(settings: ConnectorSettings) -> VoiceAccount:
    links = settings.get("TWILIO_VOICE_LINKS", "text")
    if links not in ("text", "unsaid"):
        raise SettingsError(
            f'TWILIO_VOICE_LINKS is "{links}". It should be text (callers may have a link by text message) or unsaid.'
        )
    machine = settings.get("TWILIO_VOICE_MACHINE", "message")
    if machine not in ("message", "hang_up"):
        raise SettingsError(
            f'TWILIO_VOICE_MACHINE is "{machine}". It should be message (an answering machine gets what we called for, '
            "once) or hang_up."
        )
    speech = settings.get("TWILIO_VOICE_SPEECH", "gather")
    if speech not in ("gather", "relay"):
        raise SettingsError(
            f'TWILIO_VOICE_SPEECH is "{speech}". It should be gather (a webhook for each turn) or relay '
            "(ConversationRelay: speech is streamed over a WebSocket, and callers may interrupt)."
        )
    return VoiceAccount(
        sid=settings.require("TWILIO_ACCOUNT_SID"),
        auth_token=settings.require("TWILIO_AUTH_TOKEN"),
        secondary_auth_token=settings.get("TWILIO_SECONDARY_AUTH_TOKEN"),
        sender=_number(settings, "TWILIO_VOICE_FROM") or _number(settings, "TWILIO_FROM"),
        desk_number=_number(settings, "TWILIO_VOICE_DESK_NUMBER"),
        desk_name=settings.get("TWILIO_VOICE_DESK_NAME", "A colleague"),
        language=settings.get("TWILIO_VOICE_LANGUAGE", "en-GB"),
        voice=settings.get("TWILIO_VOICE", "Polly.Amy-Neural"),
        offers_links=links == "text",
        leaves_messages=machine == "message",
        relays=speech == "relay",
        vocabulary=settings.vocabulary,
    )


def _number(settings: ConnectorSettings, name: str) -> str:
    number = settings.get(name)
    if number and not E164.fullmatch(number) and name != "TWILIO_FROM":
        raise SettingsError(f"{name} is no telephone number with its country code, such as +447700900101.")
    return number if E164.fullmatch(number) else ""


def _derive(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"twilio voice sandbox {what}".encode(), hashlib.sha256).hexdigest()[:32]
