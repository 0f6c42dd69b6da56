"""Events over HTTP: what other systems tell of people."""

from bot.entrypoints.api.events_api.routes import EventsApi

__all__ = ["EventsApi"]
