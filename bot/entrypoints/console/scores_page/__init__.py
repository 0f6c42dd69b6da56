"""The page "Scores": what gives people points, what makes a grade, and what an edit would do."""

from bot.entrypoints.console.scores_page.routes import ScoresPage

__all__ = ["ScoresPage"]
