"""Marketo Engage as the CRM: leads, and hand-offs as custom activities of them."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from bot.domain.call_budget import CallBudget
from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.crm_webhooks import webhook_secret
from connectors.marketo.crm import MarketoCrm
from connectors.marketo.sandbox import MarketoSandbox
from connectors.vendor_api import VendorApi, checked_url, ids_of

__all__ = ["BUDGET", "CRMS", "FIELDS", "SETTINGS", "build", "build_sandbox", "sandbox_values"]

CRMS: tuple[str, ...] = ("marketo",)
FIELDS = Path(__file__).with_name("fields.yml")
BUDGET = CallBudget(per_second=5, per_day=50_000)
"""Calls of every subscription."""
SETTINGS: tuple[str, ...] = (
    "MARKETO_URL",
    "MARKETO_CLIENT_ID",
    "MARKETO_CLIENT_SECRET",
    "MARKETO_NOTE_ACTIVITY",
    "MARKETO_LISTS",
    "MARKETO_IMPORT_LIST",
    "MARKETO_WEBHOOK_SECRET",
)


def build(settings: ConnectorSettings) -> MarketoCrm:
    """Raises SettingsError where a setting is missing or unusable."""
    url = settings.sandbox_url or checked_url("MARKETO_URL", settings.require("MARKETO_URL"))
    return MarketoCrm(
        api=VendorApi("Marketo", url, settings),
        client_id=settings.require("MARKETO_CLIENT_ID"),
        client_secret=settings.require("MARKETO_CLIENT_SECRET"),
        note_activity=_number(settings, "MARKETO_NOTE_ACTIVITY", "the custom activity type"),
        lists=ids_of(settings, "MARKETO_LISTS", "static lists"),
        clock=settings.clock,
        webhook_secret=webhook_secret(settings, "MARKETO_WEBHOOK_SECRET"),
        import_list=(
            _number(settings, "MARKETO_IMPORT_LIST", "a static list") if settings.get("MARKETO_IMPORT_LIST") else None
        ),
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    word = hmac.new(secret.encode(), b"marketo sandbox", hashlib.sha256).hexdigest()
    return {
        "MARKETO_URL": "https://123-abc-456.mktorest.com",
        "MARKETO_CLIENT_ID": word[:20],
        "MARKETO_CLIENT_SECRET": word[20:52],
        "MARKETO_NOTE_ACTIVITY": "100001",
        "MARKETO_IMPORT_LIST": "1001",
        "MARKETO_WEBHOOK_SECRET": word[32:],
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return MarketoSandbox(
        client_id=settings.require("MARKETO_CLIENT_ID"),
        client_secret=settings.require("MARKETO_CLIENT_SECRET"),
        note_activity=_number(settings, "MARKETO_NOTE_ACTIVITY", "the custom activity type"),
        feed=settings.feed,
        webhook_secret=settings.require("MARKETO_WEBHOOK_SECRET"),
        webhook_url=f"{settings.service_url}/crms/marketo",
    )


def _number(settings: ConnectorSettings, name: str, what: str) -> int:
    given = settings.require(name)
    if not given.isascii() or not given.isdecimal() or len(given) > 9:
        raise SettingsError(f'{name} is "{given}": it should be the id of {what}, such as 100001.')
    return int(given)
