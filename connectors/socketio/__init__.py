"""Rasa's Socket.IO channel, for front ends that were written for it, such as rasa-webchat."""

from __future__ import annotations

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SocketDoor
from connectors.origins import allowed_origins
from connectors.socketio.channel import SocketioChannel, preview
from connectors.socketio.passes import Passes
from connectors.socketio.talk import Words
from connectors.visitor_tokens import VisitorTokens

__all__ = ["CHANNELS", "SETTINGS", "SocketioChannel", "build", "preview"]

CHANNELS: tuple[str, ...] = ("socketio",)
SETTINGS: tuple[str, ...] = (
    "SOCKETIO_ORIGINS",
    "SOCKETIO_JWT_SECRET",
    "SOCKETIO_PATH",
    "SOCKETIO_NAMESPACE",
    "SOCKETIO_USER_MESSAGE",
    "SOCKETIO_BOT_MESSAGE",
    "SOCKETIO_METADATA",
)

RESERVED = ("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener")
"""Names of events that Socket.IO keeps to itself."""


def build(settings: ConnectorSettings) -> SocketioChannel:
    """Raises SettingsError for an origin, a path, a namespace or an event that is none, or a secret that is short."""
    words = Words(
        user_message=_event(settings, "SOCKETIO_USER_MESSAGE", "user_uttered"),
        bot_message=_event(settings, "SOCKETIO_BOT_MESSAGE", "bot_uttered"),
        metadata=settings.get("SOCKETIO_METADATA", "metadata"),
    )
    return SocketioChannel(
        door=SocketDoor(
            path=_path(settings),
            namespace=_slashed(settings, "SOCKETIO_NAMESPACE", "/"),
            events=words.heard,
        ),
        words=words,
        tokens=VisitorTokens(settings.require("OVERTURE_SECRET"), "socketio"),
        origins=allowed_origins("SOCKETIO_ORIGINS", settings.get("SOCKETIO_ORIGINS"), settings.service_url),
        passes=Passes(settings.get("SOCKETIO_JWT_SECRET")),
        feed=settings.feed,
    )


def _path(settings: ConnectorSettings) -> str:
    path = _slashed(settings, "SOCKETIO_PATH", "/socket.io")
    if path == "/" or not set(path).isdisjoint("{}?#"):
        raise SettingsError(f"SOCKETIO_PATH is {path}, and should be a path of its own, such as /socket.io")
    return path


def _slashed(settings: ConnectorSettings, name: str, default: str) -> str:
    given = settings.get(name, default)
    if not given.startswith("/") or any(character.isspace() for character in given):
        raise SettingsError(f'{name} is "{given}", and should begin with a slash and have no space: {default}')
    return given.rstrip("/") or "/"


def _event(settings: ConnectorSettings, name: str, default: str) -> str:
    given = settings.get(name, default)
    if given in RESERVED:
        raise SettingsError(f"{name} is {given}, which Socket.IO keeps to itself. Rasa's own is {default}.")
    return given
