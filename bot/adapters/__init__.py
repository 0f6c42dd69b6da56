"""Implementations of the seams in bot.ports: what the core needs of the world outside it."""
