"""Events over HTTP: what other systems tell of people."""

from bot.entrypoints.events_api.routes import EventsApi

__all__ = ["EventsApi"]
