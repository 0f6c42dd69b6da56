"""The settings of the service: the environment (`OVERTURE_...`), then `.env`, then the defaults below."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.access import Role
from bot.domain.call_budget import read_budgets
from bot.domain.errors import SettingsError
from bot.domain.language_model import ModelTerms
from bot.domain.publishing import Publishing
from bot.setting_values import read_endpoints, read_model_request, read_model_uses, read_roles

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SECRETS: Final = frozenset(
    {
        "MODEL_KEY",
        "MODEL_URL",
        "API_TOKEN",
        "API_JWT_SECRET",
        "OIDC_CLIENT_SECRET",
        "RASA_TOKEN",
        "DATABASE",
        "FIELD_KEYS",
        "REDIS",
        "ENDPOINTS",
    }
)
"""Settings whose value no message repeats: it is a secret, or may have one in it."""

READ_BY: Final[Mapping[str, Callable[[str], object]]] = {
    "crm_budgets": read_budgets,
    "endpoints": read_endpoints,
    "model_request": read_model_request,
    "model_uses": read_model_uses,
    "oidc_roles": read_roles,
}
"""What raises ValueError where a setting cannot be read, with a sentence that repeats no secret."""


class Settings(BaseSettings):
    """Each field is `OVERTURE_<NAME>` in the environment. A connector's own settings have the vendor's names."""

    model_config = SettingsConfigDict(
        env_prefix="OVERTURE_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    """Where vendors reach the service from outside, such as https://chat.example.com. Webhooks are signed over it."""

    proxies: int = Field(default=0, ge=0, le=9)
    """How many proxies of yours stand before us: each adds the caller's address to X-Forwarded-For."""

    streams_of_an_address: int = Field(default=1000, ge=1, le=1_000_000)
    """How many event streams (open chats) one address may follow at once in a process; further ones get a 429."""

    environment: Literal["development", "production"] = "development"
    allow_sandbox: bool = False
    """Let production start although a connector has no credentials and runs in its sandbox."""

    database: str = ""
    """An SQLAlchemy URL: sqlite+aiosqlite:///file.db or postgresql+asyncpg://user:word@host/name."""

    field_keys: SecretStr = SecretStr("")
    """What contact data and people's words are sealed with in the database, as overture field-keys new writes it:
    an id, a colon and 32 bytes in base64, separated by commas. The first seals, all open. Empty: nothing is sealed."""

    field_keys_file: Path | None = None
    """A file that has those keys, one a line, in place of the setting above."""

    redis: str = ""
    """redis://host:6379/0 where several processes serve one database; empty keeps wake-ups and locks in memory."""

    stop_within: float = Field(default=25.0, ge=1, le=600)
    """Seconds from SIGTERM until a process ends as it is, should it not have ended by itself. Less than it is given
    before it is killed: by Kubernetes 30, by Docker 10 unless told otherwise."""

    data: Path = Path(".overture")
    """Where the trained model, the default database and the installation's secret are kept."""

    assistant: Path = Path("nlu_data")
    journeys: Path = Path("journeys")

    publishing: Publishing = "at_once"
    """Whether an edited journey holds at once for those who enter, or when `overture journeys publish` says so."""

    connectors: str = "webchat,twilio_messaging,twilio_voice,slack,hubspot,rest"
    desk: str = "slack:#sales"
    """Who gets hand-offs: a channel and an address on it; further desks with a name: support=slack:#support."""

    desk_hours: str = ""
    """When somebody is at a desk: days, hours and a time zone, such as mon-fri 09:00-17:30 Europe/London; see
    connectors/slack/README.md. Empty: always."""

    desk_answers_within: float = Field(default=5, ge=0, le=1440)
    """Minutes that somebody who asked for a person waits before the chat asks how to reach them; 0: it never does."""

    actions: str = "actions"
    """The package of custom actions to run in process, or the URL of an action server: http://host:5055/webhook."""

    engine: Literal["overture", "rasa"] = "overture"
    """What holds the dialogue: our own engine, or the Rasa server at OVERTURE_RASA_URL."""

    rasa_url: str = ""
    """http://host:5005, where a Rasa 3 server runs with its HTTP API enabled."""

    rasa_token: str = ""
    """The token of that server (`rasa run --auth-token`), where it has one."""

    controller: str = ""
    """Who is responsible for what is kept of people, with an address, and whom to ask about it: for the register of
    processing (GDPR article 30)."""

    api_token: str = ""
    """Opens our HTTP API, which is Rasa's, to callers that give it as `?token=`."""

    api_jwt_secret: str = ""
    """Opens our HTTP API to callers with a JWT that is signed with it (HS256)."""

    login: Literal["auto", "always"] = "auto"
    """Whether a developer's own machine is open without a login (auto), or only by login, key or token (always)."""

    oidc_issuer: str = ""
    """Your identity provider, by the address below which its /.well-known/openid-configuration is. Empty: none."""

    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    """What that provider calls us, and the secret that it gave us; see docs/access.md."""

    oidc_domains: str = ""
    """Of which e-mail domains people may log in through it: example.com, example.org. Empty: those with an account."""

    oidc_roles: str = ""
    """Which of its groups have which role: marketing=marketer, sales=rep. The first that somebody is in counts."""

    oidc_groups_claim: str = "groups"
    """In which claim of an ID token the provider lists groups."""

    edit_journeys: bool | None = None
    """Whether the page Journeys may change their files; unless set, in development and not in production."""

    endpoints: SecretStr = SecretStr("")
    """Other systems that journeys may tell something, as JSON: {"billing": {"url": "https://...", "secret": "..."}}."""

    crm_budgets: str = ""
    """Calls that the CRMs' plans allow a second and a day, where that is not what the connector says:
    hubspot=19/s 650000/d; webhook=none."""

    crm_reads: int = Field(default=1000, ge=1)
    """How many more records of a CRM than it writes a process may read in an hour, before it is stopped."""

    encoder: str = ""
    """A sentence-transformers model by name or path; empty is the one that is installed with Overture."""

    model_url: str = ""
    """Where a language model is served, up to its version: http://localhost:11434/v1. Empty: none is used."""

    model_name: str = ""
    """Which model of that server, by its name there."""

    model_key: SecretStr = SecretStr("")
    """The key of that server, where it wants one."""

    model_dialect: Literal["openai", "anthropic"] = "openai"
    """Its protocol: OpenAI's chat completions, which most servers speak, or Anthropic's messages."""

    model_uses: str = "commands,answers,rephrasing"
    """What it is used for; see docs/language-models.md."""

    model_seconds: float = Field(default=8.0, gt=0, le=120)
    """How long a customer may wait for it, all tries together; after that the conversation goes on without it."""

    model_calls: int = Field(default=20, ge=0)
    model_tokens: int = Field(default=30_000, ge=0)
    """How often it is asked in one conversation, and how many tokens that may cost, in a day (UTC)."""

    model_temperature: float | None = Field(default=None, ge=0, le=2)
    """0 makes a local model steadier; some hosted models refuse to be told, so it is not sent unless set."""

    model_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What OpenAI's dialect calls the longest answer; newer hosted models want the second name."""

    model_request: str = ""
    """More of each request, as JSON, which goes before what is sent otherwise: {"reasoning_effort": "none"}."""

    scanner: str = ""
    """What looks for viruses in files of customers: clamd:/run/clamav/clamd.ctl, clamd:host:3310, or a command that is
    given the file and ends as clamscan does (0 clean, 1 found). Empty: nothing does."""

    scanner_seconds: float = Field(default=20.0, gt=0, le=25)
    """How long it may take over one file; until it has answered, nobody gets the file."""

    region: str = "GB"
    """Where phone numbers without a country code are from (ISO 3166)."""

    log: Literal["text", "json"] = "text"

    traces: str = ""
    """An OpenTelemetry collector that traces are sent to: http://localhost:4318. Empty: nothing is traced."""

    traces_share: float = Field(default=1.0, ge=0, le=1)
    """Which share of the traces is kept; 0.01 is enough for a fleet under load."""

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
            raise ValueError("it should be an address such as https://chat.example.com")
        return url

    @field_validator("region")
    @classmethod
    def _check_region(cls, region: str) -> str:
        if (country := region.strip().upper()) not in SUPPORTED_REGIONS:
            raise ValueError("it should be the two letters of a country, such as GB (ISO 3166)")
        return country

    @field_validator("rasa_url")
    @classmethod
    def _check_rasa_url(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            raise ValueError("it should be an address such as http://localhost:5005")
        return url.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _check_oidc_issuer(cls, url: str) -> str:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if url and (not safe or not parts.netloc or parts.query or parts.fragment):
            raise ValueError("it should be an address such as https://id.example.com/realms/sales")
        return url.rstrip("/")

    @field_validator("model_url")
    @classmethod
    def _check_model_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.username):
            raise ValueError("it should be an address such as http://localhost:11434/v1, without a key in it")
        return url.rstrip("/")

    @field_validator("model_key")
    @classmethod
    def _check_model_key(cls, key: SecretStr) -> SecretStr:
        word = key.get_secret_value()
        if not word.isascii() or not word.isprintable() or word != word.strip():
            raise ValueError("it should be one line without spaces around it; was something copied with it?")
        return key

    @field_validator(*READ_BY)
    @classmethod
    def _check_that_it_can_be_read(cls, told: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        READ_BY[str(info.field_name)](told.get_secret_value() if isinstance(told, SecretStr) else told)
        return told

    @property
    def endpoints_by_name(self) -> Mapping[str, tuple[str, str]]:
        """Each endpoint's address, and the secret that its calls are signed with."""
        return read_endpoints(self.endpoints.get_secret_value())

    @property
    def oidc_roles_of_groups(self) -> Mapping[str, Role]:
        return read_roles(self.oidc_roles)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.data / 'overture.db'}"

    @property
    def journeys_folder(self) -> Path:
        """Where journeys are: as set; else where the assistant brings its own, as an imported one does."""
        own = self.assistant / "journeys"
        return own if "journeys" not in self.model_fields_set and own.is_dir() else self.journeys

    @property
    def may_edit_journeys(self) -> bool:
        return self.environment == "development" if self.edit_journeys is None else self.edit_journeys

    @property
    def is_private(self) -> bool:
        """Whether only a developer at this machine reaches us."""
        return (
            self.environment == "development" and self.host in LOOPBACK and not self.public_url and self.login == "auto"
        )

    @property
    def service_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def model_terms(self) -> ModelTerms:
        return ModelTerms(read_model_uses(self.model_uses), self.model_calls, self.model_tokens)

    @property
    def more_of_model_requests(self) -> dict[str, Any]:
        return read_model_request(self.model_request)

    @property
    def connector_names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.connectors.split(",") if name.strip())


def load_settings(**overrides: object) -> Settings:
    """Read the settings; raises SettingsError with one sentence for each that is wrong."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(fault) for fault in error.errors())) from error
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def misspelt_settings() -> list[str]:
    """A sentence for each OVERTURE_... name that is set, is none of ours, and is nearly one."""
    known = [f"OVERTURE_{name.upper()}" for name in Settings.model_fields]
    unknown = [name for name in connector_values() if name.startswith("OVERTURE_") and name.upper() not in known]
    near = {name: difflib.get_close_matches(name, known, n=1, cutoff=0.85) for name in unknown}
    return [f"{name} is no setting. Did you mean {found[0]}?" for name, found in sorted(near.items()) if found]


def connector_values() -> dict[str, str]:
    """What connectors read their own settings from: `.env`, then the environment over it."""
    try:
        from_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    return {**from_file, **os.environ}


def _sentence(fault: Any) -> str:
    name = "_".join(str(part) for part in fault["loc"]).upper()
    reason = str(fault["msg"]).removeprefix("Value error, ").replace("Input should be", "it should be")
    given = "not usable" if name in SECRETS else repr(str(fault["input"]))
    return f"OVERTURE_{name} is {given}: {reason}."


def _not_utf8() -> SettingsError:
    return SettingsError("the file .env is not UTF-8. Save it as UTF-8.")
