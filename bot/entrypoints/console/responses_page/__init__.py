"""The page "Responses": what the bot and the journeys say, and editing it in its file."""

from bot.entrypoints.console.responses_page.routes import ResponsesPage

__all__ = ["ResponsesPage"]
