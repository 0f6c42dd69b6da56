"""The page "Segments": groups of people, made by forms or as text, with how many they are."""

from bot.entrypoints.console.segments_page.routes import SegmentsPage

__all__ = ["SegmentsPage"]
