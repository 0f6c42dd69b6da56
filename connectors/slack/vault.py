"""The tokens of workspaces, as they are kept: encrypted by AES-256-GCM, with a key that is not in the database."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.domain.errors import OvertureError, SettingsError

KEY_BYTES = 32
NONCE_BYTES = 12
A_KEY = "openssl rand -base64 32"


class CannotOpen(OvertureError):
    """What is kept was sealed with none of our keys, or for another workspace."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a workspace gave us. With a `refresh` token, `access` ends at `expires_at` (seconds since 1970)."""

    access: str
    refresh: str = ""
    expires_at: float | None = None

    @property
    def expiry(self) -> datetime | None:
        return None if self.expires_at is None else datetime.fromtimestamp(self.expires_at, UTC)


class Vault:
    """Seals with the first of its keys, and opens with any: so a key is changed by putting the new one in front."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = [AESGCM(key) for key in keys]

    def seal(self, tokens: Tokens, workspace: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, json.dumps(asdict(tokens)).encode(), _bound_to(workspace))
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, workspace: str) -> Tokens:
        """Raises CannotOpen; also where it was sealed for another workspace, and moved in the database."""
        raw = base64.b64decode(sealed)
        for cipher in self._ciphers:
            try:
                opened = cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(workspace))
            except InvalidTag:
                continue
            return Tokens(**json.loads(opened))
        raise CannotOpen(f"no key of SLACK_TOKEN_KEY opens what is kept of the workspace {workspace}")


def _bound_to(workspace: str) -> bytes:
    return f"slack:{workspace}".encode()


def read_keys(text: str) -> Sequence[bytes]:
    """The keys of SLACK_TOKEN_KEY, separated by commas; raises SettingsError with none of what it says."""
    keys = []
    for number, one in enumerate(filter(None, map(str.strip, text.split(","))), 1):
        try:
            key = base64.b64decode(one, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise SettingsError(
                f"key {number} of SLACK_TOKEN_KEY is not {KEY_BYTES} bytes in base64. Make one: {A_KEY}"
            )
        keys.append(key)
    if not keys:
        raise SettingsError(
            "SLACK_CLIENT_ID is set, and SLACK_TOKEN_KEY is not: workspaces' tokens are kept encrypted or not at all. "
            f"Make a key ({A_KEY}), and keep it apart from the database."
        )
    return keys
