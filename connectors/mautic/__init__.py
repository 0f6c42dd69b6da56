"""Mautic as the CRM: contacts, notes on them, and its do-not-contact list."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from bot.domain.call_budget import CallBudget
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.crm_webhooks import webhook_secret
from connectors.mautic.crm import MauticCrm
from connectors.mautic.sandbox import MauticSandbox
from connectors.vendor_api import VendorApi, checked_url, ids_of

__all__ = ["BUDGET", "CRMS", "FIELDS", "SETTINGS", "build", "build_sandbox", "sandbox_values"]

CRMS: tuple[str, ...] = ("mautic",)
FIELDS = Path(__file__).with_name("fields.yml")
BUDGET = CallBudget(per_second=10)
"""Calls; Mautic itself has no limit unless it is told one."""
SETTINGS: tuple[str, ...] = (
    "MAUTIC_URL",
    "MAUTIC_CLIENT_ID",
    "MAUTIC_CLIENT_SECRET",
    "MAUTIC_SEGMENTS",
    "MAUTIC_WEBHOOK_SECRET",
)


def build(settings: ConnectorSettings) -> MauticCrm:
    """Raises SettingsError where a setting is missing or unusable."""
    url = settings.sandbox_url or checked_url("MAUTIC_URL", settings.require("MAUTIC_URL"))
    return MauticCrm(
        api=VendorApi("Mautic", url, settings),
        client_id=settings.require("MAUTIC_CLIENT_ID"),
        client_secret=settings.require("MAUTIC_CLIENT_SECRET"),
        segments=ids_of(settings, "MAUTIC_SEGMENTS", "segments"),
        clock=settings.clock,
        webhook_secret=webhook_secret(settings, "MAUTIC_WEBHOOK_SECRET"),
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    word = hmac.new(secret.encode(), b"mautic sandbox", hashlib.sha256).hexdigest()
    return {
        "MAUTIC_URL": "https://mautic.example.com",
        "MAUTIC_CLIENT_ID": f"1_{word[:20]}",
        "MAUTIC_CLIENT_SECRET": word[20:52],
        "MAUTIC_WEBHOOK_SECRET": word[32:],
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return MauticSandbox(
        client_id=settings.require("MAUTIC_CLIENT_ID"),
        client_secret=settings.require("MAUTIC_CLIENT_SECRET"),
        feed=settings.feed,
        webhook_secret=settings.require("MAUTIC_WEBHOOK_SECRET"),
        webhook_url=f"{settings.service_url}/crms/mautic",
    )
