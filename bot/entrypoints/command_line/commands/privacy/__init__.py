"""Commands about what the law wants to know of the installation."""
