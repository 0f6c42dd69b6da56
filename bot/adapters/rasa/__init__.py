"""Rasa: its projects, its events and JSON, its server, and its protocol of custom actions."""
