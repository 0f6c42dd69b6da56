"""HubSpot as the CRM: leads become contacts, hand-offs become notes on them."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

from bot.domain.call_budget import CallBudget
from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.crm_webhooks import webhook_secret
from connectors.hubspot.crm import API_URL, HubSpotCrm
from connectors.hubspot.sandbox import HubSpotSandbox
from connectors.hubspot.webhooks import subscriptions_of
from connectors.vendor_api import VendorApi

__all__ = ["BUDGET", "CRMS", "FIELDS", "OPTIONS", "SETTINGS", "build", "build_sandbox", "sandbox_values"]

CRMS: tuple[str, ...] = ("hubspot",)
FIELDS = Path(__file__).with_name("fields.yml")
BUDGET = CallBudget(per_second=10, per_day=250_000)
"""Calls of the smallest plan."""
SETTINGS: tuple[str, ...] = ("HUBSPOT_TOKEN", "HUBSPOT_API_VERSION", "HUBSPOT_CLIENT_SECRET", "HUBSPOT_SUBSCRIPTIONS")
OPTIONS: tuple[str, ...] = ("HUBSPOT_SUBSCRIPTIONS",)
DEFAULT_VERSION = "2026-09"
VERSION = re.compile(r"20[0-9]{2}-(03|09)")


def build(settings: ConnectorSettings) -> HubSpotCrm:
    """Raises SettingsError where a setting is missing or no version of HubSpot's."""
    return HubSpotCrm(
        token=settings.require("HUBSPOT_TOKEN"),
        version=_version(settings),
        api=VendorApi("HubSpot", settings.sandbox_url or API_URL, settings),
        clock=settings.clock,
        webhook_secret=webhook_secret(settings, "HUBSPOT_CLIENT_SECRET"),
        subscriptions=subscriptions_of(settings),
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    token = hmac.new(secret.encode(), b"hubspot sandbox token", hashlib.sha256).hexdigest()[:32]
    return {"HUBSPOT_TOKEN": f"pat-sandbox-{token}", "HUBSPOT_CLIENT_SECRET": token[::-1]}


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return HubSpotSandbox(
        token=settings.require("HUBSPOT_TOKEN"),
        version=_version(settings),
        feed=settings.feed,
        clock=settings.clock,
        webhook_secret=settings.require("HUBSPOT_CLIENT_SECRET"),
        webhook_url=f"{settings.service_url}/crms/hubspot",
    )


def _version(settings: ConnectorSettings) -> str:
    version = settings.get("HUBSPOT_API_VERSION", DEFAULT_VERSION)
    if not VERSION.fullmatch(version):
        raise SettingsError(
            f'HUBSPOT_API_VERSION is "{version}". HubSpot names its versions by year and month, such as '
            f"{DEFAULT_VERSION}; v1 to v4 are being withdrawn."
        )
    return version
