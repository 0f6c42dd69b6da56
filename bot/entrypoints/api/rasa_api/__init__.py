"""An HTTP API with Rasa's addresses, bodies and answers, so that a client of Rasa 3 needs only another base URL."""

from bot.entrypoints.api.rasa_api.routes import RasaApi

__all__ = ["RasaApi"]
