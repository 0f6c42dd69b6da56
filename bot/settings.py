"""The settings of the service: the environment (`OVERTURE_...`), then `.env`, then the defaults below."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.access import Role
from bot.domain.call_budget import read_budgets
from bot.domain.errors import SettingsError
from bot.domain.language_model import ModelTerms
from bot.domain.publishing import Publishing
from bot.setting_values import read_addresses, read_endpoints, read_model_request, read_model_uses, read_roles

ENV_FILE: Final = ".env"
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
    "test_addresses": read_addresses,
}
"""What raises ValueError where a setting cannot be read, with a sentence that repeats no secret."""


def http_address(host: str, port: int) -> str:
    """As a browser writes it: an address of IPv6 stands in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Settings(BaseSettings):
    """Each field is `OVERTURE_<NAME>` in the environment, and its docstring is its line in `.env.example`.

    A connector's own settings have the vendor's names.
    """

    model_config = SettingsConfigDict(
        env_prefix="OVERTURE_",
        env_file=ENV_FILE,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    host: str = "127.0.0.1"
    """The address to listen on; 0.0.0.0 for all of this machine's."""

    port: int = Field(default=8080, ge=1, le=65535)
    """The port to listen on."""

    public_url: str = ""
    """Where vendors reach the service from outside, such as https://chat.example.com. They sign webhooks over it."""

    proxies: int = Field(default=0, ge=0, le=9)
    """How many of your own proxies stand in front: each adds the caller's address to X-Forwarded-For."""

    streams_of_an_address: int = Field(default=1000, ge=1, le=1_000_000)
    """How many event streams (open chats) one network address may follow at once in a process; more get a 429."""

    stop_within: float = Field(default=25.0, ge=1, le=600)
    """Seconds after SIGTERM at which a process that has not ended by itself is ended. Keep it below the time after
    which it would be killed: 30 in Kubernetes, 10 in Docker, unless you set another."""

    environment: Literal["development", "production"] = "development"
    """development, or production, which refuses to start while a connector runs in its sandbox."""

    allow_sandbox: bool = False
    """Let production start all the same while a connector has no credentials and runs in its sandbox."""

    log: Literal["text", "json"] = "text"
    """text, or json: one JSON object a line."""

    traces: str = ""
    """An OpenTelemetry collector to send traces to: http://localhost:4318. Empty: nothing is traced."""

    traces_share: float = Field(default=1.0, ge=0, le=1)
    """The share of traces to keep; 0.01 is enough for a fleet under load."""

    data: Path = Path(".overture")
    """The folder of the trained model, the default database, customers' files and the installation's secret."""

    database: str = ""
    """An SQLAlchemy URL: sqlite+aiosqlite:///file.db or postgresql+asyncpg://user:word@host/name.
    Empty: SQLite in the folder above."""

    redis: str = ""
    """redis://host:6379/0, where several processes share one database, or rediss:// for TLS. Empty: wake-ups and
    locks stay in memory."""

    field_keys: SecretStr = SecretStr("")
    """The keys that seal contact data and people's words in the database, as `overture field-keys new` writes them:
    an id, a colon and 32 bytes in base64, separated by commas. The first seals; all of them open. Empty: nothing is
    sealed."""

    field_keys_file: Path | None = None
    """A file with those keys, one a line, instead of the setting above."""

    controller: str = ""
    """Who is responsible for the personal data kept here, with an address and a contact: for the register of
    processing (GDPR, article 30)."""

    assistant: Path = Path("nlu_data")
    """The folder of what the assistant understands and says."""

    journeys: Path = Path("journeys")
    """The folder of journeys, segments, scores, desks and rules. Unless this is set, a folder `journeys` within the
    assistant's goes before it."""

    publishing: Publishing = "at_once"
    """at_once: an edit holds at once for those who enter. on_command: only after `overture journeys publish`."""

    edit_journeys: bool | None = None
    """Whether pages may change the files of journeys, segments, scores, responses, knowledge, attributes and desks.
    Unless set: in development, and not in production."""

    encoder: str = ""
    """A sentence-transformers model, by name or path. Empty: the one that is installed with Overture."""

    actions: str = "actions"
    """The package of custom actions to run in process beside Overture's own, also from the current folder or from
    beside the assistant's; or an action server's address: http://host:5055/webhook."""

    engine: Literal["overture", "rasa"] = "overture"
    """What holds the dialogue: overture, or rasa, which is the Rasa server at OVERTURE_RASA_URL."""

    rasa_url: str = ""
    """A Rasa 3 server with its HTTP API enabled: http://host:5005."""

    rasa_token: str = ""
    """The token of that server (`rasa run --auth-token`), if it has one."""

    scanner: str = ""
    """A virus scanner for customers' files: clamd:/run/clamav/clamd.ctl, clamd:host:3310, or a command that takes the
    file and exits as clamscan does (0 clean, 1 found). Empty: files are not scanned."""

    scanner_seconds: float = Field(default=20.0, gt=0, le=25)
    """How long it may take over one file; nobody gets the file before it has answered."""

    region: str = "GB"
    """The country of phone numbers without a country code (ISO 3166)."""

    connectors: str = "webchat,twilio_messaging,twilio_voice,slack,hubspot,rest"
    """The connectors to load, folders of connectors/. Their own settings are in their READMEs."""

    crm_budgets: str = ""
    """The calls that your CRM's plan allows a second and a day, if more or fewer than the connector assumes:
    hubspot=19/s 650000/d; webhook=none."""

    crm_reads: int = Field(default=1000, ge=1)
    """How many more records of a CRM than it writes a process may read in an hour before it is stopped."""

    endpoints: SecretStr = SecretStr("")
    """Other systems that journeys may call, as JSON: {"billing": {"url": "https://...", "secret": "..."}}."""

    test_addresses: str = ""
    """Colleagues to whom marketers may send a response from its page, to see it: +447700900123, ana@example.com. Where
    a connector is in its sandbox nothing leaves, so that anybody may be named there."""

    desk: str = "slack:#sales"
    """Who gets hand-offs: a channel and an address on it. More desks by name: slack:#sales, support=slack:#support.
    Without Slack: desk:sales, and desk in OVERTURE_CONNECTORS; reps answer on the page Conversations then."""

    desk_hours: str = ""
    """When a desk is staffed, where no file in journeys/desks says so: days, hours and a time zone, perhaps days on
    which it is closed: mon-fri 09:00-17:30 Europe/London except 2026-12-24..2026-12-26, 2027-01-01. Empty: always.
    See connectors/slack/README.md."""

    desk_answers_within: float = Field(default=5, ge=0, le=1440)
    """Minutes that somebody who asked for a person waits before the chat asks how to reach them. 0: it never asks."""

    disclose_every: float = Field(default=3, ge=0, le=168)
    """Hours after which whoever goes on writing is told again that they are talking with a machine (three by
    Washington's HB 2225, from 2027 on). 0: once in a conversation."""

    login: Literal["auto", "always"] = "auto"
    """auto: a developer's own machine is open without a login. always: a login, key or token is needed there, too."""

    api_token: str = ""
    """Opens the HTTP API to callers that send it as `?token=`, as Rasa's clients do."""

    api_jwt_secret: str = ""
    """Opens the HTTP API to callers with a JWT signed with it (HS256)."""

    oidc_issuer: str = ""
    """Your identity provider: the address below which its /.well-known/openid-configuration is. Empty: none."""

    oidc_client_id: str = ""
    """What that provider calls Overture; see docs/access.md."""

    oidc_client_secret: SecretStr = SecretStr("")
    """The secret that it issued for Overture."""

    oidc_domains: str = ""
    """E-mail domains whose people may log in by it: example.com, example.org. Empty: only those with an account."""

    oidc_roles: str = ""
    """Roles by its groups: marketing=marketer, sales=rep. The first group that somebody is in counts."""

    oidc_groups_claim: str = "groups"
    """The claim of its ID token that lists groups."""

    model_url: str = ""
    """A language model's server, up to the version: http://localhost:11434/v1. Empty: none is used."""

    model_name: str = ""
    """The model's name on that server."""

    model_key: SecretStr = SecretStr("")
    """That server's API key, if it wants one."""

    model_dialect: Literal["openai", "anthropic"] = "openai"
    """Its protocol: openai (chat completions, which most servers speak) or anthropic (messages)."""

    model_uses: str = "commands,answers,rephrasing"
    """What it is used for; see docs/language-models.md."""

    model_seconds: float = Field(default=8.0, gt=0, le=120)
    """How long a customer may wait for it, all tries together; then the conversation goes on without it."""

    model_calls: int = Field(default=20, ge=0)
    """How many times a day (UTC) it may be asked in one conversation."""

    model_tokens: int = Field(default=30_000, ge=0)
    """How many tokens a day (UTC) one conversation may cost."""

    model_temperature: float | None = Field(default=None, ge=0, le=2)
    """0 makes a local model steadier. Not sent unless set, since some hosted models refuse it."""

    model_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the openai dialect calls the limit on an answer; newer hosted models want max_completion_tokens."""

    model_request: str = ""
    """More for each request, as JSON; it overrides what would be sent: {"reasoning_effort": "none"}."""

    @field_validator("field_keys_file", "edit_journeys", "model_temperature", mode="before")
    @classmethod
    def _take_empty_for_not_set(cls, told: object) -> object:
        return None if told == "" else told

    @field_validator("host")
    @classmethod
    def _check_host(cls, host: str) -> str:
        if not host.strip():  # which would mean all addresses of the machine
            raise ValueError("it should be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them")
        return host.strip()

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, url: str) -> str:
        if url and (not _is_web_address(url) or urlsplit(url).query or urlsplit(url).fragment):
            raise ValueError("it should be an address such as https://chat.example.com")
        return url

    @field_validator("traces")
    @classmethod
    def _check_traces(cls, url: str) -> str:
        if url and not _is_web_address(url):
            raise ValueError("it should be an address such as http://localhost:4318")
        return url

    @field_validator("actions")
    @classmethod
    def _check_actions(cls, told: str) -> str:
        if "://" in told and not _is_web_address(told):
            raise ValueError("it should be a package of Python, or an address such as http://localhost:5055/webhook")
        return told or cls.model_fields["actions"].default

    @field_validator("region")
    @classmethod
    def _check_region(cls, region: str) -> str:
        if (country := region.strip().upper()) not in SUPPORTED_REGIONS:
            raise ValueError("it should be the two letters of a country, such as GB (ISO 3166)")
        return country

    @field_validator("rasa_url")
    @classmethod
    def _check_rasa_url(cls, url: str) -> str:
        if url and not _is_web_address(url):
            raise ValueError("it should be an address such as http://localhost:5005")
        return url.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _check_oidc_issuer(cls, url: str) -> str:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if url and (not safe or not _is_web_address(url) or parts.query or parts.fragment):
            raise ValueError("it should be an address such as https://id.example.com/realms/sales")
        return url.rstrip("/")

    @field_validator("model_url")
    @classmethod
    def _check_model_url(cls, url: str) -> str:
        if url and (not _is_web_address(url) or urlsplit(url).query or urlsplit(url).username):
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
    def addresses_for_tests(self) -> tuple[str, ...]:
        return read_addresses(self.test_addresses)

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
        return (self.public_url or http_address(self.host, self.port)).rstrip("/")

    @property
    def model_terms(self) -> ModelTerms:
        return ModelTerms(read_model_uses(self.model_uses), self.model_calls, self.model_tokens)

    @property
    def more_of_model_requests(self) -> dict[str, Any]:
        return read_model_request(self.model_request)

    @property
    def connector_names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.connectors.split(",") if name.strip())


def _is_web_address(url: str) -> bool:
    """Raises ValueError for a port that is no number."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", url)


def load_settings(**overrides: object) -> Settings:
    """Read the settings; raises SettingsError with one sentence for each that is wrong."""
    _values_in_file()
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(fault) for fault in error.errors())) from error


def misspelt_settings() -> list[str]:
    """A sentence for each OVERTURE_... name that is set, is none of ours, and is nearly one."""
    known = [f"OVERTURE_{name.upper()}" for name in Settings.model_fields]
    unknown = [name for name in connector_values() if name.startswith("OVERTURE_") and name.upper() not in known]
    near = {name: difflib.get_close_matches(name, known, n=1, cutoff=0.85) for name in unknown}
    return [f"{name} is no setting. Did you mean {found[0]}?" for name, found in sorted(near.items()) if found]


def connector_values() -> dict[str, str]:
    """What connectors read their own settings from: `.env`, then the environment over it."""
    return {**_values_in_file(), **os.environ}


def _values_in_file() -> dict[str, str]:
    """What `.env` sets. Raises SettingsError where it cannot be read as a whole: what is in a broken line is lost."""
    file = Path(ENV_FILE)
    if file.is_dir() and not (file / "pyvenv.cfg").exists():  # some call their virtual environment so
        raise SettingsError(f"{file} is a folder. Take it away, or put a file of settings in its place.")
    if not file.is_file():
        return {}
    try:
        with file.open(encoding="utf-8") as lines:
            broken = next((one.original for one in parse_stream(lines) if one.error), None)
        if broken is not None:
            blank = broken.string[: -len(broken.string.lstrip())].count("\n")
            advice = "Write NAME=value, close each quote, and begin a remark with #."
            raise SettingsError(f"{file}:{broken.line + blank}: this is no setting. {advice}")
        return {name: value for name, value in dotenv_values(file).items() if value is not None}
    except UnicodeDecodeError as error:
        raise SettingsError(f"the file {file} is not UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"the file {file} cannot be read: {error.strerror}. Let us read it.") from error


def _sentence(fault: Any) -> str:
    name = "_".join(str(part) for part in fault["loc"]).upper()
    reason = str(fault["msg"]).removeprefix("Value error, ").replace("Input should be", "it should be")
    given = "not usable" if name in SECRETS else repr(str(fault["input"]))
    return f"OVERTURE_{name} is {given}: {reason}."
