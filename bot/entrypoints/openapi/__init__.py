"""The OpenAPI document of the HTTP API, and the page that shows it to people."""

from bot.entrypoints.openapi.document import document
from bot.entrypoints.openapi.routes import ApiDocument

__all__ = ["ApiDocument", "document"]
