"""Commands about keys of other systems."""
