"""Logging in and out, in a browser."""

from bot.entrypoints.console.login.routes import LoginPages

__all__ = ["LoginPages"]
