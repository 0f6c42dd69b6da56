"""The page "Journeys": the list with live numbers, and each journey as a picture with its YAML beside it."""

from bot.entrypoints.console.journeys_page.routes import JourneysPage

__all__ = ["JourneysPage"]
