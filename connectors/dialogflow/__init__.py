"""Webhooks for agents of Google's Dialogflow, ES and CX."""

from __future__ import annotations

import re

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.dialogflow.access import Access, Credentials
from connectors.dialogflow.channel import DialogflowChannel
from connectors.dialogflow.sandbox import KEYS_PATH, DialogflowSandbox, sandbox_credentials

__all__ = ["CHANNELS", "SETTINGS", "DialogflowChannel", "build", "build_sandbox", "sandbox_values"]

CHANNELS: tuple[str, ...] = ("dialogflow",)
SETTINGS: tuple[str, ...] = ("DIALOGFLOW_BASIC", "DIALOGFLOW_SECRET", "DIALOGFLOW_SERVICE_AGENT", "DIALOGFLOW_SLOTS")
SHORTEST_SECRET = 16
OPTIONS: tuple[str, ...] = ("DIALOGFLOW_SLOTS",)
"""Those that the sandbox heeds, too."""

SAMPLE_SLOTS = "team_size,timeline"
"""Of the sample assistant; in the sandbox they are the agent's parameters unless others are named."""

MOST_SLOTS = 50
SLOT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")


def build(settings: ConnectorSettings) -> DialogflowChannel:
    """Raises SettingsError where nothing would tell our agent from anybody else."""
    credentials = _credentials(settings)
    stand_in = settings.sandbox_url
    access = Access(credentials, f"{stand_in}{KEYS_PATH}") if stand_in is not None else Access(credentials)
    return DialogflowChannel(
        access=access, feed=settings.feed, slots=_slots(settings), trust_proxy_settings=stand_in is None
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    made_up = sandbox_credentials(secret)
    return {
        "DIALOGFLOW_SECRET": made_up.secret,
        "DIALOGFLOW_BASIC": made_up.basic,
        "DIALOGFLOW_SERVICE_AGENT": made_up.service_agent,
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return DialogflowSandbox(_credentials(settings), service_url=settings.service_url, feed=settings.feed)


def _credentials(settings: ConnectorSettings) -> Credentials:
    credentials = Credentials(
        secret=settings.get("DIALOGFLOW_SECRET"),
        basic=settings.get("DIALOGFLOW_BASIC"),
        service_agent=settings.get("DIALOGFLOW_SERVICE_AGENT"),
    )
    if not credentials.secret and not credentials.basic and not credentials.service_agent:
        raise SettingsError(
            "none of DIALOGFLOW_SECRET, DIALOGFLOW_BASIC and DIALOGFLOW_SERVICE_AGENT is set, and Dialogflow signs "
            "nothing by itself. Set one, and the same in the webhook of your agent (connectors/dialogflow/README.md)."
        )
    if credentials.secret and len(credentials.secret) < SHORTEST_SECRET:
        raise SettingsError(f"DIALOGFLOW_SECRET has fewer than {SHORTEST_SECRET} characters: it could be guessed.")
    user, _, password = credentials.basic.partition(":")
    if credentials.basic and (not user or len(password) < SHORTEST_SECRET):
        raise SettingsError(
            f"DIALOGFLOW_BASIC should be user:password, with a password of {SHORTEST_SECRET} characters or more."
        )
    if credentials.service_agent and "@" not in credentials.service_agent:
        raise SettingsError(
            "DIALOGFLOW_SERVICE_AGENT is no address, such as "
            "service-123456789012@gcp-sa-dialogflow.iam.gserviceaccount.com."
        )
    return credentials


def _slots(settings: ConnectorSettings) -> list[str]:
    given = settings.get("DIALOGFLOW_SLOTS", SAMPLE_SLOTS if settings.sandbox_url is not None else "")
    names = [name.strip() for name in given.split(",") if name.strip()]
    wrong = [name for name in names if not SLOT.fullmatch(name) or name == "overture"]
    if wrong or len(names) > MOST_SLOTS:
        raise SettingsError(
            f'DIALOGFLOW_SLOTS should be at most {MOST_SLOTS} names of slots, such as "team_size,timeline"'
            + (f'; "{wrong[0]}" is none.' if wrong else ".")
        )
    return names
