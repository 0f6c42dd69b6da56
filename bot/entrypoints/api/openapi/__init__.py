"""The OpenAPI document of the HTTP API, and the page that shows it to people."""

from bot.entrypoints.api.openapi.document import document
from bot.entrypoints.api.openapi.routes import ApiDocument

__all__ = ["ApiDocument", "document"]
