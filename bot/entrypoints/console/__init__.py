"""The pages of those who run a service, their log-in, and the playground with its sandbox."""
