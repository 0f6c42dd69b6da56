"""The settings of the service: the environment (`OVERTURE_...`), then `.env`, then the defaults below."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.errors import SettingsError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """Each field is `OVERTURE_<NAME>` in the environment. A connector's own settings have the vendor's names."""

    model_config = SettingsConfigDict(env_prefix="OVERTURE_", env_file=".env", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    """Where vendors reach the service from outside, such as https://chat.example.com. Webhooks are signed over it."""

    environment: Literal["development", "production"] = "development"
    allow_sandbox: bool = False
    """Let production start although a connector has no credentials and runs in its sandbox."""

    database: str = ""
    """An SQLAlchemy URL: sqlite+aiosqlite:///file.db or postgresql+asyncpg://user:word@host/name."""

    redis: str = ""
    """redis://host:6379/0 where several processes serve one database; empty keeps wake-ups and locks in memory."""

    data: Path = Path(".overture")
    """Where the trained model, the default database and the installation's secret are kept."""

    assistant: Path = Path("nlu_data")
    journeys: Path = Path("journeys")

    connectors: str = "webchat,twilio_messaging,slack,hubspot,rest"
    desk: str = "slack:#sales"
    """Who gets hand-offs: a channel and an address on it."""

    actions: str = "actions"
    """The package of custom actions to run in process, or the URL of an action server: http://host:5055/webhook."""

    engine: Literal["overture", "rasa"] = "overture"
    """What holds the dialogue: our own engine, or the Rasa server at OVERTURE_RASA_URL."""

    rasa_url: str = ""
    """http://host:5005, where a Rasa 3 server runs with its HTTP API enabled."""

    rasa_token: str = ""
    """The token of that server (`rasa run --auth-token`), where it has one."""

    api_token: str = ""
    """Opens our HTTP API, which is Rasa's, to callers that give it as `?token=`."""

    api_jwt_secret: str = ""
    """Opens our HTTP API to callers with a JWT that is signed with it (HS256)."""

    encoder: str = ""
    """A sentence-transformers model by name or path; empty is the one that is installed with Overture."""

    region: str = "GB"
    """Where phone numbers without a country code are from (ISO 3166)."""

    log: Literal["text", "json"] = "text"

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
            raise ValueError("it should be an address such as https://chat.example.com")
        return url

    @field_validator("rasa_url")
    @classmethod
    def _check_rasa_url(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            raise ValueError("it should be an address such as http://localhost:5005")
        return url.rstrip("/")

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.data / 'overture.db'}"

    @property
    def journeys_folder(self) -> Path:
        """Where journeys are: as set; else where the assistant brings its own, as an imported one does."""
        own = self.assistant / "journeys"
        return own if "journeys" not in self.model_fields_set and own.is_dir() else self.journeys

    @property
    def is_private(self) -> bool:
        """Whether only a developer at this machine reaches us."""
        return self.environment == "development" and self.host in LOOPBACK and not self.public_url

    @property
    def service_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

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
    return f"OVERTURE_{name} is {str(fault['input'])!r}: {reason}."


def _not_utf8() -> SettingsError:
    return SettingsError("the file .env is not UTF-8. Save it as UTF-8.")
