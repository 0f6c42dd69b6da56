"""Puts the parts together: what the settings name, chosen, connected and built into one service."""
