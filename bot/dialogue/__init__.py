"""The dialogue engine: a Rasa 3 assistant and a tracker in, effects out. Pure."""
