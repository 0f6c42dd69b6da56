"""The HTTP API, for other systems: people, their events and journeys, Rasa's endpoints, and the document of it all."""
