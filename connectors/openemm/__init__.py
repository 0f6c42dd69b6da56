"""OpenEMM as the CRM: recipients, with notes in a profile field, and opt-outs in their mailing lists."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from bot.domain.call_budget import CallBudget
from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.openemm.crm import OpenEmmCrm
from connectors.openemm.recipients import Recipients
from connectors.openemm.rest import RestRecipients
from connectors.openemm.sandbox import OpenEmmSandbox
from connectors.openemm.soap import SoapRecipients
from connectors.vendor_api import VendorApi, checked_url, ids_of

__all__ = ["BUDGET", "CRMS", "FIELDS", "SETTINGS", "build", "build_sandbox", "sandbox_values"]

CRMS: tuple[str, ...] = ("openemm",)
FIELDS = Path(__file__).with_name("fields.yml")
BUDGET = CallBudget(per_second=5)
"""Calls; OpenEMM itself is told its limits user by user."""
SETTINGS: tuple[str, ...] = (
    "OPENEMM_URL",
    "OPENEMM_USER",
    "OPENEMM_PASSWORD",
    "OPENEMM_MAILINGLISTS",
    "OPENEMM_API",
)
PATHS = {"soap": "/webservices", "rest": "/rest/v2"}
"""Of each of its two APIs, where its stand-in has it."""


def build(settings: ConnectorSettings) -> OpenEmmCrm:
    """Raises SettingsError where a setting is missing or unusable."""
    kind = settings.get("OPENEMM_API") or "soap"
    if kind not in PATHS:
        raise SettingsError(f'OPENEMM_API is "{kind}": it should be one of {", ".join(PATHS)}.')
    stand_in = f"{settings.sandbox_url}{PATHS[kind]}" if settings.sandbox_url else ""
    url = stand_in or checked_url("OPENEMM_URL", settings.require("OPENEMM_URL"))
    user, password = settings.require("OPENEMM_USER"), settings.require("OPENEMM_PASSWORD")
    of_kind = RestRecipients if kind == "rest" else SoapRecipients
    recipients: Recipients = of_kind(
        VendorApi("OpenEMM", url, settings), user=user, password=password, clock=settings.clock
    )
    return OpenEmmCrm(recipients, ids_of(settings, "OPENEMM_MAILINGLISTS", "mailing lists"))


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    word = hmac.new(secret.encode(), b"openemm sandbox", hashlib.sha256).hexdigest()
    return {
        "OPENEMM_URL": "https://openemm.example.com/webservices",
        "OPENEMM_USER": "overture",
        "OPENEMM_PASSWORD": word[:32],
        "OPENEMM_MAILINGLISTS": "1",
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return OpenEmmSandbox(
        user=settings.require("OPENEMM_USER"), password=settings.require("OPENEMM_PASSWORD"), feed=settings.feed
    )
