"""The sample assistant's custom actions, as rasa-sdk Action classes."""
