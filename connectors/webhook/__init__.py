"""Any CRM that takes signed webhooks: our own small protocol, for those that have no connector."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from bot.domain.call_budget import CallBudget
from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.vendor_api import VendorApi, checked_url
from connectors.webhook.crm import WebhookCrm
from connectors.webhook.sandbox import WebhookSandbox

__all__ = ["BUDGET", "CRMS", "FIELDS", "SETTINGS", "build", "build_sandbox", "sandbox_values"]

CRMS: tuple[str, ...] = ("webhook",)
FIELDS = Path(__file__).with_name("fields.yml")
BUDGET = CallBudget(per_second=20)
"""Calls of no vendor: so that a backlog does not run your program over."""
SETTINGS: tuple[str, ...] = ("CRM_WEBHOOK_URL", "CRM_WEBHOOK_SECRET")
SHORTEST_SECRET = 16


def build(settings: ConnectorSettings) -> WebhookCrm:
    """Raises SettingsError where a setting is missing or unusable."""
    stand_in = f"{settings.sandbox_url}/records" if settings.sandbox_url else ""
    url = stand_in or checked_url("CRM_WEBHOOK_URL", settings.require("CRM_WEBHOOK_URL"))
    return WebhookCrm(
        api=VendorApi("the CRM's webhook", url, settings),
        secret=_secret(settings),
        clock=settings.clock,
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """A made-up secret."""
    word = hmac.new(secret.encode(), b"webhook crm sandbox", hashlib.sha256).hexdigest()[:32]
    return {"CRM_WEBHOOK_URL": "http://localhost", "CRM_WEBHOOK_SECRET": word}


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return WebhookSandbox(_secret(settings), settings.feed, f"{settings.service_url}/crms/webhook")


def _secret(settings: ConnectorSettings) -> str:
    secret = settings.require("CRM_WEBHOOK_SECRET")
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"CRM_WEBHOOK_SECRET should have {SHORTEST_SECRET} characters or more.")
    return secret
