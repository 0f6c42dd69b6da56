"""Commands about those who may log in."""
