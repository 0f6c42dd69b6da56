"""Salesforce as the CRM: leads, and hand-offs as completed tasks on them."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

from bot.domain.call_budget import CallBudget
from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.crm_webhooks import webhook_secret
from connectors.salesforce.crm import SalesforceCrm
from connectors.salesforce.log_in import LogIn, by_client_credentials, by_jwt
from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.vendor_api import VendorApi, checked_url

__all__ = ["BUDGET", "CRMS", "FIELDS", "SETTINGS", "build", "build_sandbox", "sandbox_values"]

CRMS: tuple[str, ...] = ("salesforce",)
FIELDS = Path(__file__).with_name("fields.yml")
BUDGET = CallBudget(per_second=10, per_day=15_000)
"""Calls of the smallest edition."""
SETTINGS: tuple[str, ...] = (
    "SALESFORCE_URL",
    "SALESFORCE_CLIENT_ID",
    "SALESFORCE_CLIENT_SECRET",
    "SALESFORCE_USER",
    "SALESFORCE_JWT_KEY",
    "SALESFORCE_JWT_AUDIENCE",
    "SALESFORCE_API_VERSION",
    "SALESFORCE_WEBHOOK_SECRET",
)
DEFAULT_VERSION = "68.0"
AUDIENCE = "https://login.salesforce.com"
"""Whom the JWT is for; a sandbox of Salesforce's wants https://test.salesforce.com."""

VERSION = re.compile(r"[1-9][0-9]{1,2}\.0")


def build(settings: ConnectorSettings) -> SalesforceCrm:
    """Raises SettingsError where a setting is missing or unusable."""
    url = settings.sandbox_url or checked_url("SALESFORCE_URL", settings.require("SALESFORCE_URL"))
    return SalesforceCrm(
        api=VendorApi("Salesforce", url, settings),
        log_in=_log_in(settings),
        version=_version(settings),
        clock=settings.clock,
        webhook_secret=webhook_secret(settings, "SALESFORCE_WEBHOOK_SECRET"),
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    word = hmac.new(secret.encode(), b"salesforce sandbox", hashlib.sha256).hexdigest()
    return {
        "SALESFORCE_URL": "https://sandbox.my.salesforce.com",
        "SALESFORCE_CLIENT_ID": f"3MVG9{word[:20]}",
        "SALESFORCE_CLIENT_SECRET": word[20:52],
        "SALESFORCE_WEBHOOK_SECRET": word[32:],
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return SalesforceSandbox(
        client_id=settings.require("SALESFORCE_CLIENT_ID"),
        client_secret=settings.require("SALESFORCE_CLIENT_SECRET"),
        version=_version(settings),
        feed=settings.feed,
        webhook_secret=settings.require("SALESFORCE_WEBHOOK_SECRET"),
        webhook_url=f"{settings.service_url}/crms/salesforce",
    )


def _log_in(settings: ConnectorSettings) -> LogIn:
    """By JWT where there is a key for it, else by client credentials."""
    client_id, key = settings.require("SALESFORCE_CLIENT_ID"), settings.get("SALESFORCE_JWT_KEY")
    if not key:
        return by_client_credentials(client_id, settings.require("SALESFORCE_CLIENT_SECRET"))
    if settings.get("SALESFORCE_CLIENT_SECRET"):
        raise SettingsError("SALESFORCE_CLIENT_SECRET and SALESFORCE_JWT_KEY are both set: unset one of them.")
    audience = settings.get("SALESFORCE_JWT_AUDIENCE", AUDIENCE)
    return by_jwt(client_id, settings.require("SALESFORCE_USER"), _pem(key), audience, settings.clock)


def _pem(key: str) -> str:
    """The key itself, with \\n for its line ends where it stands in one line, or the file that the setting names."""
    if key.startswith("-----"):
        return key.replace("\\n", "\n")
    try:
        return Path(key).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise SettingsError(f"SALESFORCE_JWT_KEY names a file that cannot be read: {type(error).__name__}.") from None


def _version(settings: ConnectorSettings) -> str:
    version = settings.get("SALESFORCE_API_VERSION", DEFAULT_VERSION)
    if not VERSION.fullmatch(version):
        raise SettingsError(f'SALESFORCE_API_VERSION is "{version}": it should be such as {DEFAULT_VERSION}.')
    return version
