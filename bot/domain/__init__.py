"""The words of the product: people, consent, messages, conversations, journeys. Standard library only."""
